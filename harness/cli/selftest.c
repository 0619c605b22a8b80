/*
 * concbench selftest: is the harness right? One line per claim: what is expected, what was
 * measured, how far it may be off, the verdict.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/measure/overhead.h"
#include "harness/params.h"

/* A part of the self-test: prints its lines and returns an exit status. */
struct part {
	const char *name;
	const char *summary;
	int (*run)(void);
};

static int overhead(void)
{
	const double most = 1.3;
	struct overhead found;

	if (overhead_measure(&found) != 0) {
		cli_error("selftest", "overhead: out of memory");
		return EXIT_NOT_MEASURED;
	}
	bool passed = found.ratio <= most;
	printf("overhead  one latency sample / two bare clock_gettime calls: expected 1.00, "
	       "measured %.3f [%.3f, %.3f] (%.1f ns, %d pairs), tolerance <= %.2f: %s\n",
		found.ratio, found.low, found.high, found.sample_ns, found.pairs, most,
		passed ? "ok" : "FAILED");
	return passed ? EXIT_FINE : EXIT_ANSWER_NO;
}

static const struct part parts[] = {
	{"overhead", "what recording a latency costs", overhead},
	{NULL, NULL, NULL},
};

static int unknown_part(const char *word)
{
	const char *names[sizeof(parts) / sizeof(parts[0])] = {NULL};
	const char *near;

	for (int i = 0; parts[i].name != NULL; i++)
		names[i] = parts[i].name;
	near = nearest_name(word, names);
	if (near != NULL)
		return cli_wrong_use("selftest", "no part \"%s\" (did you mean %s?)", word, near);
	return cli_wrong_use("selftest", "no part \"%s\" (there is: %s)", word, names[0]);
}

int selftest_main(int argc, char **argv)
{
	int worst = EXIT_FINE;
	bool any = false;

	if (argc > 2)
		return cli_wrong_use("selftest", "%s: expected one part", argv[2]);
	for (const struct part *part = parts; part->name != NULL; part++) {
		if (argc == 2 && strcmp(argv[1], part->name) != 0)
			continue;
		any = true;
		int status = part->run();
		worst = status > worst ? status : worst;
	}
	return any ? worst : unknown_part(argv[1]);
}
