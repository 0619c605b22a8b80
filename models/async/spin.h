/*
 * How long to spin before sleeping, when the other side may answer at once: by what spinning was
 * good for lately. Each of the two that wait for each other has one of these.
 *
 * A spin that got its answer is allowed to its full length again; one that did not halves the next,
 * down to none. Once in a while a full one is tried, or nobody would find out that the other side
 * has a CPU of its own again. Without this, two threads that share a CPU, because another program
 * has the second one, keep each other from running by spinning.
 */
#ifndef CONCBENCH_MODELS_ASYNC_SPIN_H
#define CONCBENCH_MODELS_ASYNC_SPIN_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ASYNC_SPIN_NS = 50000,      /* as long as waking a sleeping virtual CPU takes: 9 to 50 us */
	ASYNC_SPIN_LEAST_NS = 1000, /* shorter ones are none */
	ASYNC_SPIN_RETRY = 32       /* sleeps without a spin before a full one is tried */
};

/* All-zero: never spins. */
struct async_spin {
	int64_t most_ns, now_ns;
	unsigned skipped;
};

static inline struct async_spin async_spin_of(int64_t most_ns)
{
	return (struct async_spin){.most_ns = most_ns, .now_ns = most_ns};
}

/* Returns  how long to spin now, ns; 0: not at all. */
static inline int64_t async_spin_allowed(struct async_spin *spin)
{
	if (spin->most_ns <= 0)
		return 0;
	if (spin->now_ns > 0)
		return spin->now_ns;
	if (++spin->skipped < ASYNC_SPIN_RETRY)
		return 0;
	spin->skipped = 0;
	return spin->most_ns;
}

/* After a spin: whether it got what it waited for. */
static inline void async_spin_ended(struct async_spin *spin, bool answered)
{
	int64_t shorter_ns = spin->now_ns / 2;

	spin->now_ns = answered                            ? spin->most_ns
		       : shorter_ns >= ASYNC_SPIN_LEAST_NS ? shorter_ns
							   : 0;
}

#endif
