/*
 * Streams over io_uring when the kernel ends an operation, runs out of buffers or of room for
 * completions: everybody who waits is served, and nothing that arrived is lost.
 */
/* wrap: io_uring_queue_init_params io_uring_register_buf_ring io_uring_submit */
/* wrap: io_uring_submit_and_wait io_uring_submit_and_wait_timeout io_uring_submit_and_get_events */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_LIBURING

#include "models/async/uring.h"
#include "tests/models/async/uring_faults.h"

enum { READERS = 4 };

static int reads_a_byte(void *arg)
{
	char byte;
	ssize_t got = async_read(*(int *)arg, &byte, 1);

	return got == 1 ? byte : (int)got;
}

/* Readers wait in line; the kernel ends the receive; how many of them are told which error? */
static int ended_for_readers(void *arg)
{
	struct async_task *readers[READERS];
	int ends[2], told = 0, bytes = 0, error = *(int *)arg;

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	for (int i = 0; i < READERS; i++)
		readers[i] = async_spawn(reads_a_byte, &ends[0]);
	must(async_sleep(MS) == 0);
	ring_fault.ended_with = error;
	ring_fault.end_all = true;
	must(async_sleep(MS) == 0);
	for (int i = 0; i < READERS; i++)
		must(async_write(ends[1], &"abcd"[i], 1) == 1);
	must(async_sleep(2 * MS) == 0);
	for (int i = 0; i < READERS; i++) {
		must(async_future_done(&readers[i]->future));
		int rc = async_task_join(readers[i]);
		told += rc == error;
		bytes += rc >= 'a' && rc <= 'd';
	}
	must(told == (error == -ENOMEM) && told + bytes == READERS);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_receive_that_the_kernel_ends_goes_on_for_all_who_wait)
{
	static const int errors[] = {-ECANCELED, -EAGAIN, -EINTR};

	for (int i = 0; i < 3; i++) {
		int error = errors[i];
		in_uring_loop(ended_for_readers, &error);
	}
}
END_TEST

START_TEST(an_error_of_a_receive_is_told_to_one_reader_and_the_others_go_on)
{
	int error = -ENOMEM;

	in_uring_loop(ended_for_readers, &error);
}
END_TEST

static int listen_here(struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(listener, (struct sockaddr *)address, length) != 0 || listen(listener, 16) != 0 ||
		getsockname(listener, (struct sockaddr *)address, &length) != 0)
		return -errno;
	return listener;
}

static int accepts_one(void *arg)
{
	int fd = async_accept(*(int *)arg, NULL, NULL);

	return fd >= 0 ? async_close(fd) : fd;
}

static int ended_for_acceptors(void *arg)
{
	struct async_task *acceptors[READERS];
	struct sockaddr_in address;
	int listener = listen_here(&address), told = 0, served = 0, error = *(int *)arg;

	must(listener >= 0);
	for (int i = 0; i < READERS; i++)
		acceptors[i] = async_spawn(accepts_one, &listener);
	must(async_sleep(MS) == 0);
	ring_fault.ended_with = error;
	ring_fault.end_all = true;
	must(async_sleep(MS) == 0);
	for (int i = 0; i < READERS; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		must(async_connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
		must(async_close(fd) == 0);
	}
	must(async_sleep(5 * MS) == 0);
	for (int i = 0; i < READERS; i++) {
		must(async_future_done(&acceptors[i]->future));
		int rc = async_task_join(acceptors[i]);
		told += rc == error;
		served += rc == 0;
	}
	must(told == (error == -EMFILE) && told + served == READERS);
	must(async_close(listener) == 0);
	return 0;
}

START_TEST(an_accept_that_the_kernel_ends_goes_on_for_all_who_wait)
{
	static const int errors[] = {-ECANCELED, -ECONNABORTED, -EMFILE};

	for (int i = 0; i < 3; i++) {
		int error = errors[i];
		in_uring_loop(ended_for_acceptors, &error);
	}
}
END_TEST

enum { PAIRS = 40, MESSAGES = 20 };

static int answers(void *arg)
{
	int fd = *(int *)arg;
	void *buffer;
	ssize_t got;

	while ((got = async_recv_lend(fd, &buffer)) > 0) {
		ssize_t sent = async_write(fd, buffer, (size_t)got);
		async_release(buffer);
		must(sent == got);
	}
	return (int)got;
}

static int asks(void *arg)
{
	int fd = *(int *)arg;

	for (int i = 0; i < MESSAGES; i++) {
		int got = -1;

		must(async_write(fd, &i, sizeof i) == sizeof i);
		must(async_read(fd, &got, sizeof got) == sizeof got && got == i);
	}
	return async_close(fd);
}

static int many_pairs(void *arg)
{
	static int ends[PAIRS][2];
	struct async_task *tasks[PAIRS][2];

	(void)arg;
	for (int i = 0; i < PAIRS; i++) {
		must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends[i]) == 0);
		tasks[i][0] = async_spawn(asks, &ends[i][0]);
		tasks[i][1] = async_spawn(answers, &ends[i][1]);
	}
	for (int i = 0; i < PAIRS; i++) {
		must(async_task_join(tasks[i][0]) == 0 && async_task_join(tasks[i][1]) == 0);
		must(async_close(ends[i][1]) == 0);
	}
	return 0;
}

