#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/account.h"
#include "tests/suite.h"

enum { BURN_NS = 30 * 1000 * 1000 };

static uint64_t own_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *burn(void *arg)
{
	(void)arg;
	for (uint64_t from_ns = own_ns(CLOCK_THREAD_CPUTIME_ID);
		own_ns(CLOCK_THREAD_CPUTIME_ID) - from_ns < BURN_NS;)
		;
	return NULL;
}

/* A child that has burnt and waits; *ready is written once it has. */
static pid_t burning_child(int ready)
{
	pid_t child = fork();

	if (child == 0) {
		burn(NULL);
		if (write(ready, "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	return child;
}

START_TEST(dead_threads_and_reaped_children_are_in_the_own_account)
{
	struct account before = {0}, after = {0};
	pthread_t thread;

	account_self(&before);
	ck_assert_int_eq(pthread_create(&thread, NULL, burn, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pid_t child = fork();
	if (child == 0) {
		burn(NULL);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	account_self(&after);
	struct account spent = account_between(&before, &after);
	ck_assert_uint_ge(spent.cpu_ns, 2 * BURN_NS);
	ck_assert_uint_le(spent.cpu_ns, 3 * BURN_NS);
	ck_assert_uint_ge(spent.voluntary, 2);
	ck_assert_uint_gt(spent.minor_faults, 0);
}
END_TEST

START_TEST(live_children_are_counted_from_outside_and_nothing_twice)
{
	struct account tree = {0}, own = {0};
	int ends[2];
	int awake;
	char byte;

	ck_assert_int_eq(pipe(ends), 0);
	pid_t first = burning_child(ends[1]);
	pid_t second = burning_child(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(account_tree(&tree, getpid(), getpid(), &awake), 0);
	ck_assert_uint_ge(tree.cpu_ns, 2 * BURN_NS);
	ck_assert_uint_le(tree.cpu_ns, 3 * BURN_NS);
	kill(first, SIGKILL);
	ck_assert_int_eq(waitpid(first, NULL, 0), first);
	/* the dead one is now in the own account, and no longer in the tree's */
	tree = (struct account){0};
	account_self(&own);
	ck_assert_int_eq(account_tree(&tree, getpid(), getpid(), &awake), 0);
	ck_assert_uint_ge(tree.cpu_ns, BURN_NS);
	ck_assert_uint_lt(tree.cpu_ns, 19 * (uint64_t)BURN_NS / 10);
	ck_assert_uint_ge(own.cpu_ns, BURN_NS);
	kill(second, SIGKILL);
	ck_assert_int_eq(waitpid(second, NULL, 0), second);
}
END_TEST

START_TEST(what_a_child_has_reaped_counts_too)
{
	struct account tree = {0};
	int ends[2];
	int awake;
	char byte;

	ck_assert_int_eq(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		pid_t grandchild = fork();
		if (grandchild == 0) {
			burn(NULL);
			_exit(0);
		}
		waitpid(grandchild, NULL, 0);
		if (write(ends[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(account_tree(&tree, child, 0, &awake), 0);
	/* to the tick of 10 ms, for user and system each */
	ck_assert_uint_ge(tree.cpu_ns, BURN_NS - 20 * 1000 * 1000);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(a_running_thread_is_seen_as_awake)
{
	struct account tree = {0};
	int awake;

	/* the caller itself runs while it reads */
	ck_assert_int_eq(account_tree(&tree, getpid(), 0, &awake), 0);
	ck_assert_int_eq(awake, 1);
	int ends[2];
	char byte;
	ck_assert_int_eq(pipe(ends), 0);
	pid_t child = burning_child(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	for (int i = 0; i < 1000 && awake != 0; i++) {
		usleep(1000);
		ck_assert_int_eq(account_tree(&tree, child, 0, &awake), 0);
	}
	ck_assert_int_eq(awake, 0);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(a_difference_never_falls_below_zero)
{
	struct account before = {.cpu_ns = 10, .voluntary = 3},
		       after = {.cpu_ns = 7, .voluntary = 5};
	struct account between = account_between(&before, &after);

	ck_assert_uint_eq(between.cpu_ns, 0);
	ck_assert_uint_eq(between.voluntary, 2);
	account_add(&after, &before);
	ck_assert_uint_eq(after.cpu_ns, 17);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("account");
	TCase *tcase = tcase_create("account");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, dead_threads_and_reaped_children_are_in_the_own_account);
	tcase_add_test(tcase, live_children_are_counted_from_outside_and_nothing_twice);
	tcase_add_test(tcase, what_a_child_has_reaped_counts_too);
	tcase_add_test(tcase, a_running_thread_is_seen_as_awake);
	tcase_add_test(tcase, a_difference_never_falls_below_zero);
	suite_add_tcase(s, tcase);
	return s;
}
