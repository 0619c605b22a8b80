/*
 * Misuse is told, not suffered: each case is an error code, and async_explain says what to do.
 */
#include <errno.h>

#include "models/async/debug.h"
#include "models/async/generator.h"
#include "models/async/queue.h"
#include "tests/models/async/in_loop.h"

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

START_TEST(awaiting_outside_of_a_loop_is_EPERM)
{
	struct async_future future = {0};

	ck_assert_int_eq(async_await(&future), -EPERM);
	ck_assert_ptr_nonnull(strstr(async_explain(), "async_run"));
	ck_assert_int_eq(async_sleep(MS), -EPERM);
	ck_assert_int_eq(async_run_in_executor(nothing, NULL), -EPERM);
	errno = 0;
	ck_assert_ptr_null(async_spawn(nothing, NULL));
	ck_assert_int_eq(errno, EPERM);
}
END_TEST

static int nests(void *arg)
{
	(void)arg;
	must(async_run(nothing, NULL) == -EDEADLK);
	must(strstr(async_explain(), "runs on this thread already") != NULL);
	must(async_loop_turns(async_loop_current()) == -EDEADLK);
	return 0;
}

START_TEST(a_nested_run_is_EDEADLK)
{
	in_both_loops(nests, NULL);
}
END_TEST

START_TEST(setting_a_future_twice_is_EALREADY)
{
	struct async_future future = {0};

	ck_assert_int_eq(async_future_set(&future, 1), 0);
	ck_assert_int_eq(async_future_set(&future, 2), -EALREADY);
	ck_assert_ptr_nonnull(strstr(async_explain(), "async_future_done"));
	ck_assert_int_eq(async_future_fail(&future, -EIO), -EALREADY);
	ck_assert_int_eq(async_future_result(&future), 1);
}
END_TEST

START_TEST(the_result_of_a_pending_future_is_EAGAIN)
{
	struct async_future future = {0};

	ck_assert_int_eq(async_future_result(&future), -EAGAIN);
	ck_assert_ptr_nonnull(strstr(async_explain(), "await"));
}
END_TEST

static int returns_four(struct generator *self, void *arg)
{
	(void)arg;
	return generator_return(self, 4);
}

START_TEST(resuming_a_finished_generator_says_exhausted_without_a_value)
{
	struct generator *generator;
	intptr_t value = 0;

	ck_assert_int_eq(generator_create(&generator, returns_four, NULL), 0);
	ck_assert_int_eq(generator_next(generator, &value), GENERATOR_RETURNED);
	ck_assert_int_eq(value, 4);
	ck_assert_int_eq(generator_next(generator, &value), GENERATOR_EXHAUSTED);
	ck_assert(value == GENERATOR_NOTHING);
	ck_assert_int_eq(generator_send(generator, 5, &value), GENERATOR_EXHAUSTED);
	generator_free(generator);
}
END_TEST

static int uses_closed_queue(void *arg)
{
	struct async_queue queue;
	intptr_t item;

	(void)arg;
	must(async_queue_open(&queue, 2, ASYNC_QUEUE_FIFO, NULL) == 0);
	async_queue_shutdown(&queue, false);
	must(async_queue_put(&queue, 1) == -ESHUTDOWN);
	must(async_queue_get(&queue, &item) == -ESHUTDOWN);
	async_queue_close(&queue);
	return 0;
}

START_TEST(a_closed_queue_is_ESHUTDOWN)
{
	in_loop(uses_closed_queue, NULL);
}
END_TEST

static int closes_its_loop(void *arg)
{
	struct async_task *other = async_spawn(nothing, NULL);

	(void)arg;
	must(async_loop_close(async_loop_current()) == 2); /* us and the other one */
	must(strstr(async_explain(), "closed from inside") != NULL);
	return async_task_join(other); /* everything goes on */
}

START_TEST(a_loop_closed_from_inside_stays_open)
{
	in_both_loops(closes_its_loop, NULL);
}
END_TEST

static char told[512];

static void keep(void *arg, const char *line)
{
	(void)arg;
	snprintf(told, sizeof told, "%s", line);
}

static int sleeps(void *arg)
{
	(void)arg;
	return async_sleep(10000u * (uint64_t)MS);
}

START_TEST(destroying_a_loop_with_live_tasks_names_and_cancels_them)
{
	struct async_loop *loop;
	struct async_options options = {.debug = true};
	struct async_task_options task = {.name = "forgotten"};

	ck_assert_int_eq(async_loop_open(&loop, &options), 0);
	loop->debug->report = keep;
	task.loop = loop;
	async_task_detach(async_spawn_with(sleeps, NULL, &task));
	ck_assert_int_eq((int)async_loop_close(loop), 1);
	ck_assert_ptr_nonnull(strstr(told, "'forgotten' was never awaited"));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/misuse");
	TCase *tests = tcase_create("misuse");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, awaiting_outside_of_a_loop_is_EPERM);
	tcase_add_test(tests, a_nested_run_is_EDEADLK);
	tcase_add_test(tests, setting_a_future_twice_is_EALREADY);
	tcase_add_test(tests, the_result_of_a_pending_future_is_EAGAIN);
	tcase_add_test(tests, resuming_a_finished_generator_says_exhausted_without_a_value);
	tcase_add_test(tests, a_closed_queue_is_ESHUTDOWN);
	tcase_add_test(tests, a_loop_closed_from_inside_stays_open);
	tcase_add_test(tests, destroying_a_loop_with_live_tasks_names_and_cancels_them);
	suite_add_tcase(suite, tests);
	return suite;
}
