/*
 * Semaphore beyond the lecture notes' example.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

static int acquires(void *arg)
{
	return async_semaphore_acquire(arg);
}

static int a_bounded_semaphore_refuses_one_release_too_many_body(void *arg)
{
	struct async_semaphore semaphore = {.permits = 1, .most = 1};
	(void)arg;
	must(async_semaphore_release(&semaphore) == -EINVAL);
	must(async_semaphore_acquire(&semaphore) == 0 && !async_semaphore_try(&semaphore));
	must(async_semaphore_release(&semaphore) == 0 && semaphore.permits == 1);
	return 0;
}

START_TEST(a_bounded_semaphore_refuses_one_release_too_many)
{
	in_loop(a_bounded_semaphore_refuses_one_release_too_many_body, NULL);
}
END_TEST

static int nobody_overtakes_who_waits_and_the_cancelled_leave_body(void *arg)
{
	struct async_semaphore semaphore = {0};
	(void)arg;
	struct async_task *first = async_spawn(acquires, &semaphore),
			  *second = async_spawn(acquires, &semaphore);
	async_yield();
	async_task_cancel(first);
	must(async_semaphore_release(&semaphore) == 0);
	must(!async_semaphore_try(&semaphore));
	must(async_task_join(first) == -ECANCELED && async_task_join(second) == 0);
	must(semaphore.permits == 0 && semaphore.line.first == NULL);
	return 0;
}

START_TEST(nobody_overtakes_who_waits_and_the_cancelled_leave)
{
	in_loop(nobody_overtakes_who_waits_and_the_cancelled_leave_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/semaphore");
	TCase *tests = tcase_create("semaphore");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_bounded_semaphore_refuses_one_release_too_many);
	tcase_add_test(tests, nobody_overtakes_who_waits_and_the_cancelled_leave);
	suite_add_tcase(suite, tests);
	return suite;
}
