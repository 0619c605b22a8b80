/*
 * A8: a queue of three between a fast producer and a slow consumer. The producer is suspended while
 * three wait; nothing is lost and the order is kept.
 */
#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"
#include "models/async/queue.h"

enum { BOUND = 3, ITEMS = 6 };

static struct timeline timeline;
static struct async_queue queue;

static int produce(void *arg)
{
	int rc = 0;

	(void)arg;
	for (int i = 1; i <= ITEMS && rc == 0; i++) {
		if (async_queue_is_full(&queue))
			timeline_say(&timeline, "producer waits with %d, %zu in the queue", i,
				async_queue_count(&queue));
		rc = async_queue_put(&queue, i);
		timeline_say(&timeline, "producer has put %d", i);
	}
	return rc;
}

static int consume(void *arg)
{
	int rc = 0;

	(void)arg;
	for (int i = 1; i <= ITEMS && rc == 0; i++) {
		intptr_t item;

		rc = async_sleep_until(timeline_at(&timeline, i));
		if (rc == 0)
			rc = async_queue_get(&queue, &item);
		if (rc == 0)
			timeline_say(&timeline, "consumer got %ld", (long)item);
	}
	return rc;
}

static int both(void *arg)
{
	struct async_task *producer = async_spawn(produce, arg);
	struct async_task *consumer = async_spawn(consume, arg);

	if (consumer == NULL || producer == NULL)
		return -ENOMEM;
	int rc = async_task_join(producer);
	return rc != 0 ? rc : async_task_join(consumer);
}

int example_bounded_queue(FILE *out)
{
	int rc = async_queue_open(&queue, BOUND, ASYNC_QUEUE_FIFO, NULL);

	timeline_begin(&timeline, out);
	if (rc == 0)
		rc = async_run(both, NULL);
	async_queue_close(&queue);
	return rc;
}
