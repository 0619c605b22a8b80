/*
 * HTTP exchanges: requests carry their number wherever they are cut, replies are checked to the
 * last byte however they come. (Messages have their own test.)
 */
#include "harness/load/exchange.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

enum { PAGE = 100 };

static const char template[] = "GET /work?seed=00&id=00000000-0000000000000000 HTTP/1.1\r\n\r\n";
static struct http_ask ask;
static struct exchange exchange;
static char reply[4000];

/* The seed that the request itself names. */
static uint64_t seed_of(uint32_t connection, uint64_t number)
{
	unsigned char text[200] = "";

	exchange_write(&exchange, connection, number, 0, text, sizeof(text));
	return strtoull(strstr((char *)text, "seed=") + 5, NULL, 16);
}

/* A reply to that request, as it must be; returns its length. */
static size_t compose(uint32_t connection, uint64_t number, const char *headers)
{
	char id[PAGE_ID_BYTES], head[PAGE_HEAD_BYTES];
	int length = snprintf(reply, sizeof(reply), "HTTP/1.1 200 OK\r\n%s\r\n", headers);

	page_id(id, connection, number);
	page_head(head, id, ask.results[seed_of(connection, number)]);
	return (size_t)length + page_write(head, PAGE, 0, reply + length, PAGE);
}

static void setup(void)
{
	ask = (struct http_ask){.request = template, .bytes = sizeof(template) - 1};
	ask.seed_offset = (size_t)(strstr(template, "seed=") + 5 - template);
	ask.id_offset = (size_t)(strstr(template, "id=") + 3 - template);
	ask.page_bytes = PAGE;
	for (uint64_t i = 0; i < HTTP_SEEDS; i++)
		ask.results[i] = 1000 + i;
	int rc = exchange_open(&exchange, 3, &ask, 0, 16);
	if (rc == -EOPNOTSUPP) {
		puts("skipped: built without http-parser");
		exit(0);
	}
	ck_assert_int_eq(rc, 0);
}

static void teardown(void)
{
	exchange_close(&exchange);
}

/* Feeds the reply in pieces; the error or 1: it was complete, 0: it was not. */
static int hear(
	uint32_t connection, uint64_t number, size_t bytes, size_t piece, struct reply_end *end)
{
	size_t offset = 0;
	bool done = false;

	for (size_t at = 0; at < bytes && !done;) {
		size_t part = bytes - at < piece ? bytes - at : piece;
		ssize_t read = exchange_read(&exchange, connection, number, &offset,
			(unsigned char *)reply + at, part, end, &done);
		if (read < 0)
			return (int)read;
		at += (size_t)read;
	}
	return done;
}

START_TEST(a_request_in_pieces_is_the_request)
{
	unsigned char whole[200] = "", pieces[200] = "";
	size_t bytes = exchange_write(&exchange, 2, 0x77, 0, whole, sizeof(whole));

	ck_assert_uint_eq(bytes, sizeof(template) - 1);
	ck_assert_ptr_nonnull(strstr((char *)whole, "id=00000002-0000000000000077"));
	for (size_t at = 0; at < bytes; at++)
		ck_assert_uint_eq(exchange_write(&exchange, 2, 0x77, at, pieces + at, 1), 1);
	ck_assert_str_eq((char *)pieces, (char *)whole);
}
END_TEST

START_TEST(the_right_page_is_accepted_in_whatever_pieces)
{
	struct reply_end end;

	for (size_t piece = 1; piece < 200; piece += 13) {
		size_t bytes = compose(1, piece, "Content-Length: 100\r\n");
		ck_assert_int_eq(hear(1, piece, bytes, piece, &end), 1);
		ck_assert_int_eq(end.status, 200);
		ck_assert(!end.closes);
	}
}
END_TEST

START_TEST(a_page_of_another_request_is_refused)
{
	struct reply_end end;
	size_t bytes = compose(1, 5, "Content-Length: 100\r\n");

	ck_assert_int_eq(hear(1, 6, bytes, bytes, &end), -EPROTO);
}
END_TEST

START_TEST(every_byte_of_the_page_counts)
{
	struct reply_end end;
	size_t bytes = compose(1, 5, "Content-Length: 100\r\n");

	for (size_t at = bytes - PAGE; at < bytes; at++) {
		exchange_reset(&exchange, 1);
		reply[at] ^= 1;
		ck_assert_int_eq(hear(1, 5, bytes, bytes, &end), -EPROTO);
		reply[at] ^= 1;
	}
}
END_TEST

START_TEST(another_status_or_length_is_refused)
{
	struct reply_end end;
	size_t bytes = compose(1, 5, "Content-Length: 99\r\n");

	ck_assert_int_eq(hear(1, 5, bytes - 1, bytes, &end), -EPROTO);
	exchange_reset(&exchange, 1);
	bytes = compose(1, 5, "Content-Length: 100\r\n");
	reply[9] = '5';
	ck_assert_int_eq(hear(1, 5, bytes, bytes, &end), -EPROTO);
	exchange_reset(&exchange, 1);
	ck_assert_int_eq(snprintf(reply, sizeof(reply), "SMTP ready\r\n"), 12);
	ck_assert_int_eq(hear(1, 5, 12, 12, &end), -EPROTO);
}
END_TEST

START_TEST(any_page_of_a_foreign_server_is_a_reply)
{
	static const struct {
		const char *text;
		int status;
		bool closes;
	} rows[] = {
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200,
			false},
		{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, false},
		{"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", 503,
			true},
		{"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, true},
	};

	ask.page_bytes = ask.id_offset = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t piece = 1; piece < 70; piece += 3) {
			struct reply_end end;
			strcpy(reply, rows[i].text);
			exchange_reset(&exchange, 0);
			ck_assert_int_eq(hear(0, 1, strlen(reply), piece, &end), 1);
			ck_assert_int_eq(end.status, rows[i].status);
			ck_assert_int_eq(end.closes, rows[i].closes);
		}
}
END_TEST

START_TEST(a_reply_may_end_with_the_connection)
{
	struct reply_end end;
	size_t offset = 0;
	bool done;

	ask.page_bytes = ask.id_offset = 0;
	strcpy(reply, "HTTP/1.0 200 OK\r\n\r\nsome");
	size_t bytes = strlen(reply);
	ck_assert_int_eq(
		exchange_read(&exchange, 0, 1, &offset, (unsigned char *)reply, bytes, &end, &done),
		bytes);
	ck_assert(!done);
	ck_assert_int_eq(exchange_read(&exchange, 0, 1, &offset, NULL, 0, &end, &done), 0);
	ck_assert(done);
	ck_assert_int_eq(end.status, 200);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("exchange");
	TCase *c = tcase_create("http");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_request_in_pieces_is_the_request);
	tcase_add_test(c, the_right_page_is_accepted_in_whatever_pieces);
	tcase_add_test(c, a_page_of_another_request_is_refused);
	tcase_add_test(c, every_byte_of_the_page_counts);
	tcase_add_test(c, another_status_or_length_is_refused);
	tcase_add_test(c, any_page_of_a_foreign_server_is_a_reply);
	tcase_add_test(c, a_reply_may_end_with_the_connection);
	suite_add_tcase(s, c);
	return s;
}
