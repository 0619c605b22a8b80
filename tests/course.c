/*
 * See course.h.
 */
#include "tests/course.h"

#include <string.h>

#include "bench/crash/crash.h"
#include "harness/cli/cli.h"
#include "tests/invoke.h"
#include "tests/suite.h"

const char *const crash_params[] = {
	"before=20ms", "after=60ms", "drain=30ms", "wait=20ms", "rate=1000", NULL};

int course_exec(int argc, char **argv)
{
	for (int i = 0; i < argc - 1; i++)
		if (strcmp(argv[i], "--rounds") == 0)
			argv[i + 1] = "1";
	return exec_main(argc, argv);
}

void course_ran(const struct record *record, const char *model)
{
	bool late = record->status == STATUS_INVALID &&
		    (strstr(record->reason, "missed by") != NULL ||
			    strstr(record->reason, "saturated") != NULL ||
			    strstr(record->reason, "the generator") != NULL);

	ck_assert_msg(record->status == STATUS_OK || late, "%s: %s", model, record->reason);
}

void crash_ran(struct record *record, const char *model, const char *const *params)
{
	invoke(record, course_exec, &crash_workload, model, params);
	course_ran(record, model);
	ck_assert_ptr_nonnull(record->course);
}

void crash_breaks_what_it_must(const char *model)
{
	bool worker = strstr(model, "process") != NULL;
	struct record record;
	char text[200];

	crash_ran(&record, model, crash_params);
	const struct course *course = record.course;
	ck_assert_msg(!course_fault(course, text, sizeof(text)), "%s", text);
	ck_assert_uint_eq(course->broken, worker ? 1 : record.work.tasks);
	ck_assert_uint_eq(course->last_lost, 0);
	ck_assert_int_gt(course->drain_ns, 0);
	ck_assert_int_ne(course->recovery_ns, COURSE_NA);
	ck_assert_uint_gt(course->lost, 0);
	ck_assert_uint_eq(record.work.operations, course->answered);
	record_release(&record);
}

void crash_is_told(const char *model, enum status status, const char *reason)
{
	struct record record;

	invoke(&record, course_exec, &crash_workload, model, crash_params);
	ck_assert_msg(record.status == status, "%s", record.reason);
	ck_assert_msg(strstr(record.reason, reason) != NULL, "%s", record.reason);
	record_release(&record);
}
