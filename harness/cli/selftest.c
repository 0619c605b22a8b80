/*
 * concbench selftest: is the harness right? One line per claim: what is expected, what was
 * measured, how far it may be off, the verdict.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/params.h"
#include "harness/selftest/selftest.h"
#include "harness/selftest/verdict.h"

enum { PARTS_MAX = 32 };

static const char results[] = "results";
static const char *const verdict_names[LINE_VERDICTS] = {
	"ok", "FAILED", "not examined here", "undecided"};

static void print_line(const struct check *check, const struct line *line)
{
	cli_print("%-9s  %s: expected %s, measured %s, tolerance %s: %s\n", check->part,
		check->subject, line->expected, line->measured, line->tolerance,
		verdict_names[line->verdict]);
	fflush(stdout);
}

static int unknown_part(const char *word)
{
	const char *names[PARTS_MAX] = {NULL};
	int count = 0;

	for (const struct check *check = selftest_checks; check->part != NULL; check++)
		if ((count == 0 || strcmp(names[count - 1], check->part) != 0) &&
			count < PARTS_MAX - 1)
			names[count++] = check->part;
	const char *near = nearest_name(word, names);
	if (near != NULL)
		return cli_wrong_use("selftest", "no part \"%s\" (did you mean %s?)", word, near);
	fprintf(stderr, "concbench: selftest: no part \"%s\" (there are:", word);
	for (int i = 0; i < count; i++)
		fprintf(stderr, " %s", names[i]);
	fprintf(stderr, ")\n");
	return EXIT_WRONG_USE;
}

/* Adds a part's name once; those that failed come before those that are undecided. */
static void name_part(struct selftest_sum *sum, const char *part)
{
	size_t length = strlen(sum->parts);

	if (strstr(sum->parts, part) == NULL)
		snprintf(sum->parts + length, sizeof(sum->parts) - length, "%s%s",
			length > 0 ? ", " : "", part);
}

static void count_line(struct selftest_sum *sum, const char *part, enum line_verdict verdict)
{
	if (verdict == LINE_FAILED && sum->failed == 0)
		sum->parts[0] = '\0'; /* the undecided ones so far */
	sum->lines++;
	sum->failed += verdict == LINE_FAILED;
	sum->undecided += verdict == LINE_UNDECIDED;
	sum->not_here += verdict == LINE_NOT_HERE;
	if (verdict == LINE_FAILED || (verdict == LINE_UNDECIDED && sum->failed == 0))
		name_part(sum, part);
}

static int print_sum(const struct selftest_sum *sum)
{
	int64_t passed = sum->lines - sum->failed - sum->undecided - sum->not_here;
	char words[160] = "";
	size_t end = 0;

	if (sum->not_here > 0)
		end += (size_t)snprintf(
			words, sizeof(words), ", %" PRId64 " not examined here", sum->not_here);
	if (sum->undecided > 0)
		end += (size_t)snprintf(words + end, sizeof(words) - end, ", %" PRId64 " undecided",
			sum->undecided);
	if (sum->failed > 0)
		snprintf(words + end, sizeof(words) - end, ", %" PRId64 " FAILED", sum->failed);
	cli_print("%" PRId64 " of %" PRId64 " lines passed%s%s%s%s%s\n", passed, sum->lines, words,
		sum->parts[0] != '\0' ? " (" : "", sum->parts, sum->parts[0] != '\0' ? ")" : "",
		sum->failed == 0 && sum->undecided > 0
			? ": others used the CPUs or a line took too long, run it again"
			: "");
	if (sum->failed > 0)
		return EXIT_ANSWER_NO;
	return sum->undecided > 0 ? EXIT_NO_VERDICT : EXIT_FINE;
}

/* What would be examined, of one part or of all. */
static int print_plan(const char *part)
{
	int lines = 0;

	for (const struct check *check = selftest_checks; check->part != NULL; check++) {
		if (part != NULL && strcmp(part, check->part) != 0)
			continue;
		cli_print("%-9s  %s%s\n", check->part, check->subject,
			check->is_computed ? " (computed)" : "");
		lines++;
	}
	if (lines == 0)
		return unknown_part(part);
	cli_print("%d lines%s; what fails is tried twice more while there is time; nothing was "
		  "measured\n",
		lines, part == NULL ? ", about two minutes" : "");
	return fflush(stdout) == 0 ? EXIT_FINE : EXIT_NOT_MEASURED;
}

static int run_checks(const char *part)
{
	struct selftest_sum sum = {0};
	struct patience patience;

	patience_begin(&patience, part);
	for (const struct check *check = selftest_checks; check->part != NULL; check++) {
		struct line line;

		if (part != NULL && strcmp(part, check->part) != 0)
			continue;
		selftest_run(check, &selftest_subjects, &patience, &line);
		print_line(check, &line);
		count_line(&sum, check->part, line.verdict);
	}
	if (sum.lines == 0)
		return unknown_part(part);
	int rc = part == NULL ? selftest_keep(results, &sum) : 0;
	if (rc != 0)
		cli_error("selftest", "runs will not know of it, %s/ cannot be written: %s",
			results, strerror(-rc));
	return print_sum(&sum);
}

int selftest_main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "guest") == 0)
		return selftest_guest_main(argc - 1, argv + 1);
	bool dry_run = cli_take_option("--dry-run", &argc, argv);
	if (argc > 2)
		return cli_wrong_use("selftest", "%s: expected one part", argv[2]);
	const char *part = argc == 2 ? argv[1] : NULL;
	if (dry_run)
		return print_plan(part);
	signal(SIGPIPE, SIG_IGN);
	return run_checks(part);
}
