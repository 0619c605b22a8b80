#include <stdio.h>
#include <stdlib.h>

#include "harness/report/squeeze.h"
#include "tests/suite.h"

#define DEFAULTS \
	"fill=\"none\" stroke=\"currentColor\" stroke-width=\"0.80\" stroke-linejoin=\"miter\""

static void expect(const char *from, const char *to)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_ptr_nonnull(out);
	squeeze_write(out, from);
	fclose(out);
	ck_assert_str_eq(text, to);
	free(text);
}

START_TEST(what_draws_nothing_is_left_out)
{
	expect("<g stroke=\"red\">\n</g>\n<g><g>\n</g>\n</g>", "");
	expect("<g><path  d='M121.65,31.40  '/></g>", "");
	expect("<path stroke='red'  d='M1,2 M3,-4  '/>", "<path stroke='red' d='M1,2 M3,-4'/>");
	/* what another draws at its first point, in groups that wait */
	expect("<g><g a=\"b\">\n<use/></g>\n</g>", "<g><g a=\"b\"><use/></g></g>");
}
END_TEST

START_TEST(lines_and_texts_stay_to_the_digit)
{
	expect("<path d='M1.50,20.00 L10.05,100  '/>", "<path d='M1.5,20 L10.05,100'/>");
	expect("<text>1.50  of 2.00</text>", "<text>1.50  of 2.00</text>");
	expect("<text> a &lt; b </text>", "<text> a &lt; b </text>");
	expect("before <b/> after", "before <b/> after");
}
END_TEST

START_TEST(only_outermost_groups_lack_what_is_around_them)
{
	expect("<g " DEFAULTS "><a/></g>", "<g><a/></g>");
	expect("<g fill=\"none\" stroke=\"red\" stroke-width=\"1.00\"><a/></g>",
		"<g stroke=\"red\" stroke-width=\"1\"><a/></g>");
	expect("<g stroke=\"red\"><g " DEFAULTS "><a/></g></g><g " DEFAULTS "><a/></g>",
		"<g stroke=\"red\"><g fill=\"none\" stroke=\"currentColor\" stroke-width=\"0.8\" "
		"stroke-linejoin=\"miter\"><a/></g></g><g><a/></g>");
}
END_TEST

START_TEST(groups_without_end_are_written_as_they_are)
{
	char deep[200] = "";
	for (int i = 0; i < 20; i++)
		snprintf(deep + 3 * i, sizeof(deep) - 3 * (size_t)i, "<g>");
	expect(deep, deep);
	expect("<g", "<g");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("squeeze");
	TCase *c = tcase_create("squeeze");

	tcase_add_test(c, what_draws_nothing_is_left_out);
	tcase_add_test(c, lines_and_texts_stay_to_the_digit);
	tcase_add_test(c, only_outermost_groups_lack_what_is_around_them);
	tcase_add_test(c, groups_without_end_are_written_as_they_are);
	suite_add_tcase(s, c);
	return s;
}
