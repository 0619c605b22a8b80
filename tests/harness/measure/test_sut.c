/*
 * The state in which the SUT and the load process start, whatever surrounds them.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

static int open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = -1; /* the folder's own */

	while (folder != NULL && readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count - 2; /* . and .. */
}

/* What is not as it should be; NULL when all is well. */
static const char *wrong_state(void)
{
	struct sigaction action;
	struct stat status;
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int i = 1; i < NSIG; i++)
		if (sigismember(&mask, i) == 1)
			return "a signal is blocked";
	sigaction(SIGCHLD, NULL, &action);
	if (action.sa_handler != SIG_DFL || (action.sa_flags & SA_NOCLDWAIT) != 0)
		return "SIGCHLD is not the default";
	sigaction(SIGPIPE, NULL, &action);
	if (action.sa_handler != SIG_IGN)
		return "SIGPIPE kills";
	if (getsid(0) != getpid() || getpgrp() != getpid())
		return "no session of its own";
	if (sched_getscheduler(0) != SCHED_OTHER)
		return "policy";
	if (getuid() == 0 && getpriority(PRIO_PROCESS, 0) != 0)
		return "nice";
	if (prctl(PR_GET_TIMERSLACK) != 1)
		return "timer slack";
	if (prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) != 1)
		return "huge pages";
	if (open_descriptors() != 3)
		return "descriptors";
	if (fstat(STDOUT_FILENO, &status) != 0 || !S_ISCHR(status.st_mode))
		return "stdout is not /dev/null";
	return NULL;
}

static int inspect(struct orders *orders)
{
	const char *wrong = wrong_state();
	cpu_set_t cpus;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	if (wrong == NULL && !CPU_EQUAL(&cpus, &orders->sut_cpus))
		wrong = "affinity";
	if (wrong != NULL)
		orders_verdict(orders, STATUS_FAILED, "the SUT: %s", wrong);
	orders_publish(orders, 1);
	return wrong != NULL ? -EPERM : 0;
}

static int inspect_load(struct orders *orders)
{
	const char *wrong = wrong_state();
	cpu_set_t cpus;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	if (wrong == NULL && !CPU_EQUAL(&cpus, &orders->load_cpus))
		wrong = "affinity";
	if (wrong != NULL)
		orders_verdict(orders, STATUS_FAILED, "the load process: %s", wrong);
	while (!coordinate_cancelled(orders))
		scripted_pause(1000000);
	return 0;
}

START_TEST(both_start_from_a_known_state)
{
	struct workload workload = scripted_workload;
	struct sigaction ignored = {.sa_handler = SIG_IGN};
	struct plan plan;
	struct record record;
	sigset_t all;

	workload.prepare = inspect;
	workload.load = inspect_load;
	plan = scripted_plan(&workload, model_find("threads"));
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &plan.draft.sut_cpus)) {
			CPU_ZERO(&plan.draft.load_cpus);
			CPU_SET(i, &plan.draft.load_cpus);
		}
	/* a disturbing caller */
	sigaction(SIGCHLD, &ignored, NULL);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	(void)setpriority(PRIO_PROCESS, 0, 5);
	prctl(PR_SET_TIMERSLACK, 1000000UL);
	ck_assert_int_ge(open("/dev/null", O_RDONLY), 0);
	ck_assert_int_ge(dup(STDERR_FILENO), 0);
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	record_release(&record);
}
END_TEST

START_TEST(slack_and_huge_pages_are_parameters)
{
	struct plan plan = scripted_plan(&scripted_workload, model_find("threads"));
	struct record record;

	plan.draft.common[COMMON_SLACK] = 50000;
	plan.draft.common[COMMON_THP] = 1;
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_int_eq(record.environment.timer_slack_ns, 50000);
	ck_assert_int_eq(record.environment.thp, 1);
	record_release(&record);
}
END_TEST

static int refuse(struct orders *orders)
{
	(void)orders;
	return -ENOENT;
}

START_TEST(a_preparation_that_fails_is_told)
{
	struct workload workload = scripted_workload;
	struct plan plan;
	struct record record;

	workload.prepare = refuse;
	plan = scripted_plan(&workload, model_find("threads"));
	scripted_invoke(&plan, &record);
	ck_assert_int_eq((int)record.status, STATUS_FAILED);
	ck_assert_str_eq(record.reason, "prepare: No such file or directory");
	record_release(&record);
}
END_TEST

START_TEST(a_load_process_that_fails_is_told)
{
	struct workload workload = scripted_workload;
	struct plan plan;
	struct record record;

	workload.load = refuse;
	workload.flags = WORKLOAD_MEET;
	plan = scripted_plan(&workload, model_find("threads"));
	plan.draft.window_ns = 5000000000u;
	scripted_invoke(&plan, &record);
	ck_assert_int_eq((int)record.status, STATUS_FAILED);
	ck_assert_str_eq(record.reason, "the load process: No such file or directory");
	record_release(&record);
}
END_TEST

static int never_ends(struct orders *orders)
{
	while (orders != NULL)
		pause();
	return 0;
}

START_TEST(an_upstream_that_ignores_the_end_is_ended)
{
	struct workload workload = scripted_workload;
	struct plan plan;
	struct record record;

	workload.load = never_ends;
	plan = scripted_plan(&workload, model_find("threads"));
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	record_release(&record);
}
END_TEST

static int idle_run(struct orders *orders)
{
	(void)orders;
	return 0;
}

START_TEST(a_workload_that_runs_nothing_is_told)
{
	struct workload workload = scripted_workload;
	struct plan plan;
	struct record record;

	workload.run[FAMILY_THREADS] = idle_run;
	plan = scripted_plan(&workload, model_find("threads"));
	scripted_invoke(&plan, &record);
	ck_assert_int_eq((int)record.status, STATUS_FAILED);
	ck_assert_str_eq(record.reason, "the workload ended before its window did");
	record_release(&record);
}
END_TEST

static int no_work_task(void *arg)
{
	struct slot *slot = arg;

	while (slot_round(slot))
		scripted_pause(100000);
	return slot_result(slot);
}

static int no_work_run(struct orders *orders)
{
	return crew_run(orders, no_work_task);
}

START_TEST(rounds_without_an_operation_are_told)
{
	struct workload workload = scripted_workload;
	struct plan plan;
	struct record record;

	workload.run[FAMILY_THREADS] = no_work_run;
	plan = scripted_plan(&workload, model_find("threads"));
	scripted_invoke(&plan, &record);
	ck_assert_int_eq((int)record.status, STATUS_FAILED);
	ck_assert_str_eq(record.reason, "no operation was done in the window");
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sut");
	TCase *tcase = tcase_create("sut");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, both_start_from_a_known_state);
	tcase_add_test(tcase, slack_and_huge_pages_are_parameters);
	tcase_add_test(tcase, a_preparation_that_fails_is_told);
	tcase_add_test(tcase, a_load_process_that_fails_is_told);
	tcase_add_test(tcase, an_upstream_that_ignores_the_end_is_ended);
	tcase_add_test(tcase, a_workload_that_runs_nothing_is_told);
	tcase_add_test(tcase, rounds_without_an_operation_are_told);
	suite_add_tcase(s, tcase);
	return s;
}
