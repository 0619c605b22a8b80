/*
 * Tasks: order, results, cancelling, clean-ups.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

static struct events events;

static int note(void *arg)
{
	happened(&events, "%s", (const char *)arg);
	return 0;
}

static int spawn_only_queues(void *arg)
{
	(void)arg;
	struct async_task *task = async_spawn(note, "task");
	happened(&events, "spawned");
	must(async_task_join(task) == 0);
	happened(&events, "joined");
	return 0;
}

START_TEST(spawn_does_not_run_the_task_at_once)
{
	in_loop(spawn_only_queues, NULL);
	ck_assert_str_eq(events.text, "spawned, task, joined");
}
END_TEST

static int twice(void *arg)
{
	for (int i = 0; i < 2; i++) {
		happened(&events, "%s", (const char *)arg);
		async_yield();
	}
	return 0;
}

static int two_take_turns(void *arg)
{
	(void)arg;
	struct async_task *foo = async_spawn(twice, "foo"), *bar = async_spawn(twice, "bar");
	async_task_join(foo);
	async_task_join(bar);
	return 0;
}

START_TEST(two_tasks_that_yield_take_turns)
{
	in_loop(two_take_turns, NULL);
	ck_assert_str_eq(events.text, "foo, bar, foo, bar");
}
END_TEST

static int forty_two(void *arg)
{
	(void)arg;
	return 42;
}

static int fails(void *arg)
{
	(void)arg;
	return -EIO;
}

static int results(void *arg)
{
	(void)arg;
	struct async_task *good = async_spawn(forty_two, NULL), *bad = async_spawn(fails, NULL);
	must(async_await(&good->future) == 42);
	must(async_await(&good->future) == 42); /* as often as one likes */
	must(async_task_join(good) == 42);
	must(async_task_join(bad) == -EIO);
	return 0;
}

START_TEST(a_task_s_result_or_error_reaches_who_awaits_it)
{
	in_loop(results, NULL);
}
END_TEST

static void clean(void *arg)
{
	happened(&events, "clean %s", (const char *)arg);
}

static int sleeps_with_clean_up(void *arg)
{
	int rc = async_defer(clean, arg);
	if (rc == 0)
		rc = async_defer(clean, "up");
	happened(&events, "start");
	if (rc == 0)
		rc = async_sleep(10000u * (uint64_t)MS);
	happened(&events, "rc %d", rc == -ECANCELED);
	return rc;
}

static int cancel_wakes(void *arg)
{
	(void)arg;
	struct async_task *task = async_spawn(sleeps_with_clean_up, "all");
	must(async_sleep(1 * MS) == 0);
	must(async_task_cancel(task));
	must(async_task_join(task) == -ECANCELED);
	return 0;
}

START_TEST(cancelling_wakes_the_task_at_its_await_and_runs_its_clean_ups)
{
	in_loop(cancel_wakes, NULL);
	ck_assert_str_eq(events.text, "start, rc 1, clean up, clean all");
}
END_TEST

static int clean_ups_of(void *arg)
{
	int rc = async_defer(clean, "a");
	if (rc == 0)
		rc = async_defer(clean, "b");
	async_undefer(false);
	if (rc == 0)
		rc = async_defer(clean, "c");
	async_undefer(true);
	happened(&events, "end");
	return rc != 0 ? rc : *(int *)arg;
}

static int clean_ups(void *arg)
{
	int error = -EIO, fine = 0;
	(void)arg;
	must(async_task_join(async_spawn(clean_ups_of, &fine)) == 0);
	must(async_task_join(async_spawn(clean_ups_of, &error)) == -EIO);
	return 0;
}

START_TEST(clean_ups_run_on_return_and_on_error_unless_taken_back)
{
	in_loop(clean_ups, NULL);
	ck_assert_str_eq(events.text, "clean c, end, clean a, clean c, end, clean a");
}
END_TEST

static int cancelled_unstarted(void *arg)
{
	(void)arg;
	struct async_task *task = async_spawn(note, "body");
	async_task_cancel(task);
	must(async_task_join(task) == -ECANCELED);
	return 0;
}

START_TEST(a_task_cancelled_before_its_first_step_runs_nothing)
{
	in_loop(cancelled_unstarted, NULL);
	ck_assert_str_eq(events.text, "");
}
END_TEST

static int busy_then_waits(void *arg)
{
	(void)arg;
	async_yield(); /* cancelled while ready */
	happened(&events, "cancelled %d", async_cancelled());
	happened(&events, "first %d", async_sleep(MS) == -ECANCELED);
	happened(&events, "second %d", async_sleep(MS) == 0); /* told once */
	return 7;
}

static int cancel_ready(void *arg)
{
	(void)arg;
	struct async_task *task = async_spawn(busy_then_waits, NULL);
	async_yield();
	must(async_task_cancel(task));
	must(async_task_join(task) == 7);
	must(!async_cancel(&(struct async_future){.state = ASYNC_DONE}));
	return 0;
}

