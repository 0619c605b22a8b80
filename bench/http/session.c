/*
 * What a connection of the http workload says and hears: requests out of bytes, replies into bytes.
 * Nothing here waits, reads or writes. See http.h.
 *
 * It is over 400 lines: understanding a request and composing its reply share the session's fields,
 * and whoever changes one needs the other beside it.
 */
#include "bench/http/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/mixed/mixed.h"
#include "harness/measure/clock.h"

int http_compute(void *arg)
{
	struct http_request *request = arg;
	struct mixed_request chain = {.iterations = request->iterations, .value = request->value};

	mixed_compute(&chain);
	request->value = chain.value;
	return 0;
}

#ifdef HAVE_HTTP_PARSER

static struct http_session *session_of(struct http_parser *parser)
{
	return parser->data;
}

/* The request is wrong in this way; the parser goes no further. */
static int refuse(struct http_session *session, int status)
{
	if (session->error == 0)
		session->error = status;
	return 1;
}

static int on_begin(struct http_parser *parser)
{
	struct http_session *session = session_of(parser);

	session->begun = true;
	if (session->http->timeout_ns > 0)
		session->begun_ns = clock_now_ns();
	session->target_bytes = session->body_bytes = 0;
	session->hosts = session->host_matched = 0;
	session->in_value = true;
	return 0;
}

static int on_target(struct http_parser *parser, const char *at, size_t bytes)
{
	struct http_session *session = session_of(parser);

	if (session->target_bytes + bytes > HTTP_TARGET_MAX)
		return refuse(session, 414);
	memcpy(session->target + session->target_bytes, at, bytes);
	session->target_bytes += bytes;
	return 0;
}

/* A name may come in parts; only Host is looked for, of which there must be exactly one. */
static int on_name(struct http_parser *parser, const char *at, size_t bytes)
{
	struct http_session *session = session_of(parser);

	if (session->in_value)
		session->host_matched = 0;
	session->in_value = false;
	for (size_t i = 0; i < bytes && session->host_matched >= 0; i++) {
		bool same = session->host_matched < 4 &&
			    (at[i] | 0x20) == "host"[session->host_matched];
		session->host_matched = same ? session->host_matched + 1 : -1;
	}
	return 0;
}

static int on_value(struct http_parser *parser, const char *at, size_t bytes)
{
	struct http_session *session = session_of(parser);

	(void)at;
	(void)bytes;
	session->hosts += !session->in_value && session->host_matched == 4;
	session->in_value = true;
	return 0;
}

static int on_headers(struct http_parser *parser)
{
	struct http_session *session = session_of(parser);
	bool host_is_right =
		session->hosts == 1 || (session->hosts == 0 && parser->http_minor == 0);

	if (parser->http_major != 1)
		return refuse(session, 505);
	if (!host_is_right)
		return refuse(session, 400);
	if (parser->method != HTTP_GET && parser->method != HTTP_HEAD &&
		parser->method != HTTP_POST)
		return refuse(session, 405);
	if (parser->content_length != UINT64_MAX && parser->content_length > HTTP_BODY_MAX)
		return refuse(session, 413);
	return 0;
}

static int on_body(struct http_parser *parser, const char *at, size_t bytes)
{
	struct http_session *session = session_of(parser);

	(void)at;
	session->body_bytes += bytes;
	return session->body_bytes > HTTP_BODY_MAX ? refuse(session, 413) : 0;
}

/* One request at a time: the parser stops, what follows is read after the reply. */
static int on_complete(struct http_parser *parser)
{
	session_of(parser)->complete = true;
	http_parser_pause(parser, 1);
	return 0;
}

