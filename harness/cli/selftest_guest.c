/*
 * concbench selftest guest: can a program be believed as a guest? One line per claim, as of the
 * harness itself.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/guest/conformance.h"
#include "harness/params.h"

enum { NAMES_MAX = 64, GRACE_NS = 2000 * 1000 * 1000 };

struct sum {
	int lines, failed;
};

static void print_line(void *arg, const char *subject, const struct line *line)
{
	struct sum *sum = arg;
	bool ok = line->verdict == LINE_OK;

	printf("guest  %s: expected %s, measured %s, tolerance %s: %s\n", subject, line->expected,
		line->measured, line->tolerance, ok ? "ok" : "FAILED");
	fflush(stdout);
	sum->lines++;
	sum->failed += !ok;
}

static int unknown_workload(const char *word)
{
	const char *names[NAMES_MAX] = {NULL};

	for (int i = 0; workloads[i] != NULL && i < NAMES_MAX - 1; i++)
		names[i] = workloads[i]->name;
	const char *near = nearest_name(word, names);
	return cli_wrong_use("selftest guest", "no workload \"%s\"%s%s%s", word,
		near != NULL ? " (did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
}

int selftest_guest_main(int argc, char **argv)
{
	bool dry_run = cli_take_option("--dry-run", &argc, argv);
	struct sum sum = {0};

	if (argc < 2 || argc > 3 || !guest_is_path(argv[1]))
		return cli_wrong_use("selftest guest",
			"expected ./PROGRAM and at most one workload (docs/guests.md)");
	if (argc == 3 && workload_find(argv[2]) == NULL)
		return unknown_workload(argv[2]);
	if (dry_run) {
		cli_print("%s: each of its models at smoke size in %s, beside ours; nothing was "
			  "run\n",
			argv[1], argc == 3 ? argv[2] : "every workload it offers");
		return EXIT_FINE;
	}
	signal(SIGPIPE, SIG_IGN);
	conformance_examine(argv[1], argc == 3 ? argv[2] : NULL, GRACE_NS, print_line, &sum);
	if (sum.failed == 0)
		printf("%d of %d lines passed\n", sum.lines, sum.lines);
	else
		printf("%d of %d lines passed, %d FAILED\n", sum.lines - sum.failed, sum.lines,
			sum.failed);
	return sum.failed == 0 ? EXIT_FINE : EXIT_ANSWER_NO;
}
