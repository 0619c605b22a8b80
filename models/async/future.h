/*
 * Futures: a value that will be there later, and the lines of tasks that wait for something.
 *
 * A future is pending until one of set, fail or cancel ends it; then it stays as it is. Values are
 * int64_t: what is not negative is a value (a pointer fits), what is negative is -errno. A task is
 * a future, too: &task->future works wherever a future does.
 *
 * Everything here belongs to the thread of the loop; async_remote_future may be set from any
 * thread.
 */
#ifndef CONCBENCH_MODELS_ASYNC_FUTURE_H
#define CONCBENCH_MODELS_ASYNC_FUTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct async_loop;
struct async_task;
struct async_waiters;

/* A call on the loop's own stack; the caller's struct, in use until fn has been called. */
struct async_call {
	struct async_call *next;
	void (*fn)(struct async_call *call);
};

/* One that waits, on the stack of the waiting call: a task, or a function to call instead. */
struct async_waiter {
	struct async_waiter *next, *prev;
	struct async_waiters *line;   /* in which it stands; NULL once it has been served */
	struct async_waiter *sibling; /* another one of the same call: an interrupt removes all */
	struct async_task *task;
	void (*call)(struct async_waiter *waiter); /* instead of waking task; NULL = wake */
};

/* A line, first come first served; all-zero is an empty one. */
struct async_waiters {
	struct async_waiter *first, *last;
};

enum async_future_state { ASYNC_PENDING, ASYNC_DONE, ASYNC_CANCELLED };
enum async_future_kind { ASYNC_PLAIN, ASYNC_OF_TASK, ASYNC_OF_COROUTINE };

struct async_future {
	struct async_waiters waiters;
	int64_t value;     /* once it is no longer pending */
	uint8_t state;     /* enum async_future_state */
	uint8_t kind;      /* enum async_future_kind: whom a cancel concerns */
	uint8_t retrieved; /* somebody has seen the outcome */
};

static inline bool async_future_done(const struct async_future *future)
{
	return future->state != ASYNC_PENDING;
}

/* Makes a pending future; an all-zero one is pending, too. */
static inline void async_future_init(struct async_future *future)
{
	*future = (struct async_future){0};
}

/*
 * Ends a future: with a value, with an error, by cancelling.
 *   value    >= 0
 *   error    < 0
 *   Returns  0; -EALREADY when it has ended before (a second set is told, not swallowed);
 *            -EINVAL for a value or error of the wrong sign.
 *   Threads  the loop's.
 */
int async_future_set(struct async_future *future, int64_t value)
	__attribute__((warn_unused_result));
int async_future_fail(struct async_future *future, int error) __attribute__((warn_unused_result));

/*
 * Cancels: a plain future ends at once with -ECANCELED; a task or a stackless coroutine is
 * interrupted at its await, or at its next one, and ends when its body returns (which may also go
 * on).
 *   Returns  false when it had ended before.
 */
bool async_cancel(struct async_future *future);

/*
 * The outcome without waiting.
 *   Returns  value or error; -EAGAIN while it is pending.
 */
int64_t async_future_result(struct async_future *future);

/*
 * Waits for a future; many tasks may.
 *   Returns  its value or error. -EPERM outside of a task, see async_explain. An interrupt (cancel,
 *            timeout) of the waiting task cancels the future and waits for its end, as in asyncio;
 *            the result is then the interrupt's error unless the future ended with something else.
 *   Threads  a task of the same loop.
 */
int64_t async_await(struct async_future *future);

/*
 * As async_await, but an interrupt of the waiter leaves the future alone (asyncio.shield).
 *   Returns  also -ECANCELED or -ETIMEDOUT at once when the waiter is interrupted.
 */
int64_t async_await_shielded(struct async_future *future);

/*
 * Calls fn(arg) on the loop soon after the future has ended.
 *   callback  the caller's, lives until it has been called or removed
 */
struct async_callback {
	struct async_waiter waiter; /* first */
	struct async_call call;
	struct async_loop *loop;
	void (*fn)(void *arg);
	void *arg;
};
void async_future_on_done(struct async_future *future, struct async_callback *callback,
	void (*fn)(void *arg), void *arg);
/* Returns  false when it has been called, or is about to be. */
bool async_future_forget(struct async_callback *callback);

/* For whoever builds waiting calls. */

static inline void async_waiters_push(struct async_waiters *line, struct async_waiter *waiter)
{
	waiter->line = line;
	waiter->next = NULL;
	waiter->prev = line->last;
	if (line->last != NULL)
		line->last->next = waiter;
	else
		line->first = waiter;
	line->last = waiter;
}

static inline void async_waiters_remove(struct async_waiter *waiter)
{
	struct async_waiters *line = waiter->line;

	if (line == NULL)
		return;
	if (waiter->prev != NULL)
		waiter->prev->next = waiter->next;
	else
		line->first = waiter->next;
	if (waiter->next != NULL)
		waiter->next->prev = waiter->prev;
	else
		line->last = waiter->prev;
	waiter->line = NULL;
}

/* Serves one that stands in a line. */
void async_waiter_serve(struct async_waiter *waiter);

/* Serves the first, or all that stand there now. Returns  whether, how many there were. */
bool async_waiters_serve_first(struct async_waiters *line);
size_t async_waiters_serve_all(struct async_waiters *line);

/*
 * The same with a waiter that says nothing.
 *   Returns  0; -ECANCELED or -ETIMEDOUT after an interrupt (it has left the line); -EPERM outside
 * of a task.
 */
int async_waiters_wait(struct async_waiters *line) __attribute__((warn_unused_result));

/* The same, but an interrupt waits for the next waiting call: for what must not be left half done.
 */
void async_waiters_wait_firmly(struct async_waiters *line);

/* Ends a future whatever its kind: the last step of a task, of a remote future. */
void async_future_end(struct async_future *future, enum async_future_state state, int64_t value);

#endif
