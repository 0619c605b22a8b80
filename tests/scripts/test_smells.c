/*
 * scripts/smells finds each smell once it is there, and nothing in a clean tree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[16384], root[] = "/tmp/concbench-smells-XXXXXX";

static void put(const char *path, const char *text)
{
	char full[512];

	snprintf(full, sizeof full, "%s/%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	FILE *file = fopen(full, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void smells(const char *expected)
{
	char command[200];

	snprintf(command, sizeof command, "scripts/smells '%s'", root);
	int status = program_run(command, output, sizeof output);
	if (expected == NULL) {
		ck_assert_msg(status == 0, "%s", output);
		return;
	}
	ck_assert_msg(status == 1, "exit status %d: %s", status, output);
	ck_assert_msg(strstr(output, expected) != NULL, "no '%s' in: %s", expected, output);
	ck_assert_msg(strstr(output, "smells: 1 found") != NULL, "%s", output);
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	put("bench/x/threads.c",
		"int task(void)\n{\n\tgil_leave();\n\trecv(fd);\n\tgil_enter();\n\treturn 0;\n}\n");
	put("bench/x/async.c", "/* async_read waits; a clock is the harness's */\nint a(void);\n");
	put("harness/run.c", "#include \"models/model.h\"\n");
}

static void teardown(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(a_clean_tree_has_none)
{
	smells(NULL);
}
END_TEST

START_TEST(a_workload_that_prints_is_found)
{
	put("bench/x/async.c", "int a(void)\n{\n\tprintf(\"done\");\n}\n");
	smells("bench/x/async.c:3:\tprintf(\"done\"); <- the harness measures and prints");
}
END_TEST

START_TEST(a_workload_that_reads_the_clock_is_found)
{
	put("bench/x/processes.c", "int a(void)\n{\n\tclock_gettime(0, &t);\n}\n");
	smells("bench/x/processes.c:3:");
}
END_TEST

START_TEST(an_unbracketed_waiting_call_is_found)
{
	put("bench/x/threads.c",
		"int task(void)\n{\n\tgil_leave();\n\tgil_enter();\n\tgot = recv(fd);\n}\n");
	smells("bench/x/threads.c:5:");
}
END_TEST

START_TEST(a_bracket_left_open_does_not_hide_the_next_function)
{
	put("bench/x/threads.c",
		"int a(void)\n{\n\tgil_leave();\n}\nint b(void)\n{\n\tpread(fd);\n}\n");
	smells("bench/x/threads.c:7:");
}
END_TEST

START_TEST(a_name_that_says_nothing_is_found)
{
	put("harness/utils.c", "");
	smells("harness/utils.c <- a name that says nothing");
}
END_TEST

START_TEST(arrows_go_one_way)
{
	put("harness/run.c", "#include \"bench/x/x.h\"\n");
	smells("harness must not know bench");
	put("harness/run.c", "#include \"models/async/async.h\"\n");
	smells("harness knows models/model.h alone");
	put("harness/run.c", "");
	put("models/crew.c", "#include \"harness/workload.h\"\n");
	smells("models must not know harness");
	put("models/crew.c", "");
	put("models/async/loop.c", "#include \"models/threads/pool.h\"\n");
	smells("a family of models must not know another");
}
END_TEST

START_TEST(a_long_file_needs_a_reason)
{
	char text[1000] = "/* over 400 lines: one table */\n";
	size_t start = strlen(text);

	memset(text + start, '\n', 401);
	put("harness/table.c", text);
	smells(NULL);
	put("harness/table.c", text + start);
	smells("harness/table.c:401: 401 lines <- over 400 lines");
}
END_TEST

START_TEST(unfinished_words_and_hidden_effects_are_found)
{
	put("harness/run.c", "/* TO"
			     "DO: more */\n");
	smells("<- unfinished");
	put("harness/run.c", "typedef struct { int a; } pair;\n");
	smells("no typedef for structs");
	put("harness/run.c",
		"int f(int a)\n{\n\tassert(a++ < 3);\n\tassert(a == 3 && a != 4 && a >= 2);\n}\n");
	smells("harness/run.c:3:");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("smells");
	TCase *tcase = tcase_create("seeded");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_clean_tree_has_none);
	tcase_add_test(tcase, a_workload_that_prints_is_found);
	tcase_add_test(tcase, a_workload_that_reads_the_clock_is_found);
	tcase_add_test(tcase, an_unbracketed_waiting_call_is_found);
	tcase_add_test(tcase, a_bracket_left_open_does_not_hide_the_next_function);
	tcase_add_test(tcase, a_name_that_says_nothing_is_found);
	tcase_add_test(tcase, arrows_go_one_way);
	tcase_add_test(tcase, a_long_file_needs_a_reason);
	tcase_add_test(tcase, unfinished_words_and_hidden_effects_are_found);
	suite_add_tcase(suite, tcase);
	return suite;
}
