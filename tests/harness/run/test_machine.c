#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/spinner.h"
#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

START_TEST(this_machine_is_described_and_the_header_reads_back)
{
	struct run_header header = {0}, back;
	struct run_plan plan;
	char error[300];

	scripted_plan(&plan, "quick", NULL);
	machine_describe(&header);
	ck_assert_int_eq(machine_add_workloads(&header, &plan), 0);
	ck_assert_int_eq(header.workloads_count, 3);
	ck_assert_int_ge(header.machine.cpus, 1);
	ck_assert_int_gt(header.machine.memory_bytes, 0);
	ck_assert_uint_eq(strlen(header.build.binary_sha256), 64);
	ck_assert_uint_eq(strlen(header.started), 20);
	ck_assert_int_gt(header.limits.pid_max, 0);
	header.seed = UINT64_MAX;
	strcpy(header.selftest, "passed, 27 lines");
	char *line = run_header_to_json(&header);
	ck_assert_msg(run_header_from_json(&back, line, strlen(line), error, sizeof(error)) == 0,
		"%s", error);
	ck_assert_uint_eq(back.seed, UINT64_MAX);
	ck_assert_str_eq(back.selftest, "passed, 27 lines");
	ck_assert_str_eq(run_facts(&back, "mixed")->latency_of, "light requests");
	ck_assert_int_eq(run_facts(&back, "idle")->rate, 0);
	ck_assert_int_eq(run_facts(&back, "echo")->server, 1);
	ck_assert_str_eq(run_facts(&back, "echo")->concurrency, "tasks");
	ck_assert_ptr_null(run_facts(&back, "none"));
	free(line);
	run_header_release(&header);
	run_header_release(&back);
	plan_free(&plan);
}
END_TEST

START_TEST(a_command_line_is_kept_as_a_shell_would_take_it)
{
	struct run_header header = {0};
	char *argv[] = {"run", "echo", "-p", "tasks=1,2", "-o", "my file"};

	machine_command(&header, 6, argv);
	ck_assert_str_eq(header.command, "concbench run echo -p tasks=1,2 -o 'my file'");
}
END_TEST

START_TEST(an_endless_command_line_is_cut)
{
	struct run_header header = {0};
	char *argv[600];

	for (int i = 0; i < 600; i++)
		argv[i] = "workload";
	machine_command(&header, 600, argv);
	ck_assert_uint_eq(strlen(header.command), sizeof(header.command) - 1);
}
END_TEST

START_TEST(a_spin_is_a_share_and_leaves_the_affinity_as_it_was)
{
	cpu_set_t before, after;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	double share = spinner_share(&before, NULL);
	ck_assert_int_eq(sched_getaffinity(0, sizeof(after), &after), 0);
	ck_assert(CPU_EQUAL(&before, &after));
	ck_assert_double_ge(share, 0);
	ck_assert_double_le(share, 1);
}
END_TEST

START_TEST(estimates_name_the_largest_cell_and_respect_the_budget)
{
	struct run_plan plan;
	scripted_plan(&plan, "quick", "mixed");
	struct run_estimate estimate = run_estimate(&plan, effort_find("quick"), 0);
	/* 24 invocations of 250 ms and what is beside */
	ck_assert_int_eq(estimate.invocations, 24);
	ck_assert_uint_eq(estimate.duration_ns, 24 * 400000000ull);
	ck_assert_ptr_nonnull(estimate.largest);
	estimate = run_estimate(&plan, effort_find("quick"), 1000000000);
	ck_assert_uint_eq(estimate.duration_ns, 1000000000);
	plan_free(&plan);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("machine");
	TCase *c = tcase_create("machine");

	tcase_set_timeout(c, 30);
	tcase_add_test(c, this_machine_is_described_and_the_header_reads_back);
	tcase_add_test(c, a_command_line_is_kept_as_a_shell_would_take_it);
	tcase_add_test(c, an_endless_command_line_is_cut);
	tcase_add_test(c, a_spin_is_a_share_and_leaves_the_affinity_as_it_was);
	tcase_add_test(c, estimates_name_the_largest_cell_and_respect_the_budget);
	suite_add_tcase(s, c);
	return s;
}
