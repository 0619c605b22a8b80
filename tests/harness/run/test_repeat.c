/*
 * Which figures of memory are to be measured again.
 */
#include <math.h>
#include <string.h>

#include "harness/run/repeat.h"
#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static struct scripted scripted;
static struct run_plan plan;
static struct journal journal;
static struct run_header header;
static struct progress silent;

/* Blocks of threads that are 10 % apart, of the others alike. */
static void differs(struct scripted *script, int at, struct record *record)
{
	static int blocks;

	(void)script;
	(void)at;
	record->memory.user_per_task = 20000;
	record->memory.kernel_per_task = 20000;
	if (record->kind == KIND_MEMORY && strcmp(record->model, "threads") == 0)
		record->memory.user_per_task += blocks++ / 2 * 4000;
	if (strcmp(record->model, "processes") != 0)
		return;
	record->status = STATUS_FAILED;
	strcpy(record->reason, "ended by signal 11");
}

/* Runs idle at an effort that may add so many blocks; -1: as many as it says. */
static struct run carry_out(const char *name, scripted_twist *twist, int more, uint64_t budget_ns)
{
	static struct effort effort;

	effort = *effort_find(name);
	effort.memory_more = more >= 0 ? more : effort.memory_more;
	scripted_init(&scripted);
	scripted.twist = twist;
	scripted_plan(&plan, name, "idle");
	scripted_header(&header, &plan);
	ck_assert_int_eq(journal_open(&journal, NULL, &header), 0);
	struct run run = {.plan = &plan,
		.effort = &effort,
		.budget_ns = budget_ns,
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	ck_assert_int_eq(run_execute(&run), 0);
	return run;
}

static void clean(void)
{
	journal_close(&journal);
	plan_free(&plan);
	run_header_release(&header);
}

/* The last record of each cell; -1 for those of another kind. */
static void find_records(int *records)
{
	for (int i = 0; i < plan.cells_count; i++) {
		const struct cell *cell = &plan.cells[i];
		records[i] = -1;
		for (int j = 0; j < journal.session.records_count; j++) {
			const struct record *record = &journal.session.records[j];
			if (cell->kind == KIND_MEMORY && record->kind == KIND_MEMORY &&
				strcmp(record->model, cell->model->name) == 0 &&
				record_param_value(record, "tasks", 0) == cell_tasks(cell))
				records[i] = j;
		}
	}
}

START_TEST(the_wide_cell_is_marked_in_all_its_sizes_and_no_other)
{
	int records[64];
	bool wide[64];

	carry_out("quick", differs, 0, 0);
	find_records(records);
	ck_assert_int_eq(repeat_wide(&journal.session, records, plan.cells_count, wide), 2);
	for (int i = 0; i < plan.cells_count; i++)
		ck_assert_int_eq(
			wide[i], plan.cells[i].kind == KIND_MEMORY &&
					 strcmp(plan.cells[i].model->name, "threads") == 0);
	/* one that is left out is not marked */
	for (int i = 0; i < plan.cells_count; i++)
		if (strcmp(plan.cells[i].model->name, "threads") == 0)
			records[i] = -1;
	ck_assert_int_eq(repeat_wide(&journal.session, records, plan.cells_count, wide), 0);
	clean();
}
END_TEST

START_TEST(the_spread_is_half_the_interval_of_both_sides)
{
	struct row row = {.memory_bytes = {.middle = 100, .low = 96, .high = 108, .n = 3}};

	ck_assert_double_eq_tol(row_memory_spread(&row), 0.06, 1e-12);
	row.memory_bytes.n = 1;
	ck_assert(isnan(row_memory_spread(&row)));
	row.memory_bytes = (struct interval){.middle = 0, .low = -1, .high = 1, .n = 3};
	ck_assert(isnan(row_memory_spread(&row)));
}
END_TEST

static int drawn, sizes = 2;

/* 131 or 146 KB in turn, alike in both sizes of a block, as an address space decides; never narrow
 * while there are few. */
static void draws(struct scripted *script, int at, struct record *record)
{
	(void)script;
	if (record->kind != KIND_MEMORY)
		return;
	bool high = strcmp(record->model, "processes") == 0 && drawn++ / sizes % 2 == 0;
	record->memory.user_per_task = high ? 38000 : 23000;
	record->memory.kernel_per_task = 108000 + at % 3;
}

/* Of one model, kind memory, in blocks from `block` on. */
static int memory_records(const char *model, int block)
{
	int found = 0;

	for (int i = 0; i < journal.session.records_count; i++) {
		const struct record *record = &journal.session.records[i];
		found += record->kind == KIND_MEMORY && record->place.block >= block &&
			 strcmp(record->model, model) == 0;
	}
	return found;
}

static const struct row *row_of(struct groups *groups, const char *model)
{
	for (int i = 0; i < groups->count; i++)
		for (int j = 0; j < groups->groups[i].rows_count; j++)
			if (groups->groups[i].kind == KIND_TIME &&
				strcmp(groups->groups[i].rows[j].model, model) == 0)
				return &groups->groups[i].rows[j];
	return NULL;
}

START_TEST(memory_that_stays_wide_is_measured_again_and_said)
{
	const struct effort *effort = effort_find("quick");
	struct groups groups;

	struct run run = carry_out("quick", draws, -1, 0);
	/* all sizes of the wide one, as often as is allowed; nothing of the others */
	ck_assert_int_eq(memory_records("processes", effort->memory_blocks),
		effort->memory_more * effort->memory_sizes);
	ck_assert_int_eq(memory_records("threads", effort->memory_blocks), 0);
	ck_assert_int_eq(run.added, effort->memory_more * effort->memory_sizes);
	ck_assert_int_eq(run.done, plan.steps_count);
	ck_assert_int_eq(groups_make(&groups, &journal.session), 0);
	const struct row *wide = row_of(&groups, "processes");
	ck_assert_int_eq(wide->memory_bytes.n, effort->memory_blocks + effort->memory_more);
	ck_assert_int_eq(wide->warnings_count, 1);
	ck_assert_str_eq(wide->warnings[0], "memory per task is still wide: +-5.1 % over 9 blocks");
	ck_assert_int_eq(row_of(&groups, "threads")->warnings_count, 0);
	groups_free(&groups);
	clean();
}
END_TEST

/* The first block alone is another: of nine values the extremes do not count. */
static void settles(struct scripted *script, int at, struct record *record)
{
	draws(script, at, record);
	if (drawn > sizes)
		record->memory.user_per_task = 23000;
}

START_TEST(memory_that_became_narrow_is_left_alone)
{
	const struct effort *effort = effort_find("standard");
	struct groups groups;

	sizes = effort->memory_sizes;
	struct run run = carry_out("standard", settles, -1, 0);
	ck_assert_int_eq(effort->memory_blocks, 6);
	ck_assert_int_eq(run.added, (9 - 6) * effort->memory_sizes);
	ck_assert_int_eq(groups_make(&groups, &journal.session), 0);
	const struct row *row = row_of(&groups, "processes");
	ck_assert(row_memory_spread(row) < memory_spread_most);
	ck_assert_int_eq(row->warnings_count, 0);
	groups_free(&groups);
	clean();
}
END_TEST

START_TEST(the_plan_and_its_order_are_the_same_with_more_memory_and_without)
{
	static struct step planned[200];
	int count;

	carry_out("quick", NULL, -1, 0);
	count = plan.steps_count;
	ck_assert_int_eq(count, memory_records("threads", 0) * 4 + 24);
	memcpy(planned, plan.steps, sizeof(planned[0]) * (size_t)count);
	clean();
	carry_out("quick", draws, -1, 0);
	ck_assert_int_gt(plan.steps_count, count);
	ck_assert_mem_eq(plan.steps, planned, sizeof(planned[0]) * (size_t)count);
	clean();
}
END_TEST

START_TEST(more_memory_is_not_begun_beyond_the_budget)
{
	carry_out("quick", draws, -1, 0);
	uint64_t whole_ns = scripted.now_ns;
	clean();
	struct run run = carry_out("quick", draws, -1, whole_ns - 9000000000);
	ck_assert_int_eq(run.left_out, 0);
	ck_assert_uint_le(scripted.now_ns, whole_ns - 9000000000);
	/* whole blocks only */
	ck_assert_int_gt(run.added, 0);
	ck_assert_int_eq(run.added % effort_find("quick")->memory_sizes, 0);
	ck_assert_int_lt(run.added, 12);
	clean();
}
END_TEST

START_TEST(one_invocation_has_no_interval_to_be_narrowed)
{
	ck_assert_int_eq(carry_out("smoke", draws, -1, 0).added, 0);
	clean();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("repeat");
	TCase *c = tcase_create("repeat");

	tcase_add_test(c, the_wide_cell_is_marked_in_all_its_sizes_and_no_other);
	tcase_add_test(c, the_spread_is_half_the_interval_of_both_sides);
	tcase_add_test(c, memory_that_stays_wide_is_measured_again_and_said);
	tcase_add_test(c, memory_that_became_narrow_is_left_alone);
	tcase_add_test(c, the_plan_and_its_order_are_the_same_with_more_memory_and_without);
	tcase_add_test(c, more_memory_is_not_begun_beyond_the_budget);
	tcase_add_test(c, one_invocation_has_no_interval_to_be_narrowed);
	suite_add_tcase(s, c);
	return s;
}
