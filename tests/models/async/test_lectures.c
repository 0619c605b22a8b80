/*
 * The index of the lecture notes' examples: which row of the list is tested in which file
 * test_lectures_FILE.c, and which has an example that prints its timeline (concbench demo).
 *
 * A test of row A10 is called A10_…, further ones of the same row A10b_…, A10c_…. What is served
 * over a network (A15, A16) and by pools of both kinds (T1) is not the runtime's alone.
 */
#include <ctype.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "models/async/examples/examples.h"
#include "tests/suite.h"

struct row {
	const char *name, *file;
	bool has_example;
};

static const struct row rows[] = {
	{"G0", "generators", true},  /* lazy start */
	{"G1", "generators", true},  /* Fibonacci, the return value */
	{"G2", "generators", false}, /* fed by send */
	{"G3", "generators", true},  /* running total */
	{"G4", "generators", true},  /* errors, close */
	{"G5", "generators", false}, /* delegation */
	{"G6", "generators", false}, /* two subgenerators in a row */
	{"G7", "pipelines", true},   /* interleaving */
	{"G8", "pipelines", false},  /* countdown with a shift sent in */
	{"G9", "pipelines", false},  /* context manager */
	{"G10", "pipelines", true},  /* follow and grep */
	{"G11", "pipelines", false}, /* push pipeline */
	{"G12", "pipelines", true},  /* robot */
	{"S1", "schedulers", true},  /* scheduler by hand */
	{"S2", "schedulers", true},  /* polling */
	{"S3", "schedulers", true},  /* four generations */
	{"S4", "schedulers", true},  /* bridge between worlds */
	{"A1", "tasks", true},       /* gather */
	{"A2", "tasks", false},      /* nested await */
	{"A3", "tasks", true},       /* create_task */
	{"A4", "tasks", false},      /* future */
	{"A5", "tasks", false},      /* as_completed */
	{"A6", "tasks", false},      /* wait */
	{"A7", "lines", true},       /* queue and join */
	{"A8", "lines", true},       /* bounded queue */
	{"A9", "lines", false},      /* producers and consumers */
	{"A10", "lines", true},      /* lock, semaphore, event, condition */
	{"A11", "lines", false},     /* asynchronous generator */
	{"A12", "loop", true},       /* run_in_executor */
	{"A13", "loop", false},      /* async from sync */
	{"A14", "loop", false},      /* files */
	{"A17", "loop", false},      /* timeouts, cancellation, groups */
	{"A18", "loop", true},       /* blocking call in a coroutine */
	{"A19", "loop", true},       /* simulator; not awaited */
	{"A20", "loop", false},      /* common mistakes */
	{"A21", "loop", false},      /* dispatch as a trace */
	{"X1", "worlds", true},      /* Go's channel, select */
	{"X2", "worlds", false},     /* C++'s promise and future */
};

enum { ROWS = sizeof rows / sizeof *rows };

/* How often each row's first test stands in its file; anywhere else it fails at once. */
static int found[ROWS];

/* The row that a test's name begins with, or -1: "A10_…" and "A10b_…" are of A10. */
static int row_of(const char *test, bool *is_first)
{
	size_t length = 0;

	if (strchr("GSAX", test[0]) == NULL || !isdigit((unsigned char)test[1]))
		return -1;
	for (length = 1; isdigit((unsigned char)test[length]);)
		length++;
	*is_first = test[length] == '_';
	for (int i = 0; i < ROWS; i++)
		if (strlen(rows[i].name) == length && strncmp(rows[i].name, test, length) == 0)
			return i;
	ck_abort_msg("no row has the test %s", test);
	return -1;
}

static void look_into(const char *path)
{
	static const char begins[] = "START_TEST(";
	char line[256], expected[64];
	FILE *file = fopen(path, "r");
	bool is_first;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL) {
		if (strncmp(line, begins, strlen(begins)) != 0)
			continue;
		int row = row_of(line + strlen(begins), &is_first);
		if (row < 0)
			continue;
		snprintf(expected, sizeof expected, "/test_lectures_%s.c", rows[row].file);
		ck_assert_msg(
			strstr(path, expected) != NULL, "%s is tested in %s", rows[row].name, path);
		found[row] += is_first;
	}
	fclose(file);
}

START_TEST(every_row_is_tested_once_and_in_the_file_that_the_index_names)
{
	glob_t paths;

	ck_assert_int_eq(glob("tests/models/async/test_*.c", 0, NULL, &paths), 0);
	ck_assert_int_eq(
		glob("tests/models/async/examples/test_*.c", GLOB_APPEND, NULL, &paths), 0);
	for (size_t i = 0; i < paths.gl_pathc; i++)
		look_into(paths.gl_pathv[i]);
	globfree(&paths);
	for (int i = 0; i < ROWS; i++)
		ck_assert_msg(found[i] == 1, "%s has %d tests", rows[i].name, found[i]);
}
END_TEST

START_TEST(every_row_that_shows_something_has_one_example)
{
	for (int i = 0; i < ROWS; i++) {
		int count = 0;

		for (const struct example *example = examples; example->name != NULL; example++)
			count += strcmp(example->row, rows[i].name) == 0;
		ck_assert_msg(
			count == rows[i].has_example, "%s has %d examples", rows[i].name, count);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("lectures");
	TCase *tests = tcase_create("index");

	tcase_add_test(tests, every_row_is_tested_once_and_in_the_file_that_the_index_names);
	tcase_add_test(tests, every_row_that_shows_something_has_one_example);
	suite_add_tcase(suite, tests);
	return suite;
}
