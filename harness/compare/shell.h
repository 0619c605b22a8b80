/*
 * The world of a comparison of any two shell commands, as whole processes. Benchmark SHELL_TIMED
 * has wall time, CPU time and context switches of everything they started and waited for;
 * SHELL_WEIGHED the memory, from runs of its own, because reading it costs time.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_SHELL_H
#define CONCBENCH_HARNESS_COMPARE_SHELL_H

#include "harness/compare/compare.h"

enum { SHELL_TIMED, SHELL_WEIGHED, SHELL_BENCHMARKS };
enum { SHELL_CODES_MAX = 16 };

struct shell {
	struct compare_world world;
	const char *commands[ARMS];     /* for sh -c */
	const char *folders[ARMS];      /* where; NULL = here */
	const char *setup, *cleanup;    /* once, before the first and after the last; NULL */
	const char *prepare, *conclude; /* before and after every one, untimed; NULL */
	bool ignore_failure;            /* else an exit status but 0 is a failure … */
	int codes[SHELL_CODES_MAX];     /* … unless it is one of these */
	int codes_count;
	uint64_t deadline_ns; /* per command; set by the probe */
};

/* The commands and the fields after them are the caller's to set.   Threads: one at a time. */
void shell_init(struct shell *shell);

/*
 * Runs setup or cleanup in the folders of both sides (once where they are the same).
 *   error    why not
 *   Returns  0; -EINTR; -ECHILD: it failed.
 */
int shell_aside(const struct shell *shell, const char *what, const char *command, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

#endif
