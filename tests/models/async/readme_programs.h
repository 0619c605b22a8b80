/*
 * For tests of models/async/README.md: the programs of the page, written to a folder, compiled with
 * a command of the test's, run, and what they print compared with what stands below them.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_README_PROGRAMS_H
#define CONCBENCH_TESTS_MODELS_ASYNC_README_PROGRAMS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/suite.h"

enum { PROGRAMS = 6, PAGE_MAX = 1 << 17 };

static char page[PAGE_MAX];
static char build[512]; /* the folder that this program was built in */
static char folder[64]; /* for what is compiled here */

static void read_file(const char *path, char *text, size_t bytes)
{
	FILE *file = fopen(path, "re");

	ck_assert_msg(file != NULL, "%s is not here: run the tests in the project's folder", path);
	text[fread(text, 1, bytes - 1, file)] = '\0';
	fclose(file);
}

static void open_folder(void)
{
	ssize_t length = readlink("/proc/self/exe", build, sizeof build - 1);

	ck_assert_int_gt(length, 0);
	build[length] = '\0';
	char *tests = strstr(build, "/tests/");
	ck_assert_ptr_nonnull(tests);
	*tests = '\0';
	read_file("models/async/README.md", page, sizeof page);
	strcpy(folder, "/tmp/concbench-readme-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
	char remove_all[128];

	snprintf(remove_all, sizeof remove_all, "rm -rf '%s'", folder);
	ck_assert_int_eq(system(remove_all), 0);
}

/* The n-th block of a language; *length without its fences. */
static const char *block(const char *fence, int n, size_t *length)
{
	const char *at = page;

	for (;;) {
		at = strstr(at, fence);
		ck_assert_msg(at != NULL, "%s: there is no block %d", fence, n);
		at += strlen(fence);
		const char *end = strstr(at, "\n```\n");
		ck_assert_ptr_nonnull(end);
		*length = (size_t)(end - at) + 1;
		if (n-- == 0)
			return at;
		at = end + 1;
	}
}

static void write_program(int n)
{
	char path[128];
	size_t length;
	const char *program = block("\n```c\n", n, &length);

	snprintf(path, sizeof path, "%s/program.c", folder);
	FILE *file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(program, 1, length, file), length);
	fclose(file);
}

/* Compiles the n-th program, folder/program.c to folder/program, and runs it. */
static void program_prints_what_the_page_says(int n, const char *command)
{
	char line[128], expected[1024], printed[1024];
	size_t length;
	const char *text = block("\n```text\n", n, &length);

	ck_assert_uint_lt(length, sizeof expected);
	memcpy(expected, text, length);
	expected[length] = '\0';
	write_program(n);
	ck_assert_int_eq(system(command), 0);
	snprintf(line, sizeof line, "timeout 10 %s/program", folder);
	FILE *out = popen(line, "re");
	ck_assert_ptr_nonnull(out);
	printed[fread(printed, 1, sizeof printed - 1, out)] = '\0';
	ck_assert_int_eq(pclose(out), 0);
	ck_assert_str_eq(printed, expected);
}

#endif
