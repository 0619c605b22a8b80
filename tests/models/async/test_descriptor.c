/*
 * What the loop finds out of a descriptor, and what an edge does.
 */
/* wrap: epoll_ctl */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faults.h"
#include "tests/models/async/in_loop.h"

static struct async_descriptor known(int fd)
{
	struct async_descriptor descriptor;

	ck_assert_int_eq(async_descriptor_know(&descriptor, fd), 0);
	ck_assert(descriptor.known && !descriptor.registered);
	ck_assert(descriptor.readable && descriptor.writable && !descriptor.hung_up);
	return descriptor;
}

static int flags_of(int fd)
{
	return fcntl(fd, F_GETFL);
}

START_TEST(a_short_read_empties_a_stream_but_neither_datagrams_nor_a_pipe)
{
	int stream[2], datagrams[2], ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, datagrams), 0);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert(known(stream[0]).drains && known(stream[0]).is_socket);
	ck_assert(!known(datagrams[0]).drains && known(datagrams[0]).is_socket);
	ck_assert(!known(ends[0]).drains && !known(ends[0]).is_socket);
	for (int i = 0; i < 2; i++)
		ck_assert(close(stream[i]) == 0 && close(datagrams[i]) == 0 && close(ends[i]) == 0);
}
END_TEST

/* In packet mode a read gives one packet, and the reading end does not know of the mode. */
static int reads_packets(void *arg)
{
	char buffer[64];
	int ends[2];

	(void)arg;
	must(pipe2(ends, O_CLOEXEC | O_DIRECT) == 0);
	must(write(ends[1], "one", 3) == 3 && write(ends[1], "other", 5) == 5);
	must(async_read(ends[0], buffer, sizeof buffer) == 3);
	must(async_read(ends[0], buffer, sizeof buffer) == 5);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(packets_that_wait_in_a_pipe_are_read_without_a_further_edge)
{
	in_loop(reads_packets, NULL);
}
END_TEST

START_TEST(sockets_keep_their_flags_and_what_else_may_block_is_made_not_to)
{
	int stream[2], ends[2], counter = eventfd(0, EFD_CLOEXEC);

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream), 0);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	known(stream[0]);
	known(ends[0]);
	known(counter);
	ck_assert_int_eq(flags_of(stream[0]) & O_NONBLOCK, 0);
	ck_assert_int_ne(flags_of(ends[0]) & O_NONBLOCK, 0);
	ck_assert_int_eq(flags_of(ends[1]) & O_NONBLOCK, 0);
	ck_assert_int_ne(flags_of(counter) & O_NONBLOCK, 0);
	ck_assert(close(counter) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
	ck_assert(close(stream[0]) == 0 && close(stream[1]) == 0);
}
END_TEST

START_TEST(files_and_folders_are_files_and_direct_ones_are_known)
{
	char name[] = "/tmp/concbench-test-XXXXXX";
	int file = mkstemp(name), folder = open("/tmp", O_RDONLY | O_CLOEXEC);
	int direct = open(name, O_RDONLY | O_CLOEXEC | O_DIRECT);

	ck_assert(file >= 0 && folder >= 0);
	ck_assert(known(file).is_file && !known(file).is_direct);
	ck_assert(known(folder).is_file);
	ck_assert_int_eq(flags_of(file) & O_NONBLOCK, 0);
	if (direct >= 0) { /* not every file system has it */
		ck_assert(known(direct).is_file && known(direct).is_direct);
		close(direct);
	}
	ck_assert(close(file) == 0 && close(folder) == 0 && unlink(name) == 0);
}
END_TEST

