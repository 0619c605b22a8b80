/*
 * What calibrate remembers of a class of machines, and what compare says of it.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/compare/calibration.h"
#include "harness/compare/findings.h"
#include "tests/suite.h"

enum { QUADS = 12 };

static char folder[] = "/tmp/concbench-test-XXXXXX", error[400];
static double values[QUADS], canary[CANARIES][QUADS];
static struct compared benchmark;
static struct comparison comparison;
static struct calibration *calibration;

/* A comparison of copies with this noise. */
static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	calibration = calloc(1, sizeof(*calibration));
	ck_assert_ptr_nonnull(calibration);
	comparison = (struct comparison){.benchmarks = &benchmark, .count = 1};
	benchmark = (struct compared){.name = "echo/threads", .quads = QUADS};
	for (int i = 0; i < QUADS; i++) {
		values[i] = 0.01 * (i % 2 == 0 ? 1 : -1);
		canary[0][i] = 0.02 * (i % 2 == 0 ? 1 : -1);
		canary[1][i] = 0.005 * (i % 2 == 0 ? 1 : -1);
	}
	benchmark.values[METRIC_CPU] = values;
	benchmark.counts[METRIC_CPU] = QUADS;
	struct finding finding = {.values = values,
		.n = QUADS,
		.ratio = true,
		.gated = true,
		.margin = 0.02,
		.target = 0.05};
	ck_assert_int_eq(verdict_judge(&finding, 1), 0);
	benchmark.findings[METRIC_CPU] = finding;
	for (int i = 0; i < CANARIES; i++) {
		comparison.canaries[i].values[METRIC_WALL] = canary[i];
		comparison.canaries[i].counts[METRIC_WALL] = QUADS;
	}
}

static void tear_down(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
	free(calibration);
}

START_TEST(suites_add_up_over_sittings)
{
	for (int i = 0; i < 2; i++) {
		int rc = calibration_read(calibration, folder, error, sizeof(error));
		ck_assert_int_eq(rc, i == 0 ? -ENOENT : 0);
		calibration_take(calibration, &comparison);
		ck_assert_int_eq(calibration_write(calibration, folder), 0);
	}
	ck_assert_int_eq(calibration_read(calibration, folder, error, sizeof(error)), 0);
	ck_assert_int_eq(calibration->suites, 2);
	ck_assert_int_eq(calibration->alarms, 0);
	const struct calibrated_pair *pair =
		calibration_find(calibration, "echo/threads", METRIC_CPU);
	ck_assert_ptr_nonnull(pair);
	ck_assert_int_eq(pair->suites, 2);
	/* 1.4826 x the deviation of 1 % */
	ck_assert_double_eq_tol(pair->sigma, expm1(0.014826), 1e-5);
	ck_assert_double_eq_tol(calibration->canary_sigma[0], 0.029652, 1e-5);
	ck_assert_ptr_null(calibration_find(calibration, "echo/threads", METRIC_WALL));
}
END_TEST

START_TEST(a_contaminated_suite_teaches_nothing_but_that)
{
	ck_assert_int_eq(calibration_read(calibration, folder, error, sizeof(error)), -ENOENT);
	comparison.contaminated = true;
	calibration_take(calibration, &comparison);
	ck_assert_int_eq(calibration->suites, 0);
	ck_assert_int_eq(calibration->contaminated, 1);
	ck_assert_int_eq(calibration->count, 0);
}
END_TEST

START_TEST(compare_cites_it_or_says_that_there_is_none)
{
	for (int i = 0; i < 2; i++) {
		char *text = NULL;
		size_t bytes = 0;
		FILE *out = open_memstream(&text, &bytes);
		struct writer writer = {.out = out, .width = 200, .utf8 = true};

		comparison.calibration = calibration;
		ck_assert_int_eq(findings_write(&writer, &comparison, false), 0);
		fclose(out);
		ck_assert_msg(strstr(text, i == 0 ? "not calibrated on this class of machine"
						  : "calibrated on this class of machine (1 "
						    "suites, 0 false alarms): could have seen ≥ "),
			"%s", text);
		ck_assert(i == 0 || strstr(text, "in echo/threads cpu") != NULL);
		free(text);
		calibration_take(calibration, &comparison);
	}
}
END_TEST

START_TEST(a_damaged_one_is_refused)
{
	char command[100];

	calibration_take(calibration, &comparison);
	ck_assert_int_eq(calibration_read(calibration, folder, error, sizeof(error)), -ENOENT);
	calibration_take(calibration, &comparison);
	ck_assert_int_eq(calibration_write(calibration, folder), 0);
	snprintf(command, sizeof(command), "sed -i s/suites/suits/ %s/*.json", folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(calibration_read(calibration, folder, error, sizeof(error)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "is no calibration of this machine"));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/calibration");
	TCase *paper = tcase_create("paper");

	tcase_add_checked_fixture(paper, set_up, tear_down);
	tcase_add_test(paper, suites_add_up_over_sittings);
	tcase_add_test(paper, a_contaminated_suite_teaches_nothing_but_that);
	tcase_add_test(paper, compare_cites_it_or_says_that_there_is_none);
	tcase_add_test(paper, a_damaged_one_is_refused);
	suite_add_tcase(suite, paper);
	return suite;
}
