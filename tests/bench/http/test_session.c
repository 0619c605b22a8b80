/*
 * What the server understands and answers, whatever pieces the bytes come in; no sockets.
 */
#include "bench/http/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

#ifdef HAVE_HTTP_PARSER

static struct http http = {.page_bytes = 64, .iterations_per_ms = 1000000};
static struct orders orders = {.shared = &http};
static struct slot slot = {.orders = &orders};
static struct http_session session;
static char said[20000];

static void answer(void)
{
	struct http_request request;
	struct http_out out = {0};
	size_t used = strlen(said);

	while (http_next(&session, &request)) {
		if (request.iterations > 0)
			http_compute(&request);
		for (bool done = false; !done;) {
			done = http_reply(&session, &request, &out);
			ck_assert_uint_lt(used + out.used, sizeof(said));
			memcpy(said + used, out.bytes, out.used);
			used += out.used;
			http_sent(&slot, &out);
		}
	}
	said[used] = '\0';
}

/* All that a connection hears when it sends the text in pieces and then ends. */
static const char *ask_in(const char *text, size_t piece)
{
	said[0] = '\0';
	ck_assert_int_eq(http_accepted(&session, &slot, 1000), 0);
	session.closing = false; /* 1000 is no socket */
	for (size_t at = 0, bytes = strlen(text); at < bytes && !session.closing; at += piece) {
		http_feed(&session, text + at, bytes - at < piece ? bytes - at : piece);
		answer();
	}
	if (!session.closing) {
		http_feed(&session, "", 0);
		answer();
	}
	return said;
}

