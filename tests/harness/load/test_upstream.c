/*
 * The upstream: delays that belong to the request, never early, and honest about itself.
 */
/* wrap: coordinate_cancelled orders_publish orders_verdict */
#include "harness/load/load.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "tests/faulty_server.h"
#include "tests/suite.h"

enum { ASKERS = 4, PER_ROUND = 3 };

static struct load_report report;
static struct orders orders;
static struct upstream_settings settings;
static struct messages messages;
static _Atomic uint32_t number;
static _Atomic bool cancelled;
static _Atomic int status;
static char reason[240];
static pthread_t thread;
static int result;
static int fds[ASKERS];

bool __wrap_coordinate_cancelled(const struct orders *o);
void __wrap_orders_publish(struct orders *o, uint32_t port);
void __wrap_orders_verdict(struct orders *o, enum status stated, const char *format, ...);

bool __wrap_coordinate_cancelled(const struct orders *o)
{
	(void)o;
	return cancelled;
}

void __wrap_orders_publish(struct orders *o, uint32_t port)
{
	(void)o;
	number = port;
}

void __wrap_orders_verdict(struct orders *o, enum status stated, const char *format, ...)
{
	va_list arguments;

	(void)o;
	if (status != STATUS_OK)
		return;
	status = stated;
	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
}

static void *serve(void *arg)
{
	(void)arg;
	result = load_upstream(&orders, &settings);
	return NULL;
}

static void start(enum draw_distribution distribution, uint64_t delay_ns, size_t reply_bytes)
{
	orders = (struct orders){.load = &report, .seed = 7};
	CPU_SET(0, &orders.sut_cpus);
	CPU_SET(0, &orders.load_cpus); /* shared: it does not spin */
	settings = (struct upstream_settings){.nodelay = true,
		.connections = ASKERS,
		.reply_bytes = reply_bytes,
		.per_round = PER_ROUND,
		.distribution = distribution,
		.delay_ns = delay_ns};
	ck_assert_int_eq(messages_open(&messages, reply_bytes, PER_ROUND), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
	while (number == 0)
		usleep(1000);
	for (int i = 0; i < ASKERS; i++) {
		fds[i] = endpoint_connect(ENDPOINT_TCP, number, true);
		ck_assert_int_ge(fds[i], 0);
	}
}

static void stop(void)
{
	for (int i = 0; i < ASKERS; i++)
		close(fds[i]);
	pthread_join(thread, NULL);
	messages_close(&messages);
}

static void ask(int asker, uint64_t request)
{
	struct message_header header = message_header(&messages, (uint32_t)asker, request);

	ck_assert_int_eq(write(fds[asker], &header, sizeof(header)), sizeof(header));
}

static void expect(int asker, uint64_t request)
{
	unsigned char *buffer = malloc(messages.bytes);

	ck_assert_int_eq(recv(fds[asker], buffer, messages.bytes, MSG_WAITALL), messages.bytes);
	ck_assert(message_matches(&messages, (uint32_t)asker, request, 0, buffer, messages.bytes));
	free(buffer);
}

START_TEST(a_reply_is_the_message_and_never_early)
{
	start((enum draw_distribution)_i, 5000000, 100);
	for (uint64_t request = 1; request <= 5; request++)
		for (int asker = 0; asker < ASKERS; asker++) {
			uint64_t id = (uint64_t)asker << 40 ^ request;
			uint64_t delay_ns = draw_duration(settings.distribution, 5000000, 7, id);
			uint64_t start_ns = clock_now_ns();

			ask(asker, request);
			expect(asker, request);
			ck_assert_uint_ge(clock_now_ns() - start_ns, delay_ns);
		}
	stop();
	ck_assert_int_eq(result, 0);
	ck_assert_uint_eq(report.requests, 5 * ASKERS);
	ck_assert_uint_eq(report.replies, 5 * ASKERS);
	ck_assert_uint_eq(report.connections, ASKERS);
	ck_assert_uint_ge(report.wall_ns, report.busy_ns);
}
END_TEST

START_TEST(delays_of_several_askers_run_at_the_same_time)
{
	start(DRAW_FIXED, 500000000, 100);
	uint64_t start_ns = clock_now_ns();
	for (int asker = 0; asker < ASKERS; asker++)
		ask(asker, 1);
	for (int asker = 0; asker < ASKERS; asker++)
		expect(asker, 1);
	/* one after the other would be 2 s */
	ck_assert_uint_lt(clock_now_ns() - start_ns, 1900000000);
	stop();
	ck_assert_int_eq(status, STATUS_OK);
}
END_TEST

START_TEST(a_reply_larger_than_the_socket_goes_out_in_parts)
{
	start(DRAW_FIXED, 20000000, MESSAGE_BYTES_MAX);
	for (int asker = 0; asker < ASKERS; asker++)
		ask(asker, 1);
	for (int asker = 0; asker < ASKERS; asker++)
		expect(asker, 1);
	stop();
	ck_assert_int_eq(result, 0);
}
END_TEST

START_TEST(an_upstream_that_cannot_keep_its_delay_is_invalid)
{
	start(DRAW_FIXED, 100, 100); /* less than any timer keeps */
	for (uint64_t request = 1; request <= 20; request++) {
		ask(0, request);
		expect(0, request);
	}
	stop();
	ck_assert_int_eq(status, STATUS_INVALID);
	ck_assert_ptr_nonnull(strstr(reason, "the upstream was"));
}
END_TEST

START_TEST(a_request_that_is_none_is_told)
{
	char nonsense[sizeof(struct message_header)] = "GET / HTTP/1.1";

	start(DRAW_FIXED, 1000000, 100);
	ck_assert_int_eq(write(fds[0], nonsense, sizeof(nonsense)), sizeof(nonsense));
	stop();
	ck_assert_int_eq(result, -EPROTO);
	ck_assert_int_eq(status, STATUS_INVALID);
}
END_TEST

START_TEST(an_asker_that_leaves_does_not_stop_the_others)
{
	start(DRAW_FIXED, 20000000, 100);
	for (int asker = 0; asker < ASKERS; asker++)
		ask(asker, 1);
	shutdown(fds[0], SHUT_RDWR);
	for (int asker = 1; asker < ASKERS; asker++)
		expect(asker, 1);
	stop();
	ck_assert_int_eq(result, 0);
}
END_TEST

START_TEST(it_leaves_when_told_to_stop)
{
	start(DRAW_FIXED, 1000000, 100);
	cancelled = true;
	pthread_join(thread, NULL);
	ck_assert_int_eq(result, -ECANCELED);
	ck_assert_int_eq(status, STATUS_OK);
}
END_TEST

START_TEST(nothing_is_left_open)
{
	int before = open_descriptors();

	start(DRAW_FIXED, 1000000, 100);
	ask(0, 1);
	expect(0, 1);
	stop();
	ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("upstream");
	TCase *c = tcase_create("delays");

	tcase_add_loop_test(
		c, a_reply_is_the_message_and_never_early, DRAW_FIXED, DRAW_BIMODAL + 1);
	tcase_add_test(c, delays_of_several_askers_run_at_the_same_time);
	tcase_add_test(c, a_reply_larger_than_the_socket_goes_out_in_parts);
	tcase_add_test(c, an_upstream_that_cannot_keep_its_delay_is_invalid);
	tcase_add_test(c, a_request_that_is_none_is_told);
	tcase_add_test(c, an_asker_that_leaves_does_not_stop_the_others);
	tcase_add_test(c, it_leaves_when_told_to_stop);
	tcase_add_test(c, nothing_is_left_open);
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
