/*
 * The examples of the lecture notes on tasks and futures: gather, nested awaits, create_task,
 * as_completed, wait (A1 to A6), each with the outcome the notes give; a second of the notes is 10
 * ms here. The order of events is what is compared, durations only against generous bounds.
 */
#include <errno.h>
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

static int a1_body(void *arg)
{
	struct named named[3] = {{"A", 2, 20}, {"B", 1, 10}, {"C", 3, 30}};
	struct async_task *tasks[3];
	struct async_future *futures[3];
	int64_t results[3];
	uint64_t start_ns = async_now_ns();
	(void)arg;
	for (int i = 0; i < 3; i++) {
		tasks[i] = async_spawn(start_and_finish, &named[i]);
		futures[i] = &tasks[i]->future;
	}
	must(async_gather(futures, 3, results, ASYNC_FIRST_ERROR) == 0);
	uint64_t took_ns = async_now_ns() - start_ns;
	must(took_ns >= 3 * SECOND); /* at once or one after the other is told by the events */
	must(results[0] == 20 && results[1] == 10 && results[2] == 30);
	for (int i = 0; i < 3; i++)
		async_task_join(tasks[i]);
	return 0;
}

START_TEST(A1_gather_runs_three_at_once_and_keeps_the_order_of_results)
{
	in_loop(a1_body, NULL);
	ck_assert_str_eq(events.text, "start A, start B, start C, finish B, finish A, finish C");
}
END_TEST

static int fetch(void *arg)
{
	int id = *(int *)arg;
	int rc = async_sleep((uint64_t)(4 - id) * MS);
	return rc != 0 ? rc : id * 100;
}

static int process(void *arg)
{
	int rc = async_task_join(async_spawn(fetch, arg));
	return rc < 0 ? rc : rc + *(int *)arg;
}

static int a2_body(void *arg)
{
	int ids[3] = {1, 2, 3};
	struct async_task *tasks[3];
	(void)arg;
	for (int i = 0; i < 3; i++)
		tasks[i] = async_spawn(process, &ids[i]);
	for (int i = 0; i < 3; i++)
		must(async_task_join(tasks[i]) == ids[i] * 101);
	return 0;
}

START_TEST(A2_each_process_sees_the_result_of_its_own_fetch)
{
	in_loop(a2_body, NULL);
}
END_TEST

static int a3_body(void *arg)
{
	struct named six = {"six", 6, 0}, three = {"three", 3, 0};
	(void)arg;
	struct async_task *a = async_spawn(start_and_finish, &six),
			  *b = async_spawn(start_and_finish, &three);
	must(async_sleep(0) == 0); /* both have begun and armed their timers */
	must(async_sleep(6 * SECOND) == 0);
	happened(&events, "creator");
	must(async_task_join(a) == 0 && async_task_join(b) == 0);
	return 0;
}

START_TEST(A3_created_tasks_run_while_their_creator_sleeps)
{
	in_loop(a3_body, NULL);
	ck_assert_str_eq(events.text, "start six, start three, finish three, finish six, creator");
}
END_TEST

static int until(void *arg)
{
	struct named *named = arg;
	static uint64_t deadline_ns;
	if (deadline_ns == 0)
		deadline_ns = async_now_ns() + SECOND;
	int rc = async_sleep_until(deadline_ns);
	happened(&events, "%s", named->name);
	return rc;
}

static int a3_equal_body(void *arg)
{
	struct named named[4] = {{"1", 0, 0}, {"2", 0, 0}, {"3", 0, 0}, {"4", 0, 0}};
	struct async_task *tasks[4];
	(void)arg;
	for (int i = 0; i < 4; i++)
		tasks[i] = async_spawn(until, &named[i]);
	for (int i = 0; i < 4; i++)
		must(async_task_join(tasks[i]) == 0);
	return 0;
}

START_TEST(A3b_of_equal_deadlines_the_earlier_armed_wakes_first)
{
	in_loop(a3_equal_body, NULL);
	ck_assert_str_eq(events.text, "1, 2, 3, 4");
}
END_TEST

static int set_later(void *arg)
{
	struct async_future *future = arg;
	int rc = async_sleep(SECOND);
	if (rc == 0)
		rc = async_future_set(future, 42);
	return rc;
}

static int a4_body(void *arg)
{
	struct async_future future = {0}, failing = {0};
	(void)arg;
	must(async_future_result(&future) == -EAGAIN); /* pending */
	struct async_task *setter = async_spawn(set_later, &future);
	must(async_await(&future) == 42);
	must(async_future_set(&future, 43) == -EALREADY);
	must(async_future_fail(&future, -EIO) == -EALREADY);
	must(async_future_result(&future) == 42);
	must(async_future_fail(&failing, -EIO) == 0);
	must(async_await(&failing) == -EIO);
	must(async_await(&setter->future) == 0); /* a task is a future */
	must(async_task_join(setter) == 0);
	return 0;
}

START_TEST(A4_a_future_is_set_once_by_another_task_and_awaited)
{
	in_loop(a4_body, NULL);
}
END_TEST

