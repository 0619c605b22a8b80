/*
 * What a forked child costs the kernel in a program that is not ours: the instrument for what a
 * process of ours may cost.
 */
#ifndef CONCBENCH_HARNESS_SELFTEST_BARE_H
#define CONCBENCH_HARNESS_SELFTEST_BARE_H

struct bare {
	double kernel_bytes; /* per child: page tables, kernel stack, slab */
	int objects;         /* files that the program maps: itself, libc, the loader */
};

/*
 * Has /bin/sh fork children that wait, and reads what the kernel gained.
 *   children  1 or more
 *   Returns   0, -errno; -EPROTO when the shell did not do as told. Nothing is left behind.
 *   Threads   one at a time, from a process with one thread and no other children.
 */
int bare_fork(int children, struct bare *bare) __attribute__((warn_unused_result));

#endif
