/*
 * overload on a model of each family: every request of its phases is told of, whoever answers
 * without the work is refused. Small sizes: whether figures recover is shown with scripted requests
 * (harness/load/test_tally.c).
 */
/* wrap: http_compute */
#include "bench/overload/overload.h"

#include <string.h>

#include "harness/cli/cli.h"
#include "tests/course.h"
#include "tests/invoke.h"
#include "tests/suite.h"

static bool computes_nothing;

int __real_http_compute(void *arg);
int __wrap_http_compute(void *arg);

int __wrap_http_compute(void *arg)
{
	return computes_nothing ? 0 : __real_http_compute(arg);
}

/* Phases of so many requests at these rates, as far as the machine lets a generator keep them. */
static const char *const queued[] = {"probe=10ms", "before=20ms", "over=20ms", "after=40ms",
	"slice=20ms", "deadline=5s", "connections=8", NULL};
static const char *const shedding[] = {"probe=10ms", "before=20ms", "over=20ms", "after=20ms",
	"slice=20ms", "connections=8", "limit=1", "policy=shed", "capacity=4000", "wait=2ms", NULL};

static const char *const some_models[] = {"async", "threads", "process-pool"};
enum { MODELS = sizeof(some_models) / sizeof(some_models[0]) };

START_TEST(every_request_of_the_phases_is_answered_where_they_queue)
{
	const char *model = some_models[_i];
	struct record record;
	char text[200];

	invoke(&record, course_exec, &overload_workload, model, queued);
	course_ran(&record, model);
	if (record.course != NULL) { /* there is none where not even the probe was valid */
		const struct course_phase *phases = record.course->phases;
		ck_assert_msg(!course_fault(record.course, text, sizeof(text)), "%s", text);
		ck_assert_uint_gt(record.course->capacity_per_s, 0);
		ck_assert_str_ne(record.course->capacity_from, "given");
		ck_assert_uint_eq(phases[0].rate_per_s, record.course->capacity_per_s * 50 / 100);
		ck_assert_uint_eq(phases[1].rate_per_s, record.course->capacity_per_s * 2);
		for (int i = 0; i < 3; i++)
			ck_assert_uint_eq(phases[i].good + phases[i].late, phases[i].intended);
		ck_assert_uint_eq(record.work.operations, record.course->answered);
	}
	record_release(&record);
}
END_TEST

/* One at once may be in progress, for 2 ms, of the 8000 a second that come. */
START_TEST(what_is_beyond_the_limit_is_shed_and_both_sides_count_it)
{
	const char *model = some_models[_i];
	struct record record;

	invoke(&record, course_exec, &overload_workload, model, shedding);
	course_ran(&record, model);
	ck_assert_ptr_nonnull(record.course);
	const struct course_phase *over = &record.course->phases[1];
	ck_assert_uint_gt(over->shed, 0);
	ck_assert_uint_gt(over->good + over->late, 0);
	ck_assert_uint_eq(over->shed + over->good + over->late, over->intended);
	ck_assert_str_eq(record.course->capacity_from, "given");
	record_release(&record);
}
END_TEST

START_TEST(whoever_answers_without_computing_is_refused)
{
	struct record record;

	computes_nothing = true;
	invoke(&record, course_exec, &overload_workload, "threads", queued);
	computes_nothing = false;
	ck_assert_int_eq(record.status, STATUS_INVALID);
	ck_assert_msg(strstr(record.reason, "wrong bytes") != NULL, "%s", record.reason);
	record_release(&record);
}
END_TEST

START_TEST(a_course_is_course_exec)
{
	struct record record;

	invoke(&record, exec_main, &overload_workload, "async", queued); /* wants two */
	ck_assert_int_eq(record.status, STATUS_IMPOSSIBLE);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("overload");
	TCase *c = tcase_create("overload");

	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, every_request_of_the_phases_is_answered_where_they_queue, 0, MODELS);
	tcase_add_loop_test(c, what_is_beyond_the_limit_is_shed_and_both_sides_count_it, 0, 2);
	tcase_add_test(c, whoever_answers_without_computing_is_refused);
	tcase_add_test(c, a_course_is_course_exec);
	suite_add_tcase(s, c);
	return s;
}
