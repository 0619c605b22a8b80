/* A lock-free ring for one producer and one consumer: what an item costs while both are one. */
#include <concbench.h>
#include <stdatomic.h>
#include <stdlib.h>

struct ring { _Atomic uint64_t head, tail; uint64_t items[256]; };

static void *ring_new(uint64_t seed, int tasks) { (void)seed, (void)tasks; return calloc(1, sizeof(struct ring)); }

static uint64_t pass(struct concbench_task *task)
{
	struct ring *ring = task->data;
	uint64_t sum = 0;
	for (uint64_t i = 0; i < task->operations; i++) {
		uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
		ring->items[head % 256] = i;
		atomic_store_explicit(&ring->head, head + 1, memory_order_release);
		uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
		sum += ring->items[tail % 256];
		atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	}
	return sum;
}

static const struct concbench_case cases[] = {
	{.name = "pass", .operation = "one item in and out", .setup = ring_new, .teardown = free, .run = pass}, {0}};

int main(int argc, char **argv) { return concbench_main(argc, argv, cases); }
