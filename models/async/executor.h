/*
 * The executor: threads that run blocking calls and computation for the tasks of one loop.
 *
 * Threads are started when work finds none idle, up to the loop's options.workers. Jobs lie on the
 * waiting task's stack; nothing is allocated. A worker that has run out of work spins a little
 * before it sleeps, and so does the loop while jobs are in progress: a wake over CPUs costs more
 * than that.
 */
#ifndef CONCBENCH_MODELS_ASYNC_EXECUTOR_H
#define CONCBENCH_MODELS_ASYNC_EXECUTOR_H

#include <stdatomic.h>
#include <stdbool.h>

#include "models/async/future.h"

struct async_executor;

enum async_job_state { ASYNC_JOB_QUEUED, ASYNC_JOB_RUNS, ASYNC_JOB_RETRACTED };

/* One call on its way; in use until its future has ended. */
struct async_job {
	struct async_call call; /* first: brings the result back to the loop */
	struct async_future future;
	struct async_loop *loop;
	int (*fn)(void *arg);
	void *arg;
	int rc;
	_Atomic int state; /* enum async_job_state */
};

/*
 * Runs fn(arg) on a thread of the pool; the loop goes on meanwhile.
 *   Returns  what fn returned; -EAGAIN when no thread can be had; -ECANCELED or -ETIMEDOUT when the
 *            task was interrupted before fn had begun. Once fn runs it is waited for: its result is
 *            returned and the interrupt comes with the next waiting call.
 *   Threads  a task of the loop; fn runs on another thread, where no call of this runtime is valid.
 */
int async_run_in_executor(int (*fn)(void *arg), void *arg);

/*
 * The two halves of it: hand the job over, then await job->future (shielded: a job that runs cannot
 * be cancelled).
 *   Returns  0, -EAGAIN, -EPERM outside of a loop.
 */
int async_submit(struct async_job *job, int (*fn)(void *arg), void *arg)
	__attribute__((warn_unused_result));

/*
 * Takes back a job that has not begun: fn will not run; its future ends all the same, with
 * -ECANCELED.
 *   Returns  false when it has begun.
 */
bool async_job_retract(struct async_job *job);

/* Threads running now. */
int async_executor_threads(const struct async_executor *executor);

/* Ends the threads; no job may be in progress. NULL is fine. */
void async_executor_close(struct async_executor *executor);

#endif
