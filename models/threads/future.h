/*
 * A result that somebody will provide: the promise and the future of the same value in one struct,
 * in the memory of whoever waits for it.
 */
#ifndef CONCBENCH_MODELS_THREADS_FUTURE_H
#define CONCBENCH_MODELS_THREADS_FUTURE_H

#include "models/threads/sync.h"

enum thread_future_state {
	THREAD_FUTURE_PENDING,
	THREAD_FUTURE_RUNNING, /* can no longer be cancelled */
	THREAD_FUTURE_SETTING, /* the result is being written */
	THREAD_FUTURE_DONE,    /* with a result, an error, or cancelled */
	THREAD_FUTURE_STATES,
	THREAD_FUTURE_WAITED = 8 /* beside the state: somebody may sleep */
};

/* Told of the result: error is 0 or -errno, value counts if it is 0. */
typedef void thread_done_fn(int error, void *value, void *arg);

/* What computes a future's value: 0 and *value, or -errno. */
typedef int thread_call_fn(void *arg, void **value);

/* A done-callback, in the caller's memory until it has been called. */
struct thread_callback {
	thread_done_fn *fn;
	void *arg;
	struct thread_callback *next;
};

struct thread_future {
	_Atomic uint32_t state; /* waiters sleep on it */
	struct spin *spin;      /* what a waiter does before it sleeps; a pool's, else NULL */
	int error;              /* 0, -errno, -ECANCELED; valid when done, like value */
	void *value;
	_Atomic(struct thread_callback *) callbacks;
	/* of a pool */
	thread_call_fn *call;
	void *call_arg;
};

void thread_future_make(struct thread_future *future);

/*
 * Completes the future.
 *   error    a negative errno
 *   Returns  0, or -EALREADY if it is complete.   Threads: any; one wins.
 */
int thread_future_set(struct thread_future *future, void *value);
int thread_future_fail(struct thread_future *future, int error);

/*
 * Cancels what has not been started; its waiters get -ECANCELED.
 *   Returns  0, -EBUSY if it runs, -EALREADY if it is complete.
 */
int thread_future_cancel(struct thread_future *future);

/* For who computes the value: claims it, so that it can no longer be cancelled. False: it was. */
bool thread_future_start(struct thread_future *future);

bool thread_future_done(struct thread_future *future);

/*
 * Waits for the result.
 *   value    NULL if it is not wanted
 *   Returns  0, the error it was completed with, or -ETIMEDOUT, after which the future still must
 *            outlive its completion.
 *   Threads  any number of waiters.
 */
int thread_future_result(struct thread_future *future, void **value, uint64_t timeout_ns)
	__attribute__((warn_unused_result));

/*
 * Has fn(error, value, arg) called when the future is complete, at once if it is; several are
 * called in the order in which they were added, before the threads that wait go on, by who
 * completes it.
 */
void thread_future_on_done(struct thread_future *future, struct thread_callback *callback,
	thread_done_fn *fn, void *arg);

#endif
