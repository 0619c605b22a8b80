/*
 * A course from scripted requests: no clock, no socket.
 */
#include "harness/load/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

enum { PER_SLICE = 1000, SLICE_NS = 1000000000, MS = 1000000, US = 1000 };

static struct course course;
static struct tally *tally;
static char problem[200];

/* Slices of a second, one before, two over, four after; as many requests in each. */
static void begin(void)
{
	static const int seconds[] = {1, 2, 4};

	course = (struct course){.phases_count = 3, .slice_ns = SLICE_NS, .deadline_ns = 100 * MS};
	for (int i = 0; i < 3; i++) {
		course.phases[i].span_ns = (uint64_t)seconds[i] * SLICE_NS;
		course.phases[i].intended = (uint64_t)seconds[i] * PER_SLICE;
	}
	tally = calloc(1, sizeof(*tally));
	ck_assert_int_eq(tally_open(tally, &course), 0);
}

static void end(void)
{
	tally_close(tally);
	free(tally);
}

static uint64_t offset_of(uint64_t i)
{
	return i * (SLICE_NS / PER_SLICE);
}

/* Sends a slice's requests; all are answered after so long. */
static void slice(uint64_t number, uint64_t latency_ns, uint64_t lag_ns)
{
	for (uint64_t i = number * PER_SLICE; i < (number + 1) * PER_SLICE; i++) {
		tally_due(tally, i, offset_of(i), offset_of(i));
		tally_sent(tally, i, offset_of(i), lag_ns);
		tally_answered(tally, i, offset_of(i), latency_ns, false);
	}
}

static void finish(void)
{
	tally_finish(tally, 7ull * SLICE_NS, 7ull * SLICE_NS, problem, sizeof(problem));
	tally_recovery(tally, 0, 1);
}

START_TEST(recovery_is_the_first_slice_after_the_overload_that_is_back_under_the_bound)
{
	static const uint64_t latencies_ms[] = {10, 200, 900, 700, 22, 20, 10};

	begin();
	for (uint64_t i = 0; i < 7; i++)
		slice(i, latencies_ms[i] * MS, 0);
	finish();
	/* the bucket's upper edge is at most 1 % above 10 ms */
	ck_assert_uint_ge(course.bound_ns, 21 * MS);
	ck_assert_uint_lt(course.bound_ns, 22 * MS);
	ck_assert_int_eq(course.recovery_ns, 2ll * SLICE_NS); /* slices 3 and 4 were not */
	ck_assert_str_eq(problem, "");
	ck_assert_int_eq(course.slices_count, 7);
	ck_assert_int_gt(course.slice_p99_ns[3], 690 * MS);
	ck_assert_int_eq(course.slice_good[3], 0);
	ck_assert_int_eq(course.slice_good[4], PER_SLICE);
	end();
}
END_TEST

START_TEST(what_is_back_at_once_has_recovered_in_no_time_and_what_is_not_never)
{
	begin();
	for (uint64_t i = 0; i < 7; i++)
		slice(i, 10 * MS, 0);
	finish();
	ck_assert_int_eq(course.recovery_ns, 0);
	end();
	begin();
	for (uint64_t i = 0; i < 7; i++)
		slice(i, i == 0 ? 10 * MS : 500 * MS, 0);
	finish();
	ck_assert_int_eq(course.recovery_ns, COURSE_NEVER);
	end();
}
END_TEST

START_TEST(a_lag_that_hides_a_p99_hides_no_recovery_within_the_bound)
{
	begin();
	slice(0, 10 * MS, 0);
	for (uint64_t i = 1; i < 5; i++)
		slice(i, 500 * MS, 0);
	slice(5, 500 * MS, 200 * MS); /* not within it, for whatever reason */
	slice(6, 20 * MS, 10 * MS);
	finish();
	ck_assert_int_eq(course.slice_p99_ns[6], COURSE_NA);
	ck_assert_int_eq(course.recovery_ns, 3ll * SLICE_NS);
	end();
	begin();
	slice(0, 10 * MS, 0);
	for (uint64_t i = 1; i < 7; i++)
		slice(i, 500 * MS, i == 6 ? 200 * MS : 0);
	finish();
	ck_assert_int_eq(course.recovery_ns, COURSE_NA);
	end();
}
END_TEST

START_TEST(without_enough_requests_there_is_neither_p99_nor_recovery)
{
	begin();
	for (uint64_t i = 0; i < PER_SLICE - 1; i++) {
		tally_due(tally, i, 0, 0);
		tally_sent(tally, i, offset_of(i), 0);
		tally_answered(tally, i, offset_of(i), MS, false);
	}
	finish();
	ck_assert_int_eq(course.phases[0].p99_ns, COURSE_NA);
	ck_assert_int_gt(course.phases[0].p50_ns, 0);
	ck_assert_int_eq(course.recovery_ns, COURSE_NA);
	end();
}
END_TEST

