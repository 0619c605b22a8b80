/*
 * Libraries on request, and that the program maps nothing else.
 */
#include "harness/library.h"

#include <check.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

struct calls {
	LIBRARY_CALL(cos)
};

START_TEST(a_call_is_found_by_its_name)
{
	static const struct library_symbol symbols[] = {LIBRARY_SYMBOL(struct calls, cos){NULL, 0}};
	struct calls calls = {NULL};
	char error[200];

	ck_assert_int_eq(library_load("libm.so.6", symbols, &calls, error, sizeof(error)), 0);
	ck_assert_double_eq(calls.cos(0), 1);
	ck_assert_int_eq(library_load("libm.so.6", symbols, &calls, error, sizeof(error)), 0);
}
END_TEST

START_TEST(a_library_that_is_missing_is_named)
{
	static const struct library_symbol symbols[] = {{NULL, 0}};
	struct calls calls = {NULL};
	char error[200] = "";

	ck_assert_int_eq(
		library_load("libnowhere.so.1", symbols, &calls, error, sizeof(error)), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error, "libnowhere.so.1"));
}
END_TEST

START_TEST(a_call_that_is_missing_is_named_with_its_library)
{
	static const struct library_symbol symbols[] = {{"cosnine", 0}, {NULL, 0}};
	struct calls calls = {NULL};
	char error[200] = "";

	ck_assert_int_eq(library_load("libm.so.6", symbols, &calls, error, sizeof(error)), -ENOSYS);
	ck_assert_str_eq(error, "libm.so.6 has no cosnine");
	ck_assert(calls.cos == NULL);
}
END_TEST

/*
 * What may be mapped when the program starts: libc's own libraries, the few of ours for which there
 * may be no archive, and a sanitizer's.
 */
static const char *const allowed[] = {"linux-vdso.so", "linux-gate.so", "ld-linux", "ld64.so",
	"ld-musl", "libc.so", "libm.so", "libdl.so", "librt.so", "libpthread.so", "libgcc_s.so",
	"libasan.so", "libubsan.so", "libtsan.so", "libstdc++.so", NULL};
static const char *const without_archive[] = {
	"libjansson.so", "liburing.so", "libhttp_parser.so", NULL};

static bool is_one_of(const char *line, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strstr(line, *names) != NULL)
			return true;
	return false;
}

START_TEST(the_program_maps_nothing_that_a_forked_child_need_not_carry)
{
	static char output[16384];
	int objects = 0;
	char *rest = output;

	ck_assert_int_eq(
		program_run("export LD_TRACE_LOADED_OBJECTS=1; concbench", output, sizeof(output)),
		0);
	for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
		objects += line[0] != '\0';
		ck_assert_msg(line[0] == '\0' || is_one_of(line, allowed) ||
				      is_one_of(line, without_archive),
			"linked, and so inherited by every forked child: %s", line);
	}
	ck_assert_int_ge(objects, 2);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("harness/library");
	TCase *cases = tcase_create("library");

	tcase_add_test(cases, a_call_is_found_by_its_name);
	tcase_add_test(cases, a_library_that_is_missing_is_named);
	tcase_add_test(cases, a_call_that_is_missing_is_named_with_its_library);
	tcase_add_test(cases, the_program_maps_nothing_that_a_forked_child_need_not_carry);
	suite_add_tcase(suite, cases);
	return suite;
}
