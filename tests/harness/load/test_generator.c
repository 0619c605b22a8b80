/*
 * The generator's window: what is asked of the harness in what order, and what is reported. The
 * harness is scripted: two discarded rounds, then a window of three.
 */
/* wrap: coordinate_ready coordinate_warm coordinate_close coordinate_cancelled */
/* wrap: orders_await orders_verdict */
#include "harness/load/load.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/faulty_server.h"
#include "tests/proxy.h"
#include "tests/suite.h"

enum { CONNECTIONS = 6, ACTIVE = 4, PER_ROUND = 5, ROUNDS = 3, BYTES = 64 };

static struct faulty_server server;
static struct proxy network;
static bool through_network;
static struct lane lanes[LOAD_LANES];
static struct load_report report;
static struct chunks chunks;
static struct orders orders;
static char calls[64], reason[240];
static enum status status;
static uint64_t replies_at[8];
static bool cancelled;
static uint64_t rate_per_s;

void __wrap_coordinate_ready(struct orders *o);
uint64_t __wrap_coordinate_warm(struct orders *o, uint64_t round_ns);
void __wrap_coordinate_close(struct orders *o, uint64_t end_ns);
bool __wrap_coordinate_cancelled(const struct orders *o);
int __wrap_orders_await(struct orders *o, uint32_t *port);
void __wrap_orders_verdict(struct orders *o, enum status stated, const char *format, ...);

static void note(char call)
{
	replies_at[strlen(calls)] = report.replies;
	calls[strlen(calls)] = call;
}

void __wrap_coordinate_ready(struct orders *o)
{
	(void)o;
	note('r');
}

uint64_t __wrap_coordinate_warm(struct orders *o, uint64_t round_ns)
{
	(void)o;
	ck_assert_uint_gt(round_ns, 0);
	note('w');
	chunks = (struct chunks){.operations = 10};
	return strlen(calls) == 3 ? ROUNDS : 0;
}

void __wrap_coordinate_close(struct orders *o, uint64_t end_ns)
{
	(void)o;
	ck_assert_uint_gt(end_ns, 0);
	note('c');
}

/* Over a network that swallows, not before a second silence after it has done so. */
bool __wrap_coordinate_cancelled(const struct orders *o)
{
	static int silences;

	(void)o;
	if (through_network && network.struck < ACTIVE)
		return false;
	return cancelled && (!through_network || silences++ > 0);
}

int __wrap_orders_await(struct orders *o, uint32_t *port)
{
	(void)o;
	*port = through_network ? network.number : server.number;
	return 0;
}

void __wrap_orders_verdict(struct orders *o, enum status stated, const char *format, ...)
{
	va_list arguments;

	(void)o;
	status = stated;
	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
}

static int load(enum server_fault fault, size_t after)
{
	struct generator_settings settings = {.client = {.nodelay = true,
						      .connections = CONNECTIONS,
						      .active = ACTIVE,
						      .depth = 1,
						      .message_bytes = BYTES,
						      .per_round = PER_ROUND},
		.rate_per_s = rate_per_s,
		.arrivals = SCHEDULE_POISSON};

	orders = (struct orders){.load_lanes = lanes, .load = &report, .load_chunks = &chunks};
	server.fault = fault;
	server.after = after;
	faulty_server_start(&server, ENDPOINT_TCP, 16);
	network.server = server.number;
	if (through_network)
		proxy_start(&network);
	int rc = load_generate(&orders, &settings);
	if (through_network)
		proxy_stop(&network);
	faulty_server_stop(&server);
	return rc;
}

/* The same over a network that misbehaves after the third reply of a connection. */
static int load_through(enum proxy_fault fault, int delay_ms)
{
	through_network = true;
	network.fault = fault;
	network.after = 3 * BYTES + BYTES / 2;
	network.delay_ms = delay_ms;
	return load(SERVER_NONE, 0);
}

