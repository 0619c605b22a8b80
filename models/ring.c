/*
 * Cells after Vyukov's bounded queue (1024cores), with the owner in the state. The orders that
 * matter are all seq_cst: a producer publishes a cell and then looks for a spinner or parked
 * workers, a worker announces that it stops looking and then looks at the cells once more.
 */
#include "models/ring.h"

static size_t round_up(size_t bytes)
{
	return (bytes + 127) & ~(size_t)127;
}

static uint64_t power_of_two(uint64_t cells)
{
	uint64_t capacity = 2;

	while (capacity < cells)
		capacity *= 2;
	return capacity;
}

static size_t words(uint32_t workers)
{
	return (workers + 63) / 64;
}

size_t ring_bytes(uint64_t cells, uint32_t workers)
{
	return round_up(sizeof(struct ring)) + round_up(workers * sizeof(struct ring_worker)) +
	       round_up(words(workers) * sizeof(uint64_t)) +
	       power_of_two(cells) * sizeof(struct ring_cell);
}

struct ring *ring_make(
	void *memory, uint64_t cells, uint32_t workers, uint32_t spin_ns, enum park_scope scope)
{
	struct ring *ring = memory;
	char *at = (char *)memory + round_up(sizeof(*ring));

	ring->capacity = power_of_two(cells);
	ring->workers_max = workers;
	spin_make(&ring->spin, spin_ns);
	ring->scope = scope;
	ring->workers = (struct ring_worker *)(void *)at;
	at += round_up(workers * sizeof(struct ring_worker));
	ring->parked = (_Atomic uint64_t *)(void *)at;
	at += round_up(words(workers) * sizeof(uint64_t));
	ring->cells = (struct ring_cell *)(void *)at;
	for (uint64_t i = 0; i < ring->capacity; i++)
		atomic_store_explicit(&ring->cells[i].state, i << 16, memory_order_relaxed);
	return ring;
}

static struct ring_cell *cell_at(struct ring *ring, uint64_t position)
{
	return &ring->cells[position & (ring->capacity - 1)];
}

void ring_wake_one(struct ring *ring)
{
	for (size_t i = 0; i < words(ring->workers_max); i++) {
		uint64_t bits = atomic_load(&ring->parked[i]);
		while (bits != 0) {
			unsigned bit = (unsigned)__builtin_ctzll(bits);
			uint64_t mask = UINT64_C(1) << bit;
			if (atomic_fetch_and(&ring->parked[i], ~mask) & mask) {
				struct ring_worker *worker = &ring->workers[i * 64 + bit];
				atomic_store(&worker->wake, 1);
				park_wake(&worker->wake, 1, ring->scope);
				return;
			}
			bits = atomic_load(&ring->parked[i]);
		}
	}
}

uint64_t ring_put(struct ring *ring, task_fn *fn, void *arg, int task)
{
	uint64_t position = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	for (;;) {
		uint64_t at =
			atomic_load_explicit(&cell_at(ring, position)->state, memory_order_acquire);
		if (at == position << 16) {
			if (atomic_compare_exchange_weak(&ring->tail, &position, position + 1))
				break;
		} else if (at < position << 16) {
			return UINT64_MAX;
		} else {
			position = atomic_load_explicit(&ring->tail, memory_order_relaxed);
		}
	}
	struct ring_cell *cell = cell_at(ring, position);
	cell->fn = fn;
	cell->arg = arg;
	cell->task = task;
	atomic_store(&cell->state, position << 16 | RING_READY);
	if (atomic_load(&ring->spinner) == 0)
		ring_wake_one(ring);
	return position;
}

struct ring_cell *ring_try_take(struct ring *ring, uint32_t worker)
{
	uint64_t position = atomic_load(&ring->head);

