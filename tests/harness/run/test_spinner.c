#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run/spinner.h"
#include "tests/suite.h"

static cpu_set_t allowed;

static void look(void)
{
	ck_assert_int_eq(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
}

START_TEST(the_share_is_one_and_the_affinity_is_as_it_was)
{
	cpu_set_t after;
	double share = spinner_share(&allowed, NULL);

	ck_assert(share >= 0 && share <= 1);
	ck_assert_int_eq(sched_getaffinity(0, sizeof(after), &after), 0);
	ck_assert(CPU_EQUAL(&allowed, &after));
}
END_TEST

START_TEST(behind_another_task_it_waits)
{
	cpu_set_t one;
	double waited = 0;

	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			CPU_SET(cpu, &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	pid_t other = fork();
	if (other == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			;
	}
	for (int i = 0; i < 200 && waited == 0; i++)
		spinner_share(&one, &waited);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	ck_assert(waited > 0 && waited < 1);
}
END_TEST

START_TEST(without_a_cpu_nothing_is_taken)
{
	cpu_set_t none;
	double waited = 1;

	CPU_ZERO(&none);
	ck_assert(spinner_share(&none, &waited) == 0 && waited == 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("spinner");
	TCase *c = tcase_create("spinner");

	tcase_add_checked_fixture(c, look, NULL);
	tcase_add_test(c, the_share_is_one_and_the_affinity_is_as_it_was);
	tcase_add_test(c, behind_another_task_it_waits);
	tcase_add_test(c, without_a_cpu_nothing_is_taken);
	suite_add_tcase(s, c);
	return s;
}
