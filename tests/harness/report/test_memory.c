/*
 * Memory per task where the machine's other programs are in it.
 */
#include <math.h>
#include <string.h>

#include "harness/report/group.h"
#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static struct scripted scripted;
static struct run_plan plan;
static struct journal journal;
static struct run_header header;
static struct progress silent;

/* Others gave back more than threads took; of async only what the noise of a page makes. */
static void gives_back(struct scripted *script, int at, struct record *record)
{
	(void)script;
	(void)at;
	record->memory.user_per_task = 20000;
	record->memory.kernel_per_task = strcmp(record->model, "threads") == 0     ? -460000
					 : strcmp(record->model, "processes") == 0 ? -3000
					 : strcmp(record->model, "async") == 0     ? -100
										   : 10000;
}

static const struct row *row_of(const struct groups *groups, const char *model)
{
	for (int i = 0; i < groups->count; i++)
		for (int j = 0; j < groups->groups[i].rows_count; j++)
			if (groups->groups[i].kind == KIND_TIME &&
				strcmp(groups->groups[i].rows[j].model, model) == 0)
				return &groups->groups[i].rows[j];
	return NULL;
}

static void expect_refused(const struct row *row)
{
	ck_assert_int_eq(row->user_bytes.n, 0);
	ck_assert_int_eq(row->kernel_bytes.n, 0);
	ck_assert(isnan(row->memory_bytes.middle));
	ck_assert_str_eq(row->warnings[row->warnings_count - 1],
		"memory per task: n/a: other programs gave back more than the tasks took");
}

START_TEST(memory_that_is_less_than_nothing_is_no_figure)
{
	struct groups groups;

	scripted_init(&scripted);
	scripted.twist = gives_back;
	scripted_plan(&plan, "smoke", "idle");
	scripted_header(&header, &plan);
	ck_assert_int_eq(journal_open(&journal, NULL, &header), 0);
	struct run run = {.plan = &plan,
		.effort = effort_find("smoke"),
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	ck_assert_int_eq(run_execute(&run), 0);
	ck_assert_int_eq(groups_make(&groups, &journal.session), 0);
	expect_refused(row_of(&groups, "threads"));
	/* also where the sum is positive, if the kernel's side alone cannot be true */
	expect_refused(row_of(&groups, "processes"));
	ck_assert_int_gt(row_of(&groups, "async")->user_bytes.n, 0);
	ck_assert_int_gt(row_of(&groups, "sequential")->user_bytes.n, 0);
	groups_free(&groups);
	journal_close(&journal);
	plan_free(&plan);
	run_header_release(&header);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("report/memory");
	TCase *c = tcase_create("memory");

	tcase_add_test(c, memory_that_is_less_than_nothing_is_no_figure);
	suite_add_tcase(s, c);
	return s;
}
