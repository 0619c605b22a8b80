#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/hyperfine.h"
#include "tests/suite.h"

static char path[] = "/tmp/concbench-hyperfine-XXXXXX";

static void read_text(struct hyperfine *hyperfine, const char *text)
{
	strcpy(path, "/tmp/concbench-hyperfine-XXXXXX");
	int fd = mkstemp(path);

	ck_assert_int_gt(dprintf(fd, "%s", text), 0);
	close(fd);
	ck_assert_int_eq(hyperfine_read(hyperfine, path), 0);
	unlink(path);
}

START_TEST(results_are_found_by_cell)
{
	struct hyperfine hyperfine;

	read_text(&hyperfine,
		"{\"results\":[{\"command\":\"echo/async\",\"mean\":0.5,\"stddev\":0.01,"
		"\"user\":0.2,\"system\":0.1,\"exit_codes\":[0,0]},"
		"{\"command\":\"echo/threads\",\"mean\":1,\"stddev\":null,\"user\":0,"
		"\"system\":0,\"exit_codes\":[0,4]}]}");
	const struct hyperfine_result *async = hyperfine_find(&hyperfine, "echo", "async");
	const struct hyperfine_result *threads = hyperfine_find(&hyperfine, "echo", "threads");
	ck_assert_ptr_nonnull(async);
	ck_assert_double_eq(async->mean_s, 0.5);
	ck_assert(!async->failed);
	ck_assert_ptr_nonnull(threads);
	ck_assert(isnan(threads->stddev_s));
	ck_assert(threads->failed);
	ck_assert_ptr_null(hyperfine_find(&hyperfine, "echo", "processes"));
	ck_assert_str_eq(hyperfine.missing, "");
	hyperfine_free(&hyperfine);
}
END_TEST

START_TEST(a_missing_file_is_a_reason_not_an_error)
{
	struct hyperfine hyperfine;

	ck_assert_int_eq(hyperfine_read(&hyperfine, "/nowhere/hyperfine.json"), 0);
	ck_assert_str_ne(hyperfine.missing, "");
	ck_assert_ptr_null(hyperfine_find(&hyperfine, "echo", "async"));
	hyperfine_free(&hyperfine);
}
END_TEST

START_TEST(a_damaged_file_is_a_reason_too)
{
	static const char *const bad[] = {"{", "[]", "{\"results\":5}", "{\"results\":[{}]}",
		"{\"results\":[{\"command\":\"a\",\"mean\":\"x\",\"user\":1,\"system\":1}]}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct hyperfine hyperfine;
		read_text(&hyperfine, bad[i]);
		ck_assert_ptr_nonnull(strstr(hyperfine.missing, "hyperfine.json cannot be read"));
		ck_assert_int_eq(hyperfine.count, 0);
		hyperfine_free(&hyperfine);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("hyperfine");
	TCase *c = tcase_create("hyperfine");

	tcase_add_test(c, results_are_found_by_cell);
	tcase_add_test(c, a_missing_file_is_a_reason_not_an_error);
	tcase_add_test(c, a_damaged_file_is_a_reason_too);
	suite_add_tcase(s, c);
	return s;
}