START_TEST(a_cancel_is_delivered_once_at_the_next_waiting_call_and_may_be_handled)
{
	in_loop(cancel_ready, NULL);
	ck_assert_str_eq(events.text, "cancelled 1, first 1, second 1");
}
END_TEST

static int awaits_inner(void *arg)
{
	int rc = (int)async_await(&((struct async_task *)arg)->future);
	happened(&events, "outer %d", rc == -ECANCELED);
	return rc;
}

static int cancel_passes_on(void *arg)
{
	(void)arg;
	struct async_task *inner = async_spawn(sleeps_with_clean_up, "inner");
	struct async_task *outer = async_spawn(awaits_inner, inner);
	must(async_sleep(MS) == 0);
	async_task_cancel(outer);
	must(async_task_join(outer) == -ECANCELED);
	must(async_future_done(&inner->future));
	must(async_task_join(inner) == -ECANCELED);
	return 0;
}

START_TEST(cancelling_an_awaiter_cancels_what_it_awaits_and_waits_for_its_end)
{
	in_loop(cancel_passes_on, NULL);
	ck_assert_str_eq(events.text, "start, rc 1, clean up, clean inner, outer 1");
}
END_TEST

static int awaits_shielded(void *arg)
{
	return (int)async_await_shielded(&((struct async_task *)arg)->future);
}

static int waits_and_answers(void *arg)
{
	int rc = async_event_wait(arg);
	return rc != 0 ? rc : 5;
}

static int shield(void *arg)
{
	struct async_event event = {0};
	(void)arg;
	struct async_task *inner = async_spawn(waits_and_answers, &event);
	struct async_task *outer = async_spawn(awaits_shielded, inner);
	must(async_sleep(MS) == 0);
	async_task_cancel(outer);
	must(async_task_join(outer) == -ECANCELED);
	must(!async_future_done(&inner->future));
	async_event_set(&event);
	must(async_task_join(inner) == 5);
	return 0;
}

START_TEST(a_shielded_task_survives_the_cancel_of_its_awaiter)
{
	in_loop(shield, NULL);
}
END_TEST

static int awaits_itself(void *arg)
{
	(void)arg;
	must(async_await(&async_task_current()->future) == -EDEADLK);
	return 0;
}

START_TEST(awaiting_oneself_is_an_error_not_a_hang)
{
	in_loop(awaits_itself, NULL);
}
END_TEST

START_TEST(waiting_outside_of_a_task_is_an_error_that_says_what_to_do)
{
	struct async_future future = {0};

	ck_assert_int_eq(async_await(&future), -EPERM);
	ck_assert_ptr_nonnull(strstr(async_explain(), "async_run"));
	ck_assert_int_eq(async_sleep(1), -EPERM);
	ck_assert_ptr_null(async_spawn(note, "x"));
	ck_assert_int_eq(errno, EPERM);
}
END_TEST

static int names(void *arg)
{
	(void)arg;
	struct async_task *task = async_spawn(forty_two, NULL);
	must(strcmp(async_task_name(task), "forty_two") == 0);
	async_task_rename(task, "answer");
	must(strcmp(async_task_name(task), "answer") == 0);
	must(async_task_join(task) == 42);
	must(strcmp(async_task_name(async_task_current()), "main") == 0);
	return 0;
}

START_TEST(a_task_is_named_after_its_function)
{
	in_loop(names, NULL);
}
END_TEST

static int stacks_are_reused(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100000; i++)
		must(async_task_join(async_spawn(forty_two, NULL)) == 42);
	must(async_loop_current()->stacks[0].taken_most <= 2);
	return 0;
}

START_TEST(a_hundred_thousand_short_tasks_use_two_stacks)
{
	in_loop(stacks_are_reused, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/task");
	TCase *tests = tcase_create("task");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, spawn_does_not_run_the_task_at_once);
	tcase_add_test(tests, two_tasks_that_yield_take_turns);
	tcase_add_test(tests, a_task_s_result_or_error_reaches_who_awaits_it);
	tcase_add_test(tests, cancelling_wakes_the_task_at_its_await_and_runs_its_clean_ups);
	tcase_add_test(tests, clean_ups_run_on_return_and_on_error_unless_taken_back);
	tcase_add_test(tests, a_task_cancelled_before_its_first_step_runs_nothing);
	tcase_add_test(
		tests, a_cancel_is_delivered_once_at_the_next_waiting_call_and_may_be_handled);
	tcase_add_test(tests, cancelling_an_awaiter_cancels_what_it_awaits_and_waits_for_its_end);
	tcase_add_test(tests, a_shielded_task_survives_the_cancel_of_its_awaiter);
	tcase_add_test(tests, awaiting_oneself_is_an_error_not_a_hang);
	tcase_add_test(tests, waiting_outside_of_a_task_is_an_error_that_says_what_to_do);
	tcase_add_test(tests, a_task_is_named_after_its_function);
	tcase_add_test(tests, a_hundred_thousand_short_tasks_use_two_stacks);
	suite_add_tcase(suite, tests);
	return suite;
}
