/*
 * The workloads of `concbench demo`: whichever way they go, the work is the same; and memory grows
 * with what is kept, not with what passes through.
 */
#include <string.h>

#include "harness/demo/claims.h"
#include "harness/measure/draft.h"
#include "tests/suite.h"

static void measure(struct record *record, const char *workload, const char *model, enum kind kind,
	const char *const *params)
{
	const struct workload *found = NULL;
	struct plan plan;

	for (int i = 0; demo_workloads[i] != NULL; i++)
		if (strcmp(demo_workloads[i]->name, workload) == 0)
			found = demo_workloads[i];
	ck_assert_ptr_nonnull(found);
	ck_assert_int_eq(draft_plan(&plan, found, model, kind, params), 0);
	plan.draft.rounds = 2;
	plan.settle_ns = 0;
	ck_assert_int_eq(demo_usual.invoke(&plan, record), 0);
	ck_assert_msg(record->status == STATUS_OK || record->status == STATUS_DISTURBED,
		"%s %s: %s %s", workload, params[0], status_names[record->status], record->reason);
}

struct way {
	const char *workload, *model;
	const char *params[6];
};

/* Each row does the work of the one above it, unless that is of another workload. */
static const struct way ways[] = {
	{"delegation", "async", {"values=50", "depth=0"}},
	{"delegation", "async", {"values=50", "depth=1", "way=loop"}},
	{"delegation", "async", {"values=50", "depth=1", "way=delegate"}},
	{"delegation", "async", {"values=50", "depth=10", "way=loop"}},
	{"delegation", "async", {"values=50", "depth=10", "way=delegate"}},
	{"lines", "async", {"lines=500", "way=generator"}},
	{"lines", "async", {"lines=500", "way=list"}},
	{"flood", "async", {"messages=100", "bound=1"}},
	{"flood", "async", {"messages=100", "bound=64"}},
	{"flood", "async", {"messages=100", "bound=0"}},
	{"follow", "async", {"tasks=3", "lines=4", "every=100us", "reader=async"}},
	{"follow", "async", {"tasks=3", "lines=4", "every=100us", "reader=plain"}},
	{"follow", "async", {"tasks=3", "lines=4", "reader=compute", "compute=100us"}},
	{"follow", "async-offload", {"tasks=3", "lines=4", "reader=compute", "compute=100us"}},
	{0},
};

START_TEST(the_work_is_the_same_whichever_way_it_goes)
{
	const char *last = "";
	struct record before = {0};

	for (const struct way *way = ways; way->workload != NULL; way++) {
		struct record record;
		measure(&record, way->workload, way->model, KIND_TIME, way->params);
		ck_assert_uint_gt(record.work.operations, 0);
		if (strcmp(way->workload, last) == 0) {
			ck_assert_msg(record.work.operations == before.work.operations &&
					      record.work.checksum == before.work.checksum,
				"%s: %s %s did other work", way->workload, way->params[0],
				way->params[1]);
		}
		last = way->workload;
		before = (struct record){.work = record.work};
		record_release(&record);
	}
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed, so that nothing passes */
static int64_t peak(const char *workload, const char *size, const char *way)
{
	const char *params[] = {size, way, NULL};
	struct record record;

	measure(&record, workload, "async", KIND_MEMORY, params);
	int64_t bytes = record.memory.peak;
	record_release(&record);
	return bytes;
}

START_TEST(what_is_kept_takes_memory_and_what_passes_does_not)
{
	enum { MIB = 1 << 20 };
	int64_t generator = peak("lines", "lines=50k", "way=generator");

	ck_assert_int_gt(peak("lines", "lines=50k", "way=list"), generator + 2 * MIB);
	ck_assert_int_gt(peak("flood", "messages=5k", "bound=0"),
		peak("flood", "messages=5k", "bound=64") + 2 * MIB);
}
END_TEST
#endif

Suite *suite(void)
{
	Suite *s = suite_create("bench/demo");
	TCase *c = tcase_create("workloads");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, the_work_is_the_same_whichever_way_it_goes);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_test(c, what_is_kept_takes_memory_and_what_passes_does_not);
#endif
	suite_add_tcase(s, c);
	return s;
}
