/*
 * The event loop's life: opening, running a task to its end, closing.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "models/async/debug.h"
#include "models/async/dump.h"
#include "models/async/executor.h"
#include "models/async/lend.h"
#include "models/async/loop.h"
#include "models/async/poller.h"

enum { CLOSING_NS = 100000000 }; /* what a cancelled task may still wait at the close: 0.1 s */

int async_cpus(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
}

/* The call that ended the loop may still be on its way out of async_call_soon_threadsafe. */
static void await_posting(struct async_loop *loop)
{
	while (atomic_load_explicit(&loop->posting, memory_order_acquire) != 0)
		sched_yield();
}

static int open_parts(struct async_loop *loop)
{
	int rc = async_descriptors_open(&loop->descriptors);

	if (rc == 0)
		rc = loop->options.poller == ASYNC_URING ? async_uring_open(&loop->poller, loop)
							 : async_epoll_open(&loop->poller, loop);
	if (rc == 0)
		rc = async_stack_pool_open(&loop->stacks[0], loop->options.stack_bytes);
	if (rc == 0 && (loop->options.debug || async_debug_wanted()))
		rc = async_debug_enable(loop);
	return rc;
}

static void close_parts(struct async_loop *loop)
{
	if (loop->debug != NULL)
		async_dump_unwatch(loop);
	async_executor_close(loop->executor);
	for (int i = 0; i < 1 + ASYNC_POOLS; i++)
		async_stack_pool_close(&loop->stacks[i]);
	if (loop->poller != NULL)
		loop->poller->close(loop->poller);
	async_descriptors_close(&loop->descriptors);
	async_timers_free(&loop->timers);
	async_cleanups_free(loop->cleanups);
	async_lend_close(loop);
	free(loop->parking);
	free(loop->debug);
	free(loop);
}

/* A broken pipe is an error code here; the signal is blocked while the loop is open. */
static void block_broken_pipe(struct async_loop *loop)
{
	sigset_t pipe, before;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	loop->pipe_was_blocked = sigismember(&before, SIGPIPE) == 1;
}

static void unblock_broken_pipe(struct async_loop *loop)
{
	sigset_t pipe;

	if (loop->pipe_was_blocked)
		return;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	while (sigtimedwait(&pipe, NULL, &(struct timespec){0}) > 0)
		;
	pthread_sigmask(SIG_UNBLOCK, &pipe, NULL);
}

int async_loop_open(struct async_loop **loop, const struct async_options *options)
{
	struct async_loop *made = aligned_alloc(64, sizeof *made);

	if (made == NULL)
		return -ENOMEM;
	memset(made, 0, sizeof *made);
	if (options != NULL)
		made->options = *options;
	made->calls_end = &made->calls;
	made->offload = made->options.offload;
	made->spin = async_spin_of(made->options.spin_ns != 0 ? made->options.spin_ns
				   : async_cpus() > 1         ? ASYNC_SPIN_NS
							      : 0);
	int rc = open_parts(made);
	if (rc != 0) {
		close_parts(made);
		return rc;
	}
	block_broken_pipe(made);
	*loop = made;
	return 0;
}

/* First everybody is cancelled once, as by hand; who still waits after a while, for good. */
static void cancel_all(struct async_loop *loop, bool forced)
{
	for (struct async_task *task = loop->alive; task != NULL; task = task->alive_next) {
		if (forced) {
			task->forced = 1;
			task->interrupt = -ECANCELED;
		}
		async_cancel(&task->future);
	}
}

static void end_all(struct async_loop *loop)
{
	cancel_all(loop, false);
	uint64_t end_ns = async_now_ns() + CLOSING_NS;
	while (loop->alive_count > 0 && async_now_ns() < end_ns)
		if (async_loop_turns_until(loop, end_ns) != 0)
			return; /* another loop runs on this thread: none of these can */
	(void)async_loop_turns_until(loop, 0); /* what has become due while we were not running */
	while (loop->alive_count > 0) {
		cancel_all(loop, true);
		(void)async_loop_turns_until(loop, async_now_ns() + CLOSING_NS);
	}
}

size_t async_loop_close(struct async_loop *loop)
{
	if (loop == NULL)
		return 0;
	size_t alive = loop->alive_count;
	if (loop->running) {
		async_misuse(-EBUSY,
			"a loop was closed from inside of it and stays open: let its run "
			"return, then close it");
		return alive;
	}
	if (alive > 0 && loop->debug != NULL)
		async_debug_closing(loop);
	loop->closing = true;
	if (alive > 0)
		end_all(loop);
	unblock_broken_pipe(loop);
	await_posting(loop);
	close_parts(loop);
	return alive;
}

int async_run_with(task_fn *fn, void *arg, const struct async_options *options)
{
	struct async_loop *loop;
	int rc = async_loop_may_enter();

	if (rc == 0)
		rc = async_loop_open(&loop, options);
	if (rc != 0)
		return rc;
	struct async_task *task = async_spawn_with(
		fn, arg, &(struct async_task_options){.loop = loop, .name = "main"});
	rc = task == NULL ? -errno : (int)async_run_until_complete(loop, &task->future);
	async_task_detach(task);
	async_loop_close(loop);
	return rc;
}

int async_run(task_fn *fn, void *arg)
{
	return async_run_with(fn, arg, NULL);
}
