/*
 * A ring under the robust lock. Each change becomes valid by one store, of tail or head, after the
 * copy: whoever inherits the lock finds a queue without the item or with it, and repairs nothing.
 */
#include "models/processes/queue.h"

#include <string.h>
#include <sys/mman.h>

int process_queue_open(
	struct process_queue **queue, size_t capacity, size_t item_bytes, uint32_t spin_ns)
{
	size_t bytes = sizeof(**queue) + capacity * item_bytes;
	struct process_queue *made =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*queue = NULL;
	if (made == MAP_FAILED)
		return -errno;
	made->capacity = capacity;
	made->item_bytes = item_bytes;
	made->mapped_bytes = bytes;
	sync_line_make(&made->not_full, PARK_SHARED, spin_ns);
	sync_line_make(&made->not_empty, PARK_SHARED, spin_ns);
	int rc = process_lock_make(&made->lock, spin_ns);
	if (rc != 0)
		munmap(made, bytes);
	else
		*queue = made;
	return rc;
}

void process_queue_close(struct process_queue *queue)
{
	if (queue != NULL)
		munmap(queue, queue->mapped_bytes);
}

struct passage {
	struct process_queue *queue;
	const void *in;
	void *out;
	bool closed; /* out: it ended because of that */
};

static char *item_at(struct process_queue *queue, uint64_t position)
{
	return queue->items + position % queue->capacity * queue->item_bytes;
}

static void lock(struct process_queue *queue)
{
	int rc = process_lock_acquire(&queue->lock, SYNC_FOREVER);
	(void)rc; /* inherited or not, the queue is whole */
}

static bool full(struct process_queue *queue)
{
	return atomic_load(&queue->tail) - atomic_load(&queue->head) >= queue->capacity;
}

static bool empty(struct process_queue *queue)
{
	return atomic_load(&queue->tail) == atomic_load(&queue->head);
}

static bool try_put(void *arg)
{
	struct passage *passage = arg;
	struct process_queue *queue = passage->queue;

	if (full(queue) && !atomic_load(&queue->closed))
		return false; /* a look that does not disturb who holds the lock */
	lock(queue);
	bool room = !full(queue);
	passage->closed = atomic_load(&queue->closed);
	if (room && !passage->closed) {
		uint64_t tail = atomic_load(&queue->tail);
		memcpy(item_at(queue, tail), passage->in, queue->item_bytes);
		atomic_store(&queue->tail, tail + 1);
	}
	process_lock_release(&queue->lock);
	return room || passage->closed;
}

static bool try_get(void *arg)
{
	struct passage *passage = arg;
	struct process_queue *queue = passage->queue;

	if (empty(queue) && !atomic_load(&queue->closed))
		return false;
	lock(queue);
	bool some = !empty(queue);
	if (some) {
		uint64_t head = atomic_load(&queue->head);
		memcpy(passage->out, item_at(queue, head), queue->item_bytes);
		atomic_store(&queue->head, head + 1);
	} else {
		passage->closed = atomic_load(&queue->closed);
	}
	process_lock_release(&queue->lock);
	return some || passage->closed;
}

int process_queue_put(struct process_queue *queue, const void *item, uint64_t timeout_ns)
{
	struct passage passage = {.queue = queue, .in = item};
	int rc = sync_line_until(&queue->not_full, try_put, &passage, timeout_ns);

	if (rc != 0 || passage.closed)
		return rc != 0 ? rc : -EPIPE;
	sync_line_wake(&queue->not_empty, 1);
	return 0;
}

int process_queue_get(struct process_queue *queue, void *item, uint64_t timeout_ns)
{
	struct passage passage = {.queue = queue, .out = item};
	int rc = sync_line_until(&queue->not_empty, try_get, &passage, timeout_ns);

	if (rc != 0 || passage.closed)
		return rc != 0 ? rc : -EPIPE;
	sync_line_wake(&queue->not_full, 1);
	return 0;
}

void process_queue_shutdown(struct process_queue *queue)
{
	lock(queue);
	atomic_store(&queue->closed, true);
	process_lock_release(&queue->lock);
	sync_line_wake(&queue->not_full, INT_MAX);
	sync_line_wake(&queue->not_empty, INT_MAX);
}

size_t process_queue_size(struct process_queue *queue)
{
	uint64_t head = atomic_load(&queue->head);
	uint64_t tail = atomic_load(&queue->tail);

	return tail > head ? tail - head : 0;
}
