/*
 * A bounded queue across processes: items of a fixed size, copied through shared memory.
 *
 * First in, first out. A process may be killed at any moment, also inside put and get: an item is
 * in the queue or it is not, and what a consumer had not yet copied goes to another.
 */
#ifndef CONCBENCH_MODELS_PROCESSES_QUEUE_H
#define CONCBENCH_MODELS_PROCESSES_QUEUE_H

#include <stddef.h>

#include "models/processes/sync.h"

struct process_queue {
	uint64_t capacity;
	size_t item_bytes;
	size_t mapped_bytes;
	struct process_lock lock; /* covers head, tail and the items */
	_Atomic uint64_t head;
	_Atomic uint64_t tail;
	_Atomic bool closed;
	struct sync_line not_full __attribute__((aligned(64)));
	struct sync_line not_empty __attribute__((aligned(64)));
	char items[] __attribute__((aligned(64)));
};

/*
 * Opens a queue, to be inherited by the processes forked afterwards.
 *   spin_ns  how long put and get spin before they sleep; never on one CPU
 *   Returns  0 or -errno.   Owner: each process that has it may process_queue_close it.
 */
int process_queue_open(struct process_queue **queue, size_t capacity, size_t item_bytes,
	uint32_t spin_ns) __attribute__((warn_unused_result));
void process_queue_close(struct process_queue *queue);

/*
 * Copies an item in / out; waits while the queue is full / empty.
 *   timeout_ns  SYNC_TRY and SYNC_FOREVER too
 *   Returns     0, -ETIMEDOUT, or -EPIPE: closed (get: and empty).
 *   Threads     any of any process.
 */
int process_queue_put(struct process_queue *queue, const void *item, uint64_t timeout_ns)
	__attribute__((warn_unused_result));
int process_queue_get(struct process_queue *queue, void *item, uint64_t timeout_ns)
	__attribute__((warn_unused_result));

/* No more items: puts fail, gets empty what is left. */
void process_queue_shutdown(struct process_queue *queue);

size_t process_queue_size(struct process_queue *queue);

#endif
