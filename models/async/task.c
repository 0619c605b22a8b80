/*
 * Tasks: birth, interrupts, clean-ups, end.
 */
#include "models/async/task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/async/debug.h"
#include "models/async/loop.h"
#include "models/async/overflow.h"

struct async_cleanup {
	struct async_cleanup *next;
	void (*fn)(void *arg);
	void *arg;
};

static void run_cleanups(struct async_task *self)
{
	while (self->cleanups != NULL)
		async_undefer(true);
}

static void forget_alive(struct async_task *self)
{
	struct async_loop *loop = self->loop;

	if (self->alive_prev != NULL)
		self->alive_prev->alive_next = self->alive_next;
	else
		loop->alive = self->alive_next;
	if (self->alive_next != NULL)
		self->alive_next->alive_prev = self->alive_prev;
	loop->alive_count--;
}

/* The last thing a task does; never returns to it. */
static void __attribute__((noreturn)) end(struct async_task *self, int rc)
{
	struct async_loop *loop = self->loop;

	if (self->cleanups != NULL)
		run_cleanups(self);
	if (__builtin_expect(loop->debug != NULL, 0))
		async_debug_ended(loop, self, rc);
	forget_alive(self);
	async_future_end(&self->future, rc == -ECANCELED ? ASYNC_CANCELLED : ASYNC_DONE, rc);
	self->started = 2;
#ifdef ASYNC_TSAN
	self->next = loop->ended; /* a fiber is destroyed by another one */
	loop->ended = self;
	async_thread.current = NULL;
	async_context_leave(&self->context, &loop->ready.hub);
#else
	if (self->detached)
		async_stack_give(self->stack); /* nobody else can take it before we have left */
	async_context_leave(&self->context, async_next(&loop->ready));
#endif
}

static void landing(struct async_registers *from, struct async_registers *registers)
{
	struct async_task *self = (struct async_task *)registers;

	(void)from;
	async_context_arrived(&self->context);
	self->started = 1;
	/* cancelled before its first step: nothing of the body runs */
	int rc = self->interrupt == -ECANCELED ? async_take_interrupt(self) : self->fn(self->arg);
	end(self, rc);
}

static struct async_task *spawn_outside(void)
{
	async_misuse(
		-EPERM, "async_spawn needs a running loop on this thread (enter one by async_run)");
	errno = EPERM;
	return NULL;
}

static inline __attribute__((always_inline)) struct async_task *spawn(struct async_loop *loop,
	struct async_stack_pool *pool, task_fn *fn, void *arg, const char *name, size_t bytes)
{
	struct async_stack *stack = async_stack_take(pool);

	if (__builtin_expect(stack == NULL, 0))
		return NULL;
	struct async_task *task = async_stack_top(stack, bytes);
	async_context_make(
		&task->context, stack->low, (size_t)((char *)task - stack->low), landing);
	stack->name = name;
	/* each by itself: a memset becomes `rep stos`, which costs more than all the rest */
	task->loop = loop;
	task->interrupt = 0;
	task->parked = ASYNC_NOT_PARKED;
	task->detached = task->started = task->forced = 0;
	task->small = pool->guard == ASYNC_GUARD_CANARY;
	task->waiter = NULL;
	task->interrupter = NULL;
	task->future.waiters.first = task->future.waiters.last = NULL;
	task->future.value = 0;
	task->future.state = ASYNC_PENDING;
	task->future.kind = ASYNC_OF_TASK;
	task->future.retrieved = 0;
	task->fn = fn;
	task->arg = arg;
	task->stack = stack;
	task->cleanups = NULL;
	task->waits = NULL;
	task->alive_prev = NULL;
	task->alive_next = loop->alive;
	if (loop->alive != NULL)
		loop->alive->alive_prev = task;
	loop->alive = task;
	loop->alive_count++;
	async_ready_push(task);
	return task;
}

