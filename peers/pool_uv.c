/*
 * libuv's thread pool: uv_queue_work and its callback on the loop.
 */
#include <uv.h>

#include "peers/models.h"

static long pending;

static void work(uv_work_t *request)
{
	request->data = request;
}

static void done(uv_work_t *request, int status)
{
	if (status != 0 || request->data != request)
		exit(PEER_SKIP);
	pending--;
}

static void submit_each(void *arg, long operations)
{
	uv_work_t request;

	for (long i = 0; i < operations; i++) {
		pending = 1;
		if (uv_queue_work(arg, &request, work, done) != 0)
			exit(PEER_SKIP);
		while (pending > 0)
			uv_run(arg, UV_RUN_ONCE);
	}
}

static void submit_batches(void *arg, long operations)
{
	static uv_work_t requests[MODELS_BATCH];

	for (long finished = 0; finished < operations; finished += MODELS_BATCH) {
		pending = MODELS_BATCH;
		for (int i = 0; i < MODELS_BATCH; i++)
			if (uv_queue_work(arg, &requests[i], work, done) != 0)
				exit(PEER_SKIP);
		while (pending > 0)
			uv_run(arg, UV_RUN_ONCE);
	}
}

static uint64_t measure(void (*run)(void *arg, long operations), long operations)
{
	char workers[16];

	snprintf(workers, sizeof workers, "%d", MODELS_WORKERS);
	setenv("UV_THREADPOOL_SIZE", workers, 1);
	return models_time(run, uv_default_loop(), operations);
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
