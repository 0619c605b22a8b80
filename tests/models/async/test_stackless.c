/*
 * Stackless coroutines: places, locals, turns, ends.
 */
#include <errno.h>

#include "models/async/async.h"
#include "models/async/loop.h"
#include "models/async/stackless.h"
#include "models/async/task.h"
#include "tests/models/async/stackless_events.h"

struct counter {
	int i;
};

static int say_thrice(void *arg)
{
	struct stackless *self = stackless_self();
	struct counter *my = stackless_locals(self);

	STACKLESS_BEGIN(self);
	for (my->i = 0; my->i < 3; my->i++) {
		note(arg);
		STACKLESS_AWAIT(self, stackless_yield(self));
		if (self->rc != 0)
			return self->rc;
	}
	STACKLESS_END;
	return 0;
}

static int take_turns(void *arg)
{
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&set, say_thrice, "a", sizeof(struct counter), NULL);
	if (rc == 0)
		rc = stackless_spawn(&set, say_thrice, "b", sizeof(struct counter), NULL);
	note("spawned");
	return rc != 0 ? rc : stackless_close(&set);
}

START_TEST(spawning_runs_nothing_and_yielding_takes_turns)
{
	run(take_turns);
	ck_assert_str_eq(events, "spawned a b a b a b ");
}
END_TEST

static int inner(void *arg)
{
	struct stackless *self = stackless_self();

	STACKLESS_BEGIN(self);
	note("inner");
	STACKLESS_AWAIT(self, stackless_yield(self));
	note("inner-again");
	STACKLESS_END;
	return *(int *)arg;
}

static int outer(void *arg)
{
	struct stackless *self = stackless_self();

	STACKLESS_BEGIN(self);
	STACKLESS_AWAIT(self, stackless_call(self, inner, arg, 0));
	note(self->rc == -EDOM ? "EDOM" : "?");
	STACKLESS_END;
	return 0;
}

static int plain(void *arg)
{
	(void)arg;
	return -EDOM;
}

static int calls_plain(void *arg)
{
	struct stackless *self = stackless_self();

	STACKLESS_BEGIN(self);
	STACKLESS_AWAIT(self, stackless_call(self, plain, arg, 0));
	note(self->rc == -EDOM ? "EDOM" : "?");
	STACKLESS_END;
	return 0;
}

static int callers(void *arg)
{
	static int result = -EDOM;
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&set, outer, &result, 0, NULL);
	if (rc == 0)
		rc = stackless_spawn(&set, calls_plain, NULL, 0, NULL);
	return rc != 0 ? rc : stackless_close(&set);
}

START_TEST(an_awaited_coroutine_hands_its_result_to_its_caller)
{
	run(callers);
	ck_assert_str_eq(events, "inner EDOM inner-again EDOM ");
}
END_TEST

static int waits_like_a_task(void *arg)
{
	(void)arg;
	note(async_sleep(1) == -EPERM ? "EPERM" : "?");
	return 0;
}

static int wrong_kind_of_wait(void *arg)
{
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&set, waits_like_a_task, NULL, 0, NULL);
	return rc != 0 ? rc : stackless_close(&set);
}

START_TEST(waiting_calls_of_tasks_refuse_in_a_coroutine)
{
	run(wrong_kind_of_wait);
	ck_assert_str_eq(events, "EPERM ");
}
END_TEST

/* Is always ready until somebody stops it. */
static int spins(void *arg)
{
	struct stackless *self = stackless_self();
	bool *stopped = arg;

	STACKLESS_BEGIN(self);
	while (!*stopped)
		STACKLESS_AWAIT(self, stackless_yield(self));
	STACKLESS_END;
	return 0;
}

static int runs_beside_spinner(void *arg)
{
	struct stackless_set set;
	bool stopped = false;
	int rc = stackless_open(&set, NULL);

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&set, spins, &stopped, 0, NULL);
	if (rc == 0)
		rc = async_sleep(1000000);
	note("slept");
	stopped = true;
	return rc != 0 ? rc : stackless_close(&set);
}

