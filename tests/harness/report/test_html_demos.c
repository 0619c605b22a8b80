/*
 * The demonstrations in the HTML report: what was kept is shown, the last of a name counts, and
 * what was not run is named with its command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/demo/demo.h"
#include "harness/report/html_demos.h"
#include "tests/suite.h"

static char folder[] = "/tmp/concbench-test-demos-XXXXXX";
static char path[64];

static const struct demo claim = {"a-claim", DEMO_CLAIM, 1, "it is <so>", "because", NULL};
static const struct demo example = {"an-example", DEMO_EXAMPLE, 1, "what happens", "", NULL};

static void set_up(void)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/" DEMO_KEPT, folder);
}

static void tear_down(void)
{
	unlink(path);
	rmdir(folder);
}

/* The section; the caller frees it. */
static char *section(const char *from)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_int_eq(html_demos(out, from), 0);
	fclose(out);
	return text;
}

static void keep_claim(enum demo_verdict verdict)
{
	struct demo_result result = {.demo = &claim, .verdict = verdict};

	demo_part(&result, "this over that", ">= 2.00", "3.0 [2.5-3.5]", verdict);
	demo_add(&result, DEMO_PLAIN, 3, UNIT_RATE, "of this");
	ck_assert_int_eq(demo_keep(folder, &claim, &result), 0);
}

START_TEST(what_was_not_run_is_named_with_its_command)
{
	char *text = section("");

	ck_assert_ptr_nonnull(
		strstr(text, "None was run here: <code>concbench demo claims</code>"));
	ck_assert_ptr_nonnull(strstr(text, "<code>concbench demo examples</code>"));
	ck_assert_ptr_nonnull(strstr(text, "<code>concbench demo lies</code>"));
	free(text);
}
END_TEST

START_TEST(a_claim_stands_there_with_its_comparisons_and_the_last_result_counts)
{
	keep_claim(DEMO_FAILS);
	keep_claim(DEMO_HOLDS);
	char *text = section(path);

	ck_assert_ptr_nonnull(
		strstr(text, "a-claim: it is &lt;so&gt; <strong>holds</strong></summary>"));
	ck_assert_ptr_nonnull(strstr(text, "this over that"));
	ck_assert_ptr_nonnull(strstr(text, "&gt;= 2.00"));
	ck_assert_ptr_nonnull(strstr(text, "</strong> of this</li>"));
	ck_assert_ptr_null(strstr(text, "does not hold"));
	ck_assert_ptr_null(strstr(text, "concbench demo claims"));
	ck_assert_ptr_nonnull(strstr(text, "concbench demo examples"));
	free(text);
}
END_TEST

START_TEST(an_example_keeps_its_timeline_and_a_damaged_line_is_left_out)
{
	struct demo_result result = {.demo = &example, .verdict = DEMO_HOLDS};
	FILE *file = fopen(path, "we");

	fputs("{\"name\":\"cut off\n[]\n", file);
	fclose(file);
	result.story = strdup("\n  at 0 a | A\n  at 1 b | B\n");
	ck_assert_int_eq(demo_keep(folder, &example, &result), 0);
	demo_release(&result);
	char *text = section(path);

	ck_assert_ptr_nonnull(
		strstr(text, "<pre class=\"timeline\">  at 0 a | A\n  at 1 b | B\n</pre>"));
	ck_assert_ptr_null(strstr(text, "cut off"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("html/demos");
	TCase *c = tcase_create("demos");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, what_was_not_run_is_named_with_its_command);
	tcase_add_test(c, a_claim_stands_there_with_its_comparisons_and_the_last_result_counts);
	tcase_add_test(c, an_example_keeps_its_timeline_and_a_damaged_line_is_left_out);
	suite_add_tcase(s, c);
	return s;
}
