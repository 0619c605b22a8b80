/*
 * What others took of the CPUs.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/calm.h"
#include "harness/measure/clock.h"
#include "tests/suite.h"

/* CPU time of a process, ns. */
static double cpu_of(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	ck_assert_int_eq(clock_getcpuclockid(pid, &clock), 0);
	ck_assert_int_eq(clock_gettime(clock, &used), 0);
	return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

START_TEST(a_process_that_is_not_ours_is_seen_and_once_reaped_it_is_our_own)
{
	struct calm before, after;
	pid_t child = fork();

	if (child == 0)
		for (;;)
			;
	calm_begin(&before);
	double used_ns = cpu_of(child);
	while (cpu_of(child) - used_ns < 100e6)
		usleep(1000);
	used_ns = cpu_of(child) - used_ns;
	double others = calm_others(&before);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	calm_begin(&after);
	double capacity_ns =
		(double)(after.wall_ns - before.wall_ns) * (double)sysconf(_SC_NPROCESSORS_ONLN);
	/* ticks are counted: half of what was used is seen for sure */
	ck_assert(others <= 1);
	ck_assert(others * capacity_ns >= used_ns / 2);
	ck_assert((double)(after.own_ns - before.own_ns) >= 0.9 * used_ns);
}
END_TEST

START_TEST(nothing_is_said_where_nothing_can_be_read)
{
	struct calm begin;

	calm_begin(&begin);
	begin.all_ns = -1;
	ck_assert(calm_others(&begin) == 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("calm");
	TCase *tcase = tcase_create("calm");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_process_that_is_not_ours_is_seen_and_once_reaped_it_is_our_own);
	tcase_add_test(tcase, nothing_is_said_where_nothing_can_be_read);
	suite_add_tcase(s, tcase);
	return s;
}
