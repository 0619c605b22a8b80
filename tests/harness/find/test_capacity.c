/*
 * The search for capacity over a server made of a formula.
 */
#include "harness/find/capacity.h"

#include <errno.h>

#include "tests/suite.h"

enum { BOUND_NS = 1000 };

static uint64_t capacity;
static int steps, offers, disturbed, fails_at;

/* Below its capacity 500 ns, above twice the bound. */
static int offer(void *arg, uint64_t rate_per_s, struct capacity_step *step)
{
	(void)arg;
	if (++offers == fails_at)
		return -ECANCELED;
	step->counts = true;
	step->p99_ns = rate_per_s <= capacity && offers != disturbed ? 500 : 2 * BOUND_NS;
	return 0;
}

static void told(void *arg, const struct capacity_step *step)
{
	(void)arg;
	(void)step;
	steps++;
}

static struct capacity_found find(uint64_t of, int expected)
{
	const struct capacity_search search = {offer, told, NULL, 1000, 1000000, BOUND_NS, 0};
	struct capacity_found found;

	capacity = of;
	steps = offers = 0;
	ck_assert_int_eq(capacity_find(&found, &search), expected);
	return found;
}

START_TEST(it_is_found_to_within_five_percent)
{
	for (uint64_t of = 3; of < 500000; of = of * 3 / 2 + 1) {
		struct capacity_found found = find(of, 0);
		ck_assert_uint_le(found.rate_per_s, of);
		ck_assert_uint_gt(found.beyond, of);
		ck_assert_uint_le(found.beyond, found.rate_per_s + found.rate_per_s / 20 + 1);
		ck_assert_int_lt(steps, 40);
	}
}
END_TEST

START_TEST(one_disturbance_is_not_the_capacity)
{
	disturbed = 3;
	struct capacity_found found = find(60000, 0);
	disturbed = 0;
	ck_assert_uint_gt(found.rate_per_s, 57000);
}
END_TEST

START_TEST(a_server_without_an_end_has_at_least_the_most)
{
	struct capacity_found found = find(UINT64_MAX, 0);

	ck_assert_uint_eq(found.beyond, 0);
	ck_assert_uint_gt(found.rate_per_s, 500000);
}
END_TEST

START_TEST(a_server_that_never_holds_has_none)
{
	ck_assert_uint_eq(find(0, 0).rate_per_s, 0);
}
END_TEST

START_TEST(nothing_is_offered_below_the_least)
{
	const struct capacity_search search = {
		offer, told, NULL, 1000, 1000000, BOUND_NS, .least_per_s = 100};
	struct capacity_found found;

	capacity = 50;
	steps = offers = 0;
	ck_assert_int_eq(capacity_find(&found, &search), 0);
	ck_assert_uint_eq(found.rate_per_s, 0);
	ck_assert_uint_eq(found.beyond, 125);
}
END_TEST

START_TEST(an_offer_that_fails_ends_the_search)
{
	fails_at = 4;
	find(60000, -ECANCELED);
	ck_assert_int_eq(offers, 4);
	fails_at = 0;
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("capacity");
	TCase *c = tcase_create("capacity");

	tcase_add_test(c, it_is_found_to_within_five_percent);
	tcase_add_test(c, one_disturbance_is_not_the_capacity);
	tcase_add_test(c, a_server_without_an_end_has_at_least_the_most);
	tcase_add_test(c, a_server_that_never_holds_has_none);
	tcase_add_test(c, nothing_is_offered_below_the_least);
	tcase_add_test(c, an_offer_that_fails_ends_the_search);
	suite_add_tcase(s, c);
	return s;
}
