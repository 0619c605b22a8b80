/*
 * The event loop: runs ready tasks, and when none is ready waits for descriptors, timers, the
 * executor and other threads.
 *
 * Plain code enters by async_run (makes a loop, runs one task to its end, closes the loop) or by
 * the three steps open, run_until_complete, close. One loop per thread runs at a time.
 *
 * Fairness: after ASYNC_BUDGET resumptions the loop looks at the clock, and when ASYNC_SLICE_NS
 * have passed it polls descriptors and timers before it goes on. A task that is always ready
 * therefore delays them by at most ASYNC_SLICE_NS plus ASYNC_BUDGET turns, its own and those of
 * others that are always ready. (The driver of stackless coroutines is one task: a turn of it is up
 * to STACKLESS_TURNS of theirs.)
 */
#ifndef CONCBENCH_MODELS_ASYNC_LOOP_H
#define CONCBENCH_MODELS_ASYNC_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "models/async/descriptor.h"
#include "models/async/spin.h"
#include "models/async/task.h"
#include "models/async/timer.h"

enum {
	ASYNC_BUDGET = 64,       /* a clock read (25 ns) per 64 switches (1 ns each) */
	ASYNC_SLICE_NS = 100000, /* a poll (0.3 us) per 0.1 ms is 0.3 % */
	ASYNC_POOLS = 4          /* stack sizes in use at once beside the default */
};

enum async_poller_kind { ASYNC_EPOLL, ASYNC_URING, ASYNC_BUSY };

/* All-zero is the default of each. */
struct async_options {
	enum async_poller_kind
		poller;     /* ASYNC_BUSY: epoll that never sleeps, the notes' polling scheduler */
	size_t stack_bytes; /* of a task; 0: ASYNC_STACK_DEFAULT */
	int workers;        /* of the executor, at most; 0: CPUs allowed + 4, at most 32 */
	int64_t spin_ns;    /* 0: ASYNC_SPIN_NS with two CPUs or more, none with one; < 0: none */
	bool debug;         /* as the environment's CONCBENCH_ASYNC_DEBUG=1 */
	bool offload;       /* async_compute goes to the executor */
};

struct async_executor;
struct async_poller;
struct async_debug;

/* Fields are for the runtime. */
struct async_loop {
	struct async_ready ready; /* first */
	bool stop;                /* leave async_loop_turns */
	bool running, closing;
	bool pipe_was_blocked; /* SIGPIPE, before the loop was opened */
	bool offload;
	/* what every transfer looks at lies together */
	struct async_descriptors descriptors __attribute__((aligned(64)));
	struct async_lent *lent; /* free buffers to lend */
	struct async_poller *poller;
	uint64_t polled_ns;                    /* when descriptors and timers were last looked at */
	struct async_call *calls, **calls_end; /* to be made by the hub */
	struct async_timers timers;
	struct async_task *alive; /* all tasks that have not ended */
	size_t alive_count;
	struct async_stack_pool stacks[1 + ASYNC_POOLS];
	struct async_cleanup *cleanups; /* unused ones */
	struct async_executor *executor;
	struct async_debug *debug;
	struct async_options options;
	struct async_spin spin;   /* while the executor works */
	unsigned selects;         /* whose turn it is among ready cases */
	size_t jobs;              /* in the executor: spin a little before sleeping */
	void *parking;            /* crew: who waits on which word */
	struct async_task *ended; /* ThreadSanitizer: their fibers are dropped by the hub */
	/* from other threads */
	_Atomic(struct async_call *) inbox __attribute__((aligned(64)));
	_Atomic int sleeping;
	_Atomic int posting; /* threads inside of async_call_soon_threadsafe */
};

/*
 * Runs fn(arg) as a task on a new loop until it ends; then cancels what still runs, waits for it
 * and closes the loop.
 *   options  NULL: all defaults
 *   Returns  the task's result; -EDEADLK when a loop runs on this thread already (see
 *            async_explain), or -errno when no loop could be made.
 *   Threads  any; each thread its own loop.
 */
int async_run(task_fn *fn, void *arg);
int async_run_with(task_fn *fn, void *arg, const struct async_options *options);

/*
 * Makes a loop.
 *   Returns  0, -EMFILE, -ENOMEM, -ENOSYS (no io_uring), …
 *   Owner    async_loop_close, by the same thread.
 */
int async_loop_open(struct async_loop **loop, const struct async_options *options)
	__attribute__((warn_unused_result));

/*
 * Runs the loop until a future has ended.
 *   Returns  its value or error; -EDEADLK as async_run.
 */
int64_t async_run_until_complete(struct async_loop *loop, struct async_future *future);

/*
 * Cancels all tasks still alive, runs them to their ends, ends the executor, frees everything.
 *   Returns  how many tasks were still alive: not awaited by anybody (told in debug mode). NULL: 0.
 *            From inside of the loop nothing is closed, see async_explain.
 */
size_t async_loop_close(struct async_loop *loop);

/* The loop that runs on this thread; NULL if none. */
static inline struct async_loop *async_loop_current(void)
{
	return async_thread.loop;
}

/* Calls fn on the loop's own stack in one of its next turns, in order of calling. Threads: the
 * loop's. */
void async_call_soon(struct async_loop *loop, struct async_call *call);

/*
 * The same from any thread, also while the loop sleeps. The loop must stay open until it has made
 * the call, which may be what ends it: closing waits for callers on their way out.
 */
void async_call_soon_threadsafe(struct async_loop *loop, struct async_call *call);

/* For the runtime. */

/* async_call_soon_threadsafe for callers that outlive the call: the loop is closed after they
 * ended. */
void async_loop_post(struct async_loop *loop, struct async_call *call);

/*
 * Runs turns until loop->stop, or until end_ns: then no longer than somebody is ready, and not
 * even so long if somebody always is.
 *   Returns  0, -EDEADLK.
 */
int async_loop_turns(struct async_loop *loop);
int async_loop_turns_until(struct async_loop *loop, uint64_t end_ns);

/* Returns  0; -EDEADLK when a loop runs on this thread. */
int async_loop_may_enter(void);

/* Leaves async_loop_turns at the next chance. */
static inline void async_loop_stop(struct async_loop *loop)
{
	loop->stop = true;
	loop->ready.budget = 0;
}

/* The pool of stacks of that size; NULL with errno. */
struct async_stack_pool *async_loop_stacks(struct async_loop *loop, size_t bytes);

/* How many CPUs this process may use. */
int async_cpus(void);

/* What a spinning CPU should do between two looks. */
static inline void async_pause(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* CLOCK_MONOTONIC in ns. */
static inline uint64_t async_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
