#include <check.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/load/endpoint.h"
#include "harness/measure/accepted.h"
#include "tests/suite.h"

enum { CONNECTIONS = 3, HOST_7 = 7 << 16, PORT = 8080 };

START_TEST(only_what_was_accepted_from_this_listener_counts)
{
	/* columns as Linux 6.18 writes them */
	static const struct {
		const char *line;
		bool counts;
	} rows[] = {
		{"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
		 "  timeout inode",
			false},
		{"   0: 0700007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0"
		 "        0 552 1 000000006f83e0f1 100 0 0 10 0",
			false},
		{"   1: 0700007F:1F90 0100407F:9C41 01 00000000:00000000 00:00000000 00000000     0"
		 "        0 553 1 000000006f83e0f1 20 4 30 10 -1",
			true},
		{"   2: 0700007F:1F90 0100407F:9C42 08 00000000:00000000 00:00000000 00000000     0"
		 "        0 554 1 000000006f83e0f1 20 4 30 10 -1",
			true},
		/* not accepted yet; the other end; another port; another address; ended */
		{"   3: 0700007F:1F90 0100407F:9C43 01 00000000:00000000 00:00000000 00000000     0"
		 "        0 0 1 000000006f83e0f1 20 4 30 10 -1",
			false},
		{"   4: 0100407F:9C41 0700007F:1F90 01 00000000:00000000 00:00000000 00000000     0"
		 "        0 555 1 000000006f83e0f1 20 4 30 10 -1",
			false},
		{"   5: 0700007F:1F91 0100407F:9C41 01 00000000:00000000 00:00000000 00000000     0"
		 "        0 556 1 000000006f83e0f1 20 4 30 10 -1",
			false},
		{"   6: 0800007F:1F90 0100407F:9C41 01 00000000:00000000 00:00000000 00000000     0"
		 "        0 557 1 000000006f83e0f1 20 4 30 10 -1",
			false},
		{"   7: 0700007F:1F90 0100407F:9C41 06 00000000:00000000 03:000003E8 00000000     0"
		 "        0 0 3 000000006f83e0f1",
			false},
	};
	struct accepted_at at;

	accepted_place(&at, HOST_7 | PORT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(accepted_tcp(rows[i].line, &at) == rows[i].counts, "row %zu", i);
}
END_TEST

START_TEST(of_a_local_name_too)
{
	static const struct {
		const char *line;
		bool counts;
	} rows[] = {
		{"Num       RefCount Protocol Flags    Type St Inode Path", false},
		{"000000000b2e5508: 00000002 00000000 00010000 0001 01  1141 @0001a", false},
		{"000000000b2e5508: 00000003 00000000 00000000 0001 03  1142 @0001a", true},
		{"000000000b2e5508: 00000003 00000000 00000000 0001 02     0 @0001a", false},
		{"000000000b2e5508: 00000003 00000000 00000000 0001 03  1143 @0001b", false},
		{"000000000b2e5508: 00000003 00000000 00000000 0001 03  1144", false},
	};
	struct accepted_at at;

	accepted_place(&at, PUBLISHED_LOCAL | 0x1a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(accepted_local(rows[i].line, &at) == rows[i].counts, "row %zu", i);
}
END_TEST

/* Of a real listener: nothing before a connection was accepted, so much for each that was. */
START_TEST(each_accepted_connection_costs_a_socket_until_it_is_closed)
{
	enum endpoint_family family = (enum endpoint_family)_i;
	int ends[CONNECTIONS][2];
	int64_t one = 0;
	uint32_t number;
	int listener = endpoint_listen(family, CONNECTIONS, &number);

	ck_assert_int_ge(listener, 0);
	if (access(family == ENDPOINT_TCP ? "/proc/net/tcp" : "/proc/net/unix", R_OK) != 0) {
		puts("skipped: /proc/net does not show the sockets of this machine");
		close(listener);
		return;
	}
	for (int i = 0; i < CONNECTIONS; i++) {
		ends[i][0] = endpoint_connect(family, number, true);
		ck_assert_int_ge(ends[i][0], 0);
		ck_assert_int_eq(accepted_bytes(number, 1), i * one);
		ends[i][1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		ck_assert_int_ge(ends[i][1], 0);
		one = i == 0 ? accepted_bytes(number, 1) : one;
		ck_assert_int_gt(one, 500);
		ck_assert_int_lt(one, 10000);
		ck_assert_int_eq(accepted_bytes(number, 1), (i + 1) * one);
	}
	ck_assert_int_eq(accepted_bytes(0, 1), 0);
	for (int i = 0; i < CONNECTIONS; i++) {
		close(ends[i][1]);
		close(ends[i][0]);
		ck_assert_int_eq(accepted_bytes(number, 1), (CONNECTIONS - 1 - i) * one);
	}
	close(listener);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("accepted");
	TCase *c = tcase_create("accepted");

	tcase_add_test(c, only_what_was_accepted_from_this_listener_counts);
	tcase_add_test(c, of_a_local_name_too);
	tcase_add_loop_test(c, each_accepted_connection_costs_a_socket_until_it_is_closed, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
