/*
 * The open loop: what a server's pause does to the latencies, and to whose account lateness goes.
 */
#include "harness/load/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/clock.h"
#include "tests/faulty_server.h"
#include "tests/suite.h"

enum { RATE = 1000, REQUESTS = 400, PAUSE_MS = 200 };

static struct faulty_server server;
static struct client client;
static struct schedule schedule;
static struct lane *lanes;
static struct lane *lag;

/* Samples above a number of ns. */
static uint64_t above(const struct histogram *histogram, uint64_t ns)
{
	uint64_t count = 0;

	for (unsigned i = histogram_bucket(ns) + 1; i < HISTOGRAM_BUCKETS; i++)
		count += histogram->counts[i];
	return count;
}

static int drive(int connections, int depth, uint64_t rate_per_s, uint64_t requests)
{
	struct client_settings settings = {.nodelay = true,
		.connections = connections,
		.active = connections,
		.depth = depth,
		.message_bytes = 64,
		.per_round = requests};

	lanes = calloc(2, sizeof(*lanes));
	lag = calloc(1, sizeof(*lag));
	faulty_server_start(&server, ENDPOINT_TCP, 16);
	int rc = client_open(&client, &settings);
	if (rc == 0)
		rc = schedule_open(&schedule, SCHEDULE_CONSTANT, rate_per_s,
			requests * (uint64_t)connections, 1);
	client.pace.schedule = &schedule;
	if (rc == 0)
		rc = client_connect(&client, server.number);
	client.lane = &lanes[0];
	client.pace.corrected = &lanes[1];
	client.pace.lag = lag;
	if (rc == 0)
		rc = client_pace(&client, requests);
	return rc == 0 ? client_finish(&client) : rc;
}

static void end(void)
{
	client_close(&client);
	faulty_server_stop(&server);
	schedule_close(&schedule);
	free(lanes);
	free(lag);
}

START_TEST(every_request_of_the_schedule_is_made_once)
{
	uint64_t start_ns = clock_now_ns();

	ck_assert_int_eq(drive(5, 1, RATE, 20), 0);
	/* the last of 100 is intended 99 ms after the first */
	ck_assert_uint_ge(clock_now_ns() - start_ns, 99000000);
	ck_assert_uint_eq(client.replies, 5 * 21);
	ck_assert_uint_eq(histogram_count(&lanes[0].histogram), 5 * 20);
	ck_assert_uint_eq(histogram_count(&lanes[1].histogram), 5 * 20);
	ck_assert_uint_eq(histogram_count(&lag->histogram), 5 * 20);
	end();
}
END_TEST

START_TEST(a_pause_of_the_server_shows_in_full_only_in_the_corrected_latencies)
{
	server.fault = SERVER_PAUSE;
	server.after = 100 * 64;
	server.pause_ms = PAUSE_MS;
	ck_assert_int_eq(drive(1, 1, RATE, REQUESTS), 0);
	uint64_t uncorrected = above(&lanes[0].histogram, 50000000);
	uint64_t corrected = above(&lanes[1].histogram, 50000000);
	/* 150 requests were intended more than 50 ms before the pause's end; one was sent */
	ck_assert_uint_ge(uncorrected, 1);
	ck_assert_uint_ge(corrected, 140);
	ck_assert_uint_lt(uncorrected, corrected / 4);
	end();
}
END_TEST

START_TEST(what_the_server_holds_up_is_not_the_generators_lag)
{
	server.fault = SERVER_PAUSE;
	server.after = 100 * 64;
	server.pause_ms = PAUSE_MS;
	ck_assert_int_eq(drive(1, 1, RATE, REQUESTS), 0);
	ck_assert_uint_lt(
		above(&lag->histogram, 50000000), above(&lanes[1].histogram, 50000000) / 2);
	end();
}
END_TEST

START_TEST(with_room_requests_leave_during_the_pause)
{
	server.fault = SERVER_PAUSE;
	server.after = 100 * 64;
	server.pause_ms = PAUSE_MS;
	ck_assert_int_eq(drive(1, CLIENT_DEPTH_MAX, RATE, REQUESTS), 0);
	/* 64 leave in the pause and wait for most of it, as both views say */
	ck_assert_uint_ge(above(&lanes[0].histogram, 20000000), 20);
	end();
}
END_TEST

START_TEST(a_wrong_reply_ends_it)
{
	server.fault = SERVER_CORRUPT;
	server.after = 700;
	ck_assert_int_eq(drive(2, 1, RATE, 20), -EPROTO);
	end();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pace");
	TCase *c = tcase_create("open loop");

	tcase_add_test(c, every_request_of_the_schedule_is_made_once);
	tcase_add_test(c, a_pause_of_the_server_shows_in_full_only_in_the_corrected_latencies);
	tcase_add_test(c, what_the_server_holds_up_is_not_the_generators_lag);
	tcase_add_test(c, with_room_requests_leave_during_the_pause);
	tcase_add_test(c, a_wrong_reply_ends_it);
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
