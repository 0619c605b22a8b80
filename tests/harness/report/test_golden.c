/*
 * Everything from a plan to the tables, to the digit: a scripted run, and what each form of report
 * says of it, stands in tests/golden/. After a wanted change: CONCBENCH_GOLDEN=update, then read
 * the difference.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/report.h"
#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static struct scripted scripted;
static struct run_plan plan;
static struct journal journal;
static struct run_header header;
static struct progress silent;

/* One of each kind of trouble. */
static void trouble(struct scripted *script, int at, struct record *record)
{
	bool echo = strcmp(record->workload, "echo") == 0,
	     mixed = strcmp(record->workload, "mixed") == 0;
	bool idle = strcmp(record->workload, "idle") == 0;
	const char *model = record->model;

	(void)script;
	(void)at;
	if (idle && strcmp(model, "sequential") == 0) {
		record->status = STATUS_IMPOSSIBLE;
		strcpy(record->reason, "runs one task at a time, 64 must meet");
	} else if (idle && strcmp(model, "threads") == 0 && record->kind == KIND_TIME) {
		record->status = STATUS_LIMIT;
		strcpy(record->reason, "RLIMIT_NPROC 4096 reached at 4093 tasks");
	} else if (echo && strcmp(model, "sequential") == 0) {
		record->status = STATUS_INVALID;
		strcpy(record->reason, "the generator was busy 84 % of the window");
	} else if (mixed && strcmp(model, "processes") == 0) {
		record->work.operations++; /* a cheater */
	} else if (mixed && strcmp(model, "threads") == 0) {
		snprintf(record->warning, sizeof(record->warning), "%d.3 page faults per task",
			at % 3);
	}
}

/* Runs it all; files: the folder of the journal, NULL = none. */
static void carry_out(const char *files)
{
	scripted_init(&scripted);
	scripted.twist = trouble;
	scripted.shares[1] = 0.25;
	scripted_plan(&plan, "quick", NULL);
	scripted_header(&header, &plan);
	ck_assert_int_eq(journal_open(&journal, files, &header), 0);
	struct run run = {.plan = &plan,
		.effort = effort_find("quick"),
		.budget_ns = 80000000000,
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	ck_assert_int_eq(run_execute(&run), 0);
}

static void clean(void)
{
	journal_close(&journal);
	plan_free(&plan);
	run_header_release(&header);
}

static char *read_all(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	ck_assert_ptr_nonnull(text);
	if (file != NULL) {
		size_t got = fread(text, 1, (1 << 20) - 1, file);
		text[got] = '\0';
		fclose(file);
	}
	return text;
}

static void compare(const char *name, const char *text)
{
	char path[PATH_MAX];
	const char *mode = getenv("CONCBENCH_GOLDEN");

	snprintf(path, sizeof(path), "tests/golden/%s", name);
	if (mode != NULL && strcmp(mode, "update") == 0) {
		FILE *file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		fputs(text, file);
		fclose(file);
	}
	char *expected = read_all(path);
	if (strcmp(text, expected) != 0) {
		size_t at = 0, line = 1;
		for (; text[at] == expected[at]; at++)
			line += text[at] == '\n';
		while (at > 0 && text[at - 1] != '\n')
			at--;
		ck_abort_msg("%s differs in line %zu: '%.*s'", path, line,
			(int)strcspn(text + at, "\n"), text + at);
	}
	free(expected);
}

/* The report in a form; width 0: not through a writer of ours. */
static char *render(enum report_format format, int width, bool utf8, bool colour)
{
	struct report report;
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .width = width, .utf8 = utf8, .colour = colour};

	ck_assert_int_eq(report_make(&report, &journal.session, "tests/golden/run"), 0);
	ck_assert_int_eq(width > 0 ? report_write_with(&report, &writer)
				   : report_write(&report, format, out),
		0);
	report_free(&report);
	fclose(out);
	return text;
}

static void compare_report(
	const char *name, enum report_format format, int width, bool utf8, bool colour)
{
	char *text = render(format, width, utf8, colour);

	compare(name, text);
	free(text);
}

START_TEST(the_plan_of_a_seed_is_always_the_same)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	scripted_plan(&plan, "quick", NULL);
	for (int i = 0; i < plan.steps_count; i++) {
		const struct step *step = &plan.steps[i];
		const struct cell *cell = &plan.cells[step->cell];
		fprintf(out, "%d %2d %s/%s %s %lld\n", step->block, step->slot,
			cell->workload->name, cell->model->name, kind_names[cell->kind],
			(long long)cell_tasks(cell));
	}
	fclose(out);
	compare("plan.txt", text);
	free(text);
	plan_free(&plan);
}
END_TEST

