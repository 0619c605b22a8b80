/*
 * Tasks: functions with a stack of their own that run by turns on a loop and wait without
 * blocking it.
 *
 *	struct async_task *task = async_spawn(fetch, &request);
 *	...
 *	int rc = async_task_join(task);
 *
 * Spawning queues a task, it does not run it. A task runs until it waits, yields or ends; nobody
 * interrupts it in between. Its handle belongs to who spawned it, and is given up exactly once, by
 * async_task_join or async_task_detach.
 *
 * Cancelling is asyncio's: it is delivered once, as -ECANCELED from the call in which the task
 * waits, or from its next waiting call. The body returns it, or handles it and goes on. An
 * operation that was served before the interrupt came is not taken back: it returns its
 * result, and the interrupt comes with the next waiting call.
 */
#ifndef CONCBENCH_MODELS_ASYNC_TASK_H
#define CONCBENCH_MODELS_ASYNC_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/async/future.h"
#include "models/async/stack.h"
#include "models/async/switch.h"
#include "models/async/thread.h"
#include "models/model.h"

struct async_loop;
struct async_cleanup;

enum async_task_park { ASYNC_NOT_PARKED, ASYNC_PARKED, ASYNC_PARKED_FIRMLY };

/* Fields are for the runtime; what a wait touches lies in the first two cache lines. It lies at the
 * top of its own stack. */
struct async_task {
	struct async_context context; /* first: landings find the task by it */
	struct async_task *next;      /* in the ready queue */
	struct async_loop *loop;
	int woken;        /* what the waiting call returns */
	int interrupt;    /* -ECANCELED or -ETIMEDOUT that waits for the next waiting call; 0 */
	uint8_t parked;   /* enum async_task_park */
	uint8_t detached; /* nobody holds the handle: the stack goes with the end */
	uint8_t started;
	uint8_t small;  /* its stack has a canary instead of a guard */
	uint8_t forced; /* ends with the loop, not by anybody's cancel */
	struct async_waiter
		*waiter;   /* of the call it waits in: an interrupt takes it out of its line */
	const char *waits; /* that call's name, for dumps */
	const void *interrupter; /* the timeout scope of the interrupt, NULL for a cancel */
	struct async_future future;
	task_fn *fn;
	void *arg;
	struct async_stack *stack;
	struct async_cleanup *cleanups;
	struct async_task *alive_next, *alive_prev; /* all tasks of the loop */
};

/* The ready queue and what a switch needs; the first part of every loop. */
struct async_ready {
	struct async_context
		hub; /* the loop's own stack: polls, when nothing is ready or time is up */
	struct async_task *first, *last;
	int budget; /* resumptions before the hub has a turn */
};

/* What is spawned on another loop's behalf, with another stack, or under another name. */
struct async_task_options {
	struct async_loop *loop; /* NULL: the one that runs on this thread */
	const char *name;        /* lives as long as the task; NULL: "task" */
	size_t stack_bytes;      /* 0: the loop's default */
	size_t struct_bytes;     /* of a struct that begins with the task; 0: of the task alone */
};

/*
 * Makes a task and queues it; it runs at the caller's next wait at the earliest.
 *   Returns  NULL with errno: EPERM no loop runs here (see async_explain), ENOMEM.
 *   Owner    the caller gives the handle up by join or detach.
 *   Threads  the loop's.
 */
struct async_task *async_spawn_with(
	task_fn *fn, void *arg, const struct async_task_options *options);
struct async_task *async_spawn_named(task_fn *fn, void *arg, const char *name);
/* The function's own name serves as the task's: dumps and overflow reports then read like the code.
 */
#define async_spawn(fn, arg) async_spawn_named((fn), (arg), #fn)

/* Waits for its end and gives up the handle. Returns  as async_await. */
int async_task_join(struct async_task *task);

/* Gives up the handle; the task goes on by itself. NULL is fine. */
void async_task_detach(struct async_task *task);

/* The running task; NULL outside of tasks. */
static inline struct async_task *async_task_current(void)
{
	return async_thread.current;
}

const char *async_task_name(const struct async_task *task);
void async_task_rename(struct async_task *task, const char *name);

/* Cancels a task: async_cancel(&task->future). */
static inline bool async_task_cancel(struct async_task *task)
{
	return async_cancel(&task->future);
}

/*
 * Whether a cancel waits to be delivered; computation that never waits may ask now and then.
 */
