/*
 * The event loop's turns: calls, timers, descriptors, then whoever is ready.
 */
#include "models/async/loop.h"

#include <errno.h>

#include "models/async/debug.h"
#include "models/async/poller.h"

struct async_stack_pool *async_loop_stacks(struct async_loop *loop, size_t bytes)
{
	struct async_stack_pool pool;

	for (int i = 0; i < 1 + ASYNC_POOLS; i++) {
		if (loop->stacks[i].slot_bytes == 0) {
			int rc = async_stack_pool_open(&loop->stacks[i], bytes);
			if (rc != 0) {
				errno = -rc;
				return NULL;
			}
			loop->stacks[i].paint = loop->debug != NULL;
			return &loop->stacks[i];
		}
		async_stack_pool_shape(&pool, bytes);
		if (loop->stacks[i].slot_bytes == pool.slot_bytes)
			return &loop->stacks[i];
	}
	errno = ENOSPC;
	return NULL;
}

void async_call_soon(struct async_loop *loop, struct async_call *call)
{
	call->next = NULL;
	*loop->calls_end = call;
	loop->calls_end = &call->next;
	loop->ready.budget = 0;
}

void async_loop_post(struct async_loop *loop, struct async_call *call)
{
	struct async_call *head = atomic_load_explicit(&loop->inbox, memory_order_relaxed);

	do
		call->next = head;
	while (!atomic_compare_exchange_weak(&loop->inbox, &head, call));
	/* the loop says that it sleeps, then looks at the inbox; we do it the other way round */
	if (atomic_load(&loop->sleeping) != 0 && atomic_exchange(&loop->sleeping, 0) != 0)
		loop->poller->wake(loop->poller);
}

void async_call_soon_threadsafe(struct async_loop *loop, struct async_call *call)
{
	atomic_fetch_add(&loop->posting, 1);
	async_loop_post(loop, call);
	atomic_fetch_sub_explicit(&loop->posting, 1, memory_order_release); /* the last touch */
}

static void take_inbox(struct async_loop *loop)
{
	struct async_call *call =
		atomic_exchange_explicit(&loop->inbox, NULL, memory_order_acquire);
	struct async_call *first = NULL;

	while (call != NULL) { /* the last one came first */
		struct async_call *next = call->next;
		call->next = first;
		first = call;
		call = next;
	}
	while (first != NULL) {
		struct async_call *next = first->next; /* fn may end the call's life */
		first->fn(first);
		first = next;
	}
}

static void make_calls(struct async_loop *loop)
{
	struct async_call *call = loop->calls;

	loop->calls = NULL; /* calls made by these come in the next turn */
	loop->calls_end = &loop->calls;
	while (call != NULL) {
		struct async_call *next = call->next;
		call->fn(call);
		call = next;
	}
}

/* The executor answers within microseconds more often than not, and a wake costs tens of them.
 * Returns  whether time has passed. */
static bool spin(struct async_loop *loop, uint64_t left_ns)
{
	uint64_t spin_ns = (uint64_t)async_spin_allowed(&loop->spin);

	if (spin_ns == 0)
		return false;
	uint64_t end_ns = async_now_ns() + (spin_ns < left_ns ? spin_ns : left_ns);
	bool answered = false;
	do
		for (int i = 0; i < 32 && !answered; i++) {
			async_pause();
			answered = atomic_load_explicit(&loop->inbox, memory_order_relaxed) != NULL;
		}
	while (!answered && async_now_ns() < end_ns);
	async_spin_ended(&loop->spin, answered);
	return true;
}

static uint64_t time_left(struct async_loop *loop)
{
	uint64_t next_ns = async_timers_next(&loop->timers);

	if (next_ns == UINT64_MAX)
		return UINT64_MAX;
	uint64_t now_ns = async_now_ns();
	return next_ns > now_ns ? next_ns - now_ns : 0;
}

