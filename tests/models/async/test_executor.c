/*
 * The executor.
 */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

static _Atomic int counted, met;
static int kept;

static int count(void *arg)
{
	(void)arg;
	atomic_fetch_add(&counted, 1);
	return 3;
}

static int meets_three(void *arg)
{
	(void)arg;
	atomic_fetch_add(&met, 1);
	for (int i = 0; i < 10000 && atomic_load(&met) < 4; i++)
		usleep(1000);
	return atomic_load(&met) == 4 ? 0 : -ETIME;
}

static _Atomic int began, released;

static int slowly(void *arg)
{
	(void)arg;
	atomic_store(&began, 1);
	for (int i = 0; i < 20000 && !atomic_load(&released); i++)
		usleep(1000);
	return 9;
}

static int waits_for_slow(void *arg)
{
	(void)arg;
	kept = async_run_in_executor(slowly, NULL);
	return async_sleep(0); /* the cancel comes here */
}

static int more_jobs_than_the_ring_holds_all_run_once_body(void *arg)
{
	static struct async_job jobs[3000];
	(void)arg;
	for (int i = 0; i < 3000; i++)
		must(async_submit(&jobs[i], count, NULL) == 0);
	for (int i = 0; i < 3000; i++)
		must(async_await_shielded(&jobs[i].future) == 3);
	must(counted == 3000);
	must(async_executor_threads(async_loop_current()->executor) <= async_cpus() + 4);
	return 0;
}

START_TEST(more_jobs_than_the_ring_holds_all_run_once)
{
	in_loop(more_jobs_than_the_ring_holds_all_run_once_body, NULL);
}
END_TEST

static int blocking_jobs_run_beside_each_other_body(void *arg)
{
	struct async_job jobs[4];
	(void)arg;
	for (int i = 0; i < 4; i++) /* each waits for the others: four threads or nothing */
		must(async_submit(&jobs[i], meets_three, NULL) == 0);
	for (int i = 0; i < 4; i++)
		must(async_await_shielded(&jobs[i].future) == 0);
	return 0;
}

START_TEST(blocking_jobs_run_beside_each_other)
{
	in_loop(blocking_jobs_run_beside_each_other_body, NULL);
}
END_TEST

static int a_cancelled_waiter_waits_for_a_call_that_runs_and_keeps_its_result_body(void *arg)
{
	(void)arg;
	struct async_task *task = async_spawn(waits_for_slow, NULL);
	while (!atomic_load(&began))
		must(async_sleep(MS) == 0);
	async_task_cancel(task);
	must(async_sleep(MS) == 0);
	must(!async_future_done(&task->future)); /* a call that runs is waited for */
	atomic_store(&released, 1);
	must(async_task_join(task) == -ECANCELED);
	must(kept == 9);
	return 0;
}

START_TEST(a_cancelled_waiter_waits_for_a_call_that_runs_and_keeps_its_result)
{
	in_loop(a_cancelled_waiter_waits_for_a_call_that_runs_and_keeps_its_result_body, NULL);
}
END_TEST

static int a_job_that_has_not_begun_is_taken_back_body(void *arg)
{
	struct async_options *options = &async_loop_current()->options;
	struct async_job slow, waits;
	(void)arg;
	options->workers = 1;
	must(async_submit(&slow, slowly, NULL) == 0);
	must(async_submit(&waits, count, NULL) == 0);
	bool retracted = async_job_retract(&waits);
	atomic_store(&released, 1);
	must(async_await_shielded(&slow.future) == 9);
	must(async_await_shielded(&waits.future) == (retracted ? -ECANCELED : 3));
	return 0;
}

START_TEST(a_job_that_has_not_begun_is_taken_back)
{
	in_loop(a_job_that_has_not_begun_is_taken_back_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/executor");
	TCase *tests = tcase_create("executor");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, more_jobs_than_the_ring_holds_all_run_once);
	tcase_add_test(tests, blocking_jobs_run_beside_each_other);
	tcase_add_test(tests, a_cancelled_waiter_waits_for_a_call_that_runs_and_keeps_its_result);
	tcase_add_test(tests, a_job_that_has_not_begun_is_taken_back);
	suite_add_tcase(suite, tests);
	return suite;
}
