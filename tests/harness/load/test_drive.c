/*
 * Driving a target that answers, errs, breaks off or is not there; what was lost is counted.
 */
#include "harness/load/drive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/faulty_server.h"
#include "tests/proxy.h"
#include "tests/suite.h"

static struct faulty_server server;
static struct proxy network;
static struct target target;
static struct drive drive;
static struct drive_settings settings;

static void aim(uint32_t number)
{
	char url[64], error[300];

	snprintf(url, sizeof(url), "tcp://127.0.0.%u:%u", number >> 16, number & 0xffff);
	ck_assert_int_eq(target_parse(&target, url, error, sizeof(error)), 0);
	ck_assert_int_eq(target_resolve(&target, error, sizeof(error)), 0);
}

static int drive_at(uint32_t number, uint64_t rate_per_s, uint64_t duration_ns)
{
	aim(number);
	settings = (struct drive_settings){.rate_per_s = rate_per_s,
		.duration_ns = duration_ns,
		.timeout_ns = 100000000,
		.client = {.connections = 4,
			.active = 4,
			.depth = 1,
			.message_bytes = 64,
			.per_round = 1,
			.target = &target}};
	return drive_run(&drive, &settings);
}

static int run(enum server_fault fault, size_t after, uint64_t rate_per_s)
{
	server = (struct faulty_server){.fault = fault, .after = after};
	faulty_server_start(&server, ENDPOINT_TCP, 128);
	int rc = drive_at(server.number, rate_per_s, 60000000);
	faulty_server_stop(&server);
	return rc;
}

/* Over a network that misbehaves in the fourth reply of every connection, or at once where some are
   spared. */
static int run_through(enum proxy_fault fault, uint64_t rate_per_s)
{
	server = (struct faulty_server){.fault = SERVER_NONE};
	faulty_server_start(&server, ENDPOINT_TCP, 128);
	network = (struct proxy){.fault = fault,
		.after = network.spared > 0 ? 0 : 220,
		.lucky = network.lucky,
		.spared = network.spared,
		.server = server.number};
	proxy_start(&network);
	int rc = drive_at(network.number, rate_per_s, 120000000);
	proxy_stop(&network);
	faulty_server_stop(&server);
	return rc;
}

static const struct {
	enum proxy_fault fault;
	uint64_t rate_per_s;
} breaks[] = {{PROXY_CUT, 0}, {PROXY_RESET, 1000}};