START_TEST(every_request_is_counted_once_in_the_phase_in_which_it_was_intended)
{
	char text[200];

	begin();
	for (uint64_t i = 0; i < 7 * PER_SLICE; i++) {
		if (i % 10 == 9)
			continue; /* never sent */
		tally_due(tally, i, offset_of(i), offset_of(i));
		tally_sent(tally, i, offset_of(i), 0);
		course.sent++;
		if (i % 10 == 0) {
			tally_lost(tally, i);
			course.lost++;
			continue;
		}
		/* an answer that comes phases later is its own phase's all the same */
		tally_answered(tally, i, offset_of(i), i % 10 == 1 ? 5ull * SLICE_NS : (uint64_t)US,
			i % 10 == 2);
		course.answered++;
	}
	finish();
	for (int i = 0; i < 3; i++) {
		uint64_t tenth = course.phases[i].intended / 10;
		ck_assert_uint_eq(course.phases[i].unsent, tenth);
		ck_assert_uint_eq(course.phases[i].lost, tenth);
		ck_assert_uint_eq(course.phases[i].late, tenth);
		ck_assert_uint_eq(course.phases[i].shed, tenth);
		ck_assert_uint_eq(course.phases[i].good, 6 * tenth);
	}
	ck_assert_msg(!course_fault(&course, text, sizeof(text)), "%s", text);
	end();
}
END_TEST

START_TEST(the_most_that_wait_are_known)
{
	begin();
	for (uint64_t i = 0; i < 5; i++)
		tally_due(tally, i, 0, 0);
	tally_sent(tally, 0, 0, 0);
	tally_answered(tally, 0, 0, US, false);
	tally_due(tally, 5, 0, 0);
	ck_assert_uint_eq(course.phases[0].waiting, 5);
	end();
}
END_TEST

START_TEST(a_generator_that_missed_a_rate_is_told)
{
	begin();
	slice(0, 10 * MS, 0);
	slice(1, 100 * MS, 0);
	slice(2, 100 * MS, 21 * MS); /* 1.05 % of two seconds */
	finish();
	ck_assert_msg(strstr(problem, "missed by 1.1 %") != NULL, "%s", problem);
	end();
	begin();
	slice(0, 10 * MS, 0);
	slice(1, 100 * MS, 21 * MS);
	slice(2, 100 * MS, 0); /* it had caught up */
	finish();
	ck_assert_str_eq(problem, "");
	end();
}
END_TEST

START_TEST(the_phase_in_which_the_server_ends_is_not_judged)
{
	for (int ends = 0; ends < 2; ends++) {
		begin();
		tally->ends = ends != 0;
		slice(0, 10 * MS, 0);
		for (uint64_t i = 3; i < 7; i++)
			slice(i, 500 * MS, 100 * MS);
		finish();
		ck_assert_msg((problem[0] == '\0') == tally->ends, "%s", problem);
		end();
	}
}
END_TEST

START_TEST(percentiles_that_the_lag_hides_are_none)
{
	begin();
	slice(0, 10 * MS, 3 * MS);
	finish();
	ck_assert_int_eq(course.phases[0].p99_ns, COURSE_NA);
	ck_assert_int_eq(course.slice_p99_ns[0], COURSE_NA);
	ck_assert_msg(strstr(problem, "p50 n/a") != NULL, "%s", problem);
	end();
}
END_TEST

START_TEST(a_generator_that_was_busy_in_one_phase_is_told)
{
	begin();
	slice(0, 10 * MS, 0);
	for (uint64_t i = PER_SLICE; i < 3 * PER_SLICE; i++) { /* it waits no more */
		tally_due(tally, i, offset_of(i), SLICE_NS);
		tally_sent(tally, i, offset_of(i), 0);
		tally_answered(tally, i, offset_of(i), 10 * MS, false);
	}
	tally_finish(tally, 3ull * SLICE_NS, SLICE_NS, problem, sizeof(problem));
	ck_assert_msg(strstr(problem, "saturated: busy 100 %") != NULL, "%s", problem);
	end();
}
END_TEST

START_TEST(more_slices_than_a_record_has_are_refused)
{
	course = (struct course){.phases_count = 1, .slice_ns = MS};
	course.phases[0].span_ns = (COURSE_SLICES_MAX + 1) * (uint64_t)MS;
	tally = calloc(1, sizeof(*tally));
	ck_assert_int_eq(tally_open(tally, &course), -E2BIG);
	end();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("load/tally");
	TCase *c = tcase_create("tally");

	tcase_add_test(
		c, recovery_is_the_first_slice_after_the_overload_that_is_back_under_the_bound);
	tcase_add_test(c, what_is_back_at_once_has_recovered_in_no_time_and_what_is_not_never);
	tcase_add_test(c, a_lag_that_hides_a_p99_hides_no_recovery_within_the_bound);
	tcase_add_test(c, without_enough_requests_there_is_neither_p99_nor_recovery);
	tcase_add_test(c, every_request_is_counted_once_in_the_phase_in_which_it_was_intended);
	tcase_add_test(c, the_most_that_wait_are_known);
	tcase_add_test(c, a_generator_that_missed_a_rate_is_told);
	tcase_add_test(c, the_phase_in_which_the_server_ends_is_not_judged);
	tcase_add_test(c, percentiles_that_the_lag_hides_are_none);
	tcase_add_test(c, a_generator_that_was_busy_in_one_phase_is_told);
	tcase_add_test(c, more_slices_than_a_record_has_are_refused);
	suite_add_tcase(s, c);
	return s;
}
