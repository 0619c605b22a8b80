/*
 * Vyukov's bounded queue (1024cores) for the passage of items, two lines for those who must wait.
 * A cell's position is 2 × lap when it is to be filled and 2 × lap + 1 when it is to be emptied, so
 * that any capacity works, also 1.
 */
#include "models/threads/queue.h"

#include <stdlib.h>

int thread_queue_open(struct thread_queue *queue, size_t capacity, uint32_t spin_ns)
{
	queue->capacity = capacity;
	queue->cells = calloc(capacity, sizeof(*queue->cells));
	if (queue->cells == NULL)
		return -ENOMEM;
	atomic_init(&queue->tail, 0);
	atomic_init(&queue->head, 0);
	atomic_init(&queue->closed, false);
	sync_line_make(&queue->not_full, PARK_PROCESS, spin_ns);
	sync_line_make(&queue->not_empty, PARK_PROCESS, spin_ns);
	return 0;
}

void thread_queue_close(struct thread_queue *queue)
{
	free(queue->cells);
	queue->cells = NULL;
}

struct passage {
	struct thread_queue *queue;
	void *item;
	bool closed; /* out: it ended because of that */
	bool waited; /* out: not at the first attempt */
};

static bool try_put(void *arg)
{
	struct passage *passage = arg;
	struct thread_queue *queue = passage->queue;
	uint64_t tail = atomic_load(&queue->tail);

	if (atomic_load(&queue->closed))
		return passage->closed = true;
	for (;;) {
		struct thread_queue_cell *cell = &queue->cells[tail % queue->capacity];
		uint64_t lap = tail / queue->capacity * 2;
		uint64_t position = atomic_load(&cell->position);
		if (position == lap) {
			if (!atomic_compare_exchange_weak(&queue->tail, &tail, tail + 1))
				continue;
			cell->item = passage->item;
			atomic_store(&cell->position, lap + 1);
			return true;
		}
		if (position < lap) {
			passage->waited = true;
			return false;
		}
		tail = atomic_load(&queue->tail);
	}
}

static bool try_get(void *arg)
{
	struct passage *passage = arg;
	struct thread_queue *queue = passage->queue;
	/* Before the cells: what was put before the closing must still be seen. */
	bool closed = atomic_load(&queue->closed);
	uint64_t head = atomic_load(&queue->head);

	for (;;) {
		struct thread_queue_cell *cell = &queue->cells[head % queue->capacity];
		uint64_t lap = head / queue->capacity * 2;
		uint64_t position = atomic_load(&cell->position);
		if (position == lap + 1) {
			if (!atomic_compare_exchange_weak(&queue->head, &head, head + 1))
				continue;
			passage->item = cell->item;
			atomic_store(&cell->position, lap + 2);
			return true;
		}
		if (position < lap + 1) {
			passage->waited = true;
			return passage->closed = closed && atomic_load(&queue->tail) == head;
		}
		head = atomic_load(&queue->head);
	}
}

/*
 * Cells are taken in order but may become ready out of order. The wake-up for one that is ready
 * behind one that is not wakes a thread for nothing, which sleeps again. So whoever gets through
 * after having waited passes the wake-up on while there is more to be had, or that thread would
 * sleep beside it for ever. The same is true of the closing.
 */
static void pass_on_room(struct thread_queue *queue)
{
	uint64_t tail = atomic_load(&queue->tail);
	uint64_t position = atomic_load(&queue->cells[tail % queue->capacity].position);

	if (position == tail / queue->capacity * 2)
		sync_line_wake(&queue->not_full, 1);
}

static void pass_on_items(struct thread_queue *queue)
{
	uint64_t head = atomic_load(&queue->head);
	uint64_t position = atomic_load(&queue->cells[head % queue->capacity].position);

	if (atomic_load(&queue->closed))
		sync_line_wake(&queue->not_empty, INT_MAX);
	else if (position == head / queue->capacity * 2 + 1)
		sync_line_wake(&queue->not_empty, 1);
}

int thread_queue_put(struct thread_queue *queue, void *item, uint64_t timeout_ns)
{
	struct passage passage = {.queue = queue, .item = item};
	int rc = sync_line_until(&queue->not_full, try_put, &passage, timeout_ns);

	if (rc != 0 || passage.closed)
		return rc != 0 ? rc : -EPIPE;
	sync_line_wake(&queue->not_empty, 1);
	if (passage.waited)
		pass_on_room(queue);
	return 0;
}

int thread_queue_get(struct thread_queue *queue, void **item, uint64_t timeout_ns)
{
	struct passage passage = {.queue = queue};
	int rc = sync_line_until(&queue->not_empty, try_get, &passage, timeout_ns);

	if (rc == 0 && passage.waited)
		pass_on_items(queue);
	if (rc != 0 || passage.closed)
		return rc != 0 ? rc : -EPIPE;
	*item = passage.item;
	sync_line_wake(&queue->not_full, 1);
	return 0;
}

void thread_queue_shutdown(struct thread_queue *queue)
{
	atomic_store(&queue->closed, true);
	sync_line_wake(&queue->not_full, INT_MAX);
	sync_line_wake(&queue->not_empty, INT_MAX);
}

size_t thread_queue_size(struct thread_queue *queue)
{
	uint64_t head = atomic_load(&queue->head);
	uint64_t tail = atomic_load(&queue->tail);

	return tail > head ? tail - head : 0;
}
