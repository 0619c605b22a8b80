/*
 * Which lies are tried at their smoke size, and where: every lie must be in one of the two.
 */
#ifndef CONCBENCH_TESTS_HARNESS_DEMO_LIES_TRIED_H
#define CONCBENCH_TESTS_HARNESS_DEMO_LIES_TRIED_H

/* In test_lies.c. */
static const char *const lies_quick[] = {
	"rss", "cold-start", "mean-of-percentiles", "unequal-work", "nagle"};
enum { LIES_QUICK = sizeof(lies_quick) / sizeof(lies_quick[0]) };

/* In long_lies.c: they wait for a kernel's timer or run whole invocations. */
static const char *const lies_slow[] = {"closed-loop", "same-cpu", "small-backlog"};
enum { LIES_SLOW = sizeof(lies_slow) / sizeof(lies_slow[0]) };

/* Whether a lie is tried at all. */
static inline bool lies_tried(const char *name)
{
	bool tried = false;

	for (int i = 0; i < LIES_QUICK; i++)
		tried = tried || strcmp(name, lies_quick[i]) == 0;
	for (int i = 0; i < LIES_SLOW; i++)
		tried = tried || strcmp(name, lies_slow[i]) == 0;
	return tried;
}

#endif
