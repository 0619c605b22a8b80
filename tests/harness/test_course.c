/*
 * The ledger of a course: whoever drops one request from it, or counts one twice, is told.
 */
#include "harness/course.h"

#include <string.h>

#include "tests/suite.h"

static struct course course;

static void fill(void)
{
	course = (struct course){.phases_count = 2,
		.phases = {{.name = "0.5x",
				   .span_ns = 2000000000,
				   .intended = 10,
				   .unsent = 1,
				   .good = 4,
				   .late = 2,
				   .shed = 2,
				   .lost = 1},
			{.name = "2x", .span_ns = 1000000000, .intended = 5, .good = 5}},
		.sent = 14,
		.answered = 13,
		.lost = 1};
}

START_TEST(requests_that_add_up_are_no_fault)
{
	char text[200];

	fill();
	ck_assert(!course_fault(&course, text, sizeof(text)));
}
END_TEST

START_TEST(one_request_more_or_less_anywhere_is_told)
{
	uint64_t *const counts[] = {&course.phases[0].intended, &course.phases[0].unsent,
		&course.phases[0].good, &course.phases[0].late, &course.phases[0].shed,
		&course.phases[0].lost, &course.phases[1].good, &course.sent, &course.answered,
		&course.lost};
	char text[200] = "";

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		for (int by = -1; by <= 1; by += 2) {
			fill();
			*counts[i] += (uint64_t)by;
			ck_assert_msg(course_fault(&course, text, sizeof(text)), "count %zu by %d",
				i, by);
			ck_assert_ptr_nonnull(strstr(text, "add up"));
		}
}
END_TEST

/* In one phase the sum is right, and only the client knows better. */
START_TEST(an_answer_that_nobody_sent_is_told)
{
	char text[200];

	fill();
	course.phases[0].lost--;
	course.phases[0].good++;
	ck_assert(course_fault(&course, text, sizeof(text)));
	fill();
	course.sent++;
	course.answered++;
	ck_assert(course_fault(&course, text, sizeof(text)));
	fill();
	course.sent++;
	course.lost++;
	ck_assert(course_fault(&course, text, sizeof(text)));
}
END_TEST

START_TEST(courses_are_alike_by_their_phases_and_not_by_their_rates)
{
	struct course other;

	fill();
	other = course;
	other.phases[0].rate_per_s = 7;
	other.phases[0].good = 1;
	ck_assert(course_like(&course, &other));
	other.phases[1].span_ns++;
	ck_assert(!course_like(&course, &other));
}
END_TEST

START_TEST(goodput_is_good_requests_over_the_phase)
{
	fill();
	ck_assert(course_goodput(&course.phases[0]) == 2);
	ck_assert(course_goodput(&course.phases[1]) == 5);
	ck_assert(course_goodput(&course.phases[2]) == 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("course");
	TCase *c = tcase_create("course");

	tcase_add_test(c, requests_that_add_up_are_no_fault);
	tcase_add_test(c, one_request_more_or_less_anywhere_is_told);
	tcase_add_test(c, an_answer_that_nobody_sent_is_told);
	tcase_add_test(c, courses_are_alike_by_their_phases_and_not_by_their_rates);
	tcase_add_test(c, goodput_is_good_requests_over_the_phase);
	suite_add_tcase(s, c);
	return s;
}
