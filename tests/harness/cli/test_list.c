/*
 * concbench list: every workload, model and parameter of the tables is shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"
#include "harness/workload.h"
#include "tests/program.h"
#include "tests/suite.h"

static char output[65536];

static void run(const char *command, int status)
{
	int got = program_run(command, output, sizeof output);

	ck_assert_msg(
		got == status, "%s: exit status %d, not %d: %s", command, got, status, output);
}

static void has(const char *text)
{
	ck_assert_msg(strstr(output, text) != NULL, "no '%s' in: %s", text, output);
}

START_TEST(every_workload_and_model_is_listed)
{
	char line[200];

	run("concbench list", 0);
	for (int i = 0; workloads[i] != NULL; i++) {
		snprintf(line, sizeof line, "\n  %s ", workloads[i]->name);
		has(line);
		has(workloads[i]->summary);
	}
	for (const struct model *model = models; model->name != NULL; model++) {
		snprintf(line, sizeof line, "\n  %s ", model->name);
		has(line);
	}
}
END_TEST

START_TEST(every_parameter_is_shown_with_both_sizes_and_its_meaning)
{
	char command[100], text[PARAM_TEXT_MAX];

	for (int i = 0; workloads[i] != NULL; i++) {
		snprintf(command, sizeof command, "concbench list %s", workloads[i]->name);
		run(command, 0);
		has(workloads[i]->operation);
		for (const struct param *param = workloads[i]->params; param->name != NULL;
			param++) {
			has(param->name);
			has(param->summary);
			param_format(param, param->smoke, text, sizeof text);
			has(text);
			param_format(param, param->usual, text, sizeof text);
			has(text);
		}
		for (int c = 0; c < COMMON_PARAMS; c++)
			has(common_params[c].name);
	}
}
END_TEST

/* A default outside its own bounds could not be repeated on the command line. */
START_TEST(every_default_lies_within_its_bounds)
{
	char text[PARAM_TEXT_MAX], error[PARAM_ERROR_MAX];
	int64_t value;

	for (int i = 0; workloads[i] != NULL; i++)
		for (const struct param *param = workloads[i]->params; param->name != NULL; param++)
			for (int size = 0; size < 2; size++) {
				int64_t wanted = size == 0 ? param->smoke : param->usual;
				param_format(param, wanted, text, sizeof text);
				int rc = param_parse(param, text, &value, error, sizeof error);
				ck_assert_msg(rc == 0, "%s: %s", workloads[i]->name, error);
				ck_assert_int_eq(value, wanted);
			}
}
END_TEST

START_TEST(every_model_can_be_asked_about)
{
	char command[100];

	for (const struct model *model = models; model->name != NULL; model++) {
		snprintf(command, sizeof command, "concbench list %s", model->name);
		run(command, 0);
		has(model->summary);
	}
}
END_TEST

START_TEST(a_name_that_is_neither_gets_the_nearest)
{
	run("concbench list slep", 2);
	ck_assert_str_eq(output, "concbench: list: 'slep' is neither a workload nor a model (did "
				 "you mean 'sleep'?)\n");
	run("concbench list thread", 2);
	has("did you mean 'threads'?");
	run("concbench list banana", 2);
	has("(concbench list shows them)");
	run("concbench list --all", 2);
	has("unknown option '--all'");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("list");

	/* texts as they are in the tables, which may have characters beyond ASCII */
	setenv("LC_ALL", "C.UTF-8", 1);
	TCase *tcase = tcase_create("tables");

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, every_workload_and_model_is_listed);
	tcase_add_test(tcase, every_parameter_is_shown_with_both_sizes_and_its_meaning);
	tcase_add_test(tcase, every_default_lies_within_its_bounds);
	tcase_add_test(tcase, every_model_can_be_asked_about);
	tcase_add_test(tcase, a_name_that_is_neither_gets_the_nearest);
	suite_add_tcase(suite, tcase);
	return suite;
}