/* Looks at everything that may wake tasks; waits if nobody is ready, at most_ns. */
static void turn(struct async_loop *loop, uint64_t most_ns)
{
	uint64_t left_ns = 0;

	if (atomic_load_explicit(&loop->inbox, memory_order_relaxed) != NULL)
		take_inbox(loop);
	if (loop->calls != NULL)
		make_calls(loop);
	if (loop->ready.first == NULL && loop->calls == NULL && !loop->stop)
		left_ns = time_left(loop);
	if (left_ns > most_ns)
		left_ns = most_ns;
	if (left_ns > 0 && loop->jobs > 0 && spin(loop, left_ns)) {
		left_ns = time_left(loop);
		if (left_ns > most_ns)
			left_ns = most_ns;
	}
	if (left_ns > 0 && loop->options.poller != ASYNC_BUSY) {
		atomic_store(&loop->sleeping, 1);
		if (atomic_load(&loop->inbox) != NULL)
			left_ns = 0;
		loop->poller->wait(loop->poller, async_poll_timeout(left_ns));
		atomic_store_explicit(&loop->sleeping, 0, memory_order_relaxed);
	} else {
		loop->poller->wait(loop->poller, 0);
	}
	if (atomic_load_explicit(&loop->inbox, memory_order_relaxed) != NULL)
		take_inbox(loop);
	loop->polled_ns = 0; /* just now: the clock is read when somebody wants to know */
	if (loop->timers.count > 0)
		async_timers_fire(&loop->timers, loop->polled_ns = async_now_ns());
}

/* The budget is spent: is it time to look at the rest of the world? */
static bool slice_is_over(struct async_loop *loop)
{
	uint64_t now_ns = async_now_ns();

	if (loop->polled_ns == 0)
		loop->polled_ns = now_ns;
	return now_ns - loop->polled_ns >= ASYNC_SLICE_NS || loop->calls != NULL;
}

#ifdef ASYNC_TSAN
static void drop_ended(struct async_loop *loop)
{
	for (struct async_task *task = loop->ended, *next; task != NULL; task = next) {
		next = task->next;
		async_context_drop(&task->context);
		task->started = 3;
		if (task->detached)
			async_stack_give(task->stack);
	}
	loop->ended = NULL;
}
#endif

/* Until the loop stops, or until end_ns: then as soon as nobody is ready, or at the next turn. */
static void turns(struct async_loop *loop, uint64_t end_ns)
{
	struct async_ready *ready = &loop->ready;

	while (!loop->stop && (!loop->closing || loop->alive_count > 0)) {
		if (ready->first == NULL || slice_is_over(loop)) {
			uint64_t now_ns = end_ns != UINT64_MAX ? async_now_ns() : 0;
			turn(loop, end_ns - (now_ns < end_ns ? now_ns : end_ns));
			if (end_ns != UINT64_MAX && (ready->first == NULL || now_ns >= end_ns))
				break;
			if (ready->first == NULL || loop->stop)
				continue;
		}
		struct async_task *task = ready->first;
		ready->first = task->next;
		ready->budget = ASYNC_BUDGET;
		if (__builtin_expect(loop->debug != NULL, 0)) {
			ready->budget = 0; /* the hub sees every resumption */
			async_debug_resume(loop, task);
		}
		async_thread.current = task;
		async_context_switch(&ready->hub, &task->context);
		if (__builtin_expect(loop->debug != NULL, 0))
			async_debug_returned(loop);
#ifdef ASYNC_TSAN
		drop_ended(loop);
#endif
	}
}

int async_loop_may_enter(void)
{
	if (async_thread.current != NULL ||
		(async_thread.loop != NULL && async_thread.loop->running))
		return async_misuse(-EDEADLK,
			"a loop runs on this thread already: inside of it call the function "
			"itself, or async_spawn and await it");
	return 0;
}

static int enter(struct async_loop *loop, struct async_loop **before)
{
	int rc = async_loop_may_enter();

	if (rc != 0)
		return rc;
	*before = async_thread.loop;
	async_thread.loop = loop;
	loop->running = true;
	return 0;
}

static void leave(struct async_loop *loop, struct async_loop *before)
{
	loop->running = false;
	loop->stop = false;
	async_thread.loop = before;
}

int async_loop_turns_until(struct async_loop *loop, uint64_t end_ns)
{
	struct async_loop *before;
	int rc = enter(loop, &before);

	if (rc != 0)
		return rc;
	turns(loop, end_ns);
	leave(loop, before);
	return 0;
}

int async_loop_turns(struct async_loop *loop)
{
	return async_loop_turns_until(loop, UINT64_MAX);
}

struct until {
	struct async_waiter waiter; /* first */
	struct async_loop *loop;
};

static void until_served(struct async_waiter *waiter)
{
	async_loop_stop(((struct until *)(void *)waiter)->loop);
}

int64_t async_run_until_complete(struct async_loop *loop, struct async_future *future)
{
	struct until until = {.waiter.call = until_served, .loop = loop};

	if (future->state == ASYNC_PENDING) {
		async_waiters_push(&future->waiters, &until.waiter);
		int rc = async_loop_turns(loop);
		async_waiters_remove(&until.waiter);
		if (rc != 0)
			return rc;
	}
	return async_future_result(future);
}
