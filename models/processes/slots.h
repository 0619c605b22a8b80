/*
 * A process pool's inside: slots of shared memory, through which calls and results travel.
 *
 * A slot's state is generation << 8 | phase: the ring may still hold a cell of a call that was
 * cancelled and whose slot has another by now.
 */
#ifndef CONCBENCH_MODELS_PROCESSES_SLOTS_H
#define CONCBENCH_MODELS_PROCESSES_SLOTS_H

#include "models/processes/pool.h"
#include "models/processes/workers.h"

enum slot_phase { SLOT_PENDING, SLOT_RUNNING, SLOT_DONE };

struct call_slot {
	_Atomic uint32_t state;
	uint32_t generation;
	int error;
	int signal;
	size_t bytes; /* of the argument, then of the result */
	bool piped;
	process_call_fn *fn;
	char data[] __attribute__((aligned(64)));
};

struct inflow;

struct process_pool {
	struct ring *ring;
	struct workers workers;
	size_t mapped_bytes;
	size_t slot_bytes; /* of data */
	size_t slot_stride;
	char *slots;
	/* the owner's, in its private memory */
	struct process_future **futures; /* [calls_max] by slot */
	int *free_slots;
	struct inflow *inflows;
	int calls_max;
	int free_count;
	int callbacks; /* futures that have one */
	struct spin spin;
};

static inline struct call_slot *slot_at(const struct process_pool *pool, int index)
{
	return (struct call_slot *)(void *)(pool->slots + (size_t)index * pool->slot_stride);
}

static inline bool slot_move(
	struct call_slot *slot, uint32_t generation, enum slot_phase from, enum slot_phase to)
{
	uint32_t state = generation << 8 | from;

	return atomic_compare_exchange_strong(&slot->state, &state, generation << 8 | to);
}

#endif
