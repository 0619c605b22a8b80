/*
 * The examples of the lecture notes on the loop itself: executor, run, files, timeouts, debug mode,
 * mistakes, trace (A12 to A21), each with the outcome the notes give; a second of the notes is 10
 * ms here. The order of events is what is compared, durations only against generous bounds.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

enum { SECOND = 10 * MS };

static struct events events;

struct named {
	const char *name;
	int seconds;
	int result;
};

/* When the first of them began: all deadlines count from then, so that their order is that of the
 * seconds however long this thread is kept from running. */
static uint64_t began_ns;

static int start_and_finish(void *arg)
{
	struct named *named = arg;
	happened(&events, "start %s", named->name);
	if (began_ns == 0)
		began_ns = async_now_ns();
	int rc = async_sleep_until(began_ns + (uint64_t)named->seconds * SECOND);
	if (rc != 0)
		return rc;
	happened(&events, "finish %s", named->name);
	return named->result;
}

static int fetch(void *arg)
{
	int id = *(int *)arg;
	int rc = async_sleep((uint64_t)(4 - id) * MS);
	return rc != 0 ? rc : id * 100;
}

struct blocking {
	_Atomic int ticks;
	int ticked;
};

static int tick_for(void *arg)
{
	struct blocking *blocking = arg;
	int rc;
	while ((rc = async_sleep(MS)) == 0)
		atomic_fetch_add(&blocking->ticks, 1);
	return rc;
}

/* Blocks its thread until the loop has gone on three times. */
static int block(void *arg)
{
	struct blocking *blocking = arg;
	for (int i = 0; i < 20000 && atomic_load(&blocking->ticks) < 3; i++)
		usleep(1000);
	return atomic_load(&blocking->ticks) >= 3 ? 7 : -ETIME;
}

static int a12_body(void *arg)
{
	struct blocking blocking = {0};
	(void)arg;
	struct async_task *ticker = async_spawn(tick_for, &blocking);
	must(async_run_in_executor(block, &blocking) == 7);
	async_task_cancel(ticker);
	async_task_join(ticker);
	return 0;
}

START_TEST(A12_the_loop_goes_on_while_a_thread_of_the_pool_blocks)
{
	in_loop(a12_body, NULL);
}
END_TEST

static int nested(void *arg)
{
	(void)arg;
	return async_run(fetch, arg) == -EDEADLK ? 11 : 0;
}

static int answer(void *arg)
{
	(void)arg;
	return 42;
}

START_TEST(A13_run_returns_the_value_and_a_nested_run_says_what_to_do)
{
	struct async_loop *loop;
	int id = 1;

	ck_assert_int_eq(async_run(answer, NULL), 42);
	ck_assert_int_eq(async_run(nested, &id), 11);
	ck_assert_ptr_nonnull(strstr(async_explain(), "async_spawn"));
	ck_assert_int_eq(async_loop_open(&loop, NULL), 0);
	struct async_task *task = async_spawn_with(
		answer, NULL, &(struct async_task_options){.loop = loop, .name = "answer"});
	ck_assert_int_eq(async_run_until_complete(loop, &task->future), 42);
	async_task_detach(task);
	ck_assert_uint_eq(async_loop_close(loop), 0);
}
END_TEST

static int puts_one(void *arg)
{
	return async_queue_put(arg, 1);
}

static int gets_in_vain(void *arg)
{
	struct async_timeout limit;
	intptr_t item;
	must(async_timeout_begin(&limit, MS) == 0);
	int rc = async_queue_get(arg, &item);
	async_timeout_end(&limit);
	return rc;
}

START_TEST(A13b_two_runs_share_no_loop_a_waiter_of_one_never_meets_the_other)
{
	struct async_queue queue = {0};

	ck_assert_int_eq(async_run(gets_in_vain, &queue), -ETIMEDOUT); /* the first run has ended */
	ck_assert_int_eq(async_run(puts_one, &queue), 0);
	async_queue_close(&queue);
}
END_TEST

struct reading {
	int fd;
	char text[6];
};

static int read_file(void *arg)
{
	struct reading *reading = arg;
	return (int)async_pread(reading->fd, reading->text, 5, 0);
}

