/*
 * Pages: what is written is what is accepted, and nothing else is.
 */
#include "harness/load/page.h"

#include <string.h>

#include "tests/suite.h"

enum { BYTES = 200 };

static char head[PAGE_HEAD_BYTES], page[BYTES];

static void setup(void)
{
	char id[PAGE_ID_BYTES];

	page_id(id, 0xab, 0x1234);
	page_head(head, id, 0xfeed);
	ck_assert_uint_eq(page_write(head, BYTES, 0, page, BYTES), BYTES);
}

START_TEST(the_first_line_names_connection_number_and_result)
{
	static const char line[] = "id=000000ab-0000000000001234 result=000000000000feed\n";

	ck_assert_uint_eq(sizeof(line) - 1, PAGE_HEAD_BYTES);
	ck_assert_int_eq(memcmp(page, line, PAGE_HEAD_BYTES), 0);
}
END_TEST

START_TEST(a_page_in_pieces_is_the_page)
{
	for (size_t piece = 1; piece < BYTES; piece += 7) {
		char again[BYTES] = "";
		for (size_t at = 0; at < BYTES;) {
			size_t written = page_write(head, BYTES, at, again + at, piece);
			ck_assert(page_matches(head, BYTES, at, again + at, written));
			at += written;
		}
		ck_assert_int_eq(memcmp(again, page, BYTES), 0);
	}
}
END_TEST

START_TEST(one_wrong_byte_anywhere_is_noticed)
{
	for (size_t at = 0; at < BYTES; at++) {
		page[at] ^= 1;
		ck_assert(!page_matches(head, BYTES, 0, page, BYTES));
		page[at] ^= 1;
	}
	ck_assert(page_matches(head, BYTES, 0, page, BYTES));
}
END_TEST

START_TEST(bytes_behind_the_page_are_none_of_it)
{
	ck_assert(!page_matches(head, BYTES - 1, 0, page, BYTES));
	ck_assert_uint_eq(page_write(head, BYTES, BYTES, page, BYTES), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("page");
	TCase *c = tcase_create("page");

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, the_first_line_names_connection_number_and_result);
	tcase_add_test(c, a_page_in_pieces_is_the_page);
	tcase_add_test(c, one_wrong_byte_anywhere_is_noticed);
	tcase_add_test(c, bytes_behind_the_page_are_none_of_it);
	suite_add_tcase(s, c);
	return s;
}
