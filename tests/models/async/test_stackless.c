/*
 * Stackless coroutines: places, locals, what they wait for, and that they need no stacks.
 * It is over 400 lines: many short coroutines, one for each thing to wait for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/async/async.h"
#include "models/async/loop.h"
#include "models/async/stackless.h"
#include "models/async/task.h"
#include "tests/suite.h"

static char events[512];

static void note(const char *event)
{
	size_t used = strlen(events);

	snprintf(events + used, sizeof events - used, "%s ", event);
}

/* Runs fn as the main task of a new loop, with no events noted yet. */
static void run(task_fn *fn)
{
	events[0] = '\0';
	ck_assert_int_eq(async_run(fn, NULL), 0);
}

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

static uint64_t early_ns;

static int sleep_and_say(void *arg)
{
	struct stackless *self = stackless_self();
	uint64_t *until_ns = stackless_locals(self);

	STACKLESS_BEGIN(self);
	*until_ns = async_now_ns() + (uint64_t)(*(char *)arg - '0') * 2000000;
	STACKLESS_AWAIT(self, stackless_sleep_until(self, *until_ns));
	if (async_now_ns() < *until_ns)
		early_ns = *until_ns - async_now_ns();
	note(arg);
	STACKLESS_END;
	return 0;
}

static int sleepers(void *arg)
{
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);

	(void)arg;
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = stackless_spawn(
			&set, sleep_and_say, (char *[]){"3", "1", "2"}[i], sizeof(uint64_t), NULL);
	return rc != 0 ? rc : stackless_close(&set);
}

START_TEST(sleepers_wake_in_order_of_deadline_and_never_early)
{
	early_ns = 0;
	run(sleepers);
	ck_assert_str_eq(events, "1 2 3 ");
	ck_assert_int_eq(early_ns, 0);
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

static int tell_future(void *arg)
{
	(void)arg;
	note("task");
	return -EIO;
}

static int awaits_future(void *arg)
{
	struct stackless *self = stackless_self();

	STACKLESS_BEGIN(self);
	STACKLESS_AWAIT(self, stackless_future(self, arg));
	note(self->rc == -EIO ? "EIO" : "?");
	STACKLESS_AWAIT(self, stackless_future(self, arg));
	note(self->rc == -EIO ? "EIO" : "?");
	STACKLESS_END;
	return -EXDEV;
}

static int both_kinds(void *arg)
{
	struct stackless_set set;
	struct async_future done = {0};
	struct async_task *task = async_spawn(tell_future, NULL);
	int rc = stackless_open(&set, NULL);

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&set, awaits_future, &task->future, 0, &done);
	if (rc != 0)
		return rc;
	note(async_await(&done) == -EXDEV ? "EXDEV" : "?");
	async_task_detach(task);
	return stackless_close(&set);
}

START_TEST(tasks_and_coroutines_await_each_other)
{
	run(both_kinds);
	ck_assert_str_eq(events, "task EIO EIO EXDEV ");
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

struct transfer {
	char buffer[16];
	ssize_t got;
};

static int reads_pipe(void *arg)
{
	struct stackless *self = stackless_self();
	struct transfer *my = stackless_locals(self);
	int fd = *(int *)arg;

	STACKLESS_BEGIN(self);
	while ((my->got = read(fd, my->buffer, sizeof my->buffer - 1)) != 0) {
		if (my->got > 0)
			note(my->buffer);
		else
			STACKLESS_AWAIT(self, stackless_readable(self, fd));
	}
	note("end");
	STACKLESS_END;
	return 0;
}

static int feeds_pipe(void *arg)
{
	struct stackless_set set;
	int ends[2];
	int rc = pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0 ? stackless_open(&set, NULL) : -errno;

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&set, reads_pipe, &ends[0], sizeof(struct transfer), NULL);
	for (int i = 0; i < 2 && rc == 0; i++) {
		rc = async_sleep(1000000);
		if (write(ends[1], i == 0 ? "one" : "two", 3) != 3)
			rc = -EIO;
	}
	if (rc == 0)
		rc = async_sleep(1000000);
	close(ends[1]);
	if (rc == 0)
		rc = stackless_close(&set);
	async_close(ends[0]);
	return rc;
}

START_TEST(readiness_of_a_pipe_wakes_until_its_end)
{
	run(feeds_pipe);
	ck_assert_str_eq(events, "one two end ");
}
END_TEST

static int takes_one_byte(void *arg)
{
	struct stackless *self = stackless_self();
	int fd = *(int *)arg;
	char byte;

	STACKLESS_BEGIN(self);
	while (read(fd, &byte, 1) != 1)
		STACKLESS_AWAIT(self, stackless_readable(self, fd));
	stackless_pass_on(self, fd);
	note("took");
	STACKLESS_END;
	return 0;
}

static int feeds_three_at_once(void *arg)
{
	struct stackless_set set;
	int ends[2];
	int rc = pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0 ? stackless_open(&set, NULL) : -errno;

	(void)arg;
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = stackless_spawn(&set, takes_one_byte, &ends[0], 0, NULL);
	if (rc == 0)
		rc = async_sleep(1000000);
	if (write(ends[1], "123", 3) != 3) /* one edge for three that wait */
		rc = -EIO;
	if (rc == 0)
		rc = stackless_close(&set);
	close(ends[1]);
	async_close(ends[0]);
	return rc;
}