static inline bool async_cancelled(void)
{
	return async_thread.current != NULL && async_thread.current->interrupt != 0;
}

/*
 * fn(arg) will be called when this task ends, however it ends, the last registered first. The body
 * has returned by then: arg is a value or what outlives it, never the address of its variable.
 *   Returns  0, -ENOMEM, -EPERM outside of a task.
 */
int async_defer(void (*fn)(void *arg), void *arg) __attribute__((warn_unused_result));

/* Takes the last registered clean-up back, and calls it if run is set. */
void async_undefer(bool run);

/*
 * Explains the last -EPERM, -EDEADLK or -EBUSY of this thread that came from misuse: what was wrong
 * and what to do instead.
 *   Returns  never NULL.
 */
const char *async_explain(void);
/* Sets that text and returns rc; prints it in debug mode. */
int async_misuse(int rc, const char *text);

/* For whoever builds waiting calls. */

static inline struct async_ready *async_ready_of(struct async_loop *loop)
{
	return (struct async_ready *)(void *)loop;
}

static inline void async_ready_push(struct async_task *task)
{
	struct async_ready *ready = async_ready_of(task->loop);

	task->next = NULL;
	if (ready->first != NULL)
		ready->last->next = task;
	else
		ready->first = task;
	ready->last = task;
}

/* Wakes a parked task: its async_park returns rc. */
static inline void async_wake(struct async_task *task, int rc)
{
	task->woken = rc;
	task->parked = ASYNC_NOT_PARKED;
	async_ready_push(task);
}

/* Who runs next: the first ready task, or the hub. */
static inline struct async_context *async_next(struct async_ready *ready)
{
	struct async_task *next = ready->first;

	if (__builtin_expect(next == NULL || --ready->budget < 0, 0)) {
		async_thread.current = NULL;
		return &ready->hub;
	}
	ready->first = next->next;
	async_thread.current = next;
	return &next->context;
}

void async_canary_died(const struct async_task *task) __attribute__((noreturn));

/*
 * Parks the calling task until async_wake; interrupts wake it, too.
 *   how      ASYNC_PARKED, or ASYNC_PARKED_FIRMLY: interrupts wait for the next waiting call
 *   Returns  what async_wake was given.
 */
static inline int async_park(struct async_task *self, enum async_task_park how)
{
	self->parked = (uint8_t)how;
	if (__builtin_expect(self->small, 0) && !async_stack_intact(self->stack))
		async_canary_died(self);
	async_context_switch(&self->context, async_next(async_ready_of(self->loop)));
	return self->woken;
}

/* Takes the interrupt that waits, if any: the first thing a waiting call does. */
static inline int async_take_interrupt(struct async_task *self)
{
	int rc = self->interrupt;

	if (!self->forced)
		self->interrupt = 0;
	return rc;
}

/*
 * Lets the others run once.
 */
static inline void async_yield(void)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return;
	struct async_ready *ready = async_ready_of(self->loop);
	if (ready->first == NULL && ready->budget > 0) {
		ready->budget--; /* alone: as if all others had run */
		return;
	}
	async_ready_push(self);
	async_park(self, ASYNC_NOT_PARKED);
}

/* Interrupts: wakes the task if it waits interruptibly, else lets it know at its next waiting call.
 */
void async_interrupt(struct async_task *task, int rc, const void *interrupter);

/* Frees unused clean-up records. */
void async_cleanups_free(struct async_cleanup *cleanup);

/* The misuse of a waiting call outside of tasks; returns -EPERM. */
int async_outside(const char *call);

/*
 * Lets the calling task stand in a line, as a waiter of its own, until it is served. Inline: after
 * a switch every return to a caller is mispredicted, so calls that wait have few between them and
 * it. waiter   call and sibling are the caller's, the rest is filled in
 */
static inline __attribute__((always_inline, warn_unused_result)) int async_waiter_wait(
	struct async_waiters *line, struct async_waiter *waiter)
{
	struct async_task *self = async_thread.current;

	if (__builtin_expect(self == NULL, 0))
		return async_outside("a waiting call");
	if (__builtin_expect(self->interrupt != 0, 0))
		return async_take_interrupt(self);
	waiter->task = self;
	self->waiter = waiter;
	async_waiters_push(line, waiter);
	int rc = async_park(self, ASYNC_PARKED);
	self->waiter = NULL;
	return rc;
}

#endif
