/*
 * GLib's GThreadPool, results through a GAsyncQueue.
 */
#include <glib.h>

#include "peers/models.h"

static GAsyncQueue *results;

static void work(gpointer data, gpointer pool_data)
{
	(void)pool_data;
	g_async_queue_push(results, data);
}

static void submit_each(void *arg, long operations)
{
	int item;

	for (long i = 0; i < operations; i++) {
		g_thread_pool_push(arg, &item, NULL);
		if (g_async_queue_pop(results) != &item)
			exit(PEER_SKIP);
	}
}

static void submit_batches(void *arg, long operations)
{
	static int items[MODELS_BATCH];

	for (long done = 0; done < operations; done += MODELS_BATCH) {
		for (int i = 0; i < MODELS_BATCH; i++)
			g_thread_pool_push(arg, &items[i], NULL);
		for (int i = 0; i < MODELS_BATCH; i++)
			g_async_queue_pop(results);
	}
}

static uint64_t measure(void (*run)(void *arg, long operations), long operations)
{
	GThreadPool *pool = g_thread_pool_new(work, NULL, MODELS_WORKERS, TRUE, NULL);

	if (pool == NULL)
		exit(PEER_SKIP);
	results = g_async_queue_new();
	uint64_t wall_ns = models_time(run, pool, operations);
	g_thread_pool_free(pool, FALSE, TRUE);
	g_async_queue_unref(results);
	return wall_ns;
}

static uint64_t pool(long operations)
{
	return measure(submit_each, operations);
}

static uint64_t pool_batch(long operations)
{
	return measure(submit_batches, operations);
}

static const struct models_row rows[] = {
	{"pool", 20000, pool, NULL},
	{"pool-batch", 200000, pool_batch, NULL},
	{NULL, 0, NULL, NULL},
};

int main(int argc, char **argv)
{
	return models_main(argc, argv, rows);
}
