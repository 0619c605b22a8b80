/*
 * A pool of worker processes that computes futures: its workers, and the passage of calls and
 * results.
 *
 * A result that does not fit its slot goes through the worker's pipe behind a header that says
 * whose it is; the owner reads all pipes whenever it waits, so a worker that writes much never
 * blocks the owner for good.
 */
#include "models/processes/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "models/first_failure.h"
#include "models/processes/slots.h"

enum { CALLS_DEFAULT = 64, SLOT_DEFAULT_BYTES = 4096, ROOM_PAUSE_NS = 50000 };

/* Before each result in a pipe; shorter than PIPE_BUF, so it comes in one piece. */
struct header {
	uint64_t slot;
	uint64_t bytes;
};

/* The owner's, of each worker: what it reads from the pipe. */
struct inflow {
	int slot;
	size_t left;
};

struct process_reply {
	struct process_pool *pool;
	struct call_slot *slot;
	uint32_t worker;
	bool given;
};

static int write_all(int fd, const void *data, size_t bytes)
{
	const char *at = data;

	while (bytes > 0) {
		ssize_t written = write(fd, at, bytes);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		at += written;
		bytes -= (size_t)written;
	}
	return 0;
}

int process_reply(struct process_reply *reply, const void *data, size_t bytes)
{
	struct process_pool *pool = reply->pool;
	struct call_slot *slot = reply->slot;

	assert(!reply->given);
	reply->given = true;
	slot->bytes = bytes;
	slot->piped = bytes > pool->slot_bytes;
	if (!slot->piped) {
		memmove(slot->data, data, bytes); /* it may be the argument */
		return 0;
	}
	struct header header = {(uint64_t)((char *)slot - pool->slots) / pool->slot_stride, bytes};
	int pipe = workers_pipe(&pool->workers, reply->worker);
	/* The owner may be asleep, and has to read before this can end. */
	int rc = write_all(pipe, &header, sizeof(header));
	return rc != 0 ? rc : write_all(pipe, data, bytes);
}

static void tell_owner(void *arg)
{
	workers_ring_bell(arg);
}

static void work(void *arg, uint32_t number)
{
	struct process_pool *pool = arg;
	struct ring_cell *cell;

	while ((cell = ring_take(pool->ring, number, tell_owner, &pool->workers)) != NULL) {
		struct call_slot *slot = cell->arg;
		uint32_t generation = (uint32_t)cell->task;
		if (slot_move(slot, generation, SLOT_PENDING, SLOT_RUNNING)) {
			struct process_reply reply = {pool, slot, number, false};
			size_t bytes = slot->bytes;
			slot->bytes = 0; /* no reply is an empty one */
			int rc = slot->fn(slot->data, bytes, &reply);
			slot->error = task_errno(rc);
			atomic_store(&slot->state, generation << 8 | SLOT_DONE);
			workers_ring_bell(&pool->workers);
		}
		ring_finish(pool->ring, cell);
	}
}

static void lost(void *arg, struct ring_cell *cell, int rc, int signal)
{
	struct process_pool *pool = arg;
	struct call_slot *slot = cell->arg;
	uint32_t generation = (uint32_t)cell->task;

	(void)pool;
	/* Written first: the worker is dead, and nobody reads them before the state is SLOT_DONE.
	 */
	if (generation != slot->generation || (atomic_load(&slot->state) & 0xff) == SLOT_DONE)
		return;
	slot->error = rc;
	slot->signal = signal;
	slot->piped = false;
	atomic_store(&slot->state, generation << 8 | SLOT_DONE);
}

/* Returns false when there is nothing more to read now. */
static bool read_header(struct inflow *inflow, int pipe)
{
	struct header header;

	if (read(pipe, &header, sizeof(header)) != (ssize_t)sizeof(header))
		return false;
	inflow->slot = (int)header.slot;
	inflow->left = header.bytes;
	return true;
}

static bool read_data(struct process_pool *pool, struct inflow *inflow, int pipe)
{
	struct process_future *future = pool->futures[inflow->slot];
	char scrap[4096];

	/* What finds no memory is read and dropped, and its future fails. */
	if (future->large == NULL && future->received == 0)
		future->large = malloc(inflow->left);
	char *into = future->large != NULL ? future->large + future->received : scrap;
	size_t most = future->large != NULL || inflow->left < sizeof(scrap) ? inflow->left
									    : sizeof(scrap);
	ssize_t got = read(pipe, into, most);
	if (got <= 0)
		return false;
	future->received += (size_t)got;
	inflow->left -= (size_t)got;
	return true;
}

static void readable(void *arg, uint32_t number, int pipe)
{
	struct process_pool *pool = arg;
	struct inflow *inflow = &pool->inflows[number];

	while (inflow->left > 0 ? read_data(pool, inflow, pipe) : read_header(inflow, pipe))
		;
}

