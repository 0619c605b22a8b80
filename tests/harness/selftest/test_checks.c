/*
 * Every line of the self-test fails when what it examines is broken, and only that: a line that is
 * not in the table below has no seeded fault and fails here.
 */
#include <errno.h>

#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static uint64_t runs_fast_and_steps_back(void)
{
	static int readings;

	return clock_now_ns() / 100 * 101 - (++readings % 1000 == 0 ? 1000000 : 0);
}

static void breaks_clock(struct subjects *subjects)
{
	subjects->now_ns = runs_fast_and_steps_back;
}

static void one_bucket_higher(struct lane *lane, uint64_t ns)
{
	lane->histogram.counts[histogram_bucket(ns) + 1]++;
}

static void breaks_recorder(struct subjects *subjects)
{
	subjects->record = one_bucket_higher;
}

static int costs_twice(struct overhead *found)
{
	*found = (struct overhead){.ratio = 2, .low = 2, .high = 2, .pairs = 1};
	return 0;
}

static void breaks_overhead(struct subjects *subjects)
{
	subjects->overhead = costs_twice;
}

static double share_a_line(size_t stride_bytes)
{
	return stride_bytes <= sizeof(struct slot) ? 3 : 1;
}

static void breaks_slots(struct subjects *subjects)
{
	subjects->two_writers_ns = share_a_line;
}

static const char *sees_nothing(const struct record *a, const struct record *b)
{
	(void)a;
	(void)b;
	return NULL;
}

static void breaks_ledger(struct subjects *subjects)
{
	subjects->difference = sees_nothing;
}

/* A rank too narrow at each end. */
static struct interval is_narrow(const double *values, int n, double confidence)
{
	struct interval interval = interval_median(values, n, confidence);

	interval.low += (interval.middle - interval.low) / 4;
	interval.high -= (interval.high - interval.middle) / 4;
	return interval;
}

static void breaks_interval(struct subjects *subjects)
{
	subjects->interval = is_narrow;
}

static struct interval is_half_as_wide(const struct fit_point *points, int n, double confidence)
{
	struct interval interval = fit_slopes(points, n, confidence);

	interval.low = (interval.low + interval.middle) / 2;
	interval.high = (interval.high + interval.middle) / 2;
	return interval;
}

static void breaks_fit(struct subjects *subjects)
{
	subjects->slopes = is_half_as_wide;
}

/* An invocation that says it went well, and has measured nothing. */
static int measures_nothing(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){.status = STATUS_OK};
	return 0;
}

static int shell_of_libc(int children, struct bare *found)
{
	(void)children;
	*found = (struct bare){.kernel_bytes = 80 * 1024, .objects = 3};
	return 0;
}

static void breaks_invocation(struct subjects *subjects)
{
	subjects->invoke = measures_nothing;
	subjects->bare_fork = shell_of_libc; /* only sooner than the real one */
}

static const struct {
	void (*run)(struct line *, const struct subjects *, int);
	void (*break_it)(struct subjects *);
} faults[] = {
	{check_clock_steps, breaks_clock},
	{check_clock_rate, breaks_clock},
	{check_histogram, breaks_recorder},
	{check_overhead, breaks_overhead},
	{check_false_sharing, breaks_slots},
	{check_ledger, breaks_ledger},
	{check_coverage, breaks_interval},
	{check_fit, breaks_fit},
	{check_gate, breaks_invocation},
	{check_cpu, breaks_invocation},
	{check_timers, breaks_invocation},
	{check_switches, breaks_invocation},
	{check_touched, breaks_invocation},
	{check_shared, breaks_invocation},
	{check_kernel_stack, breaks_invocation},
	{check_bare_fork, breaks_invocation},
	{check_slow_generator, breaks_invocation},
	{check_delays, breaks_invocation},
	{check_stall, breaks_invocation},
};
enum { FAULTS_SEEDED = sizeof(faults) / sizeof(faults[0]) };

START_TEST(every_line_fails_when_its_subject_is_broken)
{
	for (const struct check *check = selftest_checks; check->part != NULL; check++) {
		struct subjects subjects = selftest_subjects;
		int fault = 0;

		while (fault < FAULTS_SEEDED && faults[fault].run != check->run)
			fault++;
		ck_assert_msg(fault < FAULTS_SEEDED, "%s: %s: no fault is seeded for this line",
			check->part, check->subject);
		faults[fault].break_it(&subjects);
		subjects.stops = 1;
		ck_assert_msg(verdict_of(check->run, &subjects, check->variant) == LINE_FAILED,
			"%s: %s: the line does not see that its subject is broken", check->part,
			check->subject);
	}
}
END_TEST

static int cannot(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){0};
	return -ENOMEM;
}

static int no_shell(int children, struct bare *found)
{
	(void)children;
	*found = (struct bare){0};
	return -ENOENT;
}

START_TEST(no_line_passes_where_nothing_can_be_started)
{
	for (const struct check *check = selftest_checks; check->part != NULL; check++) {
		struct subjects subjects = selftest_subjects;
		struct line line = {.verdict = LINE_OK};
		int fault = 0;

		while (faults[fault].run != check->run)
			fault++;
		if (faults[fault].break_it != breaks_invocation)
			continue;
		subjects.invoke = cannot;
		subjects.bare_fork = no_shell;
		subjects.stops = 1;
		check->run(&line, &subjects, check->variant);
		ck_assert_int_eq(line.verdict, LINE_FAILED);
		ck_assert_msg(strstr(line.measured, check->run == check_bare_fork
							    ? strerror(ENOENT)
							    : strerror(ENOMEM)) != NULL,
			"%s: %s: %s", check->part, check->subject, line.measured);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/checks");
	TCase *tcase = tcase_create("checks");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, every_line_fails_when_its_subject_is_broken);
	tcase_add_test(tcase, no_line_passes_where_nothing_can_be_started);
	suite_add_tcase(s, tcase);
	return s;
}
