/*
 * Is a guest one that can be believed? Each line does something with it whose right answer is
 * known: from our own models, or from the interface (docs/guests.md).
 */
#ifndef CONCBENCH_HARNESS_GUEST_CONFORMANCE_H
#define CONCBENCH_HARNESS_GUEST_CONFORMANCE_H

#include "harness/guest/guest.h"
#include "harness/selftest/selftest.h"

/* One line is known: what it is about, "hash/go-goroutines: another seed", and the verdict. */
typedef void conformance_say(void *arg, const char *subject, const struct line *line);

/*
 * Examines a guest: each of its models in each workload it offers, at smoke size.
 *   program  as for guest_ask
 *   only     the one workload to examine; NULL: all
 *   grace_ns how long it may take to end once stdin is closed
 *   Returns  lines said.
 *   Threads  from a process with one thread and no children, which becomes a subreaper.
 */
int conformance_examine(
	const char *program, const char *only, uint64_t grace_ns, conformance_say *say, void *arg);

#endif