static const struct {
	const char *text, *statuses;
} rows[] = {
	{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
	{"GET / HTTP/1.0\r\n\r\n", "200"},
	{"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nhOst: "
	 "a\r\n\r\n",
		"200 200"},
	{"GET /work?compute=3&seed=1 HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost:a\r\n\r\n",
		"200 404"},
	{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"200"},
	{"", ""},
	{"\r\n", ""},
	{"GET / HTTP/1.1\r\n\r\n", "400"},
	{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
	{"GET / HTTP/1.1\r\nHost: a\r\n\r\nbroken\r\n\r\n", "200 400"},
	{"GET / HTTP/1.1\r\nHost", "400"},
	{"GET", "400"},
	{"\x16\x03\x01\x02", "400"},
	{"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
	{"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", "405"},
	{"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "405"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", "413"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "400"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab", "400"},
	{"GET /work?wait=99999999999 HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
};

START_TEST(every_request_gets_its_status_in_whatever_pieces)
{
	for (size_t piece = 1; piece < 100; piece += 7) {
		const char *at = ask_in(rows[_i].text, piece);
		char statuses[100] = "";
		while ((at = strstr(at, "HTTP/1.1 ")) != NULL) {
			snprintf(statuses + strlen(statuses), sizeof(statuses) - strlen(statuses),
				"%s%.3s", statuses[0] != '\0' ? " " : "", at + 9);
			at += 9;
		}
		ck_assert_msg(strcmp(statuses, rows[_i].statuses) == 0, "in %zu: %s not %s", piece,
			statuses, rows[_i].statuses);
	}
}
END_TEST

START_TEST(a_target_or_headers_without_end_are_refused)
{
	char *text = malloc(40000);

	ck_assert_ptr_nonnull(text);
	http_parser_set_max_header_size(HTTP_HEADERS_MAX);
	snprintf(text, 40000, "GET /%0400d HTTP/1.1\r\nHost: a\r\n\r\n", 0);
	ck_assert_int_eq(strncmp(ask_in(text, 100), "HTTP/1.1 414", 12), 0);
	snprintf(text, 40000, "GET / HTTP/1.1\r\nHost: a\r\nX: %030000d\r\n\r\n", 0);
	ck_assert_int_eq(strncmp(ask_in(text, 1000), "HTTP/1.1 431", 12), 0);
	free(text);
}
END_TEST

START_TEST(a_refused_connection_is_told_that_it_closes)
{
	ask_in("PUT / HTTP/1.1\r\nHost: a\r\n\r\n", 100);
	ck_assert_ptr_nonnull(strstr(said, "\r\nConnection: close\r\n"));
	ck_assert(session.refused);
	ask_in("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 100);
	ck_assert_ptr_null(strstr(said, "Connection:"));
	ask_in("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 100);
	ck_assert_ptr_nonnull(strstr(said, "\r\nConnection: keep-alive\r\n"));
}
END_TEST

START_TEST(pages_larger_than_what_is_sent_at_once_are_whole)
{
	http.page_bytes = 5000;
	const char *text =
		ask_in("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 99);
	const char *first = strstr(text, "\r\n\r\n") + 4;
	ck_assert_int_eq(strncmp(first + 5000, "HTTP/1.1 200", 12), 0);
	const char *second = strstr(first, "\r\n\r\n") + 4;
	ck_assert_uint_eq(strlen(second), 5000);
	ck_assert_int_eq(memcmp(first, second, 5000), 0);
	http.page_bytes = 64;
}
END_TEST

/* A request that is read, and whose reply is not composed yet. */
static void begin_one(struct http_session *one, struct http_request *request)
{
	static const char text[] = "GET /work?seed=7 HTTP/1.1\r\nHost: a\r\n\r\n";

	ck_assert_int_eq(http_accepted(one, &slot, 1000), 0);
	one->closing = false;
	http_feed(one, text, strlen(text));
	ck_assert(http_next(one, request));
}

START_TEST(what_is_beyond_the_limit_is_shed_until_one_has_been_answered_or_has_left)
{
	static struct http_session sessions[3];
	struct http_request requests[3];
	struct http_out out = {0};

	atomic_store(&http.admits, 1);
	begin_one(&sessions[0], &requests[0]);
	begin_one(&sessions[1], &requests[1]);
	ck_assert_int_eq(requests[0].status, 200);
	ck_assert_int_eq(requests[1].status, 503);
	ck_assert_uint_eq(atomic_load(&http.shed), 1);
	ck_assert(http_reply(&sessions[1], &requests[1], &out));
	ck_assert_int_eq(strncmp(out.bytes, "HTTP/1.1 503", 12), 0);
	ck_assert(http_reply(&sessions[0], &requests[0], &out));
	begin_one(&sessions[2], &requests[2]);
	ck_assert_int_eq(requests[2].status, 200);
	http_left(&sessions[2]); /* its client has gone */
	http_left(&sessions[2]);
	begin_one(&sessions[0], &requests[0]);
	ck_assert_int_eq(requests[0].status, 200);
	http_left(&sessions[0]);
	ck_assert_uint_eq(atomic_load(&http.admitted), 0);
}
END_TEST

START_TEST(a_server_that_drains_says_so_in_its_next_reply_and_accepts_no_more)
{
	atomic_store(&http.draining, true);
	ask_in("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 100);
	ck_assert_int_eq(strncmp(said, "HTTP/1.1 200", 12), 0);
	ck_assert_ptr_nonnull(strstr(said, "\r\nConnection: close\r\n"));
	ck_assert(session.closing && !session.refused);
	ck_assert_int_eq(http_accepted(&session, &slot, -EINVAL), -EINVAL);
	atomic_store(&http.closed, true);
	ck_assert_int_eq(http_accepted(&session, &slot, -EINVAL), -ECANCELED);
}
END_TEST

START_TEST(the_result_is_that_of_the_computation)
{
	char first[100];
	const char *once = "GET /work?compute=2&seed=7 HTTP/1.1\r\nHost: a\r\n\r\n";
	const char *more = "GET /work?compute=3&seed=7 HTTP/1.1\r\nHost: a\r\n\r\n";

	snprintf(first, sizeof(first), "%.24s", strstr(ask_in(once, 99), "result="));
	ck_assert_int_eq(strncmp(first, strstr(ask_in(once, 1), "result="), 23), 0);
	ck_assert_int_ne(strncmp(first, strstr(ask_in(more, 99), "result="), 23), 0);
}
END_TEST

START_TEST(a_late_request_is_told_so_and_an_idle_connection_is_kept)
{
	http.timeout_ns = 1;
	said[0] = '\0';
	ck_assert_int_eq(http_accepted(&session, &slot, 1000), 0);
	session.closing = false;
	http_feed(&session, "GET / HT", 8);
	answer();
	http_silence(&session);
	answer();
	ck_assert_int_eq(strncmp(said, "HTTP/1.1 408", 12), 0);
	ck_assert_int_eq(http_accepted(&session, &slot, 1000), 0);
	session.closing = false;
	http_silence(&session);
	ck_assert(!session.closing);
	http.farewell.said = true;
	http_silence(&session);
	ck_assert(session.closing && !session.refused);
	http.farewell.said = false;
	http.timeout_ns = 0;
}
END_TEST

#endif

Suite *suite(void)
{
	Suite *s = suite_create("http session");
	TCase *c = tcase_create("session");

#ifdef HAVE_HTTP_PARSER
	tcase_add_loop_test(c, every_request_gets_its_status_in_whatever_pieces, 0,
		sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, a_target_or_headers_without_end_are_refused);
	tcase_add_test(c, a_refused_connection_is_told_that_it_closes);
	tcase_add_test(c, pages_larger_than_what_is_sent_at_once_are_whole);
	tcase_add_test(c, the_result_is_that_of_the_computation);
	tcase_add_test(c, what_is_beyond_the_limit_is_shed_until_one_has_been_answered_or_has_left);
	tcase_add_test(c, a_server_that_drains_says_so_in_its_next_reply_and_accepts_no_more);
	tcase_add_test(c, a_late_request_is_told_so_and_an_idle_connection_is_kept);
#else
	puts("skipped: built without http-parser");
#endif
	suite_add_tcase(s, c);
	return s;
}
