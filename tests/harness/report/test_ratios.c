#include <math.h>
#include <string.h>

#include "harness/report/group.h"
#include "tests/suite.h"

enum { BLOCKS = 6, ROWS = 3, RECORDS = 2 * BLOCKS };

static struct record records[ROWS][RECORDS];
static const struct record *pointers[ROWS][RECORDS];
static struct row rows[ROWS];
static struct workload_facts facts = {.name = "echo", .rate = 1};
static struct group_rows group;

/* ABC CBA in each block: rows of 1000, 800 and 500 operations per ns, the machine slower by block.
 */
static void set_up(void)
{
	static const double speeds[ROWS] = {1000, 800, 500};

	memset(records, 0, sizeof(records));
	memset(rows, 0, sizeof(rows));
	for (int i = 0; i < ROWS; i++) {
		for (int j = 0; j < RECORDS; j++) {
			struct record *record = &records[i][j];
			int block = j / 2, mirror = j % 2;
			record->place.block = block;
			record->place.slot = mirror ? 2 * ROWS - 1 - i : i;
			record->window.ns = 1000000;
			record->work.rounds = 1;
			record->work.operations = (uint64_t)(speeds[i] * 1000 / (1 + block) + 0.5);
			pointers[i][j] = record;
		}
		rows[i] = (struct row){.model = "m",
			.records = pointers[i],
			.records_count = RECORDS,
			.ok = RECORDS,
			.rate = {.middle = speeds[i]},
			.round_ns = {.middle = 1e6 / speeds[i]}};
	}
	group = (struct group_rows){.facts = &facts, .rows = rows, .rows_count = ROWS};
	facts.rate = 1;
}

START_TEST(a_drift_of_the_machine_drops_out_of_the_ratios)
{
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert_int_eq(group.best, 0);
	ck_assert(fabs(rows[1].ratio.middle - 0.8) < 0.01);
	ck_assert(fabs(rows[1].ratio.high - rows[1].ratio.low) < 0.01);
	ck_assert(fabs(rows[2].ratio.middle - 0.5) < 0.01);
	ck_assert_int_eq(row_standing(&group, &rows[0]), STANDING_BEST);
	ck_assert_int_eq(row_standing(&group, &rows[1]), STANDING_APART);
}
END_TEST

START_TEST(pairs_that_lean_both_ways_are_not_apart)
{
	/* in every other block the second is the faster one */
	for (int j = 0; j < RECORDS; j++)
		if (j / 2 % 2 == 1)
			records[1][j].work.operations = records[0][j].work.operations * 11 / 10;
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert_int_eq(row_standing(&group, &rows[1]), STANDING_CLOSE);
}
END_TEST

START_TEST(few_pairs_tell_nothing_apart)
{
	for (int i = 0; i < ROWS; i++)
		rows[i].records_count = rows[i].ok = 4;
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert_int_eq(row_standing(&group, &rows[0]), STANDING_BEST);
	ck_assert_int_eq(row_standing(&group, &rows[2]), STANDING_UNKNOWN);
}
END_TEST

START_TEST(where_there_is_no_rate_the_shortest_round_is_the_best)
{
	facts.rate = 0;
	rows[1].round_ns.middle = 1;
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert(!group.by_rate);
	ck_assert_int_eq(group.best, 1);
}
END_TEST

START_TEST(a_row_without_a_figure_is_neither_best_nor_compared)
{
	rows[0].status = STATUS_FAILED;
	rows[1].rate.middle = NAN;
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert_int_eq(group.best, 2);
	ck_assert_int_eq(row_standing(&group, &rows[0]), STANDING_NONE);
	ck_assert_int_eq(row_standing(&group, &rows[1]), STANDING_NONE);
	rows[2].status = STATUS_FAILED;
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert_int_eq(group.best, -1);
}
END_TEST

START_TEST(invocations_that_are_not_ok_are_in_no_pair)
{
	for (int j = 0; j < RECORDS; j += 2) {
		records[1][j].status = STATUS_DISTURBED;
		records[1][j].work.operations *= 10;
	}
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert(fabs(rows[1].ratio.middle - 0.8) < 0.01);
	ck_assert_int_eq(rows[1].ratio.n, BLOCKS);
}
END_TEST

START_TEST(any_two_rows_can_be_compared)
{
	struct interval ratio = row_ratio(&rows[2], &rows[1], true);

	ck_assert(fabs(ratio.middle - 0.625) < 0.01);
	ck_assert_int_eq(ratio.n, RECORDS);
	rows[1].rate.middle = NAN;
	ck_assert_int_eq(row_ratio(&rows[2], &rows[1], true).n, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ratios");
	TCase *c = tcase_create("ratios");

	tcase_add_checked_fixture(c, set_up, NULL);
	tcase_add_test(c, a_drift_of_the_machine_drops_out_of_the_ratios);
	tcase_add_test(c, pairs_that_lean_both_ways_are_not_apart);
	tcase_add_test(c, few_pairs_tell_nothing_apart);
	tcase_add_test(c, where_there_is_no_rate_the_shortest_round_is_the_best);
	tcase_add_test(c, a_row_without_a_figure_is_neither_best_nor_compared);
	tcase_add_test(c, invocations_that_are_not_ok_are_in_no_pair);
	tcase_add_test(c, any_two_rows_can_be_compared);
	suite_add_tcase(s, c);
	return s;
}