/* A dead worker's pipe is gone with what was in it. */
static void lost_with_pipe(void *arg, struct ring_cell *cell, int rc, int signal)
{
	struct process_pool *pool = arg;
	struct call_slot *slot = cell->arg;
	int index = (int)((size_t)((char *)slot - pool->slots) / pool->slot_stride);

	lost(arg, cell, rc, signal);
	for (uint32_t i = 0; i < pool->ring->workers_max; i++)
		if (pool->inflows[i].slot == index)
			pool->inflows[i].left = 0;
}

static const struct workers_ops workers_ops = {
	.work = work, .lost = lost_with_pipe, .readable = readable};

static struct process_pool *map_pool(const struct process_pool_options *options)
{
	uint32_t workers = (uint32_t)(options->workers != 0 ? options->workers : park_cpus());
	int calls = options->calls_max != 0 ? options->calls_max : CALLS_DEFAULT;
	size_t slot_bytes = options->slot_bytes != 0 ? options->slot_bytes : SLOT_DEFAULT_BYTES;
	size_t stride = (sizeof(struct call_slot) + slot_bytes + 63) & ~(size_t)63;
	size_t own = (sizeof(struct process_pool) + 127) & ~(size_t)127;
	/* Twice: a cancelled call leaves its slot before its cell leaves the ring. */
	size_t ring = (ring_bytes((uint64_t)calls * 2, workers) + 127) & ~(size_t)127;
	size_t bytes = own + ring + (size_t)calls * stride;
	struct process_pool *pool =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (pool == MAP_FAILED)
		return NULL;
	pool->mapped_bytes = bytes;
	pool->slot_bytes = slot_bytes;
	pool->slot_stride = stride;
	pool->calls_max = calls;
	pool->slots = (char *)pool + own + ring;
	pool->ring = ring_make((char *)pool + own, (uint64_t)calls * 2, workers,
		spin_bound_ns(options->spin_ns), PARK_SHARED);
	spin_make(&pool->spin, pool->ring->spin.most_ns);
	return pool;
}

static void unmap_pool(struct process_pool *pool)
{
	free(pool->futures);
	free(pool->free_slots);
	free(pool->inflows);
	munmap(pool, pool->mapped_bytes);
}

int process_pool_open(struct process_pool **opened, const struct process_pool_options *options)
{
	*opened = NULL;
	if (options->workers > RING_WORKERS_MAX)
		return -EAGAIN;
	struct process_pool *pool = map_pool(options);
	if (pool == NULL)
		return -errno;
	size_t calls = (size_t)pool->calls_max;
	pool->futures = calloc(calls, sizeof(*pool->futures));
	pool->free_slots = calloc(calls, sizeof(*pool->free_slots));
	pool->inflows = calloc(pool->ring->workers_max, sizeof(*pool->inflows));
	if (pool->futures == NULL || pool->free_slots == NULL || pool->inflows == NULL) {
		unmap_pool(pool);
		return -ENOMEM;
	}
	for (int i = pool->calls_max - 1; i >= 0; i--)
		pool->free_slots[pool->free_count++] = i;
	int rc = workers_start(&pool->workers, pool->ring, &workers_ops, pool);
	if (rc != 0) {
		process_pool_close(pool);
		return rc;
	}
	*opened = pool;
	return 0;
}

void process_pool_close(struct process_pool *pool)
{
	if (pool == NULL)
		return;
	workers_stop(&pool->workers);
	for (int i = 0; i < pool->calls_max; i++)
		if (pool->futures[i] != NULL)
			free(pool->futures[i]->large);
	unmap_pool(pool);
}

int process_pool_submit(struct process_pool *pool, struct process_future *future,
	process_call_fn *fn, const void *arg, size_t bytes)
{
	*future = (struct process_future){.pool = pool, .slot = -1};
	if (bytes > pool->slot_bytes)
		return -E2BIG;
	if (pool->free_count == 0)
		return -EAGAIN;
	int index = pool->free_slots[pool->free_count - 1];
	struct call_slot *slot = slot_at(pool, index);
	slot->generation = (slot->generation + 1) & 0xffffff;
	slot->error = slot->signal = 0;
	slot->piped = false;
	slot->fn = fn;
	slot->bytes = bytes;
	if (bytes > 0)
		memcpy(slot->data, arg, bytes);
	atomic_store(&slot->state, slot->generation << 8 | SLOT_PENDING);
	/* A worker that is not scheduled between its answer and its cell's release can hold a whole
	   lap up, for as long as that lasts, or until it is known to be dead. */
	while (ring_put(pool->ring, NULL, slot, (int)slot->generation) == UINT64_MAX) {
		workers_look(&pool->workers);
		nanosleep(&(struct timespec){.tv_nsec = ROOM_PAUSE_NS}, NULL);
	}
	pool->free_count--;
	pool->futures[index] = future;
	future->slot = index;
	return 0;
}

int process_pool_pids(const struct process_pool *pool, pid_t *pids, int max)
{
	return workers_pids(&pool->workers, pids, max);
}
