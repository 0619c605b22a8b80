/*
 * A slow-down on order does what was ordered, and says how much of it.
 */
#include <errno.h>

#include "harness/measure/clock.h"
#include "harness/measure/injection.h"
#include "tests/suite.h"

static struct injection injection;

START_TEST(every_kind_is_read_with_its_unit)
{
	static const struct {
		const char *text;
		enum injection_kind kind;
		uint64_t amount;
	} good[] = {{"cpu=25us", INJECT_CPU, 25000}, {"syscall=40", INJECT_SYSCALL, 40},
		{"page=10", INJECT_PAGE, 10}, {"stall=3ms", INJECT_STALL, 3000000}};
	static const char *const bad[] = {"", "cpu", "cpu=", "cpu=x", "cpus=1us", "nothing=1",
		"syscall=-1", "syscall=1ms", "page"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		injection = (struct injection){.kind = INJECT_NOTHING};
		ck_assert_int_eq(injection_parse(&injection, good[i].text), 0);
		ck_assert_int_eq(injection.kind, good[i].kind);
		ck_assert_uint_eq(injection.amount, good[i].amount);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		injection = (struct injection){.kind = INJECT_NOTHING};
		ck_assert_msg(injection_parse(&injection, bad[i]) == -EINVAL, "%s", bad[i]);
	}
}
END_TEST

START_TEST(what_was_done_is_counted)
{
	injection = (struct injection){.kind = INJECT_SYSCALL, .amount = 7};
	ck_assert_uint_eq(injection_do(&injection, 0), 7);
	injection = (struct injection){.kind = INJECT_PAGE, .amount = 3};
	ck_assert_uint_eq(injection_do(&injection, 0), 3);
	injection = (struct injection){.kind = INJECT_CPU, .amount = 200000};
	uint64_t start_ns = clock_now_ns();
	ck_assert_uint_eq(injection_do(&injection, 0), 1);
	ck_assert_uint_ge(clock_now_ns() - start_ns, 200000);
	injection.kind = INJECT_NOTHING;
	ck_assert_uint_eq(injection_do(&injection, 0), 0);
}
END_TEST

START_TEST(one_chunk_in_fifty_stalls)
{
	uint64_t stalls = 0;

	injection = (struct injection){.kind = INJECT_STALL, .amount = 1000};
	for (uint64_t chunk = 0; chunk < 2 * STALL_CHUNKS; chunk++)
		stalls += injection_do(&injection, chunk);
	ck_assert_uint_eq(stalls, 2);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("measure/injection");
	TCase *order = tcase_create("order");

	tcase_add_test(order, every_kind_is_read_with_its_unit);
	tcase_add_test(order, what_was_done_is_counted);
	tcase_add_test(order, one_chunk_in_fifty_stalls);
	suite_add_tcase(suite, order);
	return suite;
}
