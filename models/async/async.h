/*
 * models/async: an asyncio for C. One include for users of the runtime.
 */
#ifndef CONCBENCH_MODELS_ASYNC_ASYNC_H
#define CONCBENCH_MODELS_ASYNC_ASYNC_H

#include "models/async/bridge.h"
#include "models/async/channel.h"
#include "models/async/combine.h"
#include "models/async/debug.h"
#include "models/async/event.h"
#include "models/async/executor.h"
#include "models/async/future.h"
#include "models/async/io.h"
#include "models/async/lend.h"
#include "models/async/lock.h"
#include "models/async/loop.h"
#include "models/async/process.h"
#include "models/async/queue.h"
#include "models/async/remote.h"
#include "models/async/semaphore.h"
#include "models/async/task.h"
#include "models/async/timeout.h"
#include "models/model.h"

extern const struct crew_ops async_crew_ops;
/* async-multi: one loop per CPU (crew.workers of them), no variant. */
extern const struct crew_ops async_multi_crew_ops;

/* A model's variant, beside async_crew_ops. */
enum async_variant {
	ASYNC_VARIANT_EPOLL,   /* async */
	ASYNC_VARIANT_URING,   /* async-uring: -ENOSYS on open where the kernel does not allow it */
	ASYNC_VARIANT_OFFLOAD, /* async-offload: async_compute goes to the executor */
	ASYNC_VARIANT_POLLING  /* async-polling: the loop asks, it never sleeps */
};

/*
 * Computation: inline, except in the model async-offload where it goes to the loop's thread pool.
 *   Returns  what fn returned; as async_run_in_executor.
 */
int async_compute(int (*fn)(void *arg), void *arg);

#endif