	for (;;) {
		struct ring_cell *cell = cell_at(ring, position);
		uint64_t at = atomic_load(&cell->state);
		if (at == (position << 16 | RING_READY)) {
			if (!atomic_compare_exchange_strong(
				    &cell->state, &at, position << 16 | (RING_CLAIMED + worker)))
				continue;
			atomic_compare_exchange_strong(&ring->head, &position, position + 1);
			return cell;
		}
		if (at <= position << 16)
			return NULL; /* not filled, or its last lap's work is still in progress */
		if (atomic_compare_exchange_strong(&ring->head, &position, position + 1))
			position++;
	}
}

void ring_finish(struct ring *ring, struct ring_cell *cell)
{
	uint64_t position = atomic_load_explicit(&cell->state, memory_order_relaxed) >> 16;

	atomic_store(&cell->state, (position + ring->capacity) << 16);
}

static bool work_waits(struct ring *ring)
{
	uint64_t position = atomic_load(&ring->head);

	for (;; position++) {
		uint64_t at = atomic_load(&cell_at(ring, position)->state);
		if (at == (position << 16 | RING_READY))
			return true;
		if (at <= position << 16)
			return false;
	}
}

struct attempt {
	struct ring *ring;
	uint32_t worker;
	struct ring_cell *cell;
};

/* Ends the spin when there is work, or there will be none. */
static bool take_or_stop(void *arg)
{
	struct attempt *attempt = arg;

	attempt->cell = ring_try_take(attempt->ring, attempt->worker);
	return attempt->cell != NULL || atomic_load(&attempt->ring->stop);
}

static struct ring_cell *spin(struct ring *ring, uint32_t worker)
{
	struct attempt attempt = {ring, worker, NULL};
	uint32_t nobody = 0;

	if (ring->spin.most_ns == 0 ||
		!atomic_compare_exchange_strong(&ring->spinner, &nobody, worker + 1))
		return NULL;
	spin_until(&ring->spin, take_or_stop, &attempt);
	atomic_store(&ring->spinner, 0);
	return attempt.cell;
}

/* Parks unless there is work; whatever the reason it returns, the caller looks again. */
static void park(struct ring *ring, uint32_t worker)
{
	_Atomic uint32_t *wake = &ring->workers[worker].wake;
	_Atomic uint64_t *set = &ring->parked[worker / 64];
	uint64_t mask = UINT64_C(1) << worker % 64;

	atomic_store(wake, 0);
	atomic_fetch_or(set, mask);
	if (work_waits(ring) || atomic_load(&ring->stop)) {
		atomic_fetch_and(set, ~mask);
		return;
	}
	while (atomic_load(wake) == 0)
		park_wait(wake, 0, PARK_FOREVER, ring->scope);
	/* A waker that was late for the last time may have come while the bit stands. */
	atomic_fetch_and(set, ~mask);
}

struct ring_cell *ring_take(struct ring *ring, uint32_t worker, ring_idle_fn *idle, void *arg)
{
	struct ring_cell *cell = ring_try_take(ring, worker);

	if (cell != NULL)
		return cell;
	if (idle != NULL)
		idle(arg);
	cell = spin(ring, worker);
	while (cell == NULL && (cell = ring_try_take(ring, worker)) == NULL) {
		if (atomic_load(&ring->stop))
			return NULL;
		park(ring, worker);
	}
	if (work_waits(ring) && atomic_load(&ring->spinner) == 0)
		ring_wake_one(ring);
	return cell;
}

struct ring_cell *ring_claimed_by(struct ring *ring, uint32_t worker, uint64_t from, uint64_t to)
{
	for (uint64_t position = from; position < to; position++) {
		struct ring_cell *cell = cell_at(ring, position);
		if (atomic_load(&cell->state) == (position << 16 | (RING_CLAIMED + worker)))
			return cell;
	}
	return NULL;
}

void ring_bury(struct ring *ring, uint32_t worker)
{
	uint32_t dead = worker + 1;

	atomic_fetch_and(&ring->parked[worker / 64], ~(UINT64_C(1) << worker % 64));
	atomic_compare_exchange_strong(&ring->spinner, &dead, 0);
}

void ring_stop(struct ring *ring)
{
	atomic_store(&ring->stop, true);
	for (uint32_t i = 0; i < ring->workers_max; i++)
		ring_wake_one(ring);
}
