/*
 * What is due when: a binary heap of a fixed size, ordered by time.
 */
#ifndef CONCBENCH_HARNESS_LOAD_DUE_H
#define CONCBENCH_HARNESS_LOAD_DUE_H

#include <stdint.h>

struct due_entry {
	uint64_t due_ns;
	uint32_t id;
};

struct due {
	struct due_entry *entries; /* the caller's, as many as will ever be in it at once */
	uint32_t count;
};

/* The entry that is due first; only when count > 0. */
static inline const struct due_entry *due_first(const struct due *due)
{
	return &due->entries[0];
}

/* Adds an entry / takes the first one away. O(log count), no errors. */
void due_push(struct due *due, struct due_entry entry);
struct due_entry due_pop(struct due *due);

#endif
