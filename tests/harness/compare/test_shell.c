#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/compare/canary.h"
#include "harness/compare/quad.h"
#include "harness/compare/shell.h"
#include "tests/suite.h"

static struct shell shell;
static struct sample sample;

static void set_up(void)
{
	shell_init(&shell);
	shell.commands[ARM_BASE] = "exit 0";
	shell.commands[ARM_HEAD] = "exit 3";
}

static enum status measure(enum arm arm)
{
	struct compare_world *world = &shell.world;

	ck_assert_int_eq(world->measure(world, 0, arm, 100, &sample), 0);
	return sample.status;
}

static void probe(void)
{
	ck_assert_int_eq(shell.world.probe(&shell.world, 0, &sample), 0);
	ck_assert_int_eq(sample.status, STATUS_OK);
}

START_TEST(a_command_has_wall_time_and_what_its_children_burnt)
{
	shell.commands[ARM_HEAD] = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.01";
	probe();
	ck_assert_int_eq(measure(ARM_HEAD), STATUS_OK);
	ck_assert_double_ge(sample.values[METRIC_WALL], 10e6);
	ck_assert_double_gt(sample.values[METRIC_CPU], 0);
	ck_assert_double_ge(sample.values[METRIC_SWITCHES], 1);
}
END_TEST

START_TEST(failures_are_named_unless_they_are_wanted)
{
	probe();
	ck_assert_int_eq(measure(ARM_HEAD), STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(sample.reason, "exit status 3"));
	shell.ignore_failure = true;
	ck_assert_int_eq(measure(ARM_HEAD), STATUS_OK);
	shell.commands[ARM_HEAD] = "kill -SEGV $$";
	ck_assert_int_eq(measure(ARM_HEAD), STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(sample.reason, "signal 11"));
}
END_TEST

START_TEST(a_hang_is_ended_with_all_it_started)
{
	probe();
	shell.deadline_ns = 100000000;
	shell.commands[ARM_HEAD] = "sleep 1000 & sleep 1000";
	ck_assert_int_eq(measure(ARM_HEAD), STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(sample.reason, "ended by force"));
	ck_assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}
END_TEST

START_TEST(prepare_and_cleanup_surround_every_command)
{
	char path[] = "/tmp/concbench-shell-XXXXXX", prepare[80], cleanup[80], line[16] = "";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	snprintf(prepare, sizeof(prepare), "printf p >>%s", path);
	snprintf(cleanup, sizeof(cleanup), "printf c >>%s", path);
	shell.prepare = prepare;
	shell.conclude = cleanup;
	probe();
	ck_assert_int_eq(measure(ARM_BASE), STATUS_OK);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	fclose(file);
	unlink(path);
	ck_assert_str_eq(line, "pcpc");
	shell.prepare = "exit 1";
	ck_assert_int_eq(measure(ARM_BASE), STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(sample.reason, "prepare: exit status 1"));
}
END_TEST

START_TEST(canaries_take_time_and_leave_no_child)
{
	ck_assert_double_gt(canary_arithmetic(), 0);
	ck_assert_double_gt(canary_pipe(), 0);
	ck_assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}
END_TEST

START_TEST(drift_cancels_in_both_orders)
{
	static const double rising[QUAD] = {1, 2, 3, 4}, slow_head[QUAD] = {1, 2, 2, 1};

	ck_assert_double_eq(quad_of(rising, 0, false), 0);
	ck_assert_double_eq(quad_of(rising, 1, false), 0);
	ck_assert_double_eq(quad_of(slow_head, 0, false), 1);
	ck_assert_double_eq(quad_of(slow_head, 1, false), -1);
	ck_assert_double_eq_tol(quad_of(slow_head, 0, true), log(2), 1e-12);
	ck_assert(isnan(quad_of((double[QUAD]){1, 0, 1, 1}, 0, true)));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/shell");
	TCase *commands = tcase_create("commands");

	tcase_add_checked_fixture(commands, set_up, NULL);
	tcase_set_timeout(commands, 60);
	tcase_add_test(commands, a_command_has_wall_time_and_what_its_children_burnt);
	tcase_add_test(commands, failures_are_named_unless_they_are_wanted);
	tcase_add_test(commands, a_hang_is_ended_with_all_it_started);
	tcase_add_test(commands, prepare_and_cleanup_surround_every_command);
	tcase_add_test(commands, canaries_take_time_and_leave_no_child);
	tcase_add_test(commands, drift_cancels_in_both_orders);
	suite_add_tcase(suite, commands);
	return suite;
}
