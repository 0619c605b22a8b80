/*
 * Gather, wait and groups beyond the lecture notes' examples.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

/* {ms, result} */
static int later(void *arg)
{
	int *plan = arg, rc = async_sleep((uint64_t)plan[0] * MS);
	return rc != 0 ? rc : plan[1];
}

static int fails_the_second(void *arg)
{
	struct async_future *three = arg;
	int rc = async_future_set(&three[0], 5);
	return rc != 0 ? rc : async_future_fail(&three[1], -EIO);
}

static int gather_returns_the_first_error_and_the_others_go_on_body(void *arg)
{
	struct async_future three[3] = {{.value = 0}},
			    *futures[3] = {&three[0], &three[1], &three[2]};
	int64_t results[3];
	(void)arg;
	struct async_task *task = async_spawn(fails_the_second, three);
	must(async_gather(futures, 3, results, ASYNC_FIRST_ERROR) == -EIO);
	must(results[0] == 5 && results[1] == -EIO && results[2] == -EAGAIN);
	must(async_future_set(&three[2], 6) == 0);
	must(async_gather(futures, 3, results, ASYNC_RETURN_ERRORS) == 0);
	must(results[1] == -EIO && results[2] == 6);
	must(async_task_join(task) == 0);
	return 0;
}

START_TEST(gather_returns_the_first_error_and_the_others_go_on)
{
	in_loop(gather_returns_the_first_error_and_the_others_go_on_body, NULL);
}
END_TEST

static int a_timed_out_gather_has_cancelled_all_body(void *arg)
{
	int plan[2] = {10000, 1};
	struct async_timeout limit;
	struct async_task *a = async_spawn(later, plan), *b = async_spawn(later, plan);
	struct async_future *futures[2] = {&a->future, &b->future};
	(void)arg;
	must(async_timeout_begin(&limit, MS) == 0);
	must(async_gather(futures, 2, NULL, ASYNC_FIRST_ERROR) == -ETIMEDOUT);
	must(async_timeout_end(&limit));
	must(async_task_join(a) == -ECANCELED && async_task_join(b) == -ECANCELED);
	return 0;
}

START_TEST(a_timed_out_gather_has_cancelled_all)
{
	in_loop(a_timed_out_gather_has_cancelled_all_body, NULL);
}
END_TEST

static int an_interrupted_wait_cancels_nothing_body(void *arg)
{
	int plan[2] = {20, 1};
	struct async_timeout limit;
	struct async_task *a = async_spawn(later, plan);
	struct async_future *futures[1] = {&a->future};
	(void)arg;
	must(async_timeout_begin(&limit, MS) == 0);
	must(async_wait(futures, 1, ASYNC_ALL_COMPLETED) == -ETIMEDOUT);
	must(async_timeout_end(&limit));
	must(async_task_join(a) == 1);
	return 0;
}

START_TEST(an_interrupted_wait_cancels_nothing)
{
	in_loop(an_interrupted_wait_cancels_nothing_body, NULL);
}
END_TEST

static int many_futures_need_no_more_than_few_body(void *arg)
{
	struct async_task *tasks[100];
	struct async_future *futures[100];
	int plan[2] = {1, 2};
	(void)arg;
	for (int i = 0; i < 100; i++) {
		tasks[i] = async_spawn(later, plan);
		futures[i] = &tasks[i]->future;
	}
	must(async_wait(futures, 100, ASYNC_ALL_COMPLETED) == 100);
	must(async_wait(futures, 0, ASYNC_ALL_COMPLETED) == 0);
	for (int i = 0; i < 100; i++)
		must(async_task_join(tasks[i]) == 2);
	return 0;
}

START_TEST(many_futures_need_no_more_than_few)
{
	in_loop(many_futures_need_no_more_than_few_body, NULL);
}
END_TEST

static int a_group_whose_owner_fails_cancels_its_tasks_body(void *arg)
{
	int plan[2] = {10000, 1};
	struct async_group group;
	(void)arg;
	must(async_group_open(&group) == 0);
	must(async_group_spawn(&group, later, plan) == 0);
	must(async_group_close(&group, -EBADMSG) == -EBADMSG && group.alive == 0);
	return 0;
}

START_TEST(a_group_whose_owner_fails_cancels_its_tasks)
{
	in_loop(a_group_whose_owner_fails_cancels_its_tasks_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/combine");
	TCase *tests = tcase_create("combine");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, gather_returns_the_first_error_and_the_others_go_on);
	tcase_add_test(tests, a_timed_out_gather_has_cancelled_all);
	tcase_add_test(tests, an_interrupted_wait_cancels_nothing);
	tcase_add_test(tests, many_futures_need_no_more_than_few);
	tcase_add_test(tests, a_group_whose_owner_fails_cancels_its_tasks);
	suite_add_tcase(suite, tests);
	return suite;
}
