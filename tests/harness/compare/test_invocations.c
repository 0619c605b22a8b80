/*
 * The world in earnest: real invocations of the program built with the tests, at smoke size.
 */
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "harness/compare/invocations.h"
#include "harness/run/plan.h"
#include "tests/suite.h"

static char program[PATH_MAX];
static struct invocations invocations;
static struct run_plan plan;
static struct sample sample;

static void set_up(void)
{
	static char *selectors[] = {"hash/sequential"};
	struct plan_request request = {.workloads = workloads,
		.models = models,
		.selectors = selectors,
		.selectors_count = 1,
		.effort = effort_find("smoke")};
	char error[200];
	ssize_t bytes = readlink("/proc/self/exe", program, sizeof(program) - 1);

	ck_assert_int_gt(bytes, 0);
	program[bytes] = '\0';
	strcpy(strstr(program, "/tests/"), "/concbench");
	sched_getaffinity(0, sizeof(cpu_set_t), &request.placement.alone);
	ck_assert_int_eq(plan_make(&plan, &request, error, sizeof(error)), 0);
	invocations_init(&invocations, &plan, (const char *[ARMS]){program, program}, 1, 20000000);
}

static void tear_down(void)
{
	plan_free(&plan);
}

static void probe(void)
{
	ck_assert_int_eq(invocations.world.probe(&invocations.world, 0, &sample), 0);
}

static void measure(enum arm arm)
{
	ck_assert_int_eq(invocations.world.measure(&invocations.world, 0, arm, 64, &sample), 0);
}

START_TEST(the_base_fixes_the_rounds_of_both_sides)
{
	probe();
	ck_assert_msg(sample.status == STATUS_OK, "%s", sample.reason);
	struct record_work nominal = invocations.work[0];
	ck_assert_uint_gt(nominal.rounds, 0);
	for (int arm = 0; arm < ARMS; arm++) {
		measure((enum arm)arm);
		ck_assert_msg(sample.status == STATUS_OK, "%s", sample.reason);
		ck_assert_uint_eq(sample.work.rounds, nominal.rounds);
		ck_assert_uint_eq(sample.work.operations, nominal.operations);
		ck_assert_uint_eq(sample.work.checksum, nominal.checksum);
		ck_assert_double_gt(sample.values[METRIC_CPU], 0);
		ck_assert_double_gt(sample.window_wall, 0);
	}
}
END_TEST

START_TEST(an_injection_is_proven_by_the_count_of_operations)
{
	invocations.inject = 0.5;
	probe();
	ck_assert_msg(sample.status == STATUS_OK, "%s", sample.reason);
	measure(ARM_HEAD);
	ck_assert_msg(sample.status == STATUS_OK, "%s", sample.reason);
	/* charged to the nominal work */
	ck_assert_uint_eq(sample.work.operations, invocations.work[0].operations);
	/* a head that did not do what was injected */
	invocations.work[0].operations += invocations.work[0].rounds;
	measure(ARM_HEAD);
	ck_assert_int_eq(sample.status, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(sample.reason, "injected"));
}
END_TEST

START_TEST(what_is_injected_into_chunks_is_counted_and_the_same_every_time)
{
	invocations.injection = INJECT_SYSCALL;
	invocations.injection_amount = 0.5;
	invocations.chunks = true;
	probe();
	ck_assert_msg(sample.status == STATUS_OK, "%s", sample.reason);
	for (int i = 0; i < 2; i++) {
		measure(ARM_HEAD);
		ck_assert_msg(sample.status == STATUS_OK, "%s", sample.reason);
	}
	ck_assert_uint_gt(invocations.injected[0], 0);
	ck_assert_uint_eq(sample.work.operations, invocations.work[0].operations);
	/* a head that did less of it */
	invocations.injected[0]++;
	measure(ARM_HEAD);
	ck_assert_int_eq(sample.status, STATUS_FAILED);
	measure(ARM_BASE);
	ck_assert_int_eq(sample.status, STATUS_OK);
}
END_TEST

START_TEST(fewer_rounds_are_an_injection_too)
{
	invocations.inject = -0.5;
	probe();
	ck_assert_msg(sample.status == STATUS_OK, "%s", sample.reason);
	ck_assert_double_le(sample.injected, -0.3);
	measure(ARM_HEAD);
	ck_assert_msg(sample.status == STATUS_OK, "%s", sample.reason);
	ck_assert_uint_eq(sample.work.operations, invocations.work[0].operations);
}
END_TEST

START_TEST(less_than_one_round_cannot_be_injected)
{
	invocations.inject = 1e-9;
	probe();
	ck_assert_int_eq(sample.status, STATUS_IMPOSSIBLE);
	ck_assert_ptr_nonnull(strstr(sample.reason, "less than one"));
}
END_TEST

START_TEST(a_program_that_is_none_is_a_failed_sample)
{
	invocations.sides[ARM_BASE].program = "/bin/false";
	probe();
	ck_assert_int_eq(sample.status, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(sample.reason, "wrote no record"));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/invocations");
	TCase *real = tcase_create("real");

	tcase_add_checked_fixture(real, set_up, tear_down);
	tcase_set_timeout(real, 120);
	tcase_add_test(real, the_base_fixes_the_rounds_of_both_sides);
	tcase_add_test(real, an_injection_is_proven_by_the_count_of_operations);
	tcase_add_test(real, what_is_injected_into_chunks_is_counted_and_the_same_every_time);
	tcase_add_test(real, fewer_rounds_are_an_injection_too);
	tcase_add_test(real, less_than_one_round_cannot_be_injected);
	tcase_add_test(real, a_program_that_is_none_is_a_failed_sample);
	suite_add_tcase(suite, real);
	return suite;
}
