/*
 * file: what blocks the loop is seen and told; reads and writes, cached and direct, prove
 * themselves or say why they cannot be.
 */
#include <stdbool.h>
#include <string.h>

#include "tests/cell.h"
#include "tests/suite.h"

START_TEST(what_holds_the_loop_up_is_in_the_record)
{
	struct record record;

	/* 5 ms of computation after every 4 reads: others that were due have waited for it */
	ck_assert_int_eq(cell_run("file", "async",
				 "-p file=inline -p beat=1ms --rounds 1 --chunk 4 --inject cpu=5ms",
				 &record),
		0);
	ck_assert_ptr_nonnull(record.stalls);
	ck_assert_uint_gt(histogram_count(&record.stalls->histogram), 0);
	ck_assert_uint_ge(record.stalls->max_ns, 2000000);
	record_release(&record);
}
END_TEST

START_TEST(where_nobody_looks_there_is_no_stall_time)
{
	struct record record;

	ck_assert_int_eq(cell_run("file", "async", "-p beat=0 --rounds 1", &record), 0);
	ck_assert_ptr_null(record.stalls);
	record_release(&record);
}
END_TEST

START_TEST(each_way_to_a_block_proves_itself_or_says_why_not)
{
	static const struct {
		const char *more;
		bool refused, refusable;
	} ways[] = {{"-p operation=write -p mode=direct -p directory=tmp", false, true},
		{"-p operation=read -p mode=direct -p directory=shm", true, true}};
	struct record record;

	cell_run("file", "async", ways[_i].more, &record);
	bool refused = record.status == STATUS_IMPOSSIBLE &&
		       strstr(record.reason, "has no direct access") != NULL;
	ck_assert_msg(refused ? ways[_i].refusable : cell_complete(&record) && !ways[_i].refused,
		"%s: %s: %s", ways[_i].more, status_names[record.status], record.reason);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("file");
	TCase *c = tcase_create("file");

	tcase_add_test(c, what_holds_the_loop_up_is_in_the_record);
	tcase_add_test(c, where_nobody_looks_there_is_no_stall_time);
	tcase_add_loop_test(c, each_way_to_a_block_proves_itself_or_says_why_not, 0, 2);
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
