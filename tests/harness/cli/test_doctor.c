/*
 * concbench doctor on machines made of files: what spoils a measurement is BAD, has its number and
 * its fix, and decides the exit status.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[65536], root[] = "/tmp/concbench-doctor-XXXXXX";

/* A file below the root, with its folders. */
static void put(const char *path, const char *text)
{
	char full[512];

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	FILE *file = fopen(full, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void setup(void)
{
	strcpy(root + strlen(root) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	put("/proc/self/cgroup", "4:memory:/a\n1:cpu:/a/b\n0::/\n");
	put("/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 7000000 kB\nDirty: 12 kB\n");
	put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
	put("/proc/sys/kernel/randomize_va_space", "2\n");
}

static void teardown(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

/* Runs the doctor on the made machine; the line of a check and, after it, its fix. */
static const char *line_of(const char *check)
{
	char command[200], start[32];

	snprintf(command, sizeof command, "concbench doctor --root '%s'", root);
	int status = program_run(command, output, sizeof output);
	ck_assert_msg(status == 0 || status == 1, "exit status %d: %s", status, output);
	ck_assert_int_eq(status, strstr(output, "\nBAD ") != NULL);
	snprintf(start, sizeof start, "  %s ", check);
	const char *at = strstr(output, start);
	ck_assert_msg(at != NULL, "no line for %s in: %s", check, output);
	while (at > output && at[-1] != '\n')
		at--;
	return at;
}

static void begins(const char *line, const char *text)
{
	ck_assert_msg(strncmp(line, text, strlen(text)) == 0, "not '%s' but: %s", text, line);
}

START_TEST(a_quota_above_the_own_cgroup_is_found)
{
	begins(line_of("quota"), "ok    quota       no CPU quota");
	put("/sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us", "-1\n");
	put("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "150000\n");
	put("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
	const char *line = line_of("quota");
	begins(line, "BAD   quota       CPU quota of 1.50 CPUs");
	ck_assert_ptr_nonnull(strstr(line, "fix: lift cpu.max"));
}
END_TEST

START_TEST(a_quota_of_version_2_is_found)
{
	put("/sys/fs/cgroup/cpu.max", "50000 100000\n");
	begins(line_of("quota"), "BAD   quota       CPU quota of 0.50 CPUs");
	put("/sys/fs/cgroup/cpu.max", "max 100000\n");
	begins(line_of("quota"), "ok    quota");
}
END_TEST

START_TEST(a_governor_that_saves_power_is_bad)
{
	begins(line_of("governor"), "ok ");
	put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
	begins(line_of("governor"), "BAD   governor    frequency governor powersave");
	put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
	begins(line_of("governor"), "ok ");
}
END_TEST

START_TEST(a_slow_clock_source_is_bad)
{
	put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
	begins(line_of("clock"), "BAD   clock       clock source hpet");
}
END_TEST

START_TEST(one_memory_layout_for_all_is_bad)
{
	begins(line_of("layout"), "ok ");
	put("/proc/sys/kernel/randomize_va_space", "0\n");
	begins(line_of("layout"), "BAD   layout      ASLR is off");
	put("/proc/sys/kernel/randomize_va_space", "2\n");
	put("/proc/self/personality", "00040000\n");
	const char *line = line_of("layout");
	begins(line, "BAD   layout      ASLR is off for this process");
	ck_assert_ptr_nonnull(strstr(line, "setarch -R"));
}
END_TEST

START_TEST(the_least_limit_on_tasks_is_named)
{
	put("/proc/sys/kernel/pid_max", "4000\n");
	put("/proc/sys/vm/max_map_count", "65530\n");
	begins(line_of("tasks"), "note  tasks       4000 tasks at once (kernel.pid_max)");
	put("/proc/sys/vm/max_map_count", "2000\n");
	begins(line_of("tasks"), "note  tasks       1000 tasks at once (vm.max_map_count / 2)");
	put("/sys/fs/cgroup/pids.max", "77\n");
	begins(line_of("tasks"), "note  tasks       77 tasks at once (pids.max of the cgroup)");
}
END_TEST

START_TEST(unwritten_file_data_is_bad)
{
	put("/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 7000000 kB\nDirty: 40000 kB\n");
	begins(line_of("dirty"), "BAD   dirty       39 MiB of unwritten file data");
}
END_TEST

START_TEST(features_can_be_switched_off_for_tests)
{
	int status = program_run(
		"CONCBENCH_WITHOUT=io_uring,guard,cgroup concbench doctor", output, sizeof output);

	ck_assert_msg(status == 0 || status == 1, "exit status %d: %s", status, output);
	ck_assert_ptr_nonnull(
		strstr(output, "note  io_uring    io_uring is switched off by CONCBENCH_WITHOUT"));
	ck_assert_ptr_nonnull(
		strstr(output, "note  guard       no guard regions (CONCBENCH_WITHOUT)"));
	ck_assert_ptr_nonnull(
		strstr(output, "note  cgroup      cgroups are switched off by CONCBENCH_WITHOUT"));
}
END_TEST

START_TEST(an_argument_is_wrong_use)
{
	ck_assert_int_eq(program_run("concbench doctor who", output, sizeof output), 2);
	ck_assert_int_eq(strncmp(output, "concbench: doctor: unknown argument 'who'", 41), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("doctor");
	TCase *tcase = tcase_create("checks");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_quota_above_the_own_cgroup_is_found);
	tcase_add_test(tcase, a_quota_of_version_2_is_found);
	tcase_add_test(tcase, a_governor_that_saves_power_is_bad);
	tcase_add_test(tcase, a_slow_clock_source_is_bad);
	tcase_add_test(tcase, one_memory_layout_for_all_is_bad);
	tcase_add_test(tcase, the_least_limit_on_tasks_is_named);
	tcase_add_test(tcase, unwritten_file_data_is_bad);
	tcase_add_test(tcase, features_can_be_switched_off_for_tests);
	tcase_add_test(tcase, an_argument_is_wrong_use);
	suite_add_tcase(suite, tcase);
	return suite;
}
