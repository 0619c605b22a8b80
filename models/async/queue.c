/*
 * Queues.
 */
#include "models/async/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "models/async/task.h"

enum { ROOM_FIRST = 16 };

/* Who waits on either side, with the item on its way. */
struct passing {
	struct async_waiter waiter; /* first */
	intptr_t item;
	int rc;
};

static bool smaller(intptr_t a, intptr_t b)
{
	return a < b;
}

/* Room for one more; a ring is unrolled on the way. */
static int grow(struct async_queue *queue)
{
	size_t room = queue->bound > 0   ? queue->bound
		      : queue->room == 0 ? ROOM_FIRST
					 : queue->room * 2;
	intptr_t *items = malloc(room * sizeof *items);

	if (items == NULL)
		return -ENOMEM;
	size_t behind = queue->room - queue->first;
	if (behind > queue->count)
		behind = queue->count;
	if (queue->count > 0) {
		memcpy(items, queue->items + queue->first, behind * sizeof *items);
		memcpy(items + behind, queue->items, (queue->count - behind) * sizeof *items);
	}
	free(queue->items);
	queue->items = items;
	queue->first = 0;
	queue->room = room;
	return 0;
}

int async_queue_open(struct async_queue *queue, size_t bound, enum async_queue_order order,
	async_queue_before_fn *before)
{
	*queue = (struct async_queue){
		.bound = bound, .order = order, .before = before != NULL ? before : smaller};
	return bound > 0 ? grow(queue) : 0;
}

static void heap_push(struct async_queue *queue, intptr_t item)
{
	size_t at = queue->count;

	while (at > 0 && queue->before(item, queue->items[(at - 1) / 2])) {
		queue->items[at] = queue->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	queue->items[at] = item;
}

static intptr_t heap_pop(struct async_queue *queue)
{
	intptr_t top = queue->items[0], last = queue->items[queue->count - 1];
	size_t at = 0, count = queue->count - 1;

	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count &&
			queue->before(queue->items[child + 1], queue->items[child]))
			child++;
		if (!queue->before(queue->items[child], last))
			break;
		queue->items[at] = queue->items[child];
	}
	queue->items[at] = last;
	return top;
}

static void store(struct async_queue *queue, intptr_t item)
{
	if (queue->order == ASYNC_QUEUE_PRIORITY) {
		heap_push(queue, item);
	} else {
		size_t at = queue->first + queue->count;
		queue->items[at < queue->room ? at : at - queue->room] = item;
	}
	queue->count++;
}

static intptr_t take(struct async_queue *queue)
{
	intptr_t item;

	if (queue->order == ASYNC_QUEUE_PRIORITY) {
		item = heap_pop(queue);
	} else if (queue->order == ASYNC_QUEUE_LIFO) {
		item = queue->items[queue->count - 1];
	} else {
		item = queue->items[queue->first];
		if (++queue->first == queue->room)
			queue->first = 0;
	}
	queue->count--;
	return item;
}

static void serve(struct async_waiter *waiter, intptr_t item, int rc)
{
	struct passing *passing = (struct passing *)(void *)waiter;

	passing->item = item;
	passing->rc = rc;
	async_waiter_serve(waiter);
}

int async_queue_put_nowait(struct async_queue *queue, intptr_t item)
{
	if (queue->shut)
		return -ESHUTDOWN;
	if (queue->getters.first != NULL) { /* then it is empty */
		queue->unfinished++;
		serve(queue->getters.first, item, 0);
		return 0;
	}
	if (async_queue_is_full(queue))
		return -EAGAIN;
	if (queue->count == queue->room) {
		int rc = grow(queue);
		if (rc != 0)
			return rc;
	}
	queue->unfinished++;
	store(queue, item);
	return 0;
}

int async_queue_put(struct async_queue *queue, intptr_t item)
{
	struct async_task *self = async_thread.current;
	struct passing passing = {.item = item};

	if (self == NULL)
		return async_outside("async_queue_put");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	int rc = queue->putters.first != NULL ? -EAGAIN : async_queue_put_nowait(queue, item);
	if (rc != -EAGAIN)
		return rc;
	self->waits = "async_queue_put";
	rc = async_waiter_wait(&queue->putters, &passing.waiter);
	return rc != 0 ? rc : passing.rc;
}

/* A place has become free: the first who waits to put fills it. */
static void let_putter_in(struct async_queue *queue)
{
	struct async_waiter *first = queue->putters.first;

	if (first == NULL)
		return;
	queue->unfinished++;
	store(queue, ((struct passing *)(void *)first)->item);
	serve(first, 0, 0);
}

int async_queue_get_nowait(struct async_queue *queue, intptr_t *item)
{
	if (queue->count == 0)
		return queue->shut ? -ESHUTDOWN : -EAGAIN;
	*item = take(queue);
	let_putter_in(queue);
	return 0;
}

int async_queue_get(struct async_queue *queue, intptr_t *item)
{
	struct async_task *self = async_thread.current;
	struct passing passing = {0};

	if (self == NULL)
		return async_outside("async_queue_get");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	int rc = async_queue_get_nowait(queue, item);
	if (rc != -EAGAIN)
		return rc;
	self->waits = "async_queue_get";
	rc = async_waiter_wait(&queue->getters, &passing.waiter);
	if (rc == 0 && (rc = passing.rc) == 0)
		*item = passing.item;
	return rc;
}

int async_queue_task_done(struct async_queue *queue)
{
	if (queue->unfinished == 0)
		return async_misuse(-EINVAL, "task_done was called more often than items were put");
	if (--queue->unfinished == 0)
		async_waiters_serve_all(&queue->joiners);
	return 0;
}

int async_queue_join(struct async_queue *queue)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return async_outside("async_queue_join");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	self->waits = "async_queue_join";
	return queue->unfinished == 0 ? 0 : async_waiters_wait(&queue->joiners);
}

void async_queue_shutdown(struct async_queue *queue, bool immediately)
{
	queue->shut = true;
	if (immediately) {
		queue->unfinished -=
			queue->count < queue->unfinished ? queue->count : queue->unfinished;
		queue->count = 0;
		if (queue->unfinished == 0)
			async_waiters_serve_all(&queue->joiners);
	}
	while (queue->putters.first != NULL)
		serve(queue->putters.first, 0, -ESHUTDOWN);
	while (queue->count == 0 && queue->getters.first != NULL)
		serve(queue->getters.first, 0, -ESHUTDOWN);
}

void async_queue_close(struct async_queue *queue)
{
	async_queue_shutdown(queue, true);
	free(queue->items);
	*queue = (struct async_queue){.shut = true};
}