static int a14_body(void *arg)
{
	struct reading readings[2] = {{0}, {0}};
	int ticks = 0;
	(void)arg;
	for (int i = 0; i < 2; i++) {
		char name[] = "/tmp/concbench-test-XXXXXX";
		readings[i].fd = mkstemp(name);
		must(readings[i].fd >= 0 && unlink(name) == 0);
		must(async_pwrite(readings[i].fd, i == 0 ? "first" : "other", 5, 0) == 5);
	}
	struct async_task *ticker = async_spawn(count_milliseconds, &ticks);
	struct async_task *a = async_spawn(read_file, &readings[0]),
			  *b = async_spawn(read_file, &readings[1]);
	must(async_task_join(a) == 5 && async_task_join(b) == 5);
	must(strcmp(readings[0].text, "first") == 0 && strcmp(readings[1].text, "other") == 0);
	async_task_cancel(ticker);
	async_task_join(ticker);
	must(async_close(readings[0].fd) == 0 && async_close(readings[1].fd) == 0);
	return 0;
}

START_TEST(A14_two_files_are_read_at_once)
{
	in_loop(a14_body, NULL);
}
END_TEST

static int fails_soon(void *arg)
{
	int rc = async_sleep((uint64_t) * (int *)arg * MS);
	return rc != 0 ? rc : -EIO;
}

static int a17_body(void *arg)
{
	struct named slow = {"slow", 1000, 0}, quick = {"quick", 0, 3};
	struct async_group group;
	int ms = 2;
	(void)arg;
	struct async_task *task = async_spawn(start_and_finish, &slow);
	must(async_wait_for(&task->future, MS) == -ETIMEDOUT);
	must(async_future_done(&task->future)); /* the inner task was cancelled, and has ended */
	must(async_task_join(task) == -ECANCELED);
	task = async_spawn(start_and_finish, &quick);
	must(async_wait_for(&task->future, 10000u * (uint64_t)MS) == 3);
	must(async_task_join(task) == 3);
	must(async_group_open(&group) == 0);
	must(async_group_spawn(&group, start_and_finish, &quick) == 0);
	must(async_group_close(&group, 0) == 0); /* waits for its children */
	must(async_group_open(&group) == 0);
	must(async_group_spawn(&group, start_and_finish, &slow) == 0);
	must(async_group_spawn(&group, fails_soon, &ms) == 0);
	must(async_sleep(10000u * (uint64_t)MS) == -ECANCELED); /* the owner is told, too */
	must(async_group_spawn(&group, start_and_finish, &quick) == -ECANCELED);
	must(async_group_close(&group, -ECANCELED) == -EIO);
	must(async_sleep(0) == 0); /* and told once */
	return 0;
}

START_TEST(A17_wait_for_cancels_and_a_failing_child_cancels_its_group)
{
	in_loop(a17_body, NULL);
}
END_TEST

static char reported[256];

static void keep_report(void *arg, const char *line)
{
	(void)arg;
	snprintf(reported, sizeof reported, "%s", line);
}

static int blocks_the_loop(void *arg)
{
	(void)arg;
	usleep(30000);
	return 0;
}

static int a18_body(void *arg)
{
	(void)arg;
	must(async_debug_enable(async_loop_current()) == 0);
	async_loop_current()->debug->report = keep_report;
	must(async_task_join(async_spawn(blocks_the_loop, NULL)) == 0);
	return 0;
}

START_TEST(A18_debug_mode_names_the_coroutine_that_held_the_loop_and_how_long)
{
	in_loop(a18_body, NULL);
	ck_assert_ptr_nonnull(strstr(reported, "'blocks_the_loop' held the loop for "));
}
END_TEST

struct progress {
	const char *name;
	int steps, done;
};

static int long_process(void *arg)
{
	struct progress *progress = arg;
	int rc = 0;
	while (rc == 0 && progress->done < progress->steps)
		if ((rc = async_sleep(MS)) == 0)
			happened(&events, "%s %d", progress->name, ++progress->done);
	return rc;
}

