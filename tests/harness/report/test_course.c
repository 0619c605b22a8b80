/*
 * What tables say of loads with phases, from scripted records.
 */
#include "harness/report/course.h"

#include <stdlib.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/group.h"
#include "tests/suite.h"

enum { RECORDS = 3, COLUMNS_MAX = 32 };

static struct course courses[RECORDS];
static struct record records[RECORDS];
static const struct record *pointers[RECORDS];
static struct row row;
static struct group_rows group;
static struct grid grid;

/* Three overloads whose second phase answered 100, 200 and 300 a second. */
static void set_up(void)
{
	for (int i = 0; i < RECORDS; i++) {
		courses[i] = (struct course){.phases_count = 2,
			.phases = {{.name = "0.5x",
					   .span_ns = 2000000000,
					   .good = 1000,
					   .p99_ns = 3000000},
				{.name = "2x",
					.span_ns = 1000000000,
					.good = 100 + 100 * (uint64_t)i,
					.shed = 7,
					.waiting = 40,
					.refused = 2,
					.p99_ns = COURSE_NA}},
			.capacity_per_s = 1000,
			.capacity_from = "given",
			.recovery_ns = 1000000000ll * i,
			.drain_ns = COURSE_NA,
			.lost = 5,
			.last_lost = 2,
			.broken = 4,
			.slice_ns = 1000000000,
			.slices_count = 2,
			.slice_p99_ns = {2000000, COURSE_NA}};
		records[i] = (struct record){.course = &courses[i]};
		pointers[i] = &records[i];
	}
	row = (struct row){
		.model = "async", .records = pointers, .records_count = RECORDS, .ok = RECORDS};
	group = (struct group_rows){.rows = &row, .rows_count = 1, .kind = KIND_TIME};
}

/* The text below a head. */
static const char *figure(const char *head)
{
	static char text[CELL_BYTES];

	row_course_compute(&row);
	ck_assert_ptr_eq(group_course(&group), &row);
	ck_assert_int_eq(grid_init(&grid, COLUMNS_MAX, 1, 1), 0);
	ck_assert_int_le(course_columns(&row), COLUMNS_MAX - 1);
	course_heads(&grid, 1, &row);
	course_figures(&grid, 1, 1, &row);
	strcpy(text, "no such column");
	for (int i = 0; i < COLUMNS_MAX; i++)
		if (strcmp(grid_text(&grid, 0, i), head) == 0)
			strcpy(text, grid_text(&grid, 1, i));
	grid_free(&grid);
	return text;
}

START_TEST(an_overload_shows_goodput_latency_and_recovery)
{
	set_up();
	ck_assert_str_eq(figure("0.5x"), "500.0 [500.0–500.0]");
	ck_assert_str_eq(figure("2x"), "200 [100–300]");
	ck_assert_str_eq(figure("p99 2x"), "n/a");
	ck_assert_str_eq(figure("shed"), "7");
	ck_assert_str_eq(figure("waiting"), "40");
	ck_assert_str_eq(figure("lost"), "");
	ck_assert_ptr_nonnull(strstr(figure("recovered"), "1.0"));
}
END_TEST

START_TEST(half_that_did_not_recover_make_it_at_least)
{
	set_up();
	courses[0].recovery_ns = COURSE_NEVER;
	ck_assert_ptr_null(strstr(figure("recovered"), "≥"));
	courses[1].recovery_ns = COURSE_NEVER;
	ck_assert_ptr_nonnull(strstr(figure("recovered"), "≥ 1"));
	for (int i = 0; i < RECORDS; i++)
		courses[i].recovery_ns = COURSE_NA;
	ck_assert_str_eq(figure("recovered"), "n/a");
}
END_TEST

START_TEST(a_crash_shows_what_the_kill_and_the_drain_lost)
{
	set_up();
	for (int i = 0; i < RECORDS; i++)
		courses[i].drain_ns = 9000000;
	ck_assert_str_eq(figure("lost"), "3");
	ck_assert_str_eq(figure("lost in drain"), "2");
	ck_assert_str_eq(figure("broken"), "4");
	ck_assert_str_eq(figure("refused"), "0"); /* a drain refuses on purpose */
	ck_assert_str_eq(figure("2x"), "");
	ck_assert_str_eq(figure("shed"), "");
	ck_assert_ptr_nonnull(strstr(figure("drained"), "9.0"));
}
END_TEST

START_TEST(invocations_that_do_not_count_are_left_out)
{
	set_up();
	records[0].status = STATUS_INVALID;
	row.ok--;
	ck_assert_str_eq(figure("2x"), "250 [200–300]");
	records[1].status = records[2].status = STATUS_INVALID;
	row.course = (struct row_course){0};
	row.ok = 0;
	row_course_compute(&row);
	ck_assert_ptr_null(group_course(&group));
}
END_TEST

START_TEST(the_time_line_stands_below)
{
	char *text = NULL;
	size_t bytes;
	struct writer writer = {.out = open_memstream(&text, &bytes), .width = 100, .utf8 = true};

	set_up();
	row_course_compute(&row);
	ck_assert_int_eq(course_remarks(&writer, &group), 0);
	fclose(writer.out);
	ck_assert_ptr_nonnull(strstr(text, "p99 from"));
	ck_assert_ptr_nonnull(strstr(text, "2.0 ms"));
	ck_assert_ptr_nonnull(strstr(text, "capacity: given"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("report/course");
	TCase *c = tcase_create("course");

	tcase_add_test(c, an_overload_shows_goodput_latency_and_recovery);
	tcase_add_test(c, half_that_did_not_recover_make_it_at_least);
	tcase_add_test(c, a_crash_shows_what_the_kill_and_the_drain_lost);
	tcase_add_test(c, invocations_that_do_not_count_are_left_out);
	tcase_add_test(c, the_time_line_stands_below);
	suite_add_tcase(s, c);
	return s;
}
