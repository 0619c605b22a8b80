/*
 * In which order the groups of a sweep stand.
 */
#include <string.h>

#include "harness/report/group.h"
#include "tests/suite.h"

enum { RECORDS = 6 };

/* Swept is the number of CPUs; the stack is the model's own. */
START_TEST(more_cpus_come_first_whichever_model_was_measured_first)
{
	static const char *const lists[RECORDS] = {"0", "0-3", "0-7", "0-1", "0-3", "0"};
	static const char *const expected[] = {"0-7", "0-3", "0-1", "0"};
	static struct record records[RECORDS];
	static struct workload_facts facts = {.name = "hash", .rate = 1};
	struct session session = {.records = records, .records_count = RECORDS};
	struct groups groups;

	session.header.workloads = &facts;
	session.header.workloads_count = 1;
	for (int i = 0; i < RECORDS; i++) {
		records[i] = (struct record){.workload = "hash",
			.params_count = 1,
			.place = {.order = i},
			.work = {.rounds = 1, .operations = 1000},
			.window = {.ns = 1000000000}};
		strcpy(records[i].model, i < 3 ? "threads" : "async");
		strcpy(records[i].place.sut_cpus, lists[i]);
		strcpy(records[i].params[0].name, "stack");
		records[i].params[0].value = i % 2 == 0 ? 0 : 262144;
	}
	ck_assert_int_eq(groups_make(&groups, &session), 0);
	ck_assert_int_eq(groups.count, 4);
	for (int i = 0; i < groups.count; i++)
		ck_assert_str_eq(groups.groups[i].sample->place.sut_cpus, expected[i]);
	groups_free(&groups);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("report/group");
	TCase *tests = tcase_create("group");

	tcase_add_test(tests, more_cpus_come_first_whichever_model_was_measured_first);
	suite_add_tcase(suite, tests);
	return suite;
}