START_TEST(a_closed_loop_asks_for_as_long_as_it_was_told)
{
	int before = open_descriptors();

	ck_assert_int_eq(run(SERVER_NONE, 0, 0), 0);
	ck_assert_str_eq(drive.fault, "");
	ck_assert_str_eq(drive.problem, "");
	ck_assert_uint_eq(drive.connections, 4);
	ck_assert_uint_gt(drive.on_time, 0);
	ck_assert_uint_ge(drive.replies, drive.on_time);
	ck_assert_uint_eq(drive.replies, drive.requests);
	ck_assert_uint_eq(histogram_count(&drive.uncorrected.histogram), drive.replies);
	ck_assert_uint_eq(drive.sent, (drive.replies + 4) * 64);
	ck_assert_uint_eq(drive.received, drive.sent);
	ck_assert_uint_eq(server.served_bytes, drive.sent);
	ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

START_TEST(an_open_loop_makes_the_requests_of_its_schedule)
{
	ck_assert_int_eq(run(SERVER_NONE, 0, 1000), 0);
	ck_assert_uint_eq(drive.requests, 60);
	ck_assert_uint_eq(drive.replies, 60);
	ck_assert_uint_eq(histogram_count(&drive.corrected.histogram), 60);
	ck_assert_uint_eq(histogram_count(&drive.lag.histogram), 60);
}
END_TEST

START_TEST(a_wrong_reply_spoils_the_figures)
{
	ck_assert_int_eq(run(SERVER_CORRUPT, 300, 0), 0);
	ck_assert_uint_ge(drive.wrong, 1);
	ck_assert_ptr_nonnull(strstr(drive.fault, "wrong replies"));
}
END_TEST

START_TEST(connections_that_break_are_made_anew_and_counted)
{
	ck_assert_int_eq(run(SERVER_RESET, 300, 0), 0);
	ck_assert_uint_ge(drive.losses.broken, 2);
	ck_assert_uint_ge(drive.losses.unanswered, 2);
	ck_assert_uint_gt(drive.replies, 8);
	ck_assert_uint_eq(
		drive.replies + drive.losses.unanswered + drive.unanswered, drive.requests);
	ck_assert_str_ne(drive.problem, "");
}
END_TEST

START_TEST(a_connection_that_breaks_again_before_its_reply_was_lost_once)
{
	network.lucky = 4;
	ck_assert_int_eq(run_through(PROXY_RESET, 0), 0);
	ck_assert_uint_ge(drive.losses.broken, 1);
	ck_assert_uint_ge(drive.losses.severed, 1);
	ck_assert_uint_le(drive.losses.severed, 4);
	ck_assert_uint_eq(drive.losses.mending, drive.losses.severed);
}
END_TEST

START_TEST(an_open_loop_keeps_its_schedule_over_broken_connections)
{
	ck_assert_int_eq(run(SERVER_CLOSE, 300, 2000), 0);
	ck_assert_uint_eq(drive.requests, 120);
	ck_assert_uint_ge(drive.losses.broken, 2);
	ck_assert_uint_eq(histogram_count(&drive.corrected.histogram), drive.replies);
}
END_TEST

START_TEST(a_server_that_falls_silent_is_not_waited_for_for_ever)
{
	ck_assert_int_eq(run(SERVER_SILENT, 640, 0), 0);
	ck_assert_uint_eq(drive.unanswered, 4);
}
END_TEST

START_TEST(what_a_network_that_breaks_connections_took_is_counted)
{
	ck_assert_int_eq(run_through(breaks[_i].fault, breaks[_i].rate_per_s), 0);
	ck_assert_uint_ge(drive.losses.broken, 1);
	ck_assert_uint_ge(drive.losses.unanswered, 1);
	ck_assert_uint_eq(
		drive.replies + drive.losses.unanswered + drive.unanswered, drive.requests);
	ck_assert_uint_eq(drive.wrong, 0);
	ck_assert_str_ne(drive.problem, "");
}
END_TEST

START_TEST(what_a_network_swallowed_is_counted_and_not_waited_for_for_ever)
{
	ck_assert_int_eq(run_through(PROXY_HOLE, 0), 0);
	ck_assert_uint_ge(drive.unanswered, 1);
	ck_assert_uint_eq(drive.replies + drive.unanswered, drive.requests);
	ck_assert_uint_le(drive.replies, 2 * 4);
}
END_TEST

START_TEST(connections_that_never_had_a_reply_spoil_the_figures)
{
	network.spared = 3;
	ck_assert_int_eq(run_through(PROXY_HOLE, 0), 0);
	ck_assert_uint_eq(drive.connections, 3);
	ck_assert_ptr_nonnull(strstr(drive.fault, "3 of 4 connections established"));
}
END_TEST

START_TEST(nobody_there_is_an_error_with_a_reason)
{
	struct faulty_server gone = {.fault = SERVER_NONE};

	faulty_server_start(&gone, ENDPOINT_TCP, 1);
	uint32_t number = gone.number;
	faulty_server_stop(&gone);
	run(SERVER_NONE, 0, 0);
	aim(number);
	ck_assert_int_eq(drive_run(&drive, &settings), -EHOSTDOWN);
	ck_assert_ptr_nonnull(strstr(drive.problem, "refused"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("drive");
	TCase *c = tcase_create("drive");

	tcase_add_test(c, a_closed_loop_asks_for_as_long_as_it_was_told);
	tcase_add_test(c, an_open_loop_makes_the_requests_of_its_schedule);
	tcase_add_test(c, a_wrong_reply_spoils_the_figures);
	tcase_add_test(c, connections_that_break_are_made_anew_and_counted);
	tcase_add_test(c, a_connection_that_breaks_again_before_its_reply_was_lost_once);
	tcase_add_test(c, an_open_loop_keeps_its_schedule_over_broken_connections);
	tcase_add_test(c, a_server_that_falls_silent_is_not_waited_for_for_ever);
	tcase_add_loop_test(c, what_a_network_that_breaks_connections_took_is_counted, 0, 2);
	tcase_add_test(c, what_a_network_swallowed_is_counted_and_not_waited_for_for_ever);
	tcase_add_test(c, connections_that_never_had_a_reply_spoil_the_figures);
	tcase_add_test(c, nobody_there_is_an_error_with_a_reason);
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
