/*
 * The findings of a comparison on paper, to the digit, in tests/golden/. After a wanted change:
 * CONCBENCH_GOLDEN=update, then read the difference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/compare/findings.h"
#include "tests/suite.h"

enum { BENCHMARKS = 5, QUADS = 20 };

static double shifts[BENCHMARKS] = {0.1, 0.0, -0.1, 0.0, 0.0};
static double spreads[BENCHMARKS] = {0.005, 0.005, 0.005, 0.2, 0.005};
static const char *const names[BENCHMARKS] = {
	"echo/async", "echo/threads", "hash/async", "spawn/processes", "file/threads"};
static double values[BENCHMARKS][QUADS], canary[CANARIES][QUADS];
static struct compared benchmarks[BENCHMARKS];
static struct comparison comparison;

static void fill(void)
{
	struct finding all[BENCHMARKS];

	memset(benchmarks, 0, sizeof(benchmarks));
	comparison = (struct comparison){.benchmarks = benchmarks, .count = BENCHMARKS};
	for (int i = 0; i < BENCHMARKS; i++) {
		for (int j = 0; j < QUADS; j++)
			values[i][j] = shifts[i] + spreads[i] * ((j * 7 % QUADS) - 9.5) / 10;
		strcpy(benchmarks[i].name, names[i]);
		benchmarks[i].values[METRIC_WALL] = values[i];
		benchmarks[i].counts[METRIC_WALL] = benchmarks[i].quads = QUADS;
		benchmarks[i].level[METRIC_WALL] = 1234.5;
		all[i] = (struct finding){.values = values[i],
			.n = QUADS,
			.ratio = true,
			.gated = true,
			.margin = 0.02,
			.target = 0.05};
	}
	ck_assert_int_eq(verdict_judge(all, BENCHMARKS), 0);
	for (int i = 0; i < BENCHMARKS; i++)
		benchmarks[i].findings[METRIC_WALL] = all[i];
	benchmarks[1].dropped[1] = 2;
	benchmarks[4].given_up = true;
	strcpy(benchmarks[4].reason, "head: ended by signal 11");
	for (int i = 0; i < CANARIES; i++) {
		comparison.canaries[i].values[METRIC_WALL] = canary[i];
		comparison.canaries[i].counts[METRIC_WALL] = QUADS;
	}
}

static char *render(bool stopped)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .width = 100, .utf8 = true};

	ck_assert_int_eq(findings_write(&writer, &comparison, stopped), 0);
	fclose(out);
	return text;
}

START_TEST(every_verdict_has_its_row_and_what_was_not_seen_its_note)
{
	static const char path[] = "tests/golden/findings.txt";
	const char *mode = getenv("CONCBENCH_GOLDEN");
	char *expected = calloc(1, 1 << 16);

	fill();
	char *text = render(false);
	if (mode != NULL && strcmp(mode, "update") == 0) {
		FILE *file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		fputs(text, file);
		fclose(file);
	}
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_gt(fread(expected, 1, (1 << 16) - 1, file), 0);
	fclose(file);
	ck_assert_str_eq(text, expected);
	free(text);
	free(expected);
}
END_TEST

START_TEST(a_pause_that_could_hide_is_said_to_be_able_to)
{
	fill();
	benchmarks[3].findings[METRIC_WALL].lost = 0.26;
	char *text = render(false);
	ck_assert_ptr_nonnull(strstr(text, "spawn/processes wall: 26 % of the time goes to "));
	free(text);
}
END_TEST

START_TEST(a_contaminated_or_interrupted_comparison_says_so)
{
	fill();
	char *text = render(true);
	ck_assert_ptr_nonnull(strstr(text, "REGRESSED so far, interrupted:"));
	free(text);
	comparison.contaminated = true;
	text = render(false);
	ck_assert_ptr_nonnull(strstr(text, "CONTAMINATED: the machine itself differed"));
	ck_assert_ptr_nonnull(strstr(text, "canary pipe"));
	ck_assert_ptr_null(strstr(text, "1 regressed"));
	free(text);
}
END_TEST

START_TEST(the_csv_has_a_row_per_quad)
{
	char *text = NULL;
	size_t bytes = 0;
	int lines = 0;

	fill();
	FILE *out = open_memstream(&text, &bytes);
	findings_csv(&comparison, out);
	fclose(out);
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	ck_assert_int_eq(lines, 1 + BENCHMARKS * QUADS);
	ck_assert_ptr_nonnull(strstr(text, "\"echo/async\",wall,0,0.09525,log-ratio\n"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/findings");
	TCase *print = tcase_create("print");

	tcase_add_test(print, a_pause_that_could_hide_is_said_to_be_able_to);
	tcase_add_test(print, every_verdict_has_its_row_and_what_was_not_seen_its_note);
	tcase_add_test(print, a_contaminated_or_interrupted_comparison_says_so);
	tcase_add_test(print, the_csv_has_a_row_per_quad);
	suite_add_tcase(suite, print);
	return suite;
}
