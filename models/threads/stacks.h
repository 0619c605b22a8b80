/*
 * Stacks of a crew's threads: mapped in blocks as they are needed, each below a guard page, kept
 * for the crew's whole life and unmapped at once. The C library would keep them past the crew's
 * end.
 */
#ifndef CONCBENCH_MODELS_THREADS_STACKS_H
#define CONCBENCH_MODELS_THREADS_STACKS_H

#include <pthread.h>
#include <stddef.h>

enum { STACKS_BLOCK = 64 };

struct stacks {
	size_t bytes; /* of one stack, without its guard */
	int count;    /* at most */
	char **blocks;
	int guarded; /* stacks that are ready */
};

/*
 * Makes room for count stacks; none is mapped yet.
 *   bytes    per stack, raised to what a pthread needs and to whole pages
 *   Returns  0 or -ENOMEM.   Owner: stacks_free, safe also after an error.
 */
int stacks_make(struct stacks *stacks, int count, size_t bytes) __attribute__((warn_unused_result));
void stacks_free(struct stacks *stacks);

/*
 * Starts a thread on stack number index (0 .. count − 1; first use in ascending order).
 *   Returns  0 or -errno of mmap or pthread_create.
 */
int stacks_start(struct stacks *stacks, int index, pthread_t *thread, void *(*fn)(void *),
	void *arg) __attribute__((warn_unused_result));

#endif
