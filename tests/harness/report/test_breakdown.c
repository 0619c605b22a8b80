/*
 * Where the memory of a task lies: parts that are known, over two sizes and three blocks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/tables.h"
#include "tests/suite.h"

enum { SIZES = 2, BLOCKS = 3, KIB = 1024, FIXED = 1000000 };

static struct record records[SIZES][BLOCKS];
static const struct record *pointers[SIZES][BLOCKS];
static struct row rows[SIZES];
static struct group_rows groups[SIZES];
static struct workload_facts facts;

/* Per task 8 KiB dirty, 1 KiB shared, 2 KiB of page tables, 16 KiB of stack, 5 of slab, 3 of
   sockets; and once for all FIXED bytes of each, which must not be in it. */
static struct record_memory_point point(int64_t tasks)
{
	return (struct record_memory_point){.private_dirty = FIXED + 8 * KIB * tasks,
		.pss = 2 * FIXED + 9 * KIB * tasks,
		.page_tables = FIXED + 2 * KIB * tasks,
		.kernel_stacks = FIXED + 16 * KIB * tasks,
		.slab = FIXED + 5 * KIB * tasks,
		.accepted = FIXED + 3 * KIB * tasks,
		.cgroup = FIXED + 32 * KIB * tasks,
		.cgroup_kernel = FIXED + 23 * KIB * tasks};
}

static void fill(void)
{
	facts = (struct workload_facts){.name = "idle", .concurrency = "tasks"};
	for (int i = 0; i < SIZES; i++) {
		int64_t tasks = i == 0 ? 100 : 400;
		for (int j = 0; j < BLOCKS; j++) {
			records[i][j] = (struct record){.kind = KIND_MEMORY,
				.workload = "idle",
				.model = "threads",
				.params = {{.name = "tasks", .value = tasks}},
				.params_count = 1,
				.place = {.block = j},
				.memory = {.measured = 1, .b = point(tasks)}};
			records[i][j].memory.a.cgroup = records[i][j].memory.a.cgroup_kernel = 0;
			pointers[i][j] = &records[i][j];
		}
		rows[i] = (struct row){.model = "threads",
			.status = STATUS_OK,
			.records = pointers[i],
			.records_count = BLOCKS};
		groups[i] = (struct group_rows){.sample = &records[i][0],
			.facts = &facts,
			.kind = KIND_MEMORY,
			.rows = &rows[i],
			.rows_count = 1};
	}
}

static char *render(int count)
{
	static struct session session;
	struct report report = {.session = &session, .groups = {.groups = groups, .count = count}};
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .format = WRITER_TSV, .utf8 = true};

	session.header.workloads = &facts;
	session.header.workloads_count = 1;
	ck_assert_int_eq(breakdown_write(&writer, &report), 0);
	fclose(out);
	return text;
}

static void has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no '%s' in: %s", part, text);
}

START_TEST(each_part_is_a_slope_without_what_is_there_once)
{
	fill();
	char *text = render(SIZES);

	has(text, "\t8.000 KiB [");
	has(text, "\t1.000 KiB [");
	has(text, "\t2.000 KiB [");
	has(text, "\t16.00 KiB [");
	has(text, "\t5.000 KiB [");
	has(text, "\t3.000 KiB [");
	has(text, "accepted are the sockets");
	has(text, "\t23.00 KiB [");
	has(text, "\t32.00 KiB [");
	ck_assert_ptr_null(strstr(text, "private clean")); /* nothing of it */
	ck_assert_ptr_null(strstr(text, "\tsocket buffers"));
	free(text);
}
END_TEST

START_TEST(without_a_group_its_columns_are_missing)
{
	fill();
	for (int i = 0; i < SIZES; i++)
		for (int j = 0; j < BLOCKS; j++)
			records[i][j].memory.b.cgroup = records[i][j].memory.b.cgroup_kernel = -1;
	char *text = render(SIZES);
	ck_assert_ptr_null(strstr(text, "group:"));
	has(text, "page tables");
	free(text);
	for (int i = 0; i < SIZES; i++)
		for (int j = 0; j < BLOCKS; j++)
			records[i][j].memory.b.accepted = 0;
	text = render(SIZES);
	ck_assert_ptr_null(strstr(text, "accepted"));
	free(text);
}
END_TEST

START_TEST(an_invocation_that_is_not_ok_and_a_run_without_memory_say_nothing)
{
	fill();
	records[0][0].status = STATUS_INVALID;
	records[0][0].memory.b.private_dirty = 1 << 30;
	char *text = render(SIZES);
	has(text, "\t8.000 KiB [");
	free(text);
	for (int i = 0; i < SIZES; i++)
		for (int j = 0; j < BLOCKS; j++)
			records[i][j].memory.b = records[i][j].memory.a;
	text = render(SIZES);
	ck_assert_str_eq(text, "");
	free(text);
	groups[0].kind = groups[1].kind = KIND_TIME;
	text = render(SIZES);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("report/breakdown");
	TCase *tcase = tcase_create("breakdown");

	tcase_add_test(tcase, each_part_is_a_slope_without_what_is_there_once);
	tcase_add_test(tcase, without_a_group_its_columns_are_missing);
	tcase_add_test(tcase, an_invocation_that_is_not_ok_and_a_run_without_memory_say_nothing);
	suite_add_tcase(s, tcase);
	return s;
}
