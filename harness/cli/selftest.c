/*
 * concbench selftest: is the harness right? One line per claim: what is expected, what was
 * measured, how far it may be off, the verdict.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/params.h"
#include "harness/selftest/selftest.h"

enum { PARTS_MAX = 32 };

static const char *const verdict_names[] = {"ok", "FAILED", "not examined here"};

static void print_line(const struct check *check, const struct line *line)
{
	printf("%-9s  %s: expected %s, measured %s, tolerance %s: %s\n", check->part,
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

int selftest_main(int argc, char **argv)
{
	int lines = 0;
	int failed = 0;

	if (argc > 2)
		return cli_wrong_use("selftest", "%s: expected one part", argv[2]);
	signal(SIGPIPE, SIG_IGN);
	for (const struct check *check = selftest_checks; check->part != NULL; check++) {
		struct line line = {.verdict = LINE_FAILED};

		if (argc == 2 && strcmp(argv[1], check->part) != 0)
			continue;
		check->run(&line, &selftest_subjects, check->variant);
		print_line(check, &line);
		lines++;
		failed += line.verdict == LINE_FAILED;
	}
	if (lines == 0)
		return unknown_part(argv[1]);
	printf("%d of %d lines %s\n", failed == 0 ? lines : failed, lines,
		failed == 0 ? "passed" : "FAILED");
	return failed == 0 ? EXIT_FINE : EXIT_ANSWER_NO;
}
