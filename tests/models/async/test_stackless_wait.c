/*
 * What stackless coroutines wait for: timers, futures, readiness.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/async/async.h"
#include "models/async/loop.h"
#include "models/async/stackless.h"
#include "models/async/task.h"
#include "tests/models/async/stackless_events.h"

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

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/stackless_wait");
	TCase *tests = tcase_create("stackless_wait");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, sleepers_wake_in_order_of_deadline_and_never_early);
	tcase_add_test(tests, tasks_and_coroutines_await_each_other);
	tcase_add_test(tests, readiness_of_a_pipe_wakes_until_its_end);
	tcase_add_test(tests, who_takes_one_of_several_passes_the_edge_on);
	tcase_add_test(tests, a_half_closed_socket_is_writable_only_when_it_has_room);
	suite_add_tcase(suite, tests);
	return suite;
}
