/*
 * What a process has: threads, children, descriptors and mappings, to be compared before and after.
 */
#ifndef CONCBENCH_TESTS_LEFTOVERS_H
#define CONCBENCH_TESTS_LEFTOVERS_H

#include <stddef.h>

struct leftovers {
	int threads;
	int descriptors;
	size_t mapped_bytes; /* without heap, stack and, under a sanitizer, anything */
	int mappings;
};

/* Waits, at most 2 s, for threads that are joined to leave the kernel, so that each one counts. */
struct leftovers leftovers_now(void);

/*
 * Whether the process has what it had and no child.
 *   Returns  NULL if so, else what is different.
 */
const char *leftovers_since(const struct leftovers *before);

/* Whether the program is built with ASan or TSan, where processes are slow and mappings move. */
int leftovers_sanitized(void);

#endif
