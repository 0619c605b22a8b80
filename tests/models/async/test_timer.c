/*
 * The heap of timers: order, removal, never early.
 */
#include <stdlib.h>

#include "tests/models/async/in_loop.h"

static uint64_t fired_ns[4096];
static size_t fired;

static void note_fired(struct async_timer *timer)
{
	fired_ns[fired++] = timer->deadline_ns;
}

static uint64_t state = 88172645463325252u;

static uint64_t draw(void)
{
	state ^= state << 13, state ^= state >> 7, state ^= state << 17;
	return state;
}

START_TEST(timers_fire_in_order_of_their_deadlines_and_only_when_due)
{
	static struct async_timer timers[4096];
	struct async_timers heap = {0};

	for (int i = 0; i < 4096; i++) {
		timers[i] =
			(struct async_timer){.deadline_ns = draw() % 100000, .fire = note_fired};
		ck_assert_int_eq(async_timer_arm(&heap, &timers[i]), 0);
	}
	for (uint64_t now = 0; heap.count > 0; now += 1000) {
		async_timers_fire(&heap, now);
		for (size_t i = 0; i < fired; i++)
			ck_assert_uint_le(fired_ns[i], now);
		ck_assert_uint_gt(async_timers_next(&heap), now);
	}
	ck_assert_uint_eq(fired, 4096);
	for (size_t i = 1; i < fired; i++)
		ck_assert_uint_le(fired_ns[i - 1], fired_ns[i]);
	async_timers_free(&heap);
}
END_TEST

START_TEST(a_disarmed_timer_never_fires_and_the_others_keep_their_order)
{
	static struct async_timer timers[1000];
	struct async_timers heap = {0};

	for (int i = 0; i < 1000; i++) {
		timers[i] = (struct async_timer){.deadline_ns = draw() % 1000, .fire = note_fired};
		ck_assert_int_eq(async_timer_arm(&heap, &timers[i]), 0);
	}
	for (int i = 0; i < 1000; i += 2)
		async_timer_disarm(&heap, &timers[i]);
	async_timer_disarm(&heap, &timers[0]); /* again: nothing */
	async_timers_fire(&heap, 1000);
	ck_assert_uint_eq(fired, 500);
	for (size_t i = 1; i < fired; i++)
		ck_assert_uint_le(fired_ns[i - 1], fired_ns[i]);
	async_timers_free(&heap);
}
END_TEST

static int sleep_randomly(void *arg)
{
	(void)arg;
	for (int i = 0; i < 20; i++) {
		uint64_t duration_ns = draw() % (2 * MS), start_ns = async_now_ns();
		int rc = async_sleep(duration_ns);
		if (rc != 0)
			return rc;
		must(async_now_ns() - start_ns >= duration_ns);
	}
	return 0;
}

static int many_sleepers(void *arg)
{
	struct async_task *tasks[500];
	(void)arg;
	for (int i = 0; i < 500; i++)
		tasks[i] = async_spawn(sleep_randomly, NULL);
	for (int i = 0; i < 500; i++)
		must(async_task_join(tasks[i]) == 0);
	return 0;
}

START_TEST(ten_thousand_random_sleeps_never_end_early)
{
	in_both_loops(many_sleepers, NULL);
}
END_TEST

static int long_sleep(void *arg)
{
	uint64_t start_ns = async_now_ns();
	(void)arg;
	must(async_sleep(30 * MS) == 0); /* asked of the kernel in two parts */
	must(async_now_ns() - start_ns >= 30 * MS);
	return 0;
}

START_TEST(a_sleep_beyond_ten_milliseconds_is_not_early_either)
{
	in_both_loops(long_sleep, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/timer");
	TCase *tests = tcase_create("timer");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, timers_fire_in_order_of_their_deadlines_and_only_when_due);
	tcase_add_test(tests, a_disarmed_timer_never_fires_and_the_others_keep_their_order);
	tcase_add_test(tests, ten_thousand_random_sleeps_never_end_early);
	tcase_add_test(tests, a_sleep_beyond_ten_milliseconds_is_not_early_either);
	suite_add_tcase(suite, tests);
	return suite;
}
