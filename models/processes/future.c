/*
 * Futures of a process pool, as the pool's owner sees them. It is told of nothing by itself: it
 * looks at the slots, at pipes and at deaths while it waits.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "models/processes/slots.h"

static bool complete(const struct process_future *future)
{
	struct call_slot *slot = slot_at(future->pool, future->slot);

	return (atomic_load(&slot->state) & 0xff) == SLOT_DONE &&
	       (slot->error != 0 || !slot->piped || future->received == slot->bytes);
}

static int outcome(struct process_future *future, const void **data, size_t *bytes)
{
	struct call_slot *slot = slot_at(future->pool, future->slot);

	future->signal = slot->signal;
	if (slot->error != 0)
		return slot->error;
	if (slot->piped && future->large == NULL)
		return -ENOMEM;
	if (data != NULL)
		*data = slot->piped ? future->large : slot->data;
	if (bytes != NULL)
		*bytes = slot->bytes;
	return 0;
}

static void call_back(struct process_future *future)
{
	process_done_fn *fn = future->done;
	const void *data = NULL;
	size_t bytes = 0;

	future->done = NULL;
	int error = outcome(future, &data, &bytes);
	fn(error, data, bytes, future->done_arg);
}

static void call_back_all(struct process_pool *pool)
{
	for (int i = 0; i < pool->calls_max && pool->callbacks > 0; i++) {
		struct process_future *future = pool->futures[i];
		if (future != NULL && future->done != NULL && complete(future)) {
			pool->callbacks--;
			call_back(future);
		}
	}
}

bool process_future_done(struct process_future *future)
{
	workers_look(&future->pool->workers);
	call_back_all(future->pool);
	return complete(future);
}

static bool is_complete(void *arg)
{
	return complete(arg);
}

static int wait_for(struct process_future *future, uint64_t timeout_ns)
{
	struct process_pool *pool = future->pool;
	uint64_t now_ns = park_now_ns();
	uint64_t deadline_ns = timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns;
	bool done = complete(future) ||
		    (timeout_ns != SYNC_TRY && spin_until(&pool->spin, is_complete, future));

	while (!done) {
		workers_expect(&pool->workers);
		if (complete(future))
			break;
		now_ns = park_now_ns();
		if (now_ns >= deadline_ns)
			timeout_ns = 0;
		else if (deadline_ns != UINT64_MAX)
			timeout_ns = deadline_ns - now_ns;
		workers_wait(&pool->workers, timeout_ns);
		done = complete(future);
		if (!done && timeout_ns == 0)
			break;
	}
	atomic_store(&pool->workers.waiting, 0);
	call_back_all(pool);
	return complete(future) ? 0 : -ETIMEDOUT;
}

int process_future_result(
	struct process_future *future, const void **data, size_t *bytes, uint64_t timeout_ns)
{
	int rc = wait_for(future, timeout_ns);

	return rc != 0 ? rc : outcome(future, data, bytes);
}

int process_future_cancel(struct process_future *future)
{
	struct call_slot *slot = slot_at(future->pool, future->slot);

	/* In two steps, so that nobody sees it complete before it says why. */
	if (!slot_move(slot, slot->generation, SLOT_PENDING, SLOT_RUNNING))
		return complete(future) ? -EALREADY : -EBUSY;
	slot->error = -ECANCELED;
	atomic_store(&slot->state, slot->generation << 8 | SLOT_DONE);
	call_back_all(future->pool);
	return 0;
}

void process_future_on_done(struct process_future *future, process_done_fn *fn, void *arg)
{
	assert(future->done == NULL);
	future->done = fn;
	future->done_arg = arg;
	if (complete(future))
		call_back(future);
	else
		future->pool->callbacks++;
}

void process_future_release(struct process_future *future)
{
	struct process_pool *pool = future->pool;

	if (future->slot < 0)
		return;
	if (process_future_cancel(future) == -EBUSY) {
		int rc = wait_for(future, SYNC_FOREVER);
		assert(rc == 0);
	}
	call_back_all(pool);
	free(future->large);
	future->large = NULL;
	pool->futures[future->slot] = NULL;
	pool->free_slots[pool->free_count++] = future->slot;
	future->slot = -1;
}
