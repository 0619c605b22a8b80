/*
 * A bounded queue of pointers for any number of producers and consumers.
 *
 * First in, first out, as far as two threads can tell who came first.
 */
#ifndef CONCBENCH_MODELS_THREADS_QUEUE_H
#define CONCBENCH_MODELS_THREADS_QUEUE_H

#include <stddef.h>

#include "models/sync.h"

struct thread_queue_cell {
	_Atomic uint64_t position; /* whose turn: even = to fill, odd = to empty */
	void *item;
};

struct thread_queue {
	uint64_t capacity;
	struct thread_queue_cell *cells;
	_Atomic uint64_t tail __attribute__((aligned(128)));
	_Atomic uint64_t head __attribute__((aligned(128)));
	_Atomic bool closed;
	struct sync_line not_full __attribute__((aligned(128)));
	struct sync_line not_empty __attribute__((aligned(128)));
};

/*
 * Opens a queue of exactly capacity items (1 ..).
 *   spin_ns  how long put and get spin before they sleep; never on one CPU
 *   Returns  0 or -ENOMEM.   Owner: thread_queue_close, once nobody uses it.
 */
int thread_queue_open(struct thread_queue *queue, size_t capacity, uint32_t spin_ns)
	__attribute__((warn_unused_result));
void thread_queue_close(struct thread_queue *queue);

/*
 * Puts an item in / gets one out; waits while the queue is full / empty.
 *   timeout_ns  SYNC_TRY and SYNC_FOREVER too
 *   Returns     0, -ETIMEDOUT, or -EPIPE: closed (get: and empty).
 *   Threads     any.
 */
int thread_queue_put(struct thread_queue *queue, void *item, uint64_t timeout_ns)
	__attribute__((warn_unused_result));
int thread_queue_get(struct thread_queue *queue, void **item, uint64_t timeout_ns)
	__attribute__((warn_unused_result));

/* No more items: puts fail, gets empty what is left. A put at the same moment may still succeed. */
void thread_queue_shutdown(struct thread_queue *queue);

/* Items in it, as of some moment during the call. */
size_t thread_queue_size(struct thread_queue *queue);

#endif
