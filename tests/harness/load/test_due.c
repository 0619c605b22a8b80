/*
 * What is due comes out in order of time.
 */
#include "harness/load/due.h"

#include "harness/load/draw.h"
#include "tests/suite.h"

enum { ENTRIES = 1000 };

static struct due_entry entries[ENTRIES];

START_TEST(entries_come_out_in_order_and_all_of_them)
{
	struct due due = {.entries = entries};
	uint64_t sum = 0, last_ns = 0;

	for (uint32_t i = 0; i < ENTRIES; i++)
		due_push(&due, (struct due_entry){draw_bits(1, i) % 500, i}); /* with equal ones */
	ck_assert_uint_eq(due.count, ENTRIES);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		uint64_t first_ns = due_first(&due)->due_ns;
		struct due_entry entry = due_pop(&due);

		ck_assert_uint_eq(entry.due_ns, first_ns);
		ck_assert_uint_ge(entry.due_ns, last_ns);
		last_ns = entry.due_ns;
		sum += entry.id;
	}
	ck_assert_uint_eq(due.count, 0);
	ck_assert_uint_eq(sum, (uint64_t)ENTRIES * (ENTRIES - 1) / 2);
}
END_TEST

START_TEST(pushes_between_pops_keep_the_order)
{
	struct due due = {.entries = entries};
	uint64_t now_ns = 0;

	for (uint32_t i = 0; i < 10; i++)
		due_push(&due, (struct due_entry){draw_bits(2, i) % 100, i});
	for (uint32_t i = 0; i < 10000; i++) {
		struct due_entry entry = due_pop(&due);

		ck_assert_uint_ge(entry.due_ns, now_ns);
		now_ns = entry.due_ns;
		due_push(&due, (struct due_entry){now_ns + draw_bits(3, i) % 100, i});
	}
	ck_assert_uint_eq(due.count, 10);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("due");
	TCase *c = tcase_create("heap");

	tcase_add_test(c, entries_come_out_in_order_and_all_of_them);
	tcase_add_test(c, pushes_between_pops_keep_the_order);
	suite_add_tcase(s, c);
	return s;
}
