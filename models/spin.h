/*
 * Spinning before sleeping, by experience: the spin doubles when it was worth it, up to a bound,
 * and halves when the thread had to sleep after all. Where the other side runs at the same time a
 * spin saves both system calls; where it does not (fewer CPUs than runnable threads, a neighbour) a
 * spin only takes its time. Now and then the bound is tried again, since sleeping both teach
 * themselves that spinning is useless.
 */
#ifndef CONCBENCH_MODELS_SPIN_H
#define CONCBENCH_MODELS_SPIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "models/model.h"
#include "models/park.h"

enum {
	SPIN_HALVINGS = 7,
	SPIN_RETRY = 64 /* fruitless spins at the least length before the bound is tried again */
};

/* Shared by all who spin for the same thing; races on it cost a spin too many or too few. */
struct spin {
	uint32_t most_ns; /* 0 = never */
	_Atomic uint32_t now_ns;
	_Atomic uint32_t fruitless;
};

typedef bool spin_try_fn(void *arg);

/* The bound that an option stands for: 0 = SPIN_DEFAULT_NS, negative = none. */
static inline uint32_t spin_bound_ns(int option)
{
	if (option < 0)
		return 0;
	return option != 0 ? (uint32_t)option : SPIN_DEFAULT_NS;
}

/*
 * Makes a spin.
 *   most_ns  the bound; on one CPU nobody spins, whatever it is
 */
static inline void spin_make(struct spin *spin, uint32_t most_ns)
{
	spin->most_ns = park_cpus() > 1 ? most_ns : 0;
	atomic_init(&spin->now_ns, spin->most_ns);
	atomic_init(&spin->fruitless, 0);
}

static inline void spin_learn(struct spin *spin, uint32_t length_ns, bool worth_it)
{
	uint32_t least_ns = spin->most_ns >> SPIN_HALVINGS;

	if (worth_it) {
		length_ns = length_ns < spin->most_ns / 2 ? length_ns * 2 : spin->most_ns;
		atomic_store_explicit(&spin->fruitless, 0, memory_order_relaxed);
	} else if (length_ns / 2 > least_ns) {
		length_ns /= 2;
	} else if (atomic_fetch_add_explicit(&spin->fruitless, 1, memory_order_relaxed) <
		   SPIN_RETRY) {
		length_ns = least_ns;
	} else {
		length_ns = spin->most_ns;
		atomic_store_explicit(&spin->fruitless, 0, memory_order_relaxed);
	}
	atomic_store_explicit(&spin->now_ns, length_ns, memory_order_relaxed);
}

/*
 * Spins until attempt(arg) is true.
 *   Returns  whether it became so; false at once when it never spins.
 */
static inline bool spin_until(struct spin *spin, spin_try_fn *attempt, void *arg)
{
	uint32_t length_ns = atomic_load_explicit(&spin->now_ns, memory_order_relaxed);

	if (spin->most_ns == 0)
		return false;
	uint64_t start_ns = park_now_ns(), spun_ns;
	bool done = false;
	do {
		for (int i = 0; i < 16 && !done; i++) {
			park_pause();
			done = attempt(arg);
		}
		spun_ns = park_now_ns() - start_ns;
	} while (!done && spun_ns < length_ns);
	/* One that was preempted meanwhile would have done better to sleep. */
	spin_learn(spin, length_ns, done && spun_ns < 2 * (uint64_t)spin->most_ns);
	return done;
}

#endif
