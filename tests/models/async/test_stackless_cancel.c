/*
 * Cancelling one stackless coroutine, wherever it stands.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "models/async/async.h"
#include "models/async/loop.h"
#include "models/async/stackless.h"
#include "models/async/task.h"
#include "models/async/timeout.h"
#include "tests/models/async/stackless_events.h"

enum {
	FOR_TIMER,
	FOR_EDGE,
	FOR_PLAIN,
	FOR_TASK,
	FOR_COROUTINE,
	FOR_WORD,
	FOR_CALLED,
	FOR_TURN,
	KINDS
};

static struct {
	struct stackless_set set;
	int ends[2];
	struct async_future plain, coroutine;
	struct async_task *task;
	_Atomic uint32_t word;
	int got; /* what the wait said, to the innermost and then to who called it */
} waited;

static int sleeps_an_hour(void *arg)
{
	struct stackless *self = stackless_self();

	(void)arg;
	STACKLESS_BEGIN(self);
	STACKLESS_AWAIT(self, stackless_sleep(self, 3600000000000));
	note(self->rc == -ECANCELED ? "inner" : "?");
	STACKLESS_END;
	return self->rc;
}

static int waits_for_one(void *arg)
{
	struct stackless *self = stackless_self();
	int kind = (int)(intptr_t)arg;

	STACKLESS_BEGIN(self);
	if (kind == FOR_TIMER)
		STACKLESS_AWAIT(self, stackless_sleep(self, 3600000000000));
	if (kind == FOR_EDGE)
		STACKLESS_AWAIT(self, stackless_readable(self, waited.ends[0]));
	if (kind == FOR_PLAIN)
		STACKLESS_AWAIT(self, stackless_future(self, &waited.plain));
	if (kind == FOR_TASK)
		STACKLESS_AWAIT(self, stackless_future(self, &waited.task->future));
	if (kind == FOR_COROUTINE)
		STACKLESS_AWAIT(self, stackless_future(self, &waited.coroutine));
	if (kind == FOR_WORD)
		STACKLESS_AWAIT(self, stackless_word(self, &waited.word, 0));
	if (kind == FOR_CALLED)
		STACKLESS_AWAIT(self, stackless_call(self, sleeps_an_hour, NULL, 0));
	if (kind == FOR_TURN)
		do /* always ready: the cancel comes with its next wait */
			STACKLESS_AWAIT(self, stackless_yield(self));
		while (self->rc == 0);
	waited.got = self->rc;
	STACKLESS_AWAIT(self, stackless_yield(self)); /* told once: it may go on */
	STACKLESS_END;
	return self->rc != 0 ? -EDOM : waited.got;
}

static int task_sleeps(void *arg)
{
	(void)arg;
	return async_sleep(3600000000000);
}

static int cancels_one(void *arg)
{
	struct async_loop *loop = async_loop_current();
	struct async_future done = {0};
	int kind = *(int *)arg;

	if (pipe2(waited.ends, O_NONBLOCK | O_CLOEXEC) != 0 ||
		stackless_open(&waited.set, NULL) != 0)
		return -1;
	waited.task = async_spawn(task_sleeps, NULL);
	int rc = stackless_spawn(&waited.set, sleeps_an_hour, NULL, 0, &waited.coroutine);
	if (rc == 0)
		rc = stackless_spawn(&waited.set, waits_for_one, (void *)(intptr_t)kind, 0, &done);
	for (int i = 0; i < 4; i++)
		async_yield();
	if (rc != 0 || async_future_done(&done) || !async_cancel(&done))
		return -2;
	if (async_await(&done) != -ECANCELED || done.state != ASYNC_CANCELLED ||
		async_cancel(&done))
		return -3;
	if (waited.got != -ECANCELED)
		return -4;
	if ((kind == FOR_PLAIN) != async_future_done(&waited.plain) ||
		(kind == FOR_TASK) != async_future_done(&waited.task->future) ||
		(kind == FOR_COROUTINE) != async_future_done(&waited.coroutine))
		return -5;
	if (waited.set.words != NULL ||
		loop->descriptors.table[waited.ends[0]].readers.first != NULL)
		return -6;
	async_cancel(&waited.coroutine);
	async_task_cancel(waited.task);
	async_task_join(waited.task);
	rc = stackless_close(&waited.set);
	if (rc == 0 && loop->timers.count != 0)
		rc = -7;
	async_close(waited.ends[0]);
	close(waited.ends[1]);
	return rc;
}

START_TEST(a_cancel_ends_whatever_a_coroutine_waits_for_and_leaves_no_trace)
{
	memset(&waited, 0, sizeof waited);
	ck_assert_int_eq(async_run(cancels_one, &_i), 0);
}
END_TEST

static int never_runs(void *arg)
{
	(void)arg;
	note("ran");
	return 0;
}

static int cancels_early_and_by_time(void *arg)
{
	struct async_future early = {0}, late = {0};
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&set, never_runs, NULL, 0, &early);
	if (rc == 0)
		rc = stackless_spawn(&set, sleeps_an_hour, NULL, 0, &late);
	if (rc != 0)
		return rc;
	async_cancel(&early);
	async_cancel(&early); /* again: it is cancelled already */
	note(async_await(&early) == -ECANCELED ? "early" : "?");
	note(async_wait_for(&late, 1000000) == -ETIMEDOUT ? "late" : "?");
	note(async_future_done(&late) ? "ended" : "?");
	return stackless_close(&set);
}

START_TEST(a_coroutine_not_begun_runs_nothing_and_a_timeout_ends_one_that_waits)
{
	run(cancels_early_and_by_time);
	ck_assert_str_eq(events, "early inner late ended ");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/stackless_cancel");
	TCase *tests = tcase_create("stackless_cancel");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(
		tests, a_cancel_ends_whatever_a_coroutine_waits_for_and_leaves_no_trace, 0, KINDS);
	tcase_add_test(tests, a_coroutine_not_begun_runs_nothing_and_a_timeout_ends_one_that_waits);
	suite_add_tcase(suite, tests);
	return suite;
}
