/*
 * How long to spin before sleeping.
 */
#include "models/async/spin.h"
#include "tests/suite.h"

START_TEST(spins_in_vain_become_shorter_down_to_none)
{
	struct async_spin spin = async_spin_of(ASYNC_SPIN_NS);
	int64_t before_ns = async_spin_allowed(&spin), total_ns = before_ns;

	ck_assert_int_eq(before_ns, ASYNC_SPIN_NS);
	for (int64_t now_ns;
		async_spin_ended(&spin, false), (now_ns = async_spin_allowed(&spin)) > 0;
		before_ns = now_ns) {
		ck_assert_int_eq(now_ns, before_ns / 2);
		total_ns += now_ns;
	}
	ck_assert_int_le(total_ns, 2 * ASYNC_SPIN_NS);
}
END_TEST

START_TEST(an_answer_allows_the_full_length_again)
{
	struct async_spin spin = async_spin_of(ASYNC_SPIN_NS);

	async_spin_ended(&spin, false);
	async_spin_ended(&spin, false);
	async_spin_ended(&spin, true);
	ck_assert_int_eq(async_spin_allowed(&spin), ASYNC_SPIN_NS);
}
END_TEST

START_TEST(once_in_a_while_a_full_spin_is_tried)
{
	struct async_spin spin = {.most_ns = ASYNC_SPIN_NS};
	int full = 0, none = 0;

	for (int i = 0; i < 10 * ASYNC_SPIN_RETRY; i++) {
		int64_t now_ns = async_spin_allowed(&spin);

		full += now_ns == ASYNC_SPIN_NS;
		none += now_ns == 0;
		if (now_ns > 0)
			async_spin_ended(&spin, false);
	}
	ck_assert_int_eq(full, 10);
	ck_assert_int_eq(full + none, 10 * ASYNC_SPIN_RETRY);
}
END_TEST

START_TEST(who_shall_never_spin_never_does)
{
	struct async_spin none = {0}, negative = async_spin_of(-1);

	for (int i = 0; i < 2 * ASYNC_SPIN_RETRY; i++) {
		ck_assert_int_eq(async_spin_allowed(&none), 0);
		ck_assert_int_eq(async_spin_allowed(&negative), 0);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/spin");
	TCase *tests = tcase_create("spin");

	tcase_add_test(tests, spins_in_vain_become_shorter_down_to_none);
	tcase_add_test(tests, an_answer_allows_the_full_length_again);
	tcase_add_test(tests, once_in_a_while_a_full_spin_is_tried);
	tcase_add_test(tests, who_shall_never_spin_never_does);
	suite_add_tcase(suite, tests);
	return suite;
}
