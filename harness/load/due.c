/*
 * A binary heap. See due.h.
 */
#include "harness/load/due.h"

#include <assert.h>

void due_push(struct due *due, struct due_entry entry)
{
	uint32_t hole = due->count++;

	while (hole > 0 && due->entries[(hole - 1) / 2].due_ns > entry.due_ns) {
		due->entries[hole] = due->entries[(hole - 1) / 2];
		hole = (hole - 1) / 2;
	}
	due->entries[hole] = entry;
}

struct due_entry due_pop(struct due *due)
{
	assert(due->count > 0);
	struct due_entry first = due->entries[0];
	struct due_entry last = due->entries[--due->count];
	uint32_t hole = 0;

	for (uint32_t child = 1; child < due->count; child = 2 * hole + 1) {
		if (child + 1 < due->count &&
			due->entries[child + 1].due_ns < due->entries[child].due_ns)
			child++;
		if (due->entries[child].due_ns >= last.due_ns)
			break;
		due->entries[hole] = due->entries[child];
		hole = child;
	}
	due->entries[hole] = last;
	return first;
}
