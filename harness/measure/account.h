/*
 * Accounts: CPU time, context switches and page faults of the whole process tree of the SUT.
 *
 * Two readers share the work, without counting anything twice. The process that coordinates reads
 * its own account from inside (getrusage: dead threads and reaped children included, to the
 * microsecond). The supervisor reads every other live process of the tree from outside (its CPU
 * clock, /proc), so that the walk costs the SUT nothing.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_ACCOUNT_H
#define CONCBENCH_HARNESS_MEASURE_ACCOUNT_H

#include <stdint.h>
#include <sys/types.h>

struct account {
	uint64_t cpu_ns, user_ns, system_ns; /* the split is tick-sampled by the kernel */
	uint64_t voluntary, involuntary;     /* context switches */
	uint64_t minor_faults, major_faults;
	uint64_t run_delay_ns; /* runnable, but waiting for a CPU */
};

/*
 * Adds the calling process: all its threads, dead ones too, and every child it has reaped.
 *   Threads  any; takes no lock and no memory, so a task on a small stack may call it.
 */
void account_self(struct account *account);

/*
 * Adds every live process of the tree but one, with what each has reaped (to the tick, 10 ms).
 *   skip     a process that has read itself (its run delay alone is added), or 0
 *   awake    how many threads of the whole tree were running or runnable
 *   Returns  0 or -errno (a descriptor or memory was missing).
 */
int account_tree(struct account *account, pid_t root, pid_t skip, int *awake)
	__attribute__((warn_unused_result));

/* after - before, no field below 0. */
struct account account_between(const struct account *before, const struct account *after);
void account_add(struct account *into, const struct account *from);

#endif