START_TEST(terminals_of_any_width_get_their_tables)
{
	carry_out(NULL);
	compare_report("terminal-80.txt", REPORT_TERMINAL, 80, true, false);
	compare_report("terminal-120.txt", REPORT_TERMINAL, 120, true, false);
	compare_report("terminal-200.txt", REPORT_TERMINAL, 200, true, false);
	compare_report("terminal-ascii.txt", REPORT_TERMINAL, 100, false, false);
	clean();
}
END_TEST

START_TEST(colour_adds_nothing_that_is_not_in_the_text)
{
	carry_out(NULL);
	char *plain = render(REPORT_TERMINAL, 120, true, false);
	char *colour = render(REPORT_TERMINAL, 120, true, true);
	size_t to = 0;

	ck_assert_ptr_nonnull(strstr(colour, "\033["));
	for (size_t at = 0; colour[at] != '\0'; at++) {
		if (colour[at] == '\033')
			at += strcspn(colour + at, "m");
		else
			colour[to++] = colour[at];
	}
	colour[to] = '\0';
	ck_assert_str_eq(colour, plain);
	free(plain);
	free(colour);
	clean();
}
END_TEST

START_TEST(no_line_of_a_table_is_wider_than_the_terminal)
{
	carry_out(NULL);
	for (int width = 80; width <= 200; width += 40) {
		char *text = render(REPORT_TERMINAL, width, false, false);
		char *rest = text, *line;
		while ((line = strsep(&rest, "\n")) != NULL)
			ck_assert_msg((int)strlen(line) <= width || strchr(line, ' ') == NULL ||
					      strncmp(line, "Speed", 5) == 0,
				"%d columns: %s", width, line);
		free(text);
	}
	clean();
}
END_TEST

START_TEST(markdown_and_data_say_the_same)
{
	carry_out(NULL);
	compare_report("report.md", REPORT_MARKDOWN, 0, true, false);
	compare_report("report.csv", REPORT_CSV, 0, true, false);
	compare_report("report.json", REPORT_JSON, 0, true, false);
	compare_report("report.hyperfine.json", REPORT_HYPERFINE, 0, true, false);
	compare_report("report.benchstat.txt", REPORT_BENCHSTAT, 0, true, false);
	compare_report("report.github.json", REPORT_GITHUB, 0, true, false);
	compare_report("report.junit.xml", REPORT_JUNIT, 0, true, false);
	compare_report("report.hgrm", REPORT_HGRM, 0, true, false);
	clean();
}
END_TEST

/* The grammar of golang.org/design/14313-benchmark-format, as far as we use it. */
START_TEST(every_line_for_benchstat_is_one_that_it_reads)
{
	int results = 0;

	carry_out(NULL);
	char *text = render(REPORT_BENCHSTAT, 0, true, false);
	for (char *at = text, *line; (line = strtok_r(at, "\n", &at)) != NULL;) {
		char name[200], unit[40];
		unsigned long long iterations;
		double value;
		int used = 0;
		if (strncmp(line, "Benchmark", 9) != 0) {
			ck_assert_msg(strncmp(line, "Unit ", 5) == 0 ||
					      strcspn(line, ": ") == strcspn(line, ":"),
				"%s", line);
			continue;
		}
		ck_assert_msg(sscanf(line, "%199s %llu%n", name, &iterations, &used) == 2 &&
				      name[9] >= 'A' && name[9] <= 'Z' &&
				      strrchr(name, '-') != NULL,
			"%s", line);
		int pairs = 0;
		for (line += used; sscanf(line, " %lf %39s%n", &value, unit, &used) == 2; pairs++)
			line += used;
		ck_assert_int_ge(pairs, 1);
		ck_assert_msg(*line == '\0', "%s", line);
		results++;
	}
	ck_assert_int_gt(results, 0);
	free(text);
	clean();
}
END_TEST

START_TEST(the_file_reads_back_to_the_same_report)
{
	char folder[] = "/tmp/concbench-golden-XXXXXX", path[PATH_MAX], error[400],
	     command[PATH_MAX];
	struct session session;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	carry_out(folder);
	char *before = render(REPORT_JSON, 0, true, false);
	strcpy(path, journal.path);
	clean();
	ck_assert_msg(session_read(&session, path, error, sizeof(error)) == 0, "%s", error);
	ck_assert_str_eq(session.cut, "");
	journal.session = session;
	char *after = render(REPORT_JSON, 0, true, false);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	session_free(&journal.session);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("golden");
	TCase *c = tcase_create("golden");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, the_plan_of_a_seed_is_always_the_same);
	tcase_add_test(c, terminals_of_any_width_get_their_tables);
	tcase_add_test(c, colour_adds_nothing_that_is_not_in_the_text);
	tcase_add_test(c, no_line_of_a_table_is_wider_than_the_terminal);
	tcase_add_test(c, markdown_and_data_say_the_same);
	tcase_add_test(c, every_line_for_benchstat_is_one_that_it_reads);
	tcase_add_test(c, the_file_reads_back_to_the_same_report);
	suite_add_tcase(s, c);
	return s;
}
