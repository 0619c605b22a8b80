/*
 * Lock and condition beyond the lecture notes' example.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

struct shared {
	struct async_lock lock;
	struct async_condition condition;
	int held, next;
};

static int takes(void *arg)
{
	struct shared *shared = arg;
	int rc = async_lock_acquire(&shared->lock);
	if (rc != 0)
		return rc;
	shared->held++;
	rc = async_sleep(MS); /* the cancel comes here */
	async_lock_release(&shared->lock);
	return rc;
}

static int takes_in_order(void *arg)
{
	struct shared *shared = arg;
	int rc = async_lock_acquire(&shared->lock);
	if (rc != 0)
		return rc;
	int place = shared->next++;
	async_yield();
	async_lock_release(&shared->lock);
	return place;
}

static int misuse_of_a_lock_is_an_error_body(void *arg)
{
	struct async_lock lock = {0};
	(void)arg;
	must(async_lock_release(&lock) == -EPERM);
	must(async_lock_acquire(&lock) == 0);
	must(async_lock_acquire(&lock) == -EDEADLK);
	must(async_lock_release(&lock) == 0);
	must(async_lock_try(&lock) && !async_lock_try(&lock));
	must(async_lock_release(&lock) == 0);
	return 0;
}

START_TEST(misuse_of_a_lock_is_an_error)
{
	in_loop(misuse_of_a_lock_is_an_error_body, NULL);
}
END_TEST

static int a_granted_lock_is_kept_when_the_cancel_comes_after_the_grant_body(void *arg)
{
	struct shared shared = {0};
	(void)arg;
	must(async_lock_acquire(&shared.lock) == 0);
	struct async_task *task = async_spawn(takes, &shared);
	async_yield();
	must(async_lock_release(&shared.lock) == 0); /* handed over, the task is ready */
	async_task_cancel(task);
	must(async_task_join(task) == -ECANCELED);
	must(shared.held == 1 && !async_lock_is_held(&shared.lock));
	return 0;
}

START_TEST(a_granted_lock_is_kept_when_the_cancel_comes_after_the_grant)
{
	in_loop(a_granted_lock_is_kept_when_the_cancel_comes_after_the_grant_body, NULL);
}
END_TEST

static int the_lock_goes_round_in_the_order_of_arrival_body(void *arg)
{
	struct shared shared = {0};
	struct async_task *tasks[4];
	(void)arg;
	must(async_lock_acquire(&shared.lock) == 0);
	for (int i = 0; i < 4; i++)
		tasks[i] = async_spawn(takes_in_order, &shared);
	async_yield();
	must(async_lock_release(&shared.lock) == 0);
	for (int i = 0; i < 4; i++)
		must(async_task_join(tasks[i]) == i);
	return 0;
}

START_TEST(the_lock_goes_round_in_the_order_of_arrival)
{
	in_loop(the_lock_goes_round_in_the_order_of_arrival_body, NULL);
}
END_TEST

static int an_interrupted_condition_wait_still_returns_with_the_lock_body(void *arg)
{
	struct shared shared = {0};
	struct async_timeout limit;
	(void)arg;
	must(async_condition_wait(&shared.condition, &shared.lock) == -EPERM);
	must(async_lock_acquire(&shared.lock) == 0);
	must(async_timeout_begin(&limit, MS) == 0);
	must(async_condition_wait(&shared.condition, &shared.lock) == -ETIMEDOUT);
	must(async_timeout_end(&limit));
	must(async_lock_release(&shared.lock) == 0);
	must(shared.condition.line.first == NULL);
	return 0;
}

START_TEST(an_interrupted_condition_wait_still_returns_with_the_lock)
{
	in_loop(an_interrupted_condition_wait_still_returns_with_the_lock_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/lock");
	TCase *tests = tcase_create("lock");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, misuse_of_a_lock_is_an_error);
	tcase_add_test(tests, a_granted_lock_is_kept_when_the_cancel_comes_after_the_grant);
	tcase_add_test(tests, the_lock_goes_round_in_the_order_of_arrival);
	tcase_add_test(tests, an_interrupted_condition_wait_still_returns_with_the_lock);
	suite_add_tcase(suite, tests);
	return suite;
}
