/*
 * Waiting for several futures.
 */
#include "models/async/combine.h"

#include <errno.h>
#include <stdlib.h>

#include "models/async/task.h"

enum { WATCHES_INLINE = 8 }; /* on the caller's stack; more are allocated once per call */

struct wait_call {
	struct async_task *task;
	enum async_wait_mode mode;
	size_t pending;
	bool over;
};

static bool is_error(const struct async_future *future)
{
	return async_future_done(future) && future->value < 0;
}

static void wait_served(struct async_waiter *waiter)
{
	struct async_watch *watch = (struct async_watch *)(void *)waiter;
	struct wait_call *call = watch->owner;

	call->pending--;
	if (call->pending > 0 && call->mode != ASYNC_FIRST_COMPLETED &&
		(call->mode != ASYNC_FIRST_EXCEPTION || !is_error(watch->future)))
		return;
	call->over = true;
	if (call->task->parked == ASYNC_PARKED)
		async_wake(call->task, 0);
}

/* Whether the wait is over before it began; counts those that still run. */
static bool over_already(struct async_future **futures, size_t n, struct wait_call *call)
{
	bool any = false, error = false;

	for (size_t i = 0; i < n; i++) {
		any = any || async_future_done(futures[i]);
		error = error || is_error(futures[i]);
		call->pending += !async_future_done(futures[i]);
	}
	return call->pending == 0 || (call->mode == ASYNC_FIRST_COMPLETED && any) ||
	       (call->mode == ASYNC_FIRST_EXCEPTION && error);
}

static int watch_all(struct async_future **futures, size_t n, struct wait_call *call)
{
	struct async_watch inline_watches[WATCHES_INLINE], *watches = inline_watches;

	if (n > WATCHES_INLINE && (watches = malloc(n * sizeof *watches)) == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		watches[i] = (struct async_watch){
			.waiter.call = wait_served, .future = futures[i], .owner = call};
		if (!async_future_done(futures[i]))
			async_waiters_push(&futures[i]->waiters, &watches[i].waiter);
	}
	call->task->waits = "async_wait";
	int rc = async_park(call->task, ASYNC_PARKED);
	for (size_t i = 0; i < n; i++)
		async_waiters_remove(&watches[i].waiter);
	if (watches != inline_watches)
		free(watches);
	return rc;
}

int async_wait(struct async_future **futures, size_t n, enum async_wait_mode mode)
{
	struct wait_call call = {.task = async_thread.current, .mode = mode};
	int rc = 0, done = 0;

	if (call.task == NULL)
		return async_outside("async_wait");
	if (call.task->interrupt != 0)
		return async_take_interrupt(call.task);
	if (n > 0 && !over_already(futures, n, &call))
		rc = watch_all(futures, n, &call);
	for (size_t i = 0; i < n; i++)
		done += async_future_done(futures[i]);
	return rc != 0 ? rc : done;
}

/* Whose error came first is not kept by the futures: among those that ended at once, the first
 * listed. */
static int first_error(struct async_future **futures, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_error(futures[i]))
			return (int)futures[i]->value;
	return 0;
}

int async_gather(
	struct async_future **futures, size_t n, int64_t *results, enum async_gather_mode mode)
{
	int interrupted = 0, rc;

	for (;;) {
		rc = async_wait(futures, n,
			mode == ASYNC_FIRST_ERROR && interrupted == 0 ? ASYNC_FIRST_EXCEPTION
								      : ASYNC_ALL_COMPLETED);
		if (rc >= 0)
			break;
		if (rc != -ECANCELED && rc != -ETIMEDOUT)
			return rc;
		interrupted = rc;
		for (size_t i = 0; i < n; i++)
			async_cancel(futures[i]);
	}
	for (size_t i = 0; i < n; i++) {
		if (async_future_done(futures[i]))
			futures[i]->retrieved = 1;
		if (results != NULL)
			results[i] = async_future_done(futures[i]) ? futures[i]->value : -EAGAIN;
	}
	if (interrupted != 0)
		return interrupted;
	return mode == ASYNC_FIRST_ERROR ? first_error(futures, n) : 0;
}

