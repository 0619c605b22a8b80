/*
 * The epoll poller: sleeping, partial and interrupted transfers, descriptors used again.
 */
/* wrap: epoll_pwait2 recv send */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

static int refuse, waits;

ssize_t __real_recv(int fd, void *buffer, size_t bytes, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t bytes, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t bytes, int flags)
{
	if (refuse > 0 && --refuse % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	return __real_recv(fd, buffer, bytes, flags);
}

ssize_t __real_send(int fd, const void *buffer, size_t bytes, int flags);
ssize_t __wrap_send(int fd, const void *buffer, size_t bytes, int flags);
ssize_t __wrap_send(int fd, const void *buffer, size_t bytes, int flags)
{
	if (refuse > 0 && --refuse % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	return __real_send(fd, buffer, bytes > 2 ? 2 : bytes, flags);
}

int __real_epoll_pwait2(int fd, struct epoll_event *events, int n, const struct timespec *timeout,
	const sigset_t *mask);
int __wrap_epoll_pwait2(int fd, struct epoll_event *events, int n, const struct timespec *timeout,
	const sigset_t *mask);
int __wrap_epoll_pwait2(int fd, struct epoll_event *events, int n, const struct timespec *timeout,
	const sigset_t *mask)
{
	waits++;
	return __real_epoll_pwait2(fd, events, n, timeout, mask);
}

static int writes_slowly(void *arg)
{
	char byte = 'x';

	for (int i = 0; i < 10; i++) {
		must(async_sleep(MS) == 0);
		must(async_write(*(int *)arg, &byte, 1) == 1);
	}
	return 0;
}

static int idle_reader(void *arg)
{
	int ends[2];
	char byte;

	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	struct async_task *writer = async_spawn(writes_slowly, &ends[1]);
	waits = 0;
	for (int i = 0; i < 10; i++)
		must(async_read(ends[0], &byte, 1) == 1 && byte == 'x');
	must(waits <= 10 * 4); /* it sleeps for each byte, it does not ask again and again */
	must(async_task_join(writer) == 0);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_reader_without_data_lets_the_loop_sleep)
{
	in_loop(idle_reader, NULL);
}
END_TEST

static int partial(void *arg)
{
	int ends[2];
	char sent[200], got[200];
	size_t have = 0;

	(void)arg;
	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = (char)i;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	refuse = 100;
	must(async_write(ends[1], sent, sizeof sent) == sizeof sent);
	while (have < sizeof got) {
		ssize_t n = async_read(
			ends[0], got + have, have + 3 > sizeof got ? sizeof got - have : 3);
		must(n > 0 && n <= 3);
		have += (size_t)n;
	}
	must(memcmp(sent, got, sizeof got) == 0);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(partial_and_interrupted_transfers_keep_every_byte_in_order)
{
	in_loop(partial, NULL);
}
END_TEST

static int reopened(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		int ends[2];
		char byte;

		must(pipe2(ends, O_CLOEXEC) == 0);
		struct async_task *writer = async_spawn(writes_slowly, &ends[1]);
		for (int k = 0; k < 10; k++)
			must(async_read(ends[0], &byte, 1) == 1);
		must(async_task_join(writer) == 0);
		must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	}
	return 0;
}

START_TEST(a_number_used_again_for_another_file_is_registered_anew)
{
	in_loop(reopened, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/epoll");
	TCase *tests = tcase_create("epoll");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_reader_without_data_lets_the_loop_sleep);
	tcase_add_test(tests, partial_and_interrupted_transfers_keep_every_byte_in_order);
	tcase_add_test(tests, a_number_used_again_for_another_file_is_registered_anew);
	suite_add_tcase(suite, tests);
	return suite;
}
