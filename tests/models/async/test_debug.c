/*
 * Debug mode.
 */
#include <errno.h>
#include <stdlib.h>

#include "models/async/dump.h"
#include "tests/models/async/in_loop.h"

static char kept[256];

static void keep(void *arg, const char *line)
{
	(void)arg;
	snprintf(kept, sizeof kept, "%s", line);
}

static int sleeps(void *arg)
{
	(void)arg;
	return async_sleep(10000u * (uint64_t)MS);
}

static int awaits(void *arg)
{
	return (int)async_await(arg);
}

static int fails(void *arg)
{
	(void)arg;
	return -EIO;
}

static int a_dump_names_every_task_and_what_it_waits_in_body(void *arg)
{
	char text[4096] = {0};
	struct async_future future = {0};
	(void)arg;
	struct async_task *sleeper = async_spawn(sleeps, NULL),
			  *waiter = async_spawn(awaits, &future);
	async_yield();
	struct async_task *fresh = async_spawn(sleeps, NULL);
	FILE *file = fmemopen(text, sizeof text, "w");
	async_dump(async_loop_current(), file);
	fclose(file);
	must(strstr(text, "async_sleep") != NULL && strstr(text, "async_await") != NULL);
	must(strstr(text, "main") != NULL && strstr(text, "running") != NULL);
	must(strstr(text, "created") != NULL);
	async_task_cancel(sleeper), async_task_cancel(waiter), async_task_cancel(fresh);
	async_task_join(sleeper), async_task_join(waiter), async_task_join(fresh);
	return 0;
}

START_TEST(a_dump_names_every_task_and_what_it_waits_in)
{
	in_loop(a_dump_names_every_task_and_what_it_waits_in_body, NULL);
}
END_TEST

static int a_failure_that_nobody_will_see_is_reported_body(void *arg)
{
	(void)arg;
	must(async_debug_enable(async_loop_current()) == 0);
	async_loop_current()->debug->report = keep;
	async_task_detach(async_spawn(fails, NULL));
	must(async_sleep(MS) == 0);
	must(strstr(kept, "'fails' failed and nobody will see it") != NULL);
	return 0;
}

START_TEST(a_failure_that_nobody_will_see_is_reported)
{
	in_loop(a_failure_that_nobody_will_see_is_reported_body, NULL);
}
END_TEST

static int debug_mode_paints_stacks_so_that_their_depth_is_exact_body(void *arg)
{
	(void)arg;
	must(async_debug_enable(async_loop_current()) == 0);
	struct async_task *task = async_spawn(sleeps, NULL);
	async_yield();
	must(async_stack_depth(task->stack) > 100 && async_stack_depth(task->stack) < 20000);
	async_task_cancel(task);
	async_task_join(task);
	return 0;
}

START_TEST(debug_mode_paints_stacks_so_that_their_depth_is_exact)
{
	in_loop(debug_mode_paints_stacks_so_that_their_depth_is_exact_body, NULL);
}
END_TEST

static int is_in_debug_mode(void *arg)
{
	(void)arg;
	return async_loop_current()->debug != NULL;
}

START_TEST(the_environment_turns_it_on_and_nought_does_not)
{
	struct async_options options = {.debug = true};

	unsetenv("CONCBENCH_ASYNC_DEBUG");
	ck_assert_int_eq(async_run(is_in_debug_mode, NULL), 0);
	ck_assert_int_eq(async_run_with(is_in_debug_mode, NULL, &options), 1);
	setenv("CONCBENCH_ASYNC_DEBUG", "0", 1);
	ck_assert_int_eq(async_run(is_in_debug_mode, NULL), 0);
	setenv("CONCBENCH_ASYNC_DEBUG", "1", 1);
	ck_assert_int_eq(async_run(is_in_debug_mode, NULL), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/debug");
	TCase *tests = tcase_create("debug");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_dump_names_every_task_and_what_it_waits_in);
	tcase_add_test(tests, a_failure_that_nobody_will_see_is_reported);
	tcase_add_test(tests, debug_mode_paints_stacks_so_that_their_depth_is_exact);
	tcase_add_test(tests, the_environment_turns_it_on_and_nought_does_not);
	suite_add_tcase(suite, tests);
	return suite;
}
