/*
 * Connections on the loop, and what sockets alone have: lent buffers, unread data handed back.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

static int serve(void *arg)
{
	int listener = *(int *)arg;
	for (int i = 0; i < 3; i++) {
		int fd = async_accept(listener, NULL, NULL);
		char buffer[64];
		ssize_t got;
		must(fd >= 0);
		while ((got = async_read(fd, buffer, sizeof buffer)) > 0)
			must(async_write(fd, buffer, (size_t)got) == got);
		must(got == 0);
		must(async_close(fd) == 0);
	}
	return 0;
}

static int echo_over_tcp(void *arg)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)arg;
	must(bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 16) == 0);
	must(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
	struct async_task *server = async_spawn(serve, &listener);
	for (int i = 0; i < 3; i++) {
		char buffer[64];
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		must(async_connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
		for (int k = 0; k < 10; k++) {
			must(async_write(fd, "hello", 5) == 5);
			must(async_read(fd, buffer, sizeof buffer) == 5);
			must(memcmp(buffer, "hello", 5) == 0);
		}
		must(async_close(fd) == 0);
	}
	must(async_task_join(server) == 0);
	must(async_close(listener) == 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(async_connect(fd, (struct sockaddr *)&address, sizeof address) == -ECONNREFUSED);
	must(async_close(fd) == 0);
	return 0;
}

START_TEST(connections_are_made_accepted_and_refused)
{
	in_both_loops(echo_over_tcp, NULL);
}
END_TEST

static int lent_buffers(void *arg)
{
	int ends[2];
	void *first, *second, *none = NULL;
	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	must(async_write(ends[1], "hello", 5) == 5);
	must(async_recv_lend(ends[0], &first) == 5 && memcmp(first, "hello", 5) == 0);
	must(async_write(ends[1], "again", 5) == 5);
	must(async_recv_lend(ends[0], &second) == 5 && memcmp(second, "again", 5) == 0);
	must(first != second && memcmp(first, "hello", 5) == 0);
	async_release(first);
	async_release(second);
	for (int i = 0; i < 5000; i++) { /* more than there are buffers: they come back */
		must(async_write(ends[1], "x", 1) == 1);
		must(async_recv_lend(ends[0], &first) == 1);
		async_release(first);
	}
	must(async_close(ends[1]) == 0);
	must(async_recv_lend(ends[0], &none) == 0 && none == NULL);
	async_release(none);
	must(async_close(ends[0]) == 0);
	return 0;
}

START_TEST(a_lent_buffer_keeps_its_data_until_it_is_released)
{
	in_both_loops(lent_buffers, NULL);
}
END_TEST

static int detach_unread(void *arg)
{
	int ends[2];
	char buffer[64];
	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	must(async_write(ends[1], "first", 5) == 5);
	must(async_read(ends[0], buffer, 2) == 2);
	must(async_write(ends[1], "later", 5) == 5);
	must(async_sleep(2 * MS) == 0); /* io_uring has received it by now */
	must(async_detach(ends[0], buffer, 1) ==
		(async_loop_current()->options.poller == ASYNC_URING ? -EMSGSIZE : 0));
	ssize_t unread = async_detach(ends[0], buffer, sizeof buffer);
	must(unread >= 0);
	ssize_t rest = recv(ends[0], buffer + unread, sizeof buffer - (size_t)unread, MSG_DONTWAIT);
	if (rest > 0)
		unread += rest;
	must(unread == 8 && memcmp(buffer, "rstlater", 8) == 0);
	must(close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(detaching_hands_back_what_was_received_and_not_read)
{
	in_both_loops(detach_unread, NULL);
}
END_TEST

static int mixed_waits(void *arg)
{
	int ends[2];
	char byte;
	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	must(async_write(ends[1], "x", 1) == 1);
	must(async_wait_readable(ends[0]) == 0);
	must(async_read(ends[0], &byte, 1) == 1);
	if (async_loop_current()->options.poller == ASYNC_URING)
		must(async_wait_readable(ends[0]) == -EBUSY);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(waiting_for_a_stream_that_io_uring_reads_is_EBUSY)
{
	in_both_loops(mixed_waits, NULL);
}
END_TEST

static int accepts_one(void *arg)
{
	struct sockaddr_in address;
	socklen_t length = sizeof address;
	int fd = async_accept(*(int *)arg, (struct sockaddr *)&address, &length);
	if (fd < 0)
		return fd;
	must(address.sin_family == AF_INET && address.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	return async_close(fd);
}

static int cancelled_accept(void *arg)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)arg;
	must(bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 16) == 0);
	must(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
	struct async_task *first = async_spawn(accepts_one, &listener),
			  *second = async_spawn(accepts_one, &listener);
	must(async_sleep(MS) == 0);
	async_task_cancel(first);
	must(async_task_join(first) == -ECANCELED);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(async_connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
	must(async_task_join(second) == 0);
	must(async_close(fd) == 0 && async_close(listener) == 0);
	return 0;
}

START_TEST(a_cancelled_accept_takes_no_connection_with_it)
{
	in_both_loops(cancelled_accept, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/io_sockets");
	TCase *tests = tcase_create("io_sockets");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, connections_are_made_accepted_and_refused);
	tcase_add_test(tests, a_lent_buffer_keeps_its_data_until_it_is_released);
	tcase_add_test(tests, detaching_hands_back_what_was_received_and_not_read);
	tcase_add_test(tests, waiting_for_a_stream_that_io_uring_reads_is_EBUSY);
	tcase_add_test(tests, a_cancelled_accept_takes_no_connection_with_it);
	suite_add_tcase(suite, tests);
	return suite;
}
