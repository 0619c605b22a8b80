#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static struct run_plan plan;
static struct arguments arguments;

static void make(const struct invocation_request *request)
{
	ck_assert_int_eq(arguments_make(&arguments, request, 3), 0);
}

static void unmake(void)
{
	arguments_free(&arguments);
	plan_free(&plan);
}

/* Is the option there, followed by this value? */
static bool has(const char *option, const char *value)
{
	for (int i = 0; arguments.argv[i] != NULL; i++)
		if (strcmp(arguments.argv[i], option) == 0 && arguments.argv[i + 1] != NULL &&
			strcmp(arguments.argv[i + 1], value) == 0)
			return true;
	return false;
}

START_TEST(a_cell_is_told_whole)
{
	scripted_plan(&plan, "quick", "echo/async");
	struct invocation_request request = {
		.cell = &plan.cells[0], .seed = 18446744073709551615u, .window_ns = 250000000};

	make(&request);
	ck_assert_str_eq(arguments.argv[0], "concbench");
	ck_assert_str_eq(arguments.argv[1], "exec");
	ck_assert_str_eq(arguments.argv[2], "echo/async");
	ck_assert(has("-p", "tasks=64"));
	ck_assert(has("-p", "wait=5ms"));
	ck_assert(has("-p", "calibration=1"));
	ck_assert(has("--seed", "18446744073709551615"));
	ck_assert(has("--window", "250000000ns"));
	ck_assert(has("--kind", "time"));
	ck_assert(has("--sut-cpus", "0"));
	ck_assert(has("--load-cpus", "1"));
	ck_assert(has("--record-fd", "3"));
	ck_assert(!has("--rounds", "0"));
	unmake();
}
END_TEST

START_TEST(rounds_that_are_fixed_stand_for_the_window)
{
	scripted_plan(&plan, "quick", "mixed/async");
	struct invocation_request request = {
		.cell = &plan.cells[0], .rounds = 12, .window_ns = 250000000};

	make(&request);
	ck_assert(has("--rounds", "12"));
	ck_assert(!has("--window", "250000000ns"));
	/* no load, no CPUs for one */
	for (int i = 0; arguments.argv[i] != NULL; i++)
		ck_assert_str_ne(arguments.argv[i], "--load-cpus");
	unmake();
}
END_TEST

START_TEST(the_environment_is_kept_with_padding_of_its_own)
{
	enum { PADDING = 300 };
	int paddings = 0, kept = 0;

	setenv("CONCBENCH_PADDING", "from a run around this one", 1);
	setenv("CONCBENCH_KEPT", "yes", 1);
	scripted_plan(&plan, "quick", "echo/async");
	struct invocation_request request = {
		.cell = &plan.cells[0], .window_ns = 1, .padding = PADDING};
	make(&request);
	for (int i = 0; arguments.envp[i] != NULL; i++) {
		const char *entry = arguments.envp[i];
		kept += strcmp(entry, "CONCBENCH_KEPT=yes") == 0;
		if (strncmp(entry, "CONCBENCH_PADDING=", 18) == 0) {
			paddings++;
			ck_assert_uint_eq(strlen(entry), 18 + PADDING);
		}
	}
	ck_assert_int_eq(kept, 1);
	ck_assert_int_eq(paddings, 1);
	unmake();
}
END_TEST

START_TEST(a_record_has_the_parameters_of_the_workload_and_the_common_ones)
{
	struct record_param params[PARAMS_MAX + COMMON_PARAMS];
	int count;

	scripted_plan(&plan, "quick", "echo/async");
	cell_params(&plan.cells[0], params, &count);
	ck_assert_int_eq(count, 3 + COMMON_PARAMS);
	ck_assert_str_eq(params[1].name, "wait");
	ck_assert_str_eq(params[1].text, "5ms");
	ck_assert_int_eq(params[1].value, 5000000);
	ck_assert_str_eq(params[3].name, common_params[0].name);
	plan_free(&plan);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("arguments");
	TCase *c = tcase_create("arguments");

	tcase_add_test(c, a_cell_is_told_whole);
	tcase_add_test(c, rounds_that_are_fixed_stand_for_the_window);
	tcase_add_test(c, the_environment_is_kept_with_padding_of_its_own);
	tcase_add_test(c, a_record_has_the_parameters_of_the_workload_and_the_common_ones);
	suite_add_tcase(s, c);
	return s;
}
