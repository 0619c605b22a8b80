#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/progress.h"
#include "tests/suite.h"

static const uint64_t second_ns = 1000000000;
static char *text;
static size_t bytes;

static struct progress begin(bool terminal, enum verbosity verbosity)
{
	return (struct progress){.out = open_memstream(&text, &bytes),
		.terminal = terminal,
		.verbosity = verbosity,
		.width = 40,
		.height = 24};
}

static void expect(struct progress *progress, const char *expected)
{
	progress_end(progress);
	fclose(progress->out);
	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(a_log_gets_a_plain_line_per_unit)
{
	struct progress log = begin(false, VERBOSITY_NORMAL);

	progress_at(&log, "echo", true, 3, 12, 65 * second_ns, 3700 * second_ns);
	progress_at(&log, "echo", false, 4, 12, 66 * second_ns, 100 * second_ns);
	expect(&log, " 25 %  3 of 12  1:05  about 1:01:40 left  echo\n");
}
END_TEST

START_TEST(a_terminal_gets_one_line_that_is_rewritten_and_cleared)
{
	struct progress terminal = begin(true, VERBOSITY_NORMAL);

	progress_at(&terminal, "echo/async", false, 0, 4, 0, 2 * second_ns);
	expect(&terminal, "\r  0 %  0 of 4  0:00  about 0:02 left  e\033[K\033[J\r\033[J");
}
END_TEST

START_TEST(quiet_says_nothing)
{
	struct progress quiet = begin(false, VERBOSITY_QUIET);
	struct record record = {.status = STATUS_FAILED, .reason = "x"};

	progress_at(&quiet, "echo", true, 0, 4, 0, 0);
	progress_result(&quiet, &record);
	expect(&quiet, "");
}
END_TEST

START_TEST(what_went_wrong_is_said_at_once)
{
	struct progress log = begin(false, VERBOSITY_NORMAL);
	struct record record = {.status = STATUS_FAILED,
		.reason = "ended by signal 11",
		.workload = "echo",
		.model = "async"};

	progress_result(&log, &record);
	record.status = STATUS_OK;
	progress_result(&log, &record);
	expect(&log, "echo/async: failed: ended by signal 11\n");
}
END_TEST

START_TEST(verbose_tells_every_invocation)
{
	struct progress log = begin(false, VERBOSITY_EVERY);
	struct record record = {.workload = "echo", .model = "async"};

	record.work.operations = 5;
	record.window.ns = 2500000;
	progress_result(&log, &record);
	expect(&log, "echo/async: ok, 5 operations in 2.5 ms\n");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("progress");
	TCase *c = tcase_create("progress");

	tcase_add_test(c, a_log_gets_a_plain_line_per_unit);
	tcase_add_test(c, a_terminal_gets_one_line_that_is_rewritten_and_cleared);
	tcase_add_test(c, quiet_says_nothing);
	tcase_add_test(c, what_went_wrong_is_said_at_once);
	tcase_add_test(c, verbose_tells_every_invocation);
	suite_add_tcase(s, c);
	return s;
}
