/*
 * A task's slot: its identity, its counters, its place in the rounds; 128-byte aligned in the
 * arena, written by one task only. Latencies go to a lane (task i mod 64), chunks to a small buffer
 * that only the first few tasks have.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_SLOT_H
#define CONCBENCH_HARNESS_MEASURE_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/measure/clock.h"
#include "harness/measure/histogram.h"
#include "harness/measure/injection.h"

struct orders;

enum { LANES_MAX = 64, CHUNK_TASKS_MAX = 16, CHUNKS_MAX = 256 };

/* Chunks of one task: durations of chunk_operations operations each, on the task's own clock. */
struct chunks {
	uint64_t operations; /* per chunk; 0 = off */
	uint64_t filled;     /* operations in the running chunk */
	uint64_t start_ns;   /* of the running chunk */
	uint64_t count;
	struct injection injection; /* what is done at the end of each, and how often it was */
	uint64_t injected;
	uint64_t ns[CHUNKS_MAX];
};

/* The first cache line is what an operation touches. */
struct slot {
	struct orders *orders;
	struct lane *lane;     /* NULL: latencies are not recorded */
	struct chunks *chunks; /* NULL: this task cuts none */
	uint64_t rounds_left;  /* of the stretch that runs now */
	/* counters of the window (of the whole life for servers) */
	uint64_t operations, bytes, checksum;
	int index;
	int rc;
	uint64_t start_ns, end_ns; /* of this task's stretch */
	uint32_t begun;            /* spawned for one round: it has been given it */
	uint32_t released;         /* it was told that no more rounds come */
	/* state machines: called before; arrived at the gate, when its word was this */
	uint32_t entered, at_gate, gate_word;
} __attribute__((aligned(128)));

/* Meets the other tasks and decides what comes next; called by slot_round only. */
bool slot_stretch(struct slot *slot);

/*
 * True: do one more round. At the ends of stretches it parks at a gate, with the family's own wait.
 *   Threads  the slot's task only.
 */
static inline bool slot_round(struct slot *slot)
{
	if (slot->rounds_left > 1) {
		slot->rounds_left--;
		return true;
	}
	return slot_stretch(slot);
}

/*
 * slot_round for tasks that cannot park inside of a call: it tells what comes next, and where that
 * is waiting, the task waits in its own way while *slot_gate(slot) == slot->gate_word and asks
 * again.
 */
enum slot_turn { SLOT_ROUND, SLOT_OVER, SLOT_WAIT };
enum slot_turn slot_turn(struct slot *slot);
_Atomic uint32_t *slot_gate(const struct slot *slot);

/* What the task returns at its end: 0, or the error it met (set slot->rc and leave the loop). */
int slot_result(struct slot *slot);

/* Operations more are done at end_ns; ends the running chunk when it is full. */
static inline void chunk_add(struct chunks *chunks, uint64_t operations, uint64_t end_ns)
{
	chunks->filled += operations;
	if (chunks->operations == 0 || chunks->filled < chunks->operations)
		return;
	if (chunks->count < CHUNKS_MAX)
		chunks->ns[chunks->count++] = end_ns - chunks->start_ns;
	chunks->start_ns = end_ns;
	chunks->filled = 0;
	if (chunks->injection.kind != INJECT_NOTHING)
		chunks->injected += injection_do(&chunks->injection, chunks->count - 1);
}

/* Chunk bookkeeping after operations that ended at end_ns. */
static inline void slot_chunk(struct slot *slot, uint64_t operations, uint64_t end_ns)
{
	if (slot->chunks != NULL)
		chunk_add(slot->chunks, operations, end_ns);
}

static inline uint64_t slot_begin(const struct slot *slot)
{
	(void)slot;
	return clock_now_ns();
}

/* One timed operation is done. */
static inline void slot_end(struct slot *slot, uint64_t start_ns, uint64_t bytes, uint64_t checksum)
{
	uint64_t end_ns = clock_now_ns();

	if (slot->lane != NULL)
		lane_record(slot->lane, end_ns - start_ns);
	slot->operations++;
	slot->bytes += bytes;
	slot->checksum += checksum;
	slot_chunk(slot, 1, end_ns);
}

/* Operations without a latency of their own (servers; batches below 1.1 us each). */
static inline void slot_count(
	struct slot *slot, uint64_t operations, uint64_t bytes, uint64_t checksum)
{
	slot->operations += operations;
	slot->bytes += bytes;
	slot->checksum += checksum;
}

#endif