static void completed(struct async_waiter *waiter)
{
	struct async_watch *watch = (struct async_watch *)(void *)waiter;
	struct async_as_completed *each = watch->owner;

	watch->next = NULL;
	*each->last = watch;
	each->last = &watch->next;
	async_waiters_serve_first(&each->line);
}

void async_as_completed_begin(struct async_as_completed *each, struct async_future **futures,
	size_t n, struct async_watch *watches)
{
	*each = (struct async_as_completed){.watches = watches, .n = n, .left = n};
	each->last = &each->first;
	for (size_t i = 0; i < n; i++) {
		watches[i] = (struct async_watch){
			.waiter.call = completed, .future = futures[i], .owner = each};
		if (async_future_done(futures[i]))
			completed(&watches[i].waiter);
		else
			async_waiters_push(&futures[i]->waiters, &watches[i].waiter);
	}
}

int async_as_completed_next(struct async_as_completed *each, struct async_future **future)
{
	if (each->left == 0)
		return 0;
	while (each->first == NULL) {
		int rc = async_waiters_wait(&each->line);
		if (rc != 0)
			return rc;
	}
	*future = each->first->future;
	each->first = each->first->next;
	if (each->first == NULL)
		each->last = &each->first;
	each->left--;
	return 1;
}

void async_as_completed_end(struct async_as_completed *each)
{
	for (size_t i = 0; i < each->n; i++)
		async_waiters_remove(&each->watches[i].waiter);
	each->n = each->left = 0;
}

/* A task of a group; lies at the top of the task's stack. */
struct async_group_child {
	struct async_task task; /* first */
	struct async_waiter waiter;
	struct async_group *group;
	struct async_group_child *next, *prev;
};

int async_group_open(struct async_group *group)
{
	*group = (struct async_group){.owner = async_thread.current};
	return group->owner == NULL ? async_outside("async_group_open") : 0;
}

void async_group_cancel(struct async_group *group)
{
	for (struct async_group_child *child = group->children; child != NULL; child = child->next)
		async_cancel(&child->task.future);
}

static void child_ended(struct async_waiter *waiter)
{
	struct async_group_child *child =
		(struct async_group_child *)(void *)((char *)waiter -
						     offsetof(struct async_group_child, waiter));
	struct async_group *group = child->group;
	int64_t value = child->task.future.value;

	if (child->prev != NULL)
		child->prev->next = child->next;
	else
		group->children = child->next;
	if (child->next != NULL)
		child->next->prev = child->prev;
	if (value < 0 && value != -ECANCELED && group->error == 0) {
		group->error = (int)value;
		async_group_cancel(group);
		if (!group->closing)
			async_interrupt(group->owner, -ECANCELED, group);
	}
	if (--group->alive == 0)
		async_waiters_serve_all(&group->line);
}

int async_group_spawn_named(struct async_group *group, task_fn *fn, void *arg, const char *name)
{
	if (group->error != 0)
		return -ECANCELED;
	struct async_task_options options = {
		.name = name, .struct_bytes = sizeof(struct async_group_child)};
	struct async_group_child *child =
		(struct async_group_child *)(void *)async_spawn_with(fn, arg, &options);
	if (child == NULL)
		return -errno;
	child->waiter = (struct async_waiter){.call = child_ended};
	child->group = group;
	child->prev = NULL;
	child->next = group->children;
	if (child->next != NULL)
		child->next->prev = child;
	group->children = child;
	group->alive++;
	async_waiters_push(&child->task.future.waiters, &child->waiter);
	async_task_detach(&child->task);
	return 0;
}

int async_group_close(struct async_group *group, int rc)
{
	struct async_task *self = group->owner;
	int interrupted = 0;

	group->closing = true;
	if (group->error != 0 && self->interrupt != 0 && self->interrupter == group)
		self->interrupt = 0; /* ours: what it had to tell is told by the result */
	if (rc < 0)
		async_group_cancel(group);
	while (group->alive > 0) {
		int woken = async_waiters_wait(&group->line);
		if (woken != 0) {
			interrupted = woken;
			async_group_cancel(group);
		}
	}
	if (group->error != 0)
		return group->error;
	return rc < 0 ? rc : interrupted != 0 ? interrupted : rc;
}
