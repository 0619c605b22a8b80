/*
 * The world of a comparison of any two shell commands, as whole processes: wall time, CPU time and
 * context switches of everything they started and waited for.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_SHELL_H
#define CONCBENCH_HARNESS_COMPARE_SHELL_H

#include "harness/compare/compare.h"

struct shell {
	struct compare_world world;
	const char *commands[ARMS];    /* for sh -c */
	const char *prepare, *cleanup; /* before and after every one, untimed; NULL */
	bool ignore_failure;           /* else an exit status but 0 is a failure */
	uint64_t deadline_ns;          /* per command; set by the probe */
};

/* The commands and the fields after them are the caller's to set.   Threads: one at a time. */
void shell_init(struct shell *shell);

#endif
