/*
 * Descriptors that travel.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

static int sockets[2];

static void open_sockets(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
}

static int receive_and_write(void *arg)
{
	(void)arg;
	int fd = process_recv_fd(sockets[1]);
	return fd < 0 || write(fd, "x", 1) != 1;
}

START_TEST(a_descriptor_opened_after_the_fork_works_in_the_child)
{
	pid_t child;
	int ends[2], status;
	char byte = 0;

	ck_assert_int_eq(process_fork(receive_and_write, NULL, &child), 0);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(process_send_fd(sockets[0], ends[1]), 0);
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'x');
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(read(ends[0], &byte, 1), 0);
}
END_TEST

START_TEST(the_copy_received_is_closed_on_exec)
{
	ck_assert_int_eq(process_send_fd(sockets[0], STDOUT_FILENO), 0);
	int fd = process_recv_fd(sockets[1]);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_ne(fd, STDOUT_FILENO);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(errors_are_told_apart)
{
	ck_assert_int_eq(process_send_fd(sockets[0], -1), -EBADF);
	ck_assert_int_eq(write(sockets[0], "x", 1), 1);
	ck_assert_int_eq(process_recv_fd(sockets[1]), -EPROTO);
	close(sockets[0]);
	ck_assert_int_eq(process_recv_fd(sockets[1]), -EPIPE);
	ck_assert_int_eq(process_send_fd(sockets[1], STDOUT_FILENO), -EPIPE);
	ck_assert_int_eq(process_recv_fd(-1), -EBADF);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("descriptor");
	TCase *tc = tcase_create("passing");

	tcase_add_checked_fixture(tc, open_sockets, NULL);
	tcase_add_test(tc, a_descriptor_opened_after_the_fork_works_in_the_child);
	tcase_add_test(tc, the_copy_received_is_closed_on_exec);
	tcase_add_test(tc, errors_are_told_apart);
	suite_add_tcase(s, tc);
	return s;
}
