#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/cgroup.h"
#include "harness/measure/without.h"
#include "tests/suite.h"

START_TEST(words_of_the_variable_are_matched_whole)
{
	setenv("CONCBENCH_WITHOUT", "perf,cgroup", 1);
	ck_assert(without("perf"));
	ck_assert(without("cgroup"));
	ck_assert(!without("cgrou"));
	ck_assert(!without("group"));
	ck_assert(!without("perf,cgroup"));
	setenv("CONCBENCH_WITHOUT", "", 1);
	ck_assert(!without("perf"));
	unsetenv("CONCBENCH_WITHOUT");
	ck_assert(!without("perf"));
}
END_TEST

START_TEST(a_group_can_be_forbidden)
{
	struct control_group group;

	setenv("CONCBENCH_WITHOUT", "cgroup", 1);
	ck_assert_int_eq(memory_group_make(&group), -ENOSYS);
	ck_assert_str_eq(group.path, "");
	ck_assert_int_eq(memory_group_bytes(&group), -1);
	ck_assert_int_eq(memory_group_kernel_bytes(&group), -1);
	control_group_remove(&group);
}
END_TEST

/* Takes 8 MiB inside the group, tells, and waits to be released. */
static void take_memory(const struct control_group *group, int told, int release)
{
	enum { TAKEN = 8 << 20 };
	char byte;
	int rc = control_group_enter(group);
	char *taken = mmap(NULL, TAKEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(taken, 1, TAKEN);
	if (write(told, rc == 0 ? "y" : "n", 1) != 1 || read(release, &byte, 1) != 1)
		_exit(1);
	_exit(0);
}

START_TEST(a_group_counts_who_enters_it_and_goes_when_it_is_empty)
{
	struct control_group group;
	int told[2], release[2];
	char path[CGROUP_PATH_MAX], byte;

	if (memory_group_make(&group) != 0)
		return; /* not allowed here: the machine's counts are used */
	snprintf(path, sizeof(path), "%s", group.path);
	ck_assert_int_eq(pipe(told), 0);
	ck_assert_int_eq(pipe(release), 0);
	pid_t child = fork();
	if (child == 0)
		take_memory(&group, told[1], release[0]);
	ck_assert_int_eq(read(told[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'y');
	ck_assert_int_ge(memory_group_bytes(&group), 8 << 20);
	ck_assert_int_ge(memory_group_kernel_bytes(&group), 0);
	ck_assert_int_eq(write(release[1], "g", 1), 1);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	control_group_remove(&group);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(groups_of_the_dead_are_swept)
{
	struct control_group group;
	char path[CGROUP_PATH_MAX + 16];
	pid_t dead = fork();

	if (dead == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(dead, NULL, 0), dead);
	if (memory_group_make(&group) != 0)
		return;
	snprintf(path, sizeof(path), "%.*s-%d", (int)(strrchr(group.path, '-') - group.path),
		group.path, dead);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	control_group_remove(&group);
	ck_assert_int_eq(memory_group_make(&group), 0);
	ck_assert_int_eq(access(path, F_OK), -1);
	control_group_remove(&group);
}
END_TEST

START_TEST(a_sweep_waits_for_the_last_process_of_the_dead_and_leaves_the_living_alone)
{
	struct control_group group, orphaned;
	pid_t dead = fork();

	if (dead == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(dead, NULL, 0), dead);
	if (memory_group_make(&group) != 0)
		return;
	orphaned = group;
	snprintf(orphaned.path, sizeof(orphaned.path), "%.*s-%d",
		(int)(strrchr(group.path, '-') - group.path), group.path, dead);
	ck_assert_int_eq(mkdir(orphaned.path, 0755), 0);
	pid_t inside = fork();
	if (inside == 0) {
		if (control_group_enter(&orphaned) != 0)
			_exit(1);
		usleep(100000);
		_exit(0);
	}
	usleep(30000);
	control_groups_sweep();
	ck_assert_int_eq(access(orphaned.path, F_OK), -1);
	ck_assert_int_eq(access(group.path, F_OK), 0);
	ck_assert_int_eq(waitpid(inside, NULL, 0), inside);
	control_group_remove(&group);
}
END_TEST

START_TEST(the_own_group_is_named)
{
	char text[128];

	cgroup_own_name(text, sizeof(text));
	ck_assert(text[0] == '/' || text[0] == '\0');
	cgroup_cpu_max(text, sizeof(text));
	ck_assert(text[0] == '\0' || strncmp(text, "max", 3) == 0 ||
		  (text[0] >= '0' && text[0] <= '9'));
}
END_TEST

START_TEST(a_group_counts_the_cpu_time_of_who_enters_it)
{
	enum { BURNT_NS = 30 * 1000 * 1000 };
	struct control_group group, none = {0};
	struct rusage usage;
	struct timespec now = {0};
	int status;

	if (cpu_group_make(&group, &none) != 0) {
		ck_assert_str_eq(group.path, "");
		ck_assert_int_eq(cpu_group_ns(&group), -1);
		return; /* not allowed here, or not without sharing out CPU time */
	}
	pid_t child = fork();
	if (child == 0) {
		int rc = control_group_enter(&group);

		while (now.tv_sec == 0 && now.tv_nsec < BURNT_NS)
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
		_exit(rc == 0 ? 0 : 1);
	}
	ck_assert_int_eq(wait4(child, &status, 0, &usage), child);
	ck_assert_int_eq(status, 0);
	int64_t counted_ns = cpu_group_ns(&group);
	int64_t used_ns = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
			  (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
	/* what it used before it came in is not there, nor is the group's other user, the exit */
	ck_assert_int_ge(counted_ns, used_ns / 2);
	ck_assert_int_le(counted_ns, used_ns * 2);
	control_group_remove(&group);
	ck_assert_int_eq(cpu_group_ns(&group), -1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cgroup");
	TCase *tcase = tcase_create("cgroup");

	tcase_add_test(tcase, words_of_the_variable_are_matched_whole);
	tcase_add_test(tcase, a_group_can_be_forbidden);
	tcase_add_test(tcase, a_group_counts_who_enters_it_and_goes_when_it_is_empty);
	tcase_add_test(tcase, groups_of_the_dead_are_swept);
	tcase_add_test(
		tcase, a_sweep_waits_for_the_last_process_of_the_dead_and_leaves_the_living_alone);
	tcase_add_test(tcase, the_own_group_is_named);
	tcase_add_test(tcase, a_group_counts_the_cpu_time_of_who_enters_it);
	suite_add_tcase(s, tcase);
	return s;
}