START_TEST(the_harness_is_asked_in_order_and_told_what_was_replied)
{
	ck_assert_int_eq(load(SERVER_NONE, 0), 0);
	ck_assert_str_eq(calls, "rwwc");
	ck_assert_uint_eq(replies_at[0], CONNECTIONS);
	ck_assert_uint_eq(replies_at[1], CONNECTIONS + ACTIVE * PER_ROUND);
	ck_assert_uint_eq(replies_at[2], CONNECTIONS + ACTIVE * PER_ROUND * 2);
	ck_assert_uint_eq(replies_at[3], CONNECTIONS + ACTIVE * PER_ROUND * (2 + ROUNDS));
	ck_assert_int_eq(status, STATUS_OK);
}
END_TEST

START_TEST(the_window_counts_its_rounds_only)
{
	ck_assert_int_eq(load(SERVER_NONE, 0), 0);
	ck_assert_uint_eq(report.operations, ACTIVE * PER_ROUND * ROUNDS);
	ck_assert_uint_eq(report.bytes, ACTIVE * PER_ROUND * ROUNDS * BYTES);
	ck_assert_uint_eq(histogram_count(&lanes[0].histogram), report.operations);
	ck_assert_uint_eq(chunks.count, report.operations / 10);
	ck_assert_uint_eq(report.connections, CONNECTIONS);
	ck_assert_uint_eq(report.requests, report.replies);
	ck_assert_uint_eq(report.sent, report.socket_sent);
	ck_assert_uint_eq(report.received, report.socket_received);
	ck_assert_uint_eq(report.received, server.served_bytes);
	ck_assert_uint_gt(report.wall_ns, 0);
	ck_assert_uint_gt(report.busy_ns, 0);
	ck_assert_uint_le(report.busy_ns, report.wall_ns);
}
END_TEST

START_TEST(the_checksum_is_that_of_the_rounds)
{
	struct messages messages;
	uint64_t round = 0;

	ck_assert_int_eq(load(SERVER_NONE, 0), 0);
	ck_assert_int_eq(messages_open(&messages, BYTES, PER_ROUND), 0);
	for (uint32_t connection = 0; connection < ACTIVE; connection++)
		for (uint64_t number = 1; number <= PER_ROUND; number++)
			round += message_checksum(&messages, connection, number);
	messages_close(&messages);
	ck_assert_uint_eq(report.checksum, round * ROUNDS);
}
END_TEST

START_TEST(a_wrong_reply_makes_the_invocation_invalid)
{
	ck_assert_int_eq(load(SERVER_CORRUPT, 300), -EPROTO);
	ck_assert_int_eq(status, STATUS_INVALID);
	ck_assert_ptr_nonnull(strstr(reason, "wrong bytes"));
	ck_assert_uint_eq(report.wrong, 1);
	ck_assert_ptr_null(strchr(calls, 'c'));
}
END_TEST

START_TEST(a_server_that_goes_away_has_failed)
{
	ck_assert_int_eq(load(SERVER_CLOSE, 300), -ECONNRESET);
	ck_assert_int_eq(status, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(reason, "closed by the server"));
}
END_TEST

START_TEST(connections_that_get_no_first_reply_make_it_invalid)
{
	ck_assert_int_eq(load(SERVER_CLOSE, 10), -ECONNRESET);
	ck_assert_int_eq(status, STATUS_INVALID);
	ck_assert_str_eq(calls, "");
}
END_TEST

START_TEST(an_open_loop_does_the_same_work_and_has_both_views)
{
	uint64_t checksum;

	ck_assert_int_eq(load(SERVER_NONE, 0), 0);
	checksum = report.checksum;
	memset(lanes, 0, sizeof(lanes));
	memset(calls, 0, sizeof(calls));
	rate_per_s = 1000;
	ck_assert_int_eq(load(SERVER_NONE, 0), 0);
	ck_assert_str_eq(calls, "rwwc");
	ck_assert_uint_eq(report.checksum, checksum);
	ck_assert_uint_eq(report.operations, ACTIVE * PER_ROUND * ROUNDS);
	ck_assert_uint_eq(histogram_count(&lanes[0].histogram), report.operations);
	ck_assert_uint_eq(histogram_count(&lanes[LOAD_CORRECTED].histogram), report.operations);
	ck_assert_uint_eq(histogram_count(&lanes[LOAD_LAG].histogram), report.operations);
	ck_assert_uint_eq(chunks.count, 0);
}
END_TEST