struct async_task *async_spawn_with(
	task_fn *fn, void *arg, const struct async_task_options *options)
{
	struct async_loop *loop = options->loop != NULL ? options->loop : async_thread.loop;

	if (loop == NULL)
		return spawn_outside();
	struct async_stack_pool *pool = &loop->stacks[0];
	if (__builtin_expect(options->stack_bytes != 0, 0) &&
		(pool = async_loop_stacks(loop, options->stack_bytes)) == NULL)
		return NULL;
	return spawn(loop, pool, fn, arg, options->name,
		options->struct_bytes != 0 ? options->struct_bytes : sizeof(struct async_task));
}

/* By itself, not by options: an empty task's life is some eighty ns. */
struct async_task *async_spawn_named(task_fn *fn, void *arg, const char *name)
{
	struct async_loop *loop = async_thread.loop;

	if (__builtin_expect(loop == NULL, 0))
		return spawn_outside();
	return spawn(loop, &loop->stacks[0], fn, arg, name, sizeof(struct async_task));
}

static void release(struct async_task *task)
{
#ifdef ASYNC_TSAN
	if (task->started ==
		2) { /* its fiber is still to be dropped: by the hub, which then gives the stack */
		task->detached = 1;
		return;
	}
#endif
	async_stack_give(task->stack);
}

int async_task_join(struct async_task *task)
{
	int64_t rc = async_await(&task->future);

	if (async_future_done(&task->future))
		release(task);
	return (int)rc;
}

void async_task_detach(struct async_task *task)
{
	if (task == NULL)
		return;
	if (async_future_done(&task->future))
		release(task);
	else
		task->detached = 1;
}

const char *async_task_name(const struct async_task *task)
{
	return task->stack->name != NULL ? task->stack->name : "task";
}

void async_task_rename(struct async_task *task, const char *name)
{
	task->stack->name = name;
}

void async_interrupt(struct async_task *task, int rc, const void *interrupter)
{
	if (async_future_done(&task->future))
		return;
	task->interrupter = interrupter;
	if (task->parked == ASYNC_PARKED) {
		for (struct async_waiter *waiter = task->waiter; waiter != NULL;
			waiter = waiter->sibling)
			async_waiters_remove(waiter);
		async_wake(task, rc);
	} else if (task->interrupt == 0) {
		task->interrupt = rc;
	}
}

int async_defer(void (*fn)(void *arg), void *arg)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return async_outside("async_defer");
	struct async_cleanup *cleanup = self->loop->cleanups;
	if (cleanup != NULL)
		self->loop->cleanups = cleanup->next;
	else
		cleanup = malloc(sizeof *cleanup);
	if (cleanup == NULL)
		return -ENOMEM;
	*cleanup = (struct async_cleanup){self->cleanups, fn, arg};
	self->cleanups = cleanup;
	return 0;
}

void async_undefer(bool run)
{
	struct async_task *self = async_thread.current;
	struct async_cleanup *cleanup = self != NULL ? self->cleanups : NULL;

	if (cleanup == NULL)
		return;
	void (*fn)(void *) = cleanup->fn;
	void *arg = cleanup->arg;
	self->cleanups = cleanup->next;
	cleanup->next = self->loop->cleanups;
	self->loop->cleanups = cleanup;
	if (run)
		fn(arg);
}

void async_cleanups_free(struct async_cleanup *cleanup)
{
	for (struct async_cleanup *next; cleanup != NULL; cleanup = next) {
		next = cleanup->next;
		free(cleanup);
	}
}

void async_canary_died(const struct async_task *task)
{
	async_overflow_report(task->stack);
	abort();
}

int async_misuse(int rc, const char *text)
{
	async_thread.misuse = text;
	if (async_debug_wanted())
		fprintf(stderr, "async: %s\n", text);
	return rc;
}

const char *async_explain(void)
{
	return async_thread.misuse != NULL ? async_thread.misuse
					   : "nothing has been misused on this thread";
}

int async_outside(const char *call)
{
	(void)call;
	return async_misuse(-EPERM, "a waiting call outside of a task (plain code enters a loop by "
				    "async_run, then calls it from there)");
}
