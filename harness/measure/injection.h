/*
 * A slow-down on order: what a task does more at the end of each of its chunks, so that a
 * regression check can be shown a change of known kind and size. It lies in the path that is taken
 * once per chunk (0.5 ms); without an order it costs nothing.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_INJECTION_H
#define CONCBENCH_HARNESS_MEASURE_INJECTION_H

#include <stddef.h>
#include <stdint.h>

enum injection_kind {
	INJECT_NOTHING,
	INJECT_CPU,     /* computes for `amount` ns */
	INJECT_SYSCALL, /* `amount` system calls that do nothing */
	INJECT_PAGE,    /* maps, touches and unmaps `amount` pages */
	INJECT_STALL,   /* sleeps for `amount` ns after every 50th chunk */
	INJECTIONS
};
enum { STALL_CHUNKS = 50 };

struct injection {
	enum injection_kind kind;
	uint64_t amount;
};

extern const char *const injection_names[INJECTIONS + 1]; /* "nothing", "cpu", …, NULL */

/*
 * Reads "syscall=40", "stall=3ms", "cpu=25us".
 *   Returns  0 or -EINVAL.
 */
int injection_parse(struct injection *injection, const char *text)
	__attribute__((warn_unused_result));

/*
 * Does what is ordered, after the so-many-th chunk of a task.
 *   Returns  how many units of it were done: the proof that it was.   Threads: any.
 */
uint64_t injection_do(const struct injection *injection, uint64_t chunk);

#endif
