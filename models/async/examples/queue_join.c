/*
 * A7: a producer of five items and a consumer. Waiting for the queue's join waits for five
 * task_done; the consumer, which would wait for ever, is cancelled then and cleans up.
 */
#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"
#include "models/async/queue.h"

enum { ITEMS = 5 };

static struct timeline timeline;
static struct async_queue queue;

static int produce(void *arg)
{
	int rc = 0;

	(void)arg;
	for (int i = 1; i <= ITEMS && rc == 0; i++) {
		timeline_say(&timeline, "producer puts %d", i);
		rc = async_queue_put(&queue, i);
		if (rc == 0)
			rc = async_sleep_until(timeline_at(&timeline, i));
	}
	return rc;
}

static void clean_up(void *arg)
{
	(void)arg;
	timeline_say(&timeline, "consumer cleans up");
}

static int consume(void *arg)
{
	int rc = async_defer(clean_up, arg);

	while (rc == 0) {
		intptr_t item;

		rc = async_queue_get(&queue, &item);
		if (rc != 0)
			break;
		timeline_say(&timeline, "consumer got %ld", (long)item);
		rc = async_queue_task_done(&queue);
	}
	return rc;
}

static int join(void *arg)
{
	struct async_task *consumer = async_spawn(consume, arg);
	struct async_task *producer = async_spawn(produce, arg);

	if (consumer == NULL || producer == NULL)
		return -ENOMEM;
	int rc = async_task_join(producer);
	if (rc == 0)
		rc = async_queue_join(&queue);
	timeline_say(&timeline, "all %d are done, %zu left%s", ITEMS, async_queue_count(&queue),
		async_queue_is_empty(&queue) ? ": empty" : "");
	async_task_cancel(consumer);
	(void)async_task_join(consumer);
	return rc;
}

int example_queue_join(FILE *out)
{
	int rc = async_queue_open(&queue, 0, ASYNC_QUEUE_FIFO, NULL);

	timeline_begin(&timeline, out);
	if (rc == 0)
		rc = async_run(join, NULL);
	async_queue_close(&queue);
	return rc;
}
