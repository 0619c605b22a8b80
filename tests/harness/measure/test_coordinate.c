/*
 * Warm-up and the sizes derived from it, without running anything: rounds of scripted durations.
 */
#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

enum { MS_NS = 1000000 };

static struct orders *make(const char *model, uint64_t window_ns, uint64_t rounds)
{
	struct plan plan = scripted_plan(&scripted_workload, model_find(model));
	struct orders *orders;

	plan.draft.window_ns = window_ns;
	plan.draft.rounds = rounds;
	CPU_ZERO(&plan.draft.sut_cpus);
	for (int i = 0; i < 8; i++)
		CPU_SET(i, &plan.draft.sut_cpus);
	ck_assert_int_eq(invocation_map(&orders, &plan.draft), 0);
	return orders;
}

START_TEST(two_rounds_alike_end_the_warm_up)
{
	struct orders *orders = make("threads", 400 * MS_NS, 0);

	ck_assert_uint_eq(coordinate_warm_stretch(orders, 1, 10 * MS_NS), 0);
	ck_assert_uint_eq(coordinate_warm_stretch(orders, 1, 11 * MS_NS), 37);
	ck_assert_uint_eq(orders->invocation->warm.steady, 1);
	ck_assert_uint_eq(orders->invocation->warm.rounds, 2);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(rounds_that_differ_go_on_until_half_the_window_is_spent)
{
	struct orders *orders = make("threads", 400 * MS_NS, 0);
	uint64_t spent_ns = 0;
	uint64_t round_ns = 10 * MS_NS;
	uint64_t rounds;

	do {
		rounds = coordinate_warm_stretch(orders, 1, round_ns);
		spent_ns += round_ns;
		if (rounds == 0)
			round_ns = round_ns == 10 * MS_NS ? 20 * MS_NS : 10 * MS_NS;
	} while (rounds == 0 && spent_ns < 1000 * MS_NS);
	ck_assert_uint_ge(spent_ns, 200 * MS_NS);
	ck_assert_uint_lt(spent_ns, 220 * MS_NS);
	ck_assert_uint_eq(orders->invocation->warm.steady, 0);
	ck_assert_uint_eq(rounds, 400 * MS_NS / round_ns);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(one_long_round_is_warm_up_enough)
{
	struct orders *orders = make("sequential", 400 * MS_NS, 0);

	ck_assert_uint_eq(coordinate_warm_stretch(orders, 1, 5000 * (uint64_t)MS_NS), 1);
	ck_assert_uint_eq(orders->invocation->warm.rounds, 1);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(fixed_rounds_are_kept_whatever_a_round_takes)
{
	struct orders *orders = make("threads", 400 * MS_NS, 17);

	ck_assert_uint_eq(coordinate_warm_stretch(orders, 1, MS_NS), 0);
	ck_assert_uint_eq(coordinate_warm_stretch(orders, 1, MS_NS), 17);
	ck_assert_uint_eq(orders->invocation->expected_ns, 17 * MS_NS);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(a_stretch_of_rounds_counts_as_many)
{
	struct orders *orders = make("threads", 400 * MS_NS, 0);

	ck_assert_uint_eq(coordinate_warm_stretch(orders, 8, MS_NS), 0);
	ck_assert_uint_eq(coordinate_warm_stretch(orders, 16, MS_NS), 400);
	ck_assert_uint_eq(orders->invocation->warm.rounds, 24);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(chunks_take_half_a_millisecond_and_fit_their_room)
{
	static const struct {
		uint64_t operation_ns, window_ns, expected;
	} cases[] = {
		{100, 20 * MS_NS, 5000},     /* 0.5 ms */
		{50 * 1000, 20 * MS_NS, 10}, /* 0.5 ms */
		{100 * 1000, 20 * MS_NS, 1}, /* long enough to be its own */
		{3 * MS_NS, 60 * MS_NS, 1},
		{1000, 1024 * (uint64_t)MS_NS, 4000}, /* no more than CHUNKS_MAX */
		{200 * 1000, 1024 * (uint64_t)MS_NS, 20},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct orders *orders = make("threads", cases[i].window_ns, 0);
		uint64_t round_ns = 10 * cases[i].operation_ns;

		for (int rounds = 1; rounds <= 2; rounds++) {
			orders->slots[0].operations = 10 * (uint64_t)rounds;
			(void)coordinate_warm_stretch(orders, 1, round_ns);
		}
		ck_assert_msg(orders->invocation->chunk_operations == cases[i].expected,
			"case %zu: %llu", i,
			(unsigned long long)orders->invocation->chunk_operations);
		arena_unmap(orders->arena);
	}
}
END_TEST

START_TEST(tasks_that_share_cpus_cut_chunks_by_their_median_latency)
{
	struct orders *orders = make("threads", 20 * MS_NS, 0);

	/* 3 tasks on 1 CPU: an operation of 10 us takes 30 us of the round */
	CPU_ZERO(&orders->sut_cpus);
	CPU_SET(0, &orders->sut_cpus);
	for (int i = 0; i < 100; i++)
		lane_record(orders->slots[0].lane, i < 90 ? 10000 : 4000000);
	orders->slots[0].operations = 100;
	(void)coordinate_warm_stretch(orders, 1, 3 * MS_NS);
	orders->slots[0].operations = 200;
	ck_assert_uint_ne(coordinate_warm_stretch(orders, 1, 3 * MS_NS), 0);
	/* the bucket of 10 us ends a little above */
	ck_assert_uint_ge(orders->invocation->chunk_operations, 49);
	ck_assert_uint_le(orders->invocation->chunk_operations, 50);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(rounds_spawned_anew_make_chunks_of_whole_rounds)
{
	struct orders *orders = make("sequential", 20 * MS_NS, 0);

	orders->invocation->mode = ROUNDS_EACH;
	for (int rounds = 1; rounds <= 2; rounds++) {
		for (int i = 0; i < 3; i++)
			orders->slots[i].operations = 2 * (uint64_t)rounds;
		(void)coordinate_warm_stretch(orders, 1, 20000);
	}
	ck_assert_uint_eq(orders->invocation->rounds_per_chunk, 25);
	ck_assert_uint_eq(orders->invocation->chunk_operations, 25 * 6);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(a_cancelled_warm_up_opens_no_window)
{
	struct orders *orders = make("threads", 400 * MS_NS, 0);

	(void)coordinate_warm_stretch(orders, 1, MS_NS);
	invocation_cancel(orders);
	ck_assert(coordinate_cancelled(orders));
	ck_assert_uint_eq(coordinate_warm_stretch(orders, 1, MS_NS), 0);
	arena_unmap(orders->arena);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("coordinate");
	TCase *tcase = tcase_create("coordinate");

	tcase_add_test(tcase, two_rounds_alike_end_the_warm_up);
	tcase_add_test(tcase, rounds_that_differ_go_on_until_half_the_window_is_spent);
	tcase_add_test(tcase, one_long_round_is_warm_up_enough);
	tcase_add_test(tcase, fixed_rounds_are_kept_whatever_a_round_takes);
	tcase_add_test(tcase, a_stretch_of_rounds_counts_as_many);
	tcase_add_test(tcase, chunks_take_half_a_millisecond_and_fit_their_room);
	tcase_add_test(tcase, tasks_that_share_cpus_cut_chunks_by_their_median_latency);
	tcase_add_test(tcase, rounds_spawned_anew_make_chunks_of_whole_rounds);
	tcase_add_test(tcase, a_cancelled_warm_up_opens_no_window);
	suite_add_tcase(s, tcase);
	return s;
}