START_TEST(a_rate_that_cannot_be_offered_is_invalid)
{
	rate_per_s = 10000000;
	ck_assert_int_eq(load(SERVER_NONE, 0), 0);
	ck_assert_int_eq(status, STATUS_INVALID);
	ck_assert_ptr_nonnull(strstr(reason, "the offered rate was missed by"));
}
END_TEST

START_TEST(a_slow_network_shows_in_every_latency)
{
	ck_assert_int_eq(load_through(PROXY_PASS, 5), 0);
	ck_assert_int_eq(status, STATUS_OK);
	ck_assert_uint_eq(histogram_count(&lanes[0].histogram), report.operations);
	/* there and back; the bucket of 10 ms may begin a little below */
	ck_assert_uint_ge(histogram_quantile_ns(&lanes[0].histogram, 0), 10000000);
	ck_assert_uint_eq(network.passed_bytes, report.received);
}
END_TEST

START_TEST(a_connection_cut_in_the_middle_of_a_reply_has_failed_and_says_what_was_lost)
{
	ck_assert_int_eq(load_through(PROXY_CUT, 0), -ECONNRESET);
	ck_assert_int_eq(status, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(reason, "closed by the server after 3 replies to 4 requests"));
	ck_assert_uint_gt(report.requests, report.replies);
}
END_TEST

START_TEST(a_connection_that_is_reset_has_failed_and_says_what_was_lost)
{
	ck_assert_int_eq(load_through(PROXY_RESET, 0), -ECONNRESET);
	ck_assert_int_eq(status, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(reason, "Connection reset by peer"));
	ck_assert_uint_gt(report.requests, report.replies);
}
END_TEST

START_TEST(a_network_that_swallows_everything_is_left_when_told_and_says_what_was_lost)
{
	cancelled = true; /* asked only after a silence */
	ck_assert_int_eq(load_through(PROXY_HOLE, 0), -ECANCELED);
	ck_assert_uint_eq(report.replies, 3 * ACTIVE + (CONNECTIONS - ACTIVE));
	ck_assert_uint_eq(report.requests - report.replies, ACTIVE);
}
END_TEST

START_TEST(a_cancelled_load_states_no_verdict)
{
	cancelled = true;
	ck_assert_int_eq(load(SERVER_SILENT, 200), -ECANCELED);
	ck_assert_int_eq(status, STATUS_OK);
	ck_assert_str_eq(reason, "");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("generator");
	TCase *c = tcase_create("window");

	tcase_add_test(c, the_harness_is_asked_in_order_and_told_what_was_replied);
	tcase_add_test(c, the_window_counts_its_rounds_only);
	tcase_add_test(c, the_checksum_is_that_of_the_rounds);
	tcase_add_test(c, a_wrong_reply_makes_the_invocation_invalid);
	tcase_add_test(c, a_server_that_goes_away_has_failed);
	tcase_add_test(c, connections_that_get_no_first_reply_make_it_invalid);
	tcase_add_test(c, an_open_loop_does_the_same_work_and_has_both_views);
	tcase_add_test(c, a_rate_that_cannot_be_offered_is_invalid);
	tcase_add_test(c, a_slow_network_shows_in_every_latency);
	tcase_add_test(
		c, a_connection_cut_in_the_middle_of_a_reply_has_failed_and_says_what_was_lost);
	tcase_add_test(c, a_connection_that_is_reset_has_failed_and_says_what_was_lost);
	tcase_add_test(
		c, a_network_that_swallows_everything_is_left_when_told_and_says_what_was_lost);
	tcase_add_test(c, a_cancelled_load_states_no_verdict);
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