START_TEST(with_more_completions_than_there_is_room_for_every_message_arrives)
{
	ring_fault.entries = 4;
	ring_fault.completions = 8;
	in_uring_loop(many_pairs, NULL);
}
END_TEST

static int two_on_one(void *arg)
{
	static void *held[ASYNC_URING_BUFFERS];
	int ends[2], other[2];

	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, other) == 0);
	for (int i = 0; i < ASYNC_URING_BUFFERS; i++) {
		must(async_write(ends[1], "x", 1) == 1);
		must(async_recv_lend(ends[0], &held[i]) == 1);
	}
	struct async_task *first = async_spawn(reads_a_byte, &other[0]);
	struct async_task *second = async_spawn(reads_a_byte, &other[0]);
	must(async_write(other[1], "a", 1) == 1);
	must(async_task_join(first) == 'a');
	for (int i = 0; i < ASYNC_URING_BUFFERS; i++)
		async_release(held[i]);
	struct async_task *third = async_spawn(reads_a_byte, &other[0]);
	must(async_sleep(MS) == 0);
	must(async_write(other[1], "b", 1) == 1 && async_write(other[1], "c", 1) == 1);
	must(async_task_join(second) + async_task_join(third) == 'b' + 'c');
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	must(async_close(other[0]) == 0 && async_close(other[1]) == 0);
	return 0;
}

START_TEST(readers_without_a_buffer_are_served_in_their_own_memory_and_later_as_ever)
{
	in_uring_loop(two_on_one, NULL);
}
END_TEST

static int releases_twice(void *arg)
{
	void *first, *second;
	int ends[2];

	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	must(async_write(ends[1], "a", 1) == 1 && async_recv_lend(ends[0], &first) == 1);
	async_release(first);
	async_release(first); /* told, and nothing else */
	must(strstr(async_explain(), "not lent") != NULL);
	for (int i = 0; i < 3 * ASYNC_URING_BUFFERS; i++) { /* no buffer is in the ring twice */
		must(async_write(ends[1], "b", 1) == 1);
		must(async_recv_lend(ends[0], &first) == 1);
		must(async_write(ends[1], "c", 1) == 1);
		must(async_recv_lend(ends[0], &second) == 1);
		must(first != second && *(char *)first == 'b' && *(char *)second == 'c');
		async_release(first);
		async_release(second);
	}
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_buffer_released_twice_is_told_and_lent_once)
{
	in_uring_loop(releases_twice, NULL);
}
END_TEST

static int detached_too_small(void *arg)
{
	int ends[2];
	char unread[4], byte;

	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	must(async_write(ends[1], "abc", 3) == 3);
	must(async_read(ends[0], &byte, 1) == 1 && byte == 'a');
	must(async_detach(ends[0], unread, 1) == -EMSGSIZE);
	must(async_read(ends[0], &byte, 1) == 1 && byte == 'b'); /* nothing is lost */
	must(async_read(ends[0], &byte, 1) == 1 && byte == 'c');
	struct async_task *reader = async_spawn(reads_a_byte, &ends[0]);
	must(async_sleep(MS) == 0);
	must(async_write(ends[1], "d", 1) == 1); /* and it receives again */
	must(async_task_join(reader) == 'd');
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_detach_without_room_leaves_the_stream_as_it_was)
{
	in_uring_loop(detached_too_small, NULL);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_receive_that_the_kernel_ends_goes_on_for_all_who_wait);
	tcase_add_test(tests, an_error_of_a_receive_is_told_to_one_reader_and_the_others_go_on);
	tcase_add_test(tests, an_accept_that_the_kernel_ends_goes_on_for_all_who_wait);
	tcase_add_test(tests, with_more_completions_than_there_is_room_for_every_message_arrives);
	tcase_add_test(
		tests, readers_without_a_buffer_are_served_in_their_own_memory_and_later_as_ever);
	tcase_add_test(tests, a_buffer_released_twice_is_told_and_lent_once);
	tcase_add_test(tests, a_detach_without_room_leaves_the_stream_as_it_was);
}

#else

#include "tests/suite.h"

static void add_tests(TCase *tests)
{
	(void)tests; /* test_uring says what happens without the library */
}

#endif

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/uring_stream");
	TCase *tests = tcase_create("uring_stream");

	tcase_set_timeout(tests, 60);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	return suite;
}