START_TEST(a_coroutine_that_is_always_ready_starves_no_task)
{
	run(runs_beside_spinner);
	ck_assert_str_eq(events, "slept ");
}
END_TEST

/* Is cancelled as often as it says; with `again` it goes on waiting after that. */
static int sleeps_long(void *arg)
{
	struct stackless *self = stackless_self();
	bool again = arg != NULL;

	STACKLESS_BEGIN(self);
	do {
		STACKLESS_AWAIT(self, stackless_sleep(self, 3600000000000));
		note(self->rc == -ECANCELED ? "cancelled" : "?");
	} while (again);
	STACKLESS_END;
	return self->rc;
}

static struct stackless_set forgotten;

static int leaves_sleeper(void *arg)
{
	int rc = stackless_open(&forgotten, NULL);

	if (rc == 0)
		rc = stackless_spawn(&forgotten, sleeps_long, arg, 0, NULL);
	return rc != 0 ? rc : async_sleep(1000000);
}

static int closes_while_cancelled(void *arg)
{
	int rc = leaves_sleeper(arg);

	async_task_cancel(async_task_current());
	note(stackless_close(&forgotten) == -ECANCELED ? "ECANCELED" : "?");
	async_task_cancel(forgotten.driver);
	note(stackless_close(&forgotten) == 0 ? "closed" : "?");
	return rc;
}

START_TEST(cancelling_the_driver_cancels_its_coroutines_and_the_set_closes)
{
	run(closes_while_cancelled);
	ck_assert_str_eq(events, "ECANCELED cancelled closed ");
}
END_TEST

static int cancels_twice(void *arg)
{
	struct async_future done = {0};
	int rc = stackless_open(&forgotten, NULL);

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&forgotten, sleeps_long, "again", 256, &done);
	if (rc == 0)
		rc = async_sleep(1000000);
	for (int i = 0; i < 2; i++) {
		async_task_cancel(forgotten.driver);
		async_yield();
	}
	note(async_await(&done) == -ECANCELED ? "dropped" : "?");
	note(stackless_spawn(&forgotten, sleeps_long, NULL, 0, NULL) == -ECANCELED ? "refused"
										   : "?");
	note(async_loop_current()->timers.count == 0 ? "untimed" : "?");
	return rc != 0 ? rc : stackless_close(&forgotten);
}

START_TEST(a_coroutine_that_waits_on_after_its_cancel_is_dropped_at_the_second)
{
	run(cancels_twice);
	ck_assert_str_eq(events, "cancelled dropped refused untimed ");
}
END_TEST

static bool never;

static int leaves_spinner_and_sleeper(void *arg)
{
	int rc = leaves_sleeper("again");

	(void)arg;
	return rc != 0 ? rc : stackless_spawn(&forgotten, spins, &never, 0, NULL);
}

START_TEST(a_loop_closes_whatever_its_coroutines_do)
{
	run(leaves_spinner_and_sleeper);
	ck_assert_str_eq(events, "cancelled ");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/stackless");
	TCase *tests = tcase_create("stackless");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, spawning_runs_nothing_and_yielding_takes_turns);
	tcase_add_test(tests, an_awaited_coroutine_hands_its_result_to_its_caller);
	tcase_add_test(tests, waiting_calls_of_tasks_refuse_in_a_coroutine);
	tcase_add_test(tests, a_coroutine_that_is_always_ready_starves_no_task);
	tcase_add_test(tests, cancelling_the_driver_cancels_its_coroutines_and_the_set_closes);
	tcase_add_test(tests, a_coroutine_that_waits_on_after_its_cancel_is_dropped_at_the_second);
	tcase_add_test(tests, a_loop_closes_whatever_its_coroutines_do);
	suite_add_tcase(suite, tests);
	return suite;
}
