/*
 * The closed-loop client against servers that behave and servers that do not.
 */
/* wrap: endpoint_counts */
#include "harness/load/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/faulty_server.h"
#include "tests/suite.h"

int __real_endpoint_counts(int fd, uint64_t *acknowledged, uint64_t *received);
int __wrap_endpoint_counts(int fd, uint64_t *acknowledged, uint64_t *received);

static uint64_t counts_off_by;

int __wrap_endpoint_counts(int fd, uint64_t *acknowledged, uint64_t *received)
{
	int rc = __real_endpoint_counts(fd, acknowledged, received);

	*received += counts_off_by;
	return rc;
}

static struct faulty_server server;
static struct client client;

static struct client_settings settings(int connections)
{
	return (struct client_settings){.nodelay = true,
		.connections = connections,
		.active = connections,
		.depth = 1,
		.message_bytes = 64,
		.per_round = 5};
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static bool at_once(void *arg)
{
	(void)arg;
	return true;
}

/* Connects and runs a number of requests; the first error ends it. */
static int drive(const struct client_settings *wanted, uint64_t requests)
{
	int rc = client_open(&client, wanted);

	if (rc == 0)
		rc = client_connect(&client, server.number);
	if (rc == 0)
		rc = client_run(&client, requests);
	if (rc == 0)
		rc = client_finish(&client);
	return rc;
}

static int drive_fault(enum server_fault fault, size_t after)
{
	struct client_settings wanted = settings(4);

	server.fault = fault;
	server.after = after;
	faulty_server_start(&server, ENDPOINT_TCP, 16);
	int rc = drive(&wanted, 10);
	return rc;
}

static void end(void)
{
	client_close(&client);
	faulty_server_stop(&server);
}

START_TEST(every_reply_is_counted_and_so_are_its_bytes)
{
	struct client_settings wanted = settings(8);

	faulty_server_start(&server, ENDPOINT_TCP, 16);
	ck_assert_int_eq(drive(&wanted, 10), 0);
	ck_assert_uint_eq(client.replies, 8 * 11);
	ck_assert_uint_eq(client.requests, 8 * 11);
	ck_assert_uint_eq(client.sent, 8 * 11 * 64);
	ck_assert_uint_eq(client.received, 8 * 11 * 64);
	ck_assert_uint_eq(client.wrong, 0);
	end();
	ck_assert_uint_eq(server.served_bytes, 8 * 11 * 64);
}
END_TEST

START_TEST(the_sockets_count_the_same_bytes)
{
	struct client_settings wanted = settings(8);

	faulty_server_start(&server, ENDPOINT_TCP, 16);
	ck_assert_int_eq(drive(&wanted, 10), 0);
	ck_assert_uint_eq(client.socket_sent, client.sent);
	ck_assert_uint_eq(client.socket_received, client.received);
	end();
}
END_TEST

START_TEST(a_socket_that_counts_otherwise_is_told)
{
	counts_off_by = 1;
	ck_assert_int_eq(drive_fault(SERVER_NONE, 0), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(client.problem, "connection 0: we count 704 bytes sent"));
	counts_off_by = 0;
	end();
}
END_TEST

START_TEST(unix_sockets_do_the_same_without_counts)
{
	struct client_settings wanted = settings(8);

	wanted.family = ENDPOINT_UNIX;
	faulty_server_start(&server, ENDPOINT_UNIX, 16);
	ck_assert_int_eq(drive(&wanted, 10), 0);
	ck_assert_uint_eq(client.replies, 8 * 11);
	ck_assert_uint_eq(client.socket_sent, 0);
	end();
}
END_TEST

START_TEST(every_round_has_the_same_checksum)
{
	struct client_settings wanted = settings(3);
	uint64_t sums[3];

	faulty_server_start(&server, ENDPOINT_TCP, 16);
	ck_assert_int_eq(client_open(&client, &wanted), 0);
	ck_assert_int_eq(client_connect(&client, server.number), 0);
	for (int round = 0; round < 3; round++) {
		uint64_t before = client.checksum;
		ck_assert_int_eq(client_run(&client, wanted.per_round), 0);
		sums[round] = client.checksum - before;
	}
	ck_assert_uint_ne(sums[0], 0);
	ck_assert_uint_eq(sums[0], sums[1]);
	ck_assert_uint_eq(sums[0], sums[2]);
	end();
}
END_TEST

START_TEST(idle_connections_send_their_first_request_only)
{
	struct client_settings wanted = settings(10);

	wanted.active = 1;
	faulty_server_start(&server, ENDPOINT_TCP, 16);
	ck_assert_int_eq(drive(&wanted, 10), 0);
	ck_assert_uint_eq(client.replies, 10 + 10);
	end();
}
END_TEST

START_TEST(pipelined_and_large_requests_come_back_whole)
{
	struct client_settings wanted = settings(3);

	wanted.depth = 7;
	wanted.message_bytes = 150001;
	faulty_server_start(&server, ENDPOINT_TCP, 16);
	ck_assert_int_eq(drive(&wanted, 20), 0);
	ck_assert_uint_eq(client.received, 3u * 21 * 150001);
	end();
}
END_TEST

START_TEST(replies_in_small_pieces_are_put_together)
{
	ck_assert_int_eq(drive_fault(SERVER_SHORT, 0), 0);
	ck_assert_uint_eq(client.replies, 4 * 11);
	end();
}
END_TEST

START_TEST(one_wrong_byte_anywhere_in_a_reply_is_noticed)
{
	/* the 3rd request's header, its last byte; the first request's header */
	const size_t places[] = {128, 191, 0};

	ck_assert_int_eq(drive_fault(SERVER_CORRUPT, places[_i]), -EPROTO);
	ck_assert_uint_eq(client.wrong, 1);
	ck_assert_ptr_nonnull(strstr(client.problem, "wrong bytes"));
	end();
}
END_TEST

START_TEST(bytes_nobody_asked_for_are_noticed)
{
	int rc = drive_fault(SERVER_EXTRA, 11 * 64 - 1);

	/* with the last reply, or, later, instead of the end */
	ck_assert(rc == -EPROTO || rc == -EBADMSG);
	ck_assert_ptr_nonnull(strstr(client.problem, "the socket") != NULL
				      ? client.problem
				      : strstr(client.problem, "nobody asked for"));
	end();
}
END_TEST

START_TEST(a_server_that_goes_away_is_told_with_what_was_done)
{
	ck_assert_int_eq(drive_fault(SERVER_CLOSE, 5 * 64 + 3), -ECONNRESET);
	ck_assert_ptr_nonnull(strstr(client.problem, "after 5 replies to 6 requests"));
	end();
}
END_TEST

START_TEST(a_reset_is_an_error_of_its_connection)
{
	ck_assert_int_eq(drive_fault(SERVER_RESET, 5 * 64), -ECONNRESET);
	ck_assert_ptr_nonnull(strstr(client.problem, "connection "));
	end();
}
END_TEST

START_TEST(a_silent_server_is_left_when_told_to_stop)
{
	struct client_settings wanted = settings(4);

	wanted.cancelled = at_once;
	server.fault = SERVER_SILENT;
	server.after = 3 * 64;
	faulty_server_start(&server, ENDPOINT_TCP, 16);
	ck_assert_int_eq(drive(&wanted, 10), -ECANCELED);
	end();
}
END_TEST

START_TEST(a_server_nobody_started_is_an_error_at_once)
{
	struct client_settings wanted = settings(4);

	faulty_server_start(&server, ENDPOINT_TCP, 16);
	faulty_server_stop(&server);
	ck_assert_int_eq(drive(&wanted, 10), -ECONNREFUSED);
	ck_assert_str_eq(client.problem, "connection 0: not established: Connection refused");
	client_close(&client);
}
END_TEST

START_TEST(the_limit_of_descriptors_is_named_with_what_was_reached)
{
	struct client_settings wanted = settings(200);
	struct rlimit limit = {.rlim_cur = 150, .rlim_max = 150};

	wanted.cancelled = never;
	faulty_server_start(&server, ENDPOINT_TCP, 512);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	/* the server's ends are in this process, too */
	int rc = drive(&wanted, 10);
	ck_assert_int_eq(rc, -EMFILE);
	ck_assert_ptr_nonnull(strstr(client.problem, "RLIMIT_NOFILE 150 reached at "));
	end();
}
END_TEST

START_TEST(more_connections_than_the_backlog_holds_are_established)
{
	struct client_settings wanted = settings(400);

	faulty_server_start(&server, ENDPOINT_TCP, 512);
	ck_assert_int_eq(drive(&wanted, 2), 0);
	ck_assert_uint_eq(client.replies, 400 * 3);
	end();
}
END_TEST

START_TEST(latencies_and_chunks_are_cut_only_when_asked_for)
{
	struct client_settings wanted = settings(2);
	struct lane *lane = calloc(1, sizeof(*lane));
	struct chunks chunks = {.operations = 4};

	faulty_server_start(&server, ENDPOINT_TCP, 16);
	ck_assert_int_eq(client_open(&client, &wanted), 0);
	ck_assert_int_eq(client_connect(&client, server.number), 0);
	ck_assert_int_eq(client_run(&client, 5), 0);
	client.lane = lane;
	client.chunks = &chunks;
	ck_assert_int_eq(client_run(&client, 10), 0);
	client.lane = NULL;
	client.chunks = NULL;
	ck_assert_int_eq(client_run(&client, 5), 0);
	ck_assert_uint_eq(histogram_count(&lane->histogram), 20);
	ck_assert_uint_eq(chunks.count, 5);
	ck_assert_uint_gt(lane->max_ns, 0);
	free(lane);
	end();
}
END_TEST

START_TEST(nothing_is_left_open)
{
	int before = open_descriptors();

	ck_assert_int_eq(
		drive_fault(_i == 0 ? SERVER_NONE : SERVER_CLOSE, 100), _i == 0 ? 0 : -ECONNRESET);
	end();
	client_close(&client);
	ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("client");
	TCase *c = tcase_create("closed loop");

	tcase_add_test(c, every_reply_is_counted_and_so_are_its_bytes);
	tcase_add_test(c, the_sockets_count_the_same_bytes);
	tcase_add_test(c, a_socket_that_counts_otherwise_is_told);
	tcase_add_test(c, unix_sockets_do_the_same_without_counts);
	tcase_add_test(c, every_round_has_the_same_checksum);
	tcase_add_test(c, idle_connections_send_their_first_request_only);
	tcase_add_test(c, pipelined_and_large_requests_come_back_whole);
	tcase_add_test(c, replies_in_small_pieces_are_put_together);
	tcase_add_loop_test(c, one_wrong_byte_anywhere_in_a_reply_is_noticed, 0, 3);
	tcase_add_test(c, bytes_nobody_asked_for_are_noticed);
	tcase_add_test(c, a_server_that_goes_away_is_told_with_what_was_done);
	tcase_add_test(c, a_reset_is_an_error_of_its_connection);
	tcase_add_test(c, a_silent_server_is_left_when_told_to_stop);
	tcase_add_test(c, a_server_nobody_started_is_an_error_at_once);
	tcase_add_test(c, the_limit_of_descriptors_is_named_with_what_was_reached);
	tcase_add_test(c, more_connections_than_the_backlog_holds_are_established);
	tcase_add_test(c, latencies_and_chunks_are_cut_only_when_asked_for);
	tcase_add_loop_test(c, nothing_is_left_open, 0, 2);
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
