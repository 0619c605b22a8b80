/*
 * The hand-over of work to the workers of a pool, threads or processes: a bounded ring of cells and
 * the parking of idle workers.
 *
 * Any number of producers and consumers. A consumer claims a cell by writing its own number into
 * the cell's state, so that whoever outlives it can tell what it was doing: nothing else says who
 * has what, and head is a hint that anyone may move. Idle workers: at most one spins, the others
 * park, each on its own word with its bit in a set. A bit is cleared by who wakes the worker; one
 * that dies leaves nothing that cannot be cleared twice. A worker that goes from idle to busy wakes
 * the next if more waits, so a producer that sees the spinner need not wake anybody.
 *
 * Everything lies in one piece of memory, which processes map shared before they fork.
 */
#ifndef CONCBENCH_MODELS_RING_H
#define CONCBENCH_MODELS_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/model.h"
#include "models/park.h"
#include "models/spin.h"

enum { RING_WORKERS_MAX = 32768 }; /* owners are 16 bits of a cell's state */

/* state = position << 16 | phase; positions count up for ever, cell = position modulo capacity. */
enum ring_phase { RING_FREE = 0, RING_READY = 1, RING_CLAIMED = 2 /* + number of the worker */ };

struct ring_cell {
	_Atomic uint64_t state;
	task_fn *fn;
	void *arg;
	int task; /* the producer's own */
};

struct ring_worker {
	_Atomic uint32_t wake; /* 0: park on it */
	pid_t pid;             /* kept by the pool's owner where workers are processes */
} __attribute__((aligned(64)));

struct ring {
	/* constant once made */
	uint64_t capacity; /* a power of two */
	uint32_t workers_max;
	enum park_scope scope;
	struct ring_cell *cells;
	struct ring_worker *workers;
	_Atomic uint64_t *parked; /* one bit per worker */

	_Atomic uint64_t tail __attribute__((aligned(128)));    /* the next position to fill */
	_Atomic uint64_t head __attribute__((aligned(128)));    /* all below it are claimed */
	_Atomic uint32_t spinner __attribute__((aligned(128))); /* number of the worker + 1 */
	struct spin spin;                                       /* its */
	_Atomic bool stop;
};

/*
 * Bytes of memory that a ring takes.
 *   cells    at least this many can wait
 */
size_t ring_bytes(uint64_t cells, uint32_t workers);

/*
 * Makes a ring in zeroed memory of ring_bytes, aligned to a page.
 *   spin_ns  how long the one spinner spins at most; on one CPU nobody does, whatever it says
 */
struct ring *ring_make(
	void *memory, uint64_t cells, uint32_t workers, uint32_t spin_ns, enum park_scope scope);

/*
 * Hands work over.
 *   Returns  its position, or UINT64_MAX when the ring is full.
 *   Threads  any.
 */
uint64_t ring_put(struct ring *ring, task_fn *fn, void *arg, int task);

/* How a worker looks for work: what it does each time before it waits. */
typedef void ring_idle_fn(void *arg);

/*
 * The next work for a worker; waits for it.
 *   idle     called when there is none, before waiting; may be NULL
 *   Returns  the claimed cell, or NULL once the ring is stopped and empty.
 *   Threads  one per worker number.
 */
struct ring_cell *ring_take(struct ring *ring, uint32_t worker, ring_idle_fn *idle, void *arg);

/* Claims work if there is some, else NULL. */
struct ring_cell *ring_try_take(struct ring *ring, uint32_t worker);

/* The claimed cell's work is done; the cell is free for the next lap. */
void ring_finish(struct ring *ring, struct ring_cell *cell);

/* Whether the work put at that position is done. */
static inline bool ring_finished(struct ring *ring, uint64_t position)
{
	return atomic_load(&ring->cells[position & (ring->capacity - 1)].state) >> 16 > position;
}

/*
 * The cell that a worker has claimed among positions from .. to − 1, NULL if none: what a worker
 * that died was doing. Call ring_bury afterwards.
 */
struct ring_cell *ring_claimed_by(struct ring *ring, uint32_t worker, uint64_t from, uint64_t to);

/* Takes a dead worker off the line of waiting ones. */
void ring_bury(struct ring *ring, uint32_t worker);

/* Wakes one parked worker, if any. */
void ring_wake_one(struct ring *ring);

/* Lets every worker end when it finds no work. */
void ring_stop(struct ring *ring);

#endif
