/*
 * pipeline on every model: all lines are examined, those that match are counted, whatever is
 * followed; memory does not grow with the data; a stage that swallows a line is found out.
 */
/* wrap: pipeline_pass */
#include "bench/pipeline/pipeline.h"

#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/report/ledger.h"
#include "tests/expected.h"
#include "tests/invoke.h"
#include "tests/suite.h"

static bool swallows;

int __real_pipeline_pass(struct slot *slot, struct pipeline_stage *stage, size_t got);
int __wrap_pipeline_pass(struct slot *slot, struct pipeline_stage *stage, size_t got);

/* The follower loses the first line of the round. */
int __wrap_pipeline_pass(struct slot *slot, struct pipeline_stage *stage, size_t got)
{
	int rc = __real_pipeline_pass(slot, stage, got);

	if (swallows && stage->role == FOLLOW && stage->used > PIPELINE_LINE_MAX) {
		char *next = strchr(stage->output, '\n') + 1;
		stage->used -= (size_t)(next - stage->output);
		memmove(stage->output, next, stage->used);
	}
	return rc;
}

static void run(const char *model, const char *const *extra, struct record *record)
{
	invoke(record, exec_main, &pipeline_workload, model, extra);
	ck_assert_msg(record->status == STATUS_OK, "%s: %s", model, record->reason);
}

static void did_its_work(const char *model, const char *const *extra)
{
	struct record record;
	uint64_t sum = 0;

	for (uint64_t line = 0; line < 500; line++)
		sum += number_of(0, line) % 100 < 10 ? number_of(0, line) : 0;
	run(model, extra, &record);
	ck_assert_uint_eq(record.work.operations, 2 * 500);
	ck_assert_uint_eq(record.work.checksum, 2 * sum);
	record_release(&record);
}

START_TEST(every_model_counts_what_matches)
{
	for (const struct model *model = models; model->name != NULL; model++)
		if (pipeline_workload.run[model->family] != NULL && model->kind != MODEL_INLINE &&
			model_runs_here(model))
			did_its_work(model->name, NULL);
}
END_TEST

START_TEST(a_file_that_grows_is_followed)
{
	static const char *const file[] = {"source=file", NULL};

	did_its_work("async", file);
	did_its_work("threads", file);
	did_its_work("process-pool", file);
}
END_TEST

START_TEST(a_lost_line_is_told_by_the_ledger)
{
	struct record honest, cheater;

	run("threads", NULL, &honest);
	swallows = true;
	run("async", NULL, &cheater);
	ck_assert_ptr_nonnull(ledger_difference(&honest, &cheater));
	record_release(&honest);
	record_release(&cheater);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pipeline");
	TCase *c = tcase_create("models");

	tcase_add_test(c, every_model_counts_what_matches);
	tcase_add_test(c, a_file_that_grows_is_followed);
	tcase_add_test(c, a_lost_line_is_told_by_the_ledger);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
