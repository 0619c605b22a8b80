/*
 * Futures and lines of waiters.
 */
#include "models/async/future.h"

#include <errno.h>

#include "models/async/loop.h"
#include "models/async/stackless_frames.h"
#include "models/async/task.h"

void async_waiter_serve(struct async_waiter *waiter)
{
	async_waiters_remove(waiter);
	if (waiter->call != NULL)
		waiter->call(waiter);
	else
		async_wake(waiter->task, 0);
}

bool async_waiters_serve_first(struct async_waiters *line)
{
	if (line->first == NULL)
		return false;
	async_waiter_serve(line->first);
	return true;
}

size_t async_waiters_serve_all(struct async_waiters *line)
{
	size_t served = 0;

	/* who comes back while we serve stands behind the last one of now */
	for (struct async_waiter *last = line->last, *waiter = line->first; waiter != NULL;) {
		bool end = waiter == last;

		async_waiter_serve(waiter);
		served++;
		waiter = end ? NULL : line->first;
	}
	return served;
}

int async_waiters_wait(struct async_waiters *line)
{
	struct async_waiter waiter;

	waiter.sibling = NULL; /* each by itself: the others are set by standing in line */
	waiter.call = NULL;
	return async_waiter_wait(line, &waiter);
}

void async_waiters_wait_firmly(struct async_waiters *line)
{
	struct async_task *self = async_thread.current;
	struct async_waiter waiter = {.task = self};

	async_waiters_push(line, &waiter);
	async_park(self, ASYNC_PARKED_FIRMLY);
}

void async_future_end(struct async_future *future, enum async_future_state state, int64_t value)
{
	future->value = value;
	future->state = (uint8_t)state;
	struct async_waiter *first = future->waiters.first;

	if (first == NULL)
		return;
	if (first->next != NULL || first->call != NULL) {
		async_waiters_serve_all(&future->waiters);
		return;
	}
	/* one task that awaits it, as most often */
	future->waiters.first = future->waiters.last = NULL;
	first->line = NULL;
	async_wake(first->task, 0);
}

int async_future_set(struct async_future *future, int64_t value)
{
	if (value < 0)
		return -EINVAL;
	if (future->state != ASYNC_PENDING)
		return async_misuse(-EALREADY,
			"a future was set that has ended before (ask async_future_done)");
	async_future_end(future, ASYNC_DONE, value);
	return 0;
}

int async_future_fail(struct async_future *future, int error)
{
	if (error >= 0)
		return -EINVAL;
	if (future->state != ASYNC_PENDING)
		return async_misuse(-EALREADY,
			"a future was failed that has ended before (ask async_future_done)");
	async_future_end(future, ASYNC_DONE, error);
	return 0;
}

bool async_cancel(struct async_future *future)
{
	if (future->state != ASYNC_PENDING)
		return false;
	switch ((enum async_future_kind)future->kind) {
	case ASYNC_PLAIN:
		async_future_end(future, ASYNC_CANCELLED, -ECANCELED);
		break;
	case ASYNC_OF_TASK:
		async_interrupt((struct async_task *)(void *)((char *)future -
							      offsetof(struct async_task, future)),
			-ECANCELED, NULL);
		break;
	case ASYNC_OF_COROUTINE:
		stackless_interrupt((struct stackless *)(intptr_t)future->value);
		break;
	}
	return true;
}

int64_t async_future_result(struct async_future *future)
{
	if (future->state == ASYNC_PENDING)
		return async_misuse(
			-EAGAIN, "the result of a pending future was asked for (await it)");
	future->retrieved = 1;
	return future->value;
}

/* What both ways of awaiting refuse: 0 when there is something to wait for, 1 when it has ended. */
static int await_begins(const struct async_future *future)
{
	struct async_task *self = async_thread.current;

	if (future->state != ASYNC_PENDING)
		return 1;
	if (self == NULL)
		return async_outside("async_await");
	if (&self->future == future)
		return async_misuse(-EDEADLK, "a task awaits itself and would never wake");
	return 0;
}

int64_t async_await(struct async_future *future)
{
	int rc = await_begins(future), interrupted = 0;

	if (rc < 0)
		return rc;
	while (future->state == ASYNC_PENDING) {
		async_thread.current->waits = "async_await";
		rc = async_waiters_wait(&future->waiters);
		if (rc < 0) {
			interrupted = rc;
			async_cancel(future);
			if (async_thread.current->forced && future->state == ASYNC_PENDING)
				return rc; /* the loop is being closed, and each ends by itself */
		}
	}
	future->retrieved = 1;
	return interrupted != 0 && future->value == -ECANCELED ? interrupted : future->value;
}

int64_t async_await_shielded(struct async_future *future)
{
	int rc = await_begins(future);

	if (rc == 0)
		rc = async_waiters_wait(&future->waiters);
	if (rc < 0)
		return rc;
	future->retrieved = 1;
	return future->value;
}

static void callback_call(struct async_call *call)
{
	struct async_callback *callback =
		(struct async_callback *)(void *)((char *)call -
						  offsetof(struct async_callback, call));

	callback->fn(callback->arg);
}

static void callback_served(struct async_waiter *waiter)
{
	struct async_callback *callback = (struct async_callback *)(void *)waiter;

	callback->call.fn = callback_call;
	async_call_soon(callback->loop, &callback->call);
}

void async_future_on_done(struct async_future *future, struct async_callback *callback,
	void (*fn)(void *arg), void *arg)
{
	*callback = (struct async_callback){
		.waiter.call = callback_served, .loop = async_thread.loop, .fn = fn, .arg = arg};
	if (future->state != ASYNC_PENDING)
		callback_served(&callback->waiter);
	else
		async_waiters_push(&future->waiters, &callback->waiter);
}

bool async_future_forget(struct async_callback *callback)
{
	bool waits = callback->waiter.line != NULL;

	async_waiters_remove(&callback->waiter);
	return waits;
}
