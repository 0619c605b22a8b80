/*
 * The part of check's interface that the tests of models/async use, without check: for machines
 * that the tests are cross-compiled for and that check is not installed for. With -Itests/bare it
 * is what <check.h> finds; the test sources are the same.
 *
 * As with check, each test runs in a child of its own, a failed assertion ends that child, and a
 * test that takes too long is killed with its process group. The last line has check's form.
 *
 *   Threads  one at a time; assertions in any thread.
 */
#ifndef CONCBENCH_TESTS_BARE_CHECK_H
#define CONCBENCH_TESTS_BARE_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* check's names for its structs. */
#define Suite   struct suite
#define TCase   struct tcase
#define SRunner struct srunner

typedef void test_fn(int _i);

struct test {
	const char *name;
	test_fn *fn;
};

enum print_output { CK_ENV };

/* Declared with their place, so that every check below is one expression. */
void check_is(int so, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

Suite *suite_create(const char *name);
TCase *tcase_create(const char *name);
void suite_add_tcase(Suite *suite, TCase *tcase);
void tcase_set_timeout(TCase *tcase, double seconds);
void tcase_add_checked_fixture(TCase *tcase, void (*setup)(void), void (*teardown)(void));

/* Adds a test for each i in start .. end - 1, which must end by that signal, or with 0. */
void tcase_add(TCase *tcase, const struct test *test, int signal, int start, int end);

SRunner *srunner_create(Suite *suite);
void srunner_run_all(SRunner *runner, enum print_output how);
int srunner_ntests_failed(SRunner *runner);
void srunner_free(SRunner *runner);

#define START_TEST(name)                                             \
	static test_fn name##_checked;                               \
	static const struct test name[] = {{#name, name##_checked}}; \
	static void name##_checked(int _i __attribute__((unused)))
#define END_TEST

#define tcase_add_test(tcase, test)                      tcase_add(tcase, test, 0, 0, 1)
#define tcase_add_test_raise_signal(tcase, test, signal) tcase_add(tcase, test, signal, 0, 1)
#define tcase_add_loop_test(tcase, test, start, end)     tcase_add(tcase, test, 0, start, end)

#define ck_assert_msg(so, ...) check_is((so) ? 1 : 0, __FILE__, __LINE__, __VA_ARGS__)
#define ck_abort_msg(...)      check_is(0, __FILE__, __LINE__, __VA_ARGS__)
#define ck_assert(so)          ck_assert_msg(so, "not so: %s", #so)

#define check_compare(type, format, a, op, b)                                                 \
	do {                                                                                  \
		type check_a = (a);                                                           \
		type check_b = (b);                                                           \
		ck_assert_msg(check_a op check_b, "not so: %s, %s is " format " and " format, \
			#a " " #op " " #b, #a, check_a, check_b);                             \
	} while (0)

#define ck_assert_int_eq(a, b)   check_compare(intmax_t, "%jd", a, ==, b)
#define ck_assert_int_ne(a, b)   check_compare(intmax_t, "%jd", a, !=, b)
#define ck_assert_int_lt(a, b)   check_compare(intmax_t, "%jd", a, <, b)
#define ck_assert_int_le(a, b)   check_compare(intmax_t, "%jd", a, <=, b)
#define ck_assert_int_gt(a, b)   check_compare(intmax_t, "%jd", a, >, b)
#define ck_assert_int_ge(a, b)   check_compare(intmax_t, "%jd", a, >=, b)
#define ck_assert_uint_eq(a, b)  check_compare(uintmax_t, "%ju", a, ==, b)
#define ck_assert_uint_ne(a, b)  check_compare(uintmax_t, "%ju", a, !=, b)
#define ck_assert_uint_lt(a, b)  check_compare(uintmax_t, "%ju", a, <, b)
#define ck_assert_uint_le(a, b)  check_compare(uintmax_t, "%ju", a, <=, b)
#define ck_assert_uint_gt(a, b)  check_compare(uintmax_t, "%ju", a, >, b)
#define ck_assert_uint_ge(a, b)  check_compare(uintmax_t, "%ju", a, >=, b)
#define ck_assert_ptr_eq(a, b)   check_compare(const void *, "%p", a, ==, b)
#define ck_assert_ptr_ne(a, b)   check_compare(const void *, "%p", a, !=, b)
#define ck_assert_ptr_null(a)    check_compare(const void *, "%p", a, ==, (const void *)0)
#define ck_assert_ptr_nonnull(a) check_compare(const void *, "%p", a, !=, (const void *)0)

#define ck_assert_str_eq(a, b)                                                                   \
	do {                                                                                     \
		const char *check_a = (a), *check_b = (b);                                       \
		ck_assert_msg(strcmp(check_a, check_b) == 0,                                     \
			"not so: %s, it is \"%s\", not \"%s\"", #a " == " #b, check_a, check_b); \
	} while (0)

#endif
