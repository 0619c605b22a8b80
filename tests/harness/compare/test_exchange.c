#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/compare/exchange.h"
#include "tests/suite.h"

enum { BENCHMARKS = 13 };

static struct compared benchmarks[BENCHMARKS];
static struct comparison comparison;

/* The first benchmarks have one verdict each, the fifth failed, the rest regressed. */
static void fill(int count)
{
	memset(benchmarks, 0, sizeof(benchmarks));
	comparison = (struct comparison){.benchmarks = benchmarks, .count = count};
	for (int i = 0; i < count; i++) {
		struct finding *finding = &benchmarks[i].findings[METRIC_WALL];
		snprintf(benchmarks[i].name, sizeof(benchmarks[i].name), "b%d/\"<&", i);
		*finding = (struct finding){.gated = true,
			.ratio = true,
			.n = 20,
			.change = {.middle = 0.1, .low = 0.05, .high = 0.15},
			.detectable = i == 1 ? INFINITY : 0.026,
			.verdict = i < 4 ? (enum verdict)i : VERDICT_REGRESSED};
	}
	if (count > 4) {
		benchmarks[4].given_up = true;
		strcpy(benchmarks[4].reason, "head: 5 % < 6\nby signal");
	}
}

static char *render(void (*print)(const struct comparison *, FILE *))
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	print(&comparison, out);
	fclose(out);
	return text;
}

static int count(const char *text, const char *word)
{
	int found = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		found++;
	return found;
}

START_TEST(junit_has_a_case_per_pair_and_an_element_per_trouble)
{
	fill(5);
	char *text = render(exchange_junit);
	ck_assert_ptr_nonnull(
		strstr(text, "tests=\"5\" failures=\"1\" skipped=\"1\" errors=\"1\""));
	ck_assert_int_eq(count(text, "<testcase "), 5);
	ck_assert_int_eq(count(text, "<failure "), 1);
	ck_assert_int_eq(count(text, "<skipped "), 1);
	ck_assert_int_eq(count(text, "<error "), 1);
	ck_assert_ptr_nonnull(strstr(text, "classname=\"b0/&quot;&lt;&amp;\""));
	ck_assert_ptr_nonnull(strstr(text, "REGRESSED: +10.0 % [+5.0, +15.0], 20 quads; could see "
					   "+2.6 % or more"));
	ck_assert_ptr_nonnull(strstr(text, "head: 5 % &lt; 6 by signal"));
	free(text);
}
END_TEST

START_TEST(a_contaminated_session_fails_nobody)
{
	fill(4);
	comparison.contaminated = true;
	char *text = render(exchange_junit);
	ck_assert_int_eq(count(text, "<failure "), 0);
	ck_assert_int_eq(count(text, "<error "), 4);
	free(text);
	text = render(exchange_annotations);
	ck_assert_int_eq(count(text, "::error "), 1);
	ck_assert_ptr_nonnull(strstr(text, "CONTAMINATED"));
	free(text);
}
END_TEST

START_TEST(annotations_are_at_most_nine_and_one)
{
	fill(5);
	char *text = render(exchange_annotations);
	ck_assert_int_eq(count(text, "::error "), 2);
	ck_assert_int_eq(count(text, "::warning "), 1);
	ck_assert_ptr_nonnull(strstr(text, "5 %25 < 6%0Aby signal\n"));
	free(text);
	fill(BENCHMARKS);
	text = render(exchange_annotations);
	/* one failed, nine regressed, one inconclusive: eleven in all */
	ck_assert_int_eq(count(text, "::error ") + count(text, "::warning "), 10);
	ck_assert_ptr_nonnull(strstr(text, "2 more, see the table"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/exchange");
	TCase *formats = tcase_create("formats");

	tcase_add_test(formats, junit_has_a_case_per_pair_and_an_element_per_trouble);
	tcase_add_test(formats, a_contaminated_session_fails_nobody);
	tcase_add_test(formats, annotations_are_at_most_nine_and_one);
	suite_add_tcase(suite, formats);
	return suite;
}
