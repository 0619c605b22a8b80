/*
 * Event, barrier and wait group.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

static int meets(void *arg)
{
	return async_barrier_wait(arg);
}

static int finishes(void *arg)
{
	async_yield();
	return async_wait_group_done(arg);
}

static int a_set_event_lets_pass_until_it_is_cleared_body(void *arg)
{
	struct async_event event = {0};
	struct async_timeout limit;
	(void)arg;
	async_event_set(&event);
	must(async_event_wait(&event) == 0);
	async_event_clear(&event);
	must(async_timeout_begin(&limit, MS) == 0);
	must(async_event_wait(&event) == -ETIMEDOUT);
	must(async_timeout_end(&limit) && event.line.first == NULL);
	return 0;
}

START_TEST(a_set_event_lets_pass_until_it_is_cleared)
{
	in_loop(a_set_event_lets_pass_until_it_is_cleared_body, NULL);
}
END_TEST

static int a_barrier_gives_each_party_a_place_and_can_be_used_again_body(void *arg)
{
	struct async_barrier barrier = {.parties = 3};
	(void)arg;
	for (int round = 0; round < 3; round++) {
		struct async_task *a = async_spawn(meets, &barrier),
				  *b = async_spawn(meets, &barrier);
		async_yield();
		must(async_barrier_wait(&barrier) == 2);
		must(async_task_join(a) == 0 && async_task_join(b) == 1);
	}
	return 0;
}

START_TEST(a_barrier_gives_each_party_a_place_and_can_be_used_again)
{
	in_loop(a_barrier_gives_each_party_a_place_and_can_be_used_again_body, NULL);
}
END_TEST

static int who_is_cancelled_at_a_barrier_is_no_longer_counted_body(void *arg)
{
	struct async_barrier barrier = {.parties = 2};
	(void)arg;
	struct async_task *gone = async_spawn(meets, &barrier), *stays = NULL;
	async_yield();
	async_task_cancel(gone);
	must(async_task_join(gone) == -ECANCELED);
	stays = async_spawn(meets, &barrier);
	async_yield();
	must(!async_future_done(&stays->future));
	must(async_barrier_wait(&barrier) == 1 && async_task_join(stays) == 0);
	return 0;
}

START_TEST(who_is_cancelled_at_a_barrier_is_no_longer_counted)
{
	in_loop(who_is_cancelled_at_a_barrier_is_no_longer_counted_body, NULL);
}
END_TEST

static int an_aborted_barrier_sends_everybody_away_until_it_is_reset_body(void *arg)
{
	struct async_barrier barrier = {.parties = 2};
	(void)arg;
	struct async_task *waits = async_spawn(meets, &barrier);
	async_yield();
	async_barrier_abort(&barrier);
	must(async_task_join(waits) == -EPIPE && async_barrier_wait(&barrier) == -EPIPE);
	async_barrier_reset(&barrier);
	waits = async_spawn(meets, &barrier);
	async_yield();
	must(async_barrier_wait(&barrier) == 1 && async_task_join(waits) == 0);
	return 0;
}

START_TEST(an_aborted_barrier_sends_everybody_away_until_it_is_reset)
{
	in_loop(an_aborted_barrier_sends_everybody_away_until_it_is_reset_body, NULL);
}
END_TEST

static int a_wait_group_waits_for_its_count_body(void *arg)
{
	struct async_wait_group group = {0};
	(void)arg;
	must(async_wait_group_wait(&group) == 0);
	async_wait_group_add(&group, 2);
	struct async_task *a = async_spawn(finishes, &group), *b = async_spawn(finishes, &group);
	must(async_wait_group_wait(&group) == 0 && group.count == 0);
	must(async_wait_group_done(&group) == -EINVAL);
	must(async_task_join(a) == 0 && async_task_join(b) == 0);
	return 0;
}

START_TEST(a_wait_group_waits_for_its_count)
{
	in_loop(a_wait_group_waits_for_its_count_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/event");
	TCase *tests = tcase_create("event");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_set_event_lets_pass_until_it_is_cleared);
	tcase_add_test(tests, a_barrier_gives_each_party_a_place_and_can_be_used_again);
	tcase_add_test(tests, who_is_cancelled_at_a_barrier_is_no_longer_counted);
	tcase_add_test(tests, an_aborted_barrier_sends_everybody_away_until_it_is_reset);
	tcase_add_test(tests, a_wait_group_waits_for_its_count);
	suite_add_tcase(suite, tests);
	return suite;
}
