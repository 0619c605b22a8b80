/*
 * Queues between the tasks of one loop: first in first out, last in first out, or by priority;
 * bounded or not. An item that meets a waiting getter is handed to it directly.
 *
 * Items are intptr_t: a number, or a pointer to what the two sides agree on.
 */
#ifndef CONCBENCH_MODELS_ASYNC_QUEUE_H
#define CONCBENCH_MODELS_ASYNC_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/async/future.h"

enum async_queue_order { ASYNC_QUEUE_FIFO, ASYNC_QUEUE_LIFO, ASYNC_QUEUE_PRIORITY };

/* Whether a is to be taken before b; NULL in the options: the smaller number. */
typedef bool async_queue_before_fn(intptr_t a, intptr_t b);

/* All-zero is an unbounded FIFO queue. */
struct async_queue {
	size_t bound; /* 0: none */
	enum async_queue_order order;
	async_queue_before_fn *before;
	intptr_t *items; /* a ring (FIFO), a stack (LIFO), a heap (PRIORITY) */
	size_t first, count, room;
	size_t unfinished; /* put, and not yet told by task_done */
	bool shut;
	struct async_waiters getters, putters, joiners;
};

/*
 * Makes an empty queue.
 *   Returns  0, -ENOMEM (the items of a bounded queue are allocated here, others as it grows).
 *   Owner    async_queue_close frees the items' room; who waits then gets -ESHUTDOWN.
 *   Threads  the loop's.
 */
int async_queue_open(struct async_queue *queue, size_t bound, enum async_queue_order order,
	async_queue_before_fn *before) __attribute__((warn_unused_result));
void async_queue_close(struct async_queue *queue);

/*
 * Puts an item; waits while the queue is full. The _nowait half says -EAGAIN instead.
 *   Returns  0; -ESHUTDOWN; -ENOMEM; -ECANCELED, -ETIMEDOUT: the item was not put.
 */
int async_queue_put(struct async_queue *queue, intptr_t item) __attribute__((warn_unused_result));
int async_queue_put_nowait(struct async_queue *queue, intptr_t item)
	__attribute__((warn_unused_result));

/*
 * Takes the next item; waits while there is none.
 *   Returns  0; -ESHUTDOWN: shut down and empty; -ECANCELED, -ETIMEDOUT: nothing was taken.
 */
int async_queue_get(struct async_queue *queue, intptr_t *item) __attribute__((warn_unused_result));
int async_queue_get_nowait(struct async_queue *queue, intptr_t *item)
	__attribute__((warn_unused_result));

/* An item taken before has been dealt with. Returns  0, -EINVAL: more often than put. */
int async_queue_task_done(struct async_queue *queue);
/* Waits until every item put has been dealt with. Returns  0, -ECANCELED, -ETIMEDOUT. */
int async_queue_join(struct async_queue *queue) __attribute__((warn_unused_result));

/*
 * No more puts; gets go on until it is empty, or end at once with what is left thrown away.
 */
void async_queue_shutdown(struct async_queue *queue, bool immediately);

static inline size_t async_queue_count(const struct async_queue *queue)
{
	return queue->count;
}

static inline bool async_queue_is_empty(const struct async_queue *queue)
{
	return queue->count == 0;
}

static inline bool async_queue_is_full(const struct async_queue *queue)
{
	return queue->bound > 0 && queue->count >= queue->bound;
}

#endif
