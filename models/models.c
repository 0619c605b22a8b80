/*
 * The table of models: every way to run tasks that the command line knows, in the order of tables.
 */
#include "models/model.h"

#include <string.h>

#include "models/async/async.h"
#include "models/async/stackless.h"
#include "models/processes/processes.h"
#include "models/threads/threads.h"

const struct model models[] = {
	{"sequential", "run inline, one after the other", FAMILY_THREADS, MODEL_INLINE, 0,
		&sequential_crew_ops},
	{"async", "a coroutine on one event loop (epoll)", FAMILY_ASYNC, MODEL_PER_TASK, 0,
		&async_crew_ops},
	{"async-uring", "the same on io_uring", FAMILY_ASYNC, MODEL_PER_TASK, ASYNC_VARIANT_URING,
		&async_crew_ops},
	{"async-multi", "a coroutine on one of several event loops, one per CPU", FAMILY_ASYNC,
		MODEL_PER_TASK, 0, &async_multi_crew_ops},
	{"async-offload", "a coroutine; its computation goes to a pool of pthreads", FAMILY_ASYNC,
		MODEL_PER_TASK, ASYNC_VARIANT_OFFLOAD, &async_crew_ops},
	{"async-polling", "a coroutine on a scheduler that polls instead of waiting", FAMILY_ASYNC,
		MODEL_PER_TASK, ASYNC_VARIANT_POLLING, &async_crew_ops},
	{"async-stackless", "a state machine on the event loop, without a stack", FAMILY_STACKLESS,
		MODEL_PER_TASK, 0, &stackless_crew_ops},
	{"threads", "a pthread per task", FAMILY_THREADS, MODEL_PER_TASK, 0, &threads_crew_ops},
	{"thread-pool", "run by a fixed number of pthreads", FAMILY_THREADS, MODEL_POOL, 0,
		&thread_pool_crew_ops},
	{"threads-gil", "a pthread per task under one global lock", FAMILY_THREADS, MODEL_PER_TASK,
		THREADS_GIL, &threads_crew_ops},
	{"processes", "a forked child per task", FAMILY_PROCESSES, MODEL_PER_TASK, 0,
		&processes_crew_ops},
	{"process-pool", "run by a fixed number of pre-forked workers", FAMILY_PROCESSES,
		MODEL_POOL, 0, &process_pool_crew_ops},
	{NULL, NULL, FAMILIES, MODEL_INLINE, 0, NULL},
};

const struct model *model_find(const char *name)
{
	for (const struct model *model = models; model->name != NULL; model++)
		if (strcmp(model->name, name) == 0)
			return model;
	return NULL;
}

const char *model_apart(const struct model *model)
{
	return model->ops == &async_multi_crew_ops
		       ? "tasks are on several event loops, what they would share belongs to one"
		       : NULL;
}
