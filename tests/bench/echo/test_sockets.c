/*
 * What echo's parameters make of its sockets, as the kernel tells it: backlog, TCP_NODELAY, family.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/echo/echo.h"
#include "harness/measure/invocation.h"
#include "tests/suite.h"

static struct orders *orders;

/* The workload made ready for four tasks on threads; "" or one parameter with its value. */
static const struct echo *ready(const char *name, int64_t value)
{
	struct orders draft = {
		.workload = &echo_workload, .model = model_find("threads"), .tasks = 4};

	ck_assert_int_eq(invocation_map(&orders, &draft), 0);
	for (int i = 0; echo_workload.params[i].name != NULL; i++)
		orders->values[i] = strcmp(echo_workload.params[i].name, name) == 0
					    ? value
					    : echo_workload.params[i].smoke;
	ck_assert_int_eq(echo_workload.prepare(orders), 0);
	return orders->shared;
}

static void release(void)
{
	echo_workload.finish(orders);
	arena_unmap(orders->arena);
}

START_TEST(the_backlog_is_the_listeners)
{
	const struct echo *echo = ready("backlog", 17);
	struct tcp_info info;
	socklen_t bytes = sizeof(info);

	ck_assert_int_eq(getsockopt(echo->listener, IPPROTO_TCP, TCP_INFO, &info, &bytes), 0);
	/* of a listener the kernel tells its backlog here */
	ck_assert_uint_eq(info.tcpi_sacked, 17);
	release();
}
END_TEST

START_TEST(nodelay_is_set_on_what_is_accepted_or_not)
{
	const struct echo *echo = ready("nodelay", _i);
	int on = -1;
	socklen_t bytes = sizeof(on);
	int client = endpoint_connect(ENDPOINT_TCP, orders->port, true);
	int fd = accept(echo->listener, NULL, NULL);

	ck_assert_int_ge(client, 0);
	ck_assert_int_eq(echo_accepted(&orders->slots[0], echo, fd), 0);
	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &bytes), 0);
	ck_assert_int_eq(on != 0, _i);
	close(fd);
	close(client);
	release();
}
END_TEST

START_TEST(the_family_is_the_sockets)
{
	static const int families[] = {[ENDPOINT_TCP] = AF_INET, [ENDPOINT_UNIX] = AF_UNIX};
	const struct echo *echo = ready("family", _i);
	int family = -1;
	socklen_t bytes = sizeof(family);

	ck_assert_int_eq(getsockopt(echo->listener, SOL_SOCKET, SO_DOMAIN, &family, &bytes), 0);
	ck_assert_int_eq(family, families[_i]);
	release();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("echo's sockets");
	TCase *c = tcase_create("sockets");

	tcase_add_test(c, the_backlog_is_the_listeners);
	tcase_add_loop_test(c, nodelay_is_set_on_what_is_accepted_or_not, 0, 2);
	tcase_add_loop_test(c, the_family_is_the_sockets, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
