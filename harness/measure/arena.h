/*
 * The shared arena: one anonymous MAP_SHARED mapping that every process of an invocation sees at
 * the same address. Everything tasks share lies in it. It is mapped before anything forks and never
 * grows; taking from it is a bump of an offset.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_ARENA_H
#define CONCBENCH_HARNESS_MEASURE_ARENA_H

#include <stddef.h>

struct arena {
	char *base;
	size_t bytes; /* mapped */
	size_t taken;
};

/*
 * Maps an arena; its own struct lies at the mapping's start.
 *   Returns  0 or -errno.  Owner: arena_unmap frees it.  Threads: before tasks start.
 */
int arena_map(struct arena **arena, size_t bytes) __attribute__((warn_unused_result));
void arena_unmap(struct arena *arena);

/*
 * Takes zeroed memory, aligned to 128 bytes (two cache lines: the adjacent-line prefetcher).
 *   Returns  NULL when the arena is full: the workload's arena_bytes asks for too little.
 */
void *arena_take(struct arena *arena, size_t bytes);

/* Writes one byte of every page in use, so that no first touch happens later. */
void arena_touch(struct arena *arena);

#endif
