/*
 * Listening, connecting, and what sockets count.
 */
#include "harness/load/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/suite.h"

static int listener, near_end, far_end;
static uint32_t number;

static void connect_both(enum endpoint_family family)
{
	listener = endpoint_listen(family, 8, &number);
	ck_assert_int_ge(listener, 0);
	near_end = endpoint_connect(family, number, true);
	ck_assert_int_ge(near_end, 0);
	far_end = accept(listener, NULL, NULL);
	ck_assert_int_ge(far_end, 0);
}

static void close_both(void)
{
	close(near_end);
	close(far_end);
	close(listener);
}

START_TEST(bytes_go_both_ways)
{
	char byte = 'a';

	connect_both((enum endpoint_family)_i);
	ck_assert_uint_ne(number, 0);
	ck_assert_int_eq(write(near_end, &byte, 1), 1);
	ck_assert_int_eq(read(far_end, &byte, 1), 1);
	ck_assert_int_eq(write(far_end, &byte, 1), 1);
	ck_assert_int_eq(read(near_end, &byte, 1), 1);
	close_both();
}
END_TEST

START_TEST(two_listeners_have_two_numbers)
{
	uint32_t other;
	int fd;

	connect_both((enum endpoint_family)_i);
	fd = endpoint_listen((enum endpoint_family)_i, 8, &other);
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_ne(number, other);
	close(fd);
	close_both();
}
END_TEST

START_TEST(nodelay_is_set_or_not_as_asked)
{
	int on = -1;
	socklen_t length = sizeof(on);
	int fd;

	connect_both(ENDPOINT_TCP);
	getsockopt(near_end, IPPROTO_TCP, TCP_NODELAY, &on, &length);
	ck_assert_int_ne(on, 0);
	fd = endpoint_connect(ENDPOINT_TCP, number, false);
	getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &length);
	ck_assert_int_eq(on, 0);
	close(fd);
	close_both();
}
END_TEST

START_TEST(the_socket_counts_payload_only_and_exactly)
{
	char buffer[4096] = {0};
	uint64_t acknowledged, received;

	connect_both(ENDPOINT_TCP);
	ck_assert_int_eq(endpoint_counts(near_end, &acknowledged, &received), 0);
	ck_assert_uint_eq(acknowledged, 0);
	ck_assert_uint_eq(received, 0);
	ck_assert_int_eq(write(near_end, buffer, 1234), 1234);
	ck_assert_int_eq(recv(far_end, buffer, 1234, MSG_WAITALL), 1234);
	ck_assert_int_eq(write(far_end, buffer, 777), 777); /* carries the acknowledgement */
	ck_assert_int_eq(recv(near_end, buffer, 777, MSG_WAITALL), 777);
	ck_assert_int_eq(endpoint_counts(near_end, &acknowledged, &received), 0);
	ck_assert_uint_eq(acknowledged, 1234);
	ck_assert_uint_eq(received, 777);
	close_both();
}
END_TEST

START_TEST(a_unix_socket_has_no_counts)
{
	uint64_t acknowledged, received;

	connect_both(ENDPOINT_UNIX);
	ck_assert_int_eq(endpoint_counts(near_end, &acknowledged, &received), -EOPNOTSUPP);
	close_both();
}
END_TEST

START_TEST(nobody_listening_is_refused)
{
	connect_both((enum endpoint_family)_i);
	close_both();
	ck_assert_int_eq(endpoint_connect((enum endpoint_family)_i, number, true), -ECONNREFUSED);
}
END_TEST

START_TEST(the_soft_limit_is_raised_up_to_the_hard_one)
{
	struct rlimit limit = {.rlim_cur = 100, .rlim_max = 500};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(endpoint_reserve(10), 100);
	ck_assert_uint_eq(endpoint_reserve(200), 264);
	ck_assert_uint_eq(endpoint_reserve(1000), 500);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("endpoint");
	TCase *c = tcase_create("endpoints");

	tcase_add_loop_test(c, bytes_go_both_ways, ENDPOINT_TCP, ENDPOINT_UNIX + 1);
	tcase_add_loop_test(c, two_listeners_have_two_numbers, ENDPOINT_TCP, ENDPOINT_UNIX + 1);
	tcase_add_test(c, nodelay_is_set_or_not_as_asked);
	tcase_add_test(c, the_socket_counts_payload_only_and_exactly);
	tcase_add_test(c, a_unix_socket_has_no_counts);
	tcase_add_loop_test(c, nobody_listening_is_refused, ENDPOINT_TCP, ENDPOINT_UNIX + 1);
	tcase_add_test(c, the_soft_limit_is_raised_up_to_the_hard_one);
	suite_add_tcase(s, c);
	return s;
}