static const struct http_parser_settings callbacks = {
	.on_message_begin = on_begin,
	.on_url = on_target,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_headers_complete = on_headers,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

int http_accepted(struct http_session *session, struct slot *slot, int fd)
{
	struct http *http = slot->orders->shared;

	if (fd == -EINVAL && atomic_load(&http->closed))
		return -ECANCELED;
	if (fd < 0)
		return fd;
	if (farewell_heard(&http->farewell))
		return -ECANCELED;
	memset(session, 0, offsetof(struct http_session, target));
	session->http = http;
	http_parser_init(&session->parser, HTTP_REQUEST);
	session->parser.data = session;
	if (endpoint_configure(fd, http->family, http->nodelay) != 0)
		session->closing = true; /* gone already */
	return 0;
}

/* Status of a request the parser gave up. */
static int status_of(const struct http_session *session)
{
	enum http_errno why = HTTP_PARSER_ERRNO(&session->parser);

	if (session->error != 0)
		return session->error;
	return why == HPE_HEADER_OVERFLOW ? 431 : why == HPE_INVALID_VERSION ? 505 : 400;
}

/* Lets the parser at what is unread. */
static void session_parse(struct http_session *session)
{
	struct http_parser *parser = &session->parser;
	size_t read =
		http_parser_execute(parser, &callbacks, session->unread, session->unread_bytes);

	if (HTTP_PARSER_ERRNO(parser) == HPE_PAUSED)
		http_parser_pause(parser, 0);
	else if (HTTP_PARSER_ERRNO(parser) != HPE_OK)
		session->error = status_of(session);
	parser->upgrade = 0; /* an offer we do not take up */
	session->unread += read;
	session->unread_bytes -= read;
}

void http_feed(struct http_session *session, const void *received, size_t bytes)
{
	session->unread = received;
	session->unread_bytes = bytes;
	if (bytes > 0)
		return;
	session->closing = true;
	if (session->begun)
		session->error = 400; /* cut off */
}

void http_silence(struct http_session *session)
{
	uint64_t timeout_ns = session->http->timeout_ns;

	if (atomic_load(&session->http->farewell.said))
		session->closing = true;
	else if (timeout_ns > 0 && session->begun &&
		 clock_now_ns() - session->begun_ns > timeout_ns)
		session->error = 408;
}

/* The number behind "name=" in the query, in the base; 0 where there is none. */
static uint64_t query_number(const char *query, const char *name, int base)
{
	size_t bytes = strlen(name);

	for (const char *at = query; at != NULL; at = strchr(at, '&')) {
		at++; /* the ? or the & */
		if (strncmp(at, name, bytes) == 0 && at[bytes] == '=')
			return strtoull(at + bytes + 1, NULL, base);
	}
	return 0;
}

/* GET /work; 400 where a number is beyond reason. */
static int understand_work(
	const struct http_session *session, const char *query, struct http_request *request)
{
	enum { US_MAX = 60 * 1000 * 1000 };
	uint64_t wait_us = query_number(query, "wait", 10);
	uint64_t compute_us = query_number(query, "compute", 10);
	const char *id = strstr(query, "id=");

	if (wait_us > US_MAX || compute_us > US_MAX)
		return 400;
	request->wait_ns = wait_us * 1000;
	request->iterations = compute_us * session->http->iterations_per_ms / 1000;
	request->value = query_number(query, "seed", 16);
	if (id != NULL && strlen(id) >= 3 + PAGE_ID_BYTES)
		memcpy(request->id, id + 3, PAGE_ID_BYTES);
	return 200;
}

static void understand(struct http_session *session, struct http_request *request)
{
	char *target = session->target;

	target[session->target_bytes] = '\0';
	request->body = session->parser.method != HTTP_HEAD;
	if (!http_should_keep_alive(&session->parser) ||
		atomic_load_explicit(&session->http->draining, memory_order_relaxed))
		session->closing = true;
	char *query = strchr(target, '?');
	size_t path = query != NULL ? (size_t)(query - target) : session->target_bytes;
	if (path == 1 && target[0] == '/')
		request->status = 200;
	else if (path == 5 && memcmp(target, "/work", 5) == 0)
		request->status = query != NULL ? understand_work(session, query, request) : 200;
	else
		request->status = 404;
}

void http_left(struct http_session *session)
{
	if (session->admitted)
		atomic_fetch_sub(&session->http->admitted, 1);
	session->admitted = false;
}

/* Counts the request in, or sheds it where as many as may are in progress. */
static void admit(struct http_session *session, struct http_request *request)
{
	struct http *http = session->http;
	uint32_t most = atomic_load_explicit(&http->admits, memory_order_relaxed);

	if (most == 0)
		return;
	session->admitted = true;
	if (atomic_fetch_add(&http->admitted, 1) < most)
		return;
	http_left(session);
	atomic_fetch_add(&http->shed, 1);
	request->status = 503;
	request->wait_ns = request->iterations = 0;
}

bool http_next(struct http_session *session, struct http_request *request)
{
	const struct http *http = session->http;

	if (session->refused)
		return false;
	if (session->unread_bytes > 0 && session->error == 0 && !session->closing)
		session_parse(session);
	if (session->error == 0 && !session->complete) {
		bool late = http->timeout_ns > 0 && session->begun && !session->closing &&
			    clock_now_ns() - session->begun_ns > http->timeout_ns;
		if (!late)
			return false;
		session->error = 408;
	}
	request->wait_ns = request->iterations = request->value = 0;
	page_id(request->id, 0, 0);
	request->status = session->error;
	request->body = true;
	if (session->error != 0) {
		session->closing = session->refused = true;
		session->unread_bytes = 0;
	} else {
		understand(session, request);
	}
	session->complete = session->begun = false;
	session->replied = 0;
	if (request->status == 200)
		admit(session, request);
	return true;
}

static const char *reason_of(int status)
{
	switch (status) {
	case 200:
		return "200 OK";
	case 404:
		return "404 Not Found";
	case 405:
		return "405 Method Not Allowed\r\nAllow: GET, HEAD, POST";
	case 408:
		return "408 Request Timeout";
	case 413:
		return "413 Content Too Large";
	case 414:
		return "414 URI Too Long";
	case 431:
		return "431 Request Header Fields Too Large";
	case 503:
		return "503 Service Unavailable";
	case 505:
		return "505 HTTP Version Not Supported";
	default:
		return "400 Bad Request";
	}
}

static char *append(char *at, const char *text)
{
	return stpcpy(at, text);
}

static char *append_number(char *at, size_t number)
{
	char digits[24];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

/* What stands before the body. */
static size_t compose_head(
	char *head, const struct http_session *session, int status, size_t body_bytes)
{
	char *at = append(append(head, "HTTP/1.1 "), reason_of(status));

	at = append(at, "\r\nServer: concbench\r\nContent-Type: text/plain\r\nContent-Length: ");
	at = append_number(at, body_bytes);
	if (session->closing)
		at = append(at, "\r\nConnection: close");
	else if (session->parser.http_minor == 0)
		at = append(at, "\r\nConnection: keep-alive");
	return (size_t)(append(at, "\r\n\r\n") - head);
}

enum { HEAD_MAX = 256 };
_Static_assert((int)HEAD_MAX <= (int)HTTP_OUT_BYTES, "a head always fits into what is empty");

bool http_reply(
	struct http_session *session, const struct http_request *request, struct http_out *out)
{
	const char *error = reason_of(request->status);
	size_t error_bytes = strcspn(error, "\r");
	size_t body_bytes = request->status == 200 ? session->http->page_bytes : error_bytes;

	if (session->replied == 0) {
		if (HTTP_OUT_BYTES - out->used < HEAD_MAX)
			return false;
		out->used +=
			compose_head(out->bytes + out->used, session, request->status, body_bytes);
		session->replied = 1; /* the head, and so many bytes less one of the body */
	}
	size_t offset = session->replied - 1;
	if (request->body && request->status == 200) {
		char head[PAGE_HEAD_BYTES];
		page_head(head, request->id, request->value);
		size_t written = page_write(head, body_bytes, offset, out->bytes + out->used,
			HTTP_OUT_BYTES - out->used);
		out->used += written;
		session->replied += written;
		if (offset + written < body_bytes)
			return false;
	} else if (request->body) {
		if (HTTP_OUT_BYTES - out->used < error_bytes)
			return false;
		memcpy(out->bytes + out->used, error, error_bytes);
		out->used += error_bytes;
	}
	out->replies++;
	http_left(session);
	return true;
}

void http_sent(struct slot *slot, struct http_out *out)
{
	slot_count(slot, out->replies, out->used, 0);
	out->used = 0;
	out->replies = 0;
}

#endif
