/*
 * The loop: fairness and its bound, threads, callbacks.
 */
/* wrap: clock_gettime */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

static int always_ready(void *arg)
{
	int *stop = arg;
	while (!*stop)
		async_yield();
	return 0;
}

static int fairness(void *arg)
{
	int stop = 0, ends[2];
	char byte;
	(void)arg;
	must(pipe(ends) == 0);
	struct async_task *busy = async_spawn(always_ready, &stop),
			  *too = async_spawn(always_ready, &stop);
	must(async_sleep(MS) == 0); /* timers come */
	must(write(ends[1], "x", 1) == 1);
	must(async_read(ends[0], &byte, 1) == 1);
	struct async_timeout limit;
	must(async_timeout_begin(&limit, MS) == 0);
	must(async_read(ends[0], &byte, 1) == -ETIMEDOUT); /* and so do descriptors' waits */
	async_timeout_end(&limit);
	stop = 1;
	must(async_task_join(busy) == 0 && async_task_join(too) == 0);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(tasks_that_are_always_ready_starve_neither_timers_nor_descriptors)
{
	in_both_loops(fairness, NULL);
}
END_TEST

/* Time as the test makes it: 0 is the real one. */
static uint64_t scripted_ns;
static _Atomic int clock_reads;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	clock_reads++;
	if (scripted_ns == 0)
		return __real_clock_gettime(clock, now);
	*now = (struct timespec){.tv_sec = (time_t)(scripted_ns / 1000000000u),
		.tv_nsec = (long)(scripted_ns % 1000000000u)};
	return 0;
}

enum { TURN_NS = 700, BUSY_MOST = 3 };

/* The bound that loop.h states, as turns of this length make it. */
enum { BOUND_NS = ASYNC_SLICE_NS + ASYNC_BUDGET * TURN_NS };

static struct {
	int ends[2];
	uint64_t written_ns;
	bool reads; /* and wants to be written to */
	bool stop;
} crowded;

static int each_turn_takes_time(void *arg)
{
	(void)arg;
	while (!crowded.stop) {
		scripted_ns += TURN_NS;
		async_yield();
	}
	return 0;
}

static void stop(void *arg)
{
	(void)arg;
	crowded.stop = true;
}

static int late_by(void *arg)
{
	char byte;

	must(async_defer(stop, arg) == 0);
	for (int i = 0; i < 20; i++) {
		uint64_t due_ns = scripted_ns + 100000u + 12345u * (uint64_t)i;
		must(async_sleep_until(due_ns) == 0);
		must(scripted_ns >= due_ns && scripted_ns - due_ns <= BOUND_NS);
		crowded.reads = true;
		must(async_read(crowded.ends[0], &byte, 1) == 1);
		must(scripted_ns - crowded.written_ns <= BOUND_NS);
	}
	return 0;
}

static int writes_now_and_then(void *arg)
{
	(void)arg;
	while (!crowded.stop) {
		async_yield();
		if (crowded.reads) {
			crowded.reads = false;
			crowded.written_ns = scripted_ns;
			must(write(crowded.ends[1], "x", 1) == 1);
		}
	}
	return 0;
}

static int crowd(void *arg)
{
	struct async_task *busy[BUSY_MOST + 1];
	int n = *(int *)arg;

	must(pipe2(crowded.ends, O_CLOEXEC) == 0);
	scripted_ns = 1000000000u;
	struct async_task *waits = async_spawn(late_by, NULL);
	busy[n] = async_spawn(writes_now_and_then, NULL);
	for (int i = 0; i < n; i++)
		busy[i] = async_spawn(each_turn_takes_time, NULL);
	for (int i = 0; i <= n; i++)
		must(async_task_join(busy[i]) == 0);
	must(async_task_join(waits) == 0);
	scripted_ns = 0;
	must(async_close(crowded.ends[0]) == 0 && close(crowded.ends[1]) == 0);
	return 0;
}

START_TEST(always_ready_tasks_delay_timers_and_descriptors_by_a_slice_and_a_budget_of_turns)
{
	memset(&crowded, 0, sizeof crowded);
	in_loop(crowd, &_i);
}
END_TEST

enum { BATCH = 2000 };