START_TEST(who_takes_one_of_several_passes_the_edge_on)
{
	run(feeds_three_at_once);
	ck_assert_str_eq(events, "took took took ");
}
END_TEST

/* Hears of the other side's end, sends until the socket is full, then once more as soon as there is
 * room. */
static int sends_into_a_full_socket(void *arg)
{
	static const char block[65536];
	struct stackless *self = stackless_self();
	int fd = *(int *)arg;

	STACKLESS_BEGIN(self);
	STACKLESS_AWAIT(self, stackless_readable(self, fd));
	while (send(fd, block, sizeof block, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		continue;
	note("full");
	STACKLESS_AWAIT(self, stackless_writable(self, fd));
	note(send(fd, block, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 ? "room" : "none");
	STACKLESS_END;
	return 0;
}

static int drains_after_its_own_end(void *arg)
{
	static char block[65536];
	struct stackless_set set;
	int ends[2];
	int rc = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0
			 ? stackless_open(&set, NULL)
			 : -errno;

	(void)arg;
	if (rc == 0)
		rc = shutdown(ends[1], SHUT_WR) == 0 ? 0 : -errno;
	if (rc == 0)
		rc = stackless_spawn(&set, sends_into_a_full_socket, &ends[0], 0, NULL);
	if (rc == 0)
		rc = async_sleep(1000000);
	note("drained");
	while (recv(ends[1], block, sizeof block, MSG_DONTWAIT) > 0)
		continue;
	if (rc == 0)
		rc = stackless_close(&set);
	close(ends[1]);
	async_close(ends[0]);
	return rc;
}

START_TEST(a_half_closed_socket_is_writable_only_when_it_has_room)
{
	run(drains_after_its_own_end);
	ck_assert_str_eq(events, "full drained room ");
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

static int sleeps_long(void *arg)
{
	struct stackless *self = stackless_self();

	(void)arg;
	STACKLESS_BEGIN(self);
	STACKLESS_AWAIT(self, stackless_sleep(self, 3600000000000));
	note("never");
	STACKLESS_END;
	return 0;
}

static struct stackless_set forgotten;

static int leaves_sleeper(void *arg)
{
	int rc = stackless_open(&forgotten, NULL);

	(void)arg;
	if (rc == 0)
		rc = stackless_spawn(&forgotten, sleeps_long, NULL, 0, NULL);
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

START_TEST(a_set_whose_driver_is_cancelled_closes_without_its_sleepers)
{
	run(closes_while_cancelled);
	ck_assert_str_eq(events, "ECANCELED closed ");
}
END_TEST

static int sleeps_a_little(void *arg)
{
	struct stackless *self = stackless_self();

	STACKLESS_BEGIN(self);
	STACKLESS_AWAIT(self, stackless_sleep_until(self, *(uint64_t *)arg));
	++*((uint64_t *)arg + 1);
	STACKLESS_END;
	return 0;
}

/* Lines of /proc/self/maps: mappings this process has. */
static int mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int lines = 0, c;

	ck_assert_ptr_nonnull(maps);
	while ((c = getc(maps)) != EOF)
		lines += c == '\n';
	fclose(maps);
	return lines;
}

enum { MANY = 100000, MANY_BYTES_EACH = 205 };

static int very_many(void *arg)
{
	uint64_t deadline_and_woken[2] = {0};
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);
	int before = mappings();

	(void)arg;
	deadline_and_woken[0] = async_now_ns() + 1000000;
	for (int i = 0; i < MANY && rc == 0; i++)
		rc = stackless_spawn(&set, sleeps_a_little, deadline_and_woken, 32, NULL);
	if (rc != 0)
		return rc;
	size_t bytes = set.chunks_count * STACKLESS_CHUNK_BYTES;
	ck_assert_uint_eq(set.loop->stacks[0].taken, 2); /* this task's and the driver's */
	ck_assert_int_lt(
		mappings() - before, MANY / 100); /* none of its own each; sanitizers map a few */
	rc = stackless_close(&set);
	bytes += set.loop->timers.room * sizeof(struct async_timer_node);
	ck_assert_uint_eq(deadline_and_woken[1], MANY);
	ck_assert_uint_le(bytes / MANY, MANY_BYTES_EACH);
	return rc;
}

START_TEST(a_hundred_thousand_need_no_stacks_and_two_hundred_bytes_each)
{
	run(very_many);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stackless");
	TCase *tests = tcase_create("stackless");

	tcase_add_test(tests, spawning_runs_nothing_and_yielding_takes_turns);
	tcase_add_test(tests, sleepers_wake_in_order_of_deadline_and_never_early);
	tcase_add_test(tests, an_awaited_coroutine_hands_its_result_to_its_caller);
	tcase_add_test(tests, tasks_and_coroutines_await_each_other);
	tcase_add_test(tests, waiting_calls_of_tasks_refuse_in_a_coroutine);
	tcase_add_test(tests, readiness_of_a_pipe_wakes_until_its_end);
	tcase_add_test(tests, a_coroutine_that_is_always_ready_starves_no_task);
	tcase_add_test(tests, who_takes_one_of_several_passes_the_edge_on);
	tcase_add_test(tests, a_half_closed_socket_is_writable_only_when_it_has_room);
	tcase_add_test(tests, a_set_whose_driver_is_cancelled_closes_without_its_sleepers);
	tcase_add_test(tests, a_hundred_thousand_need_no_stacks_and_two_hundred_bytes_each);
	suite_add_tcase(suite, tests);
	return suite;
}
