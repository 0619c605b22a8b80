/*
 * The best settings of models beside their defaults: what find tuning kept is what every form of
 * report --tuned shows; the last search counts; what was not searched is named.
 */
#include <math.h>
#include <unistd.h>

#include "harness/report/tuned.h"
#include "tests/harness/report/cells.h"

static char folder[] = "/tmp/concbench-test-tuned-XXXXXX", path[80];

static void set_up(void)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/" TUNED_KEPT, folder);
	read_reference();
}

static void tear_down(void)
{
	release();
	unlink(path);
	rmdir(folder);
}

static struct interval around(double middle, double half)
{
	return (struct interval){.middle = middle,
		.low = middle - half,
		.high = middle + half,
		.coverage = 0.97,
		.n = 6};
}

static struct tuned search(const char *model, const char *setting, int best, double ratio)
{
	struct tuned tuned = {.by_rate = true,
		.count = 3,
		.best = best,
		.values = {{"0", around(1000, 10), around(1, 0)},
			{"64KiB", around(1100, 10), around(1.1, 0.01)},
			{"1MiB", around(900, 10), around(0.9, 0.01)}},
		.plain = around(1010, 10),
		.tuned = around(1010 * ratio, 10),
		.ratio = around(ratio, 0.02)};

	strcpy(tuned.workload, "echo");
	snprintf(tuned.model, sizeof(tuned.model), "%s", model);
	snprintf(tuned.setting, sizeof(tuned.setting), "%s", setting);
	strcpy(tuned.effort, "quick");
	return tuned;
}

static void keep(struct tuned tuned)
{
	ck_assert_int_eq(tuned_keep(folder, &tuned), 0);
}

static int draw_tuned(const struct writer *writer, const struct group_rows *group)
{
	(void)group;
	return tuned_write(writer, &report, path);
}

static char *tuned_text(enum writer_format format)
{
	return draw(draw_tuned, NULL, format);
}

static void has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no '%s' in: %s", part, text);
}

START_TEST(default_and_best_stand_side_by_side_in_every_form)
{
	keep(search("async", "stack", 1, 1.08));
	keep(search("threads", "stack", 0, NAN));
	char *tsv = tuned_text(WRITER_TSV), *markdown = tuned_text(WRITER_MARKDOWN);
	char *html = tuned_text(WRITER_HTML), *terminal = tuned_text(WRITER_TERMINAL);

	has(tsv, "async\tstack\t1.010k [1.000k–1.020k]\t64KiB\t1.091k [1.081k–1.101k]\t1.080 "
		 "[1.060–1.100]\t64KiB: 1.100, 1MiB: 0.900\n");
	/* what was not better has no tuned figure, but its curve */
	has(tsv, "threads\tstack\t1.000k [0.990k–1.010k]\tthe default\t\t\t64KiB: 1.100, 1MiB: "
		 "0.900\n");
	has(markdown, "| async | stack | 1.010k [1.000k–1.020k] | 64KiB | 1.091k [1.081k–1.101k] | "
		      "1.080 [1.060–1.100] |");
	has(html, "data-v=\"1.08\"");
	has(terminal, "1.080 [1.060–1.100]");
	has(terminal, "default op/s");
	free(tsv);
	free(markdown);
	free(html);
	free(terminal);
}
END_TEST

START_TEST(the_last_search_of_a_setting_counts)
{
	keep(search("async", "stack", 1, 1.5));
	keep(search("async", "slack", 1, 1.4));
	keep(search("async", "stack", 1, 1.2));
	char *text = tuned_text(WRITER_TSV);

	has(text, "1.200 [1.180–1.220]");
	has(text, "1.400 [1.380–1.420]");
	ck_assert_ptr_null(strstr(text, "1.500 ["));
	free(text);
}
END_TEST

START_TEST(a_gain_that_is_not_told_apart_is_marked)
{
	keep(search("async", "stack", 1, 1.01));
	char *text = tuned_text(WRITER_TSV);

	has(text, "\t≈ 1.010 [0.990–1.030]\t");
	free(text);
}
END_TEST

START_TEST(other_parameters_are_told)
{
	struct tuned tuned = search("async", "stack", 1, 1.2);

	strcpy(tuned.with, "connections=8");
	keep(tuned);
	keep(search("threads", "stack", 1, 1.2));
	char *text = tuned_text(WRITER_TSV);

	ck_assert_msg(
		strstr(text, "async, stack: searched with connections=8") != NULL ||
			strstr(text, "threads, stack: searched with the usual parameters") != NULL,
		"%s", text);
	free(text);
}
END_TEST

START_TEST(what_was_not_searched_is_named_and_lines_that_are_none_are_left_out)
{
	FILE *file = fopen(path, "we");

	fputs("{\"workload\":\"echo\"}\nno line\n{\"workload\":\"echo\",\"model\":\"async\","
	      "\"setting\":\"stack\",\"best\":7,\"values\":[{\"value\":\"0\"}]}\n",
		file);
	fclose(file);
	char *text = tuned_text(WRITER_TSV);
	has(text, "not searched here for: spawn, idle, sleep, echo, fetch, file, hash, mixed ("
		  "concbench find tuning WORKLOAD)");
	free(text);
	unlink(path);
	text = tuned_text(WRITER_TSV);
	has(text, "not searched here for: spawn, idle");
	free(text);
}
END_TEST

/* Only where it is asked for, and only in forms that have sections. */
START_TEST(a_report_has_it_on_request)
{
	static char output[1 << 18];

	ck_assert_int_eq(
		program_run("concbench report results/reference/*.jsonl", output, sizeof(output)),
		0);
	ck_assert_ptr_null(strstr(output, "best settings"));
	ck_assert_int_eq(program_run("concbench report --tuned results/reference/*.jsonl", output,
				 sizeof(output)),
		0);
	has(output, "The best settings of models were not searched here for: spawn");
	ck_assert_int_eq(program_run("concbench report --tuned results/reference/*.jsonl --format "
				     "html --no-charts",
				 output, sizeof(output)),
		0);
	ck_assert_int_eq(
		program_run("concbench report --tuned --format csv results/reference/*.jsonl",
			output, sizeof(output)),
		2);
	has(output, "--tuned goes with a whole report");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tuned");
	TCase *c = tcase_create("tuned");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, default_and_best_stand_side_by_side_in_every_form);
	tcase_add_test(c, the_last_search_of_a_setting_counts);
	tcase_add_test(c, a_gain_that_is_not_told_apart_is_marked);
	tcase_add_test(c, other_parameters_are_told);
	tcase_add_test(c, what_was_not_searched_is_named_and_lines_that_are_none_are_left_out);
	tcase_add_test(c, a_report_has_it_on_request);
	suite_add_tcase(s, c);
	return s;
}