static struct {
	uint64_t due_ns;
	int woken, reads_at_first;
} batch;

static int wakes_in_a_batch(void *arg)
{
	(void)arg;
	must(async_sleep_until(batch.due_ns) == 0);
	if (batch.woken++ == 0)
		batch.reads_at_first = clock_reads;
	return 0;
}

/* With thread sanitizer a task that ends goes by way of the hub, which drops its fiber. */
#ifdef ASYNC_TSAN
enum { RESUMPTIONS = 1 };
#else
enum { RESUMPTIONS = ASYNC_BUDGET };
#endif

static int many_due_at_once(void *arg)
{
	static struct async_task *tasks[BATCH];
	(void)arg;
	scripted_ns = 1000000000u;
	batch.due_ns = scripted_ns + 1000000;
	for (int i = 0; i < BATCH; i++)
		must((tasks[i] = async_spawn(wakes_in_a_batch, NULL)) != NULL);
	async_yield(); /* all are asleep */
	scripted_ns = batch.due_ns;
	async_yield();
	for (int i = 0; i < BATCH; i++)
		must(async_task_join(tasks[i]) == 0);
	must(batch.woken == BATCH);
	/* beside one per batch there is one per budget of resumptions */
	must(clock_reads - batch.reads_at_first <= BATCH / RESUMPTIONS + 5);
	scripted_ns = 0;
	return 0;
}

START_TEST(the_clock_is_read_once_for_a_batch_of_timers)
{
	in_loop(many_due_at_once, NULL);
}
END_TEST

struct waker {
	struct async_remote remote;
	pthread_t thread;
};

static void *set_soon(void *arg)
{
	usleep(2000);
	async_remote_set(arg, 5);
	return NULL;
}

static int woken_from_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		struct waker waker;
		must(async_remote_init(&waker.remote) == 0);
		must(pthread_create(&waker.thread, NULL, set_soon, &waker.remote) == 0);
		must(async_await(&waker.remote.future) == 5); /* the loop sleeps meanwhile */
		must(pthread_join(waker.thread, NULL) == 0);
	}
	return 0;
}

START_TEST(another_thread_wakes_a_sleeping_loop)
{
	in_both_loops(woken_from_thread, NULL);
}
END_TEST

static _Atomic int on_loops;

static int count_loop(void *arg)
{
	(void)arg;
	atomic_fetch_add(&on_loops, 1 << (8 * async_loop_number()));
	return async_sleep(MS);
}

START_TEST(several_loops_run_at_once)
{
	ck_assert_int_eq(async_run_on_many(3, count_loop, NULL), 0);
	ck_assert_int_eq(on_loops, 0x010101);
}
END_TEST

static int called[3], calls;

static void call_order(void *arg)
{
	called[calls++] = *(int *)arg;
}

static int callbacks(void *arg)
{
	struct async_future future = {0};
	struct async_callback first, second, third;
	int one = 1, two = 2, three = 3;
	(void)arg;
	async_future_on_done(&future, &first, call_order, &one);
	async_future_on_done(&future, &second, call_order, &two);
	async_future_on_done(&future, &third, call_order, &three);
	must(async_future_forget(&second));
	must(async_future_set(&future, 0) == 0);
	must(calls == 0); /* soon, not now */
	must(async_sleep(MS) == 0);
	must(calls == 2 && called[0] == 1 && called[1] == 3);
	return 0;
}

START_TEST(callbacks_of_a_future_are_called_soon_and_in_order)
{
	in_loop(callbacks, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/loop");
	TCase *tests = tcase_create("loop");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, tasks_that_are_always_ready_starve_neither_timers_nor_descriptors);
	tcase_add_loop_test(tests,
		always_ready_tasks_delay_timers_and_descriptors_by_a_slice_and_a_budget_of_turns, 1,
		BUSY_MOST + 1);
	tcase_add_test(tests, the_clock_is_read_once_for_a_batch_of_timers);
	tcase_add_test(tests, another_thread_wakes_a_sleeping_loop);
	tcase_add_test(tests, several_loops_run_at_once);
	tcase_add_test(tests, callbacks_of_a_future_are_called_soon_and_in_order);
	suite_add_tcase(suite, tests);
	return suite;
}
