/*
 * The loop's life: what happens to who is left over when it closes.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

static int refuses_once(void *arg)
{
	int *ended = arg;
	async_sleep(10000000000u);
	int rc = async_sleep(MS); /* a clean-up that awaits: still allowed */
	*ended = rc == 0;
	return rc;
}

static int leaves_refuser(void *arg)
{
	async_task_detach(async_spawn(refuses_once, arg));
	async_yield();
	return 0;
}

START_TEST(run_cancels_what_is_left_and_lets_it_clean_up)
{
	int ended = 0;

	in_loop(leaves_refuser, &ended);
	ck_assert_int_eq(ended, 1);
}
END_TEST

static int ends_on_cancel(void *arg)
{
	(void)arg;
	int rc;
	do
		rc = async_sleep(10000000000u);
	while (rc == 0);
	(void)async_sleep(10000000000u); /* a second wait after the cancel */
	return rc;
}

START_TEST(a_task_that_goes_on_waiting_after_its_cancel_is_told_for_good)
{
	struct async_loop *loop;

	ck_assert_int_eq(async_loop_open(&loop, NULL), 0);
	async_task_detach(async_spawn_with(ends_on_cancel, NULL,
		&(struct async_task_options){.loop = loop, .name = "stubborn"}));
	struct async_future soon = {0};
	ck_assert(async_future_set(&soon, 1) == 0);
	ck_assert_int_eq(async_run_until_complete(loop, &soon), 1);
	ck_assert_uint_eq(async_loop_close(loop), 1);
}
END_TEST

static int sleeps_whatever_comes(void *arg)
{
	for (int i = 0; i < *(int *)arg; i++)
		(void)async_sleep(10000000000u);
	return 0;
}

static int awaits(void *arg)
{
	return async_task_join(arg);
}

static int leaves_awaiters(void *arg)
{
	struct async_task *task = async_spawn(sleeps_whatever_comes, arg);

	async_task_detach(async_spawn(awaits, task));
	return async_sleep(MS);
}

START_TEST(who_awaits_a_task_that_does_not_end_is_sent_away_at_the_close)
{
	int waits = 3;

	in_both_loops(leaves_awaiters, &waits);
}
END_TEST

static int is_always_ready(void *arg)
{
	int *turns = arg;

	while (--*turns > 0)
		async_yield();
	return 0;
}

static int leaves_always_ready(void *arg)
{
	async_task_detach(async_spawn(is_always_ready, arg));
	async_task_detach(async_spawn(sleeps_whatever_comes, &(int){2}));
	return async_sleep(MS);
}

START_TEST(a_task_that_is_always_ready_does_not_keep_the_others_from_being_told_for_good)
{
	int turns = 3000000;

	in_loop(leaves_always_ready, &turns);
	ck_assert_int_le(turns, 0);
}
END_TEST

static int open_files(void)
{
	int n = 0;
	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int uses_much(void *arg)
{
	char byte;
	int ends[2];
	(void)arg;
	must(pipe(ends) == 0);
	must(async_write(ends[1], "x", 1) == 1 && async_read(ends[0], &byte, 1) == 1);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return async_sleep(MS);
}

START_TEST(a_closed_loop_leaves_no_descriptor)
{
	int before = open_files();

	in_both_loops(uses_much, NULL);
	ck_assert_int_eq(open_files(), before);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/run");
	TCase *tests = tcase_create("run");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, run_cancels_what_is_left_and_lets_it_clean_up);
	tcase_add_test(tests, a_task_that_goes_on_waiting_after_its_cancel_is_told_for_good);
	tcase_add_test(tests, who_awaits_a_task_that_does_not_end_is_sent_away_at_the_close);
	tcase_add_test(tests,
		a_task_that_is_always_ready_does_not_keep_the_others_from_being_told_for_good);
	tcase_add_test(tests, a_closed_loop_leaves_no_descriptor);
	suite_add_tcase(suite, tests);
	return suite;
}