static int a19_awaited(void *arg)
{
	struct progress *two = arg;
	struct async_task *a = async_spawn(long_process, &two[0]),
			  *b = async_spawn(long_process, &two[1]);
	struct async_future *both[2] = {&a->future, &b->future};
	must(async_gather(both, 2, NULL, ASYNC_FIRST_ERROR) == 0);
	must(async_task_join(a) == 0 && async_task_join(b) == 0);
	return 0;
}

static int a19_not_awaited(void *arg)
{
	struct progress *two = arg;
	must(async_debug_enable(async_loop_current()) == 0);
	async_loop_current()->debug->report = keep_report;
	async_task_detach(async_spawn(long_process, &two[0]));
	async_task_detach(async_spawn(long_process, &two[1]));
	return 0;
}

START_TEST(A19_processes_not_awaited_are_cancelled_and_reported)
{
	struct progress two[2] = {{"a", 3, 0}, {"b", 2, 0}}, again[2] = {{"a", 3, 0}, {"b", 2, 0}};

	in_loop(a19_awaited, two);
	ck_assert_int_eq(two[0].done, 3);
	ck_assert_int_eq(two[1].done, 2);
	in_loop(a19_not_awaited, again);
	ck_assert_int_eq(again[0].done + again[1].done, 0);
	ck_assert_ptr_nonnull(strstr(reported, "'long_process' was never awaited"));
}
END_TEST

static int a20_body(void *arg)
{
	struct named a = {"a", 1, 0}, b = {"b", 1, 0};
	(void)arg;
	must(async_task_join(async_spawn(start_and_finish, &a)) == 0); /* one after the other */
	must(async_task_join(async_spawn(start_and_finish, &b)) == 0);
	return 0;
}

START_TEST(A20_await_outside_is_an_error_and_awaiting_in_turn_is_no_gather)
{
	struct async_future future = {0};

	ck_assert_int_eq(async_await(&future), -EPERM);
	in_loop(a20_body, NULL);
	ck_assert_str_eq(events.text, "start a, finish a, start b, finish b");
}
END_TEST

static void write_trace(void *arg, const char *line)
{
	(void)arg;
	happened(&events, "%s", line);
}

static int handler(void *arg)
{
	char byte;
	return async_read(*(int *)arg, &byte, 1) == 1 ? 0 : -EIO;
}

static int a21_body(void *arg)
{
	int ends[2];
	(void)arg;
	must(pipe(ends) == 0);
	must(async_debug_enable(async_loop_current()) == 0);
	async_loop_current()->debug->report = write_trace;
	async_loop_current()->debug->trace = true;
	struct async_task *task = async_spawn(handler, &ends[0]);
	must(async_sleep(MS) == 0);
	must(async_write(ends[1], "x", 1) == 1);
	must(async_task_join(task) == 0);
	async_loop_current()->debug->trace = false;
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(A21_the_loop_s_dispatch_can_be_read_as_a_trace)
{
	in_loop(a21_body, NULL);
	ck_assert_ptr_nonnull(strstr(events.text, "run 'handler' after spawn"));
	ck_assert_ptr_nonnull(strstr(events.text, "run 'main' after async_sleep"));
	ck_assert_ptr_nonnull(strstr(events.text, "run 'handler' after async_read"));
}
END_TEST
Suite *suite(void)
{
	Suite *suite = suite_create("models/async/lectures_loop");
	TCase *tests = tcase_create("lectures_loop");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, A12_the_loop_goes_on_while_a_thread_of_the_pool_blocks);
	tcase_add_test(tests, A13_run_returns_the_value_and_a_nested_run_says_what_to_do);
	tcase_add_test(tests, A13b_two_runs_share_no_loop_a_waiter_of_one_never_meets_the_other);
	tcase_add_test(tests, A14_two_files_are_read_at_once);
	tcase_add_test(tests, A17_wait_for_cancels_and_a_failing_child_cancels_its_group);
	tcase_add_test(tests, A18_debug_mode_names_the_coroutine_that_held_the_loop_and_how_long);
	tcase_add_test(tests, A19_processes_not_awaited_are_cancelled_and_reported);
	tcase_add_test(tests, A20_await_outside_is_an_error_and_awaiting_in_turn_is_no_gather);
	tcase_add_test(tests, A21_the_loop_s_dispatch_can_be_read_as_a_trace);
	suite_add_tcase(suite, tests);
	return suite;
}