START_TEST(what_is_not_open_or_cannot_be_is_EBADF)
{
	struct async_descriptors all;
	struct async_descriptor *descriptor;
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(async_descriptors_open(&all), 0);
	ck_assert_uint_le(all.room, limit.rlim_max);
	ck_assert_int_eq(async_descriptor_find(&all, -1, &descriptor), -EBADF);
	ck_assert_int_eq(async_descriptor_find(&all, (int)all.room, &descriptor), -EBADF);
	int fd = dup(0);
	ck_assert(fd >= 0 && close(fd) == 0);
	ck_assert_int_eq(async_descriptor_find(&all, fd, &descriptor), -EBADF);
	ck_assert(!all.table[fd].known);
	async_descriptors_close(&all);
	async_descriptors_close(&all); /* again: nothing */
}
END_TEST

static int registers_once(void *arg)
{
	struct async_loop *loop = async_loop_current();
	struct async_descriptor *descriptor;
	int ends[2];

	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	fault_set(FAULT_EPOLL_CTL, 1, ENOSPC);
	must(async_descriptor_register(loop, ends[0], &descriptor) == -ENOSPC);
	must(!descriptor->registered);
	fault_set(FAULT_EPOLL_CTL, 0, 0);
	for (int i = 0; i < 3; i++)
		must(async_descriptor_register(loop, ends[0], &descriptor) == 0);
	must(descriptor->registered && fault_calls(FAULT_EPOLL_CTL) == 1);
	must(async_close(ends[0]) == 0 && !descriptor->known && !descriptor->registered);
	must(async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_descriptor_is_registered_once_and_forgotten_when_closed)
{
	in_loop(registers_once, NULL);
}
END_TEST

struct noted {
	struct async_waiter waiter; /* first */
	int served;
};

static void note_served(struct async_waiter *waiter)
{
	((struct noted *)(void *)waiter)->served++;
}

START_TEST(an_edge_wakes_the_first_of_its_direction_and_is_remembered)
{
	struct async_descriptor descriptor = {.known = 1, .drains = 1};
	struct noted first = {.waiter.call = note_served}, second = first, writer = first;

	async_waiters_push(&descriptor.readers, &first.waiter);
	async_waiters_push(&descriptor.readers, &second.waiter);
	async_waiters_push(&descriptor.writers, &writer.waiter);
	async_descriptor_edge(&descriptor, EPOLLIN);
	ck_assert(first.served == 1 && second.served == 0 && writer.served == 0);
	ck_assert(descriptor.readable && !descriptor.writable && !descriptor.hung_up);
	async_descriptor_edge(&descriptor, EPOLLOUT);
	ck_assert(second.served == 0 && writer.served == 1 && descriptor.writable);
	async_descriptor_edge(&descriptor, EPOLLPRI);
	ck_assert(second.served == 1 && !descriptor.drains);
}
END_TEST

START_TEST(a_hang_up_is_both_readable_and_final)
{
	static const uint32_t ends[] = {EPOLLRDHUP, EPOLLHUP, EPOLLERR};

	for (int i = 0; i < 3; i++) {
		struct async_descriptor descriptor = {.known = 1};

		async_descriptor_edge(&descriptor, ends[i]);
		ck_assert(descriptor.hung_up && descriptor.readable);
		ck_assert_int_eq(descriptor.writable, ends[i] != EPOLLRDHUP);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/descriptor");
	TCase *tests = tcase_create("descriptor");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_short_read_empties_a_stream_but_neither_datagrams_nor_a_pipe);
	tcase_add_test(tests, packets_that_wait_in_a_pipe_are_read_without_a_further_edge);
	tcase_add_test(tests, sockets_keep_their_flags_and_what_else_may_block_is_made_not_to);
	tcase_add_test(tests, files_and_folders_are_files_and_direct_ones_are_known);
	tcase_add_test(tests, what_is_not_open_or_cannot_be_is_EBADF);
	tcase_add_test(tests, a_descriptor_is_registered_once_and_forgotten_when_closed);
	tcase_add_test(tests, an_edge_wakes_the_first_of_its_direction_and_is_remembered);
	tcase_add_test(tests, a_hang_up_is_both_readable_and_final);
	suite_add_tcase(suite, tests);
	return suite;
}
