/*
 * Guests: programs in other languages that run the workloads in place of our families.
 *
 * The invocation is the same as for our own models: supervisor, load process, points A and B, marks
 * and verdicts are ours, the guest only does rounds when told to. What it says is checked before it
 * is believed. docs/guests.md has the interface.
 */
#ifndef CONCBENCH_HARNESS_GUEST_GUEST_H
#define CONCBENCH_HARNESS_GUEST_GUEST_H

#include "harness/workload.h"

enum {
	GUEST_INTERFACE = 1,
	GUEST_MODELS_MAX = 8,
	GUEST_NAME_MAX = 32,
	GUEST_VERSION_MAX = 96,
	GUEST_WORDS_MAX = PARAMS_MAX + 12,
	GUEST_WORD_BYTES = 80
};

/* What a guest says of itself. */
struct guest_about {
	char program[512]; /* path as given, made executable by a "./" where it has no slash */
	char version[GUEST_VERSION_MAX];              /* "CPython 3.11.2", "go1.19.8", … */
	char names[GUEST_MODELS_MAX][GUEST_NAME_MAX]; /* of its models */
	char summaries[GUEST_MODELS_MAX][96];
	int count;
};

/* True of a selector that means a program, not a workload: it has a dot or slash in front. */
bool guest_is_path(const char *selector);

/*
 * Asks a program what it is: `PROGRAM concbench-guest`.
 *   error    one line, on failure
 *   Returns  0; -ENOENT, -EACCES, … it cannot be executed; -EPROTO it is no guest, or one of
 * another version of the interface.
 */
int guest_ask(struct guest_about *about, const char *program, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

/*
 * The words name=number that follow `invoke WORKLOAD MODEL`, but for host and port.
 *   Returns  how many; there is room for two more.
 */
int guest_words(
	const struct orders *orders, bool latency, char words[GUEST_WORDS_MAX][GUEST_WORD_BYTES]);

/*
 * The life of a guest inside of the SUT's first process, in place of the workload's functions:
 * prepare starts it and waits until it is ready, run does the rounds, finish ends it.
 *   Returns  0 or -errno with the verdict stated.
 */
int guest_prepare(struct orders *orders) __attribute__((warn_unused_result));
int guest_run(struct orders *orders) __attribute__((warn_unused_result));
int guest_finish(struct orders *orders) __attribute__((warn_unused_result));

#endif