static int a5_body(void *arg)
{
	struct named named[3] = {{"3", 3, 0}, {"1", 1, 1}, {"2", 2, 2}};
	struct async_task *tasks[3];
	struct async_future *futures[3], *future;
	struct async_watch watches[3];
	struct async_as_completed each;
	int order[3], n = 0;
	(void)arg;
	for (int i = 0; i < 3; i++) {
		tasks[i] = async_spawn(start_and_finish, &named[i]);
		futures[i] = &tasks[i]->future;
	}
	async_as_completed_begin(&each, futures, 3, watches);
	while (async_as_completed_next(&each, &future) == 1)
		order[n++] = (int)async_future_result(future);
	async_as_completed_end(&each);
	must(n == 3 && order[0] == 1 && order[1] == 2 && order[2] == 0);
	for (int i = 0; i < 3; i++)
		async_task_join(tasks[i]);
	return 0;
}

START_TEST(A5_as_completed_gives_coroutines_in_the_order_of_delay)
{
	in_loop(a5_body, NULL);
}
END_TEST

struct setting {
	struct async_future futures[3];
	int after[3]; /* seconds */
};

/* Sets each future when its time has come. */
static int set_three(void *arg)
{
	struct setting *setting = arg;
	uint64_t start_ns = async_now_ns();
	for (int second = 1; second <= 3; second++) {
		int rc = async_sleep_until(start_ns + (uint64_t)second * SECOND);
		for (int i = 0; i < 3 && rc == 0; i++)
			if (setting->after[i] == second)
				rc = async_future_set(&setting->futures[i], i);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int a5_futures_body(void *arg)
{
	struct setting setting = {.after = {2, 1, 3}};
	struct async_future *futures[3], *future;
	struct async_watch watches[3];
	struct async_as_completed each;
	(void)arg;
	for (int i = 0; i < 3; i++)
		futures[i] = &setting.futures[i];
	struct async_task *setter = async_spawn(set_three, &setting);
	async_as_completed_begin(&each, futures, 3, watches);
	while (async_as_completed_next(&each, &future) == 1)
		happened(&events, "%d", 1 + (int)async_future_result(future));
	async_as_completed_end(&each);
	return async_task_join(setter);
}

START_TEST(A5b_as_completed_gives_futures_in_the_order_in_which_they_are_set)
{
	in_loop(a5_futures_body, NULL);
	ck_assert_str_eq(events.text, "2, 1, 3");
}
END_TEST

struct conductor {
	struct async_future three[3];
	struct async_event go_on;
};

/* Ends one future at a time, the next when it is told to. */
static int conduct(void *arg)
{
	struct conductor *conductor = arg;
	for (int i = 0; i < 3; i++) {
		int rc = i == 1 ? async_future_fail(&conductor->three[1], -EIO)
				: async_future_set(&conductor->three[i], i);
		if (rc == 0)
			rc = async_event_wait(&conductor->go_on);
		async_event_clear(&conductor->go_on);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int a6_body(void *arg)
{
	struct conductor conductor = {.three = {{.value = 0}}};
	struct async_future *futures[3] = {
		&conductor.three[0], &conductor.three[1], &conductor.three[2]};
	(void)arg;
	struct async_task *task = async_spawn(conduct, &conductor);
	must(async_wait(futures, 3, ASYNC_FIRST_COMPLETED) == 1);
	must(async_future_done(futures[0]) && !async_future_done(futures[2]));
	async_event_set(&conductor.go_on);
	must(async_wait(futures, 3, ASYNC_FIRST_EXCEPTION) == 2);
	must(async_future_result(futures[1]) == -EIO && !async_future_done(futures[2]));
	async_event_set(&conductor.go_on);
	must(async_wait(futures, 3, ASYNC_ALL_COMPLETED) == 3);
	async_event_set(&conductor.go_on);
	must(async_task_join(task) == 0);
	return 0;
}

START_TEST(A6_wait_returns_at_the_first_the_first_error_or_the_last)
{
	in_loop(a6_body, NULL);
}
END_TEST
Suite *suite(void)
{
	Suite *suite = suite_create("models/async/lectures_tasks");
	TCase *tests = tcase_create("lectures_tasks");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, A1_gather_runs_three_at_once_and_keeps_the_order_of_results);
	tcase_add_test(tests, A2_each_process_sees_the_result_of_its_own_fetch);
	tcase_add_test(tests, A3_created_tasks_run_while_their_creator_sleeps);
	tcase_add_test(tests, A3b_of_equal_deadlines_the_earlier_armed_wakes_first);
	tcase_add_test(tests, A4_a_future_is_set_once_by_another_task_and_awaited);
	tcase_add_test(tests, A5_as_completed_gives_coroutines_in_the_order_of_delay);
	tcase_add_test(tests, A5b_as_completed_gives_futures_in_the_order_in_which_they_are_set);
	tcase_add_test(tests, A6_wait_returns_at_the_first_the_first_error_or_the_last);
	suite_add_tcase(suite, tests);
	return suite;
}
