/*
 * Requests and replies of a client. See exchange.h.
 */
#include "harness/load/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_HTTP_PARSER
#include <http_parser.h>
#endif

#include "harness/load/draw.h"

/* Which of the seeds a request has: the same in every round. */
static uint32_t seed_of(const struct exchange *exchange, uint32_t connection, uint64_t number)
{
	return (uint32_t)(message_checksum(&exchange->messages, connection, number) % HTTP_SEEDS);
}

/* Where digits of the request lie in the part that was copied, they are filled in. */
static void overlay(unsigned char *buffer, size_t offset, size_t bytes, const char *digits,
	size_t at, size_t count)
{
	size_t from = offset > at ? offset : at;
	size_t to = offset + bytes < at + count ? offset + bytes : at + count;

	if (at != 0 && from < to)
		memcpy(buffer + (from - offset), digits + (from - at), to - from);
}

static size_t http_write(const struct exchange *exchange, uint32_t connection, uint64_t number,
	size_t offset, unsigned char *buffer, size_t bytes)
{
	const struct http_ask *http = exchange->http;
	size_t written = http->bytes - offset < bytes ? http->bytes - offset : bytes;

	memcpy(buffer, http->request + offset, written);
	if (http->id_offset != 0) {
		char id[PAGE_ID_BYTES], seed[2];

		page_id(id, connection, number);
		overlay(buffer, offset, written, id, http->id_offset, sizeof(id));
		page_digits(seed, 2, seed_of(exchange, connection, number));
		overlay(buffer, offset, written, seed, http->seed_offset, sizeof(seed));
	}
	return written;
}

size_t exchange_write(const struct exchange *exchange, uint32_t connection, uint64_t number,
	size_t offset, unsigned char *buffer, size_t bytes)
{
	if (exchange->http != NULL)
		return http_write(exchange, connection, number, offset, buffer, bytes);
	return message_write(&exchange->messages, connection, number, offset, buffer, bytes);
}

#ifdef HAVE_HTTP_PARSER

struct http_reply {
	struct http_parser parser; /* its data is the reply */
	const struct http_ask *http;
	bool complete, wrong;
	size_t body_bytes;
	char page_head[PAGE_HEAD_BYTES]; /* as it must be */
};

static int on_headers(struct http_parser *parser)
{
	const struct http_reply *reply = parser->data;

	return reply->http->head; /* 1: no body follows */
}

/* Of the page that a reply must be; 0: it may be anything. */
static size_t page_bytes_of(const struct http_reply *reply, const struct http_parser *parser)
{
	bool refuses =
		reply->http->refusal != 0 && (int)parser->status_code == reply->http->refusal;

	return refuses ? 0 : reply->http->page_bytes;
}

static int on_body(struct http_parser *parser, const char *at, size_t bytes)
{
	struct http_reply *reply = parser->data;
	size_t page_bytes = page_bytes_of(reply, parser);

	reply->wrong |= page_bytes != 0 &&
			!page_matches(reply->page_head, page_bytes, reply->body_bytes, at, bytes);
	reply->body_bytes += bytes;
	return 0;
}

/* What follows is of the next reply; an informational one is none. */
static int on_complete(struct http_parser *parser)
{
	struct http_reply *reply = parser->data;

	if (parser->status_code < 200)
		return 0;
	reply->complete = true;
	http_parser_pause(parser, 1);
	return 0;
}

static const struct http_parser_settings callbacks = {
	.on_headers_complete = on_headers,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

static void reply_begin(struct exchange *exchange, uint32_t connection, uint64_t number)
{
	struct http_reply *reply = &exchange->replies[connection];
	const struct http_ask *http = exchange->http;
	char id[PAGE_ID_BYTES];

	reply->complete = reply->wrong = false;
	reply->body_bytes = 0;
	if (http->page_bytes == 0)
		return;
	page_id(id, connection, number);
	page_head(reply->page_head, id, http->results[seed_of(exchange, connection, number)]);
}

static ssize_t http_read(struct exchange *exchange, uint32_t connection, uint64_t number,
	size_t *offset, const unsigned char *buffer, size_t bytes, struct reply_end *end,
	bool *done)
{
	struct http_reply *reply = &exchange->replies[connection];
	struct http_parser *parser = &reply->parser;

	if (*offset == 0)
		reply_begin(exchange, connection, number);
	size_t read = http_parser_execute(parser, &callbacks, (const char *)buffer, bytes);
	enum http_errno error = HTTP_PARSER_ERRNO(parser);
	if (error == HPE_PAUSED)
		http_parser_pause(parser, 0);
	*offset += read;
	*done = reply->complete;
	if (reply->wrong || (error != HPE_OK && error != HPE_PAUSED) || parser->upgrade)
		return -EPROTO;
	if (!reply->complete)
		return (ssize_t)read;
	end->status = (int)parser->status_code;
	end->closes = !http_should_keep_alive(parser);
	*offset = 0;
	if (page_bytes_of(reply, parser) != 0 &&
		(end->status != 200 || reply->body_bytes != exchange->http->page_bytes))
		return -EPROTO;
	return (ssize_t)read;
}

void exchange_reset(struct exchange *exchange, uint32_t connection)
{
	if (exchange->replies == NULL)
		return;
	struct http_reply *reply = &exchange->replies[connection];
	http_parser_init(&reply->parser, HTTP_RESPONSE);
	reply->parser.data = reply;
	reply->http = exchange->http;
	reply->complete = false;
}

static int http_open(struct exchange *exchange, int connections)
{
	exchange->replies = calloc((size_t)connections, sizeof(*exchange->replies));
	if (exchange->replies == NULL)
		return -ENOMEM;
	for (int i = 0; i < connections; i++)
		exchange_reset(exchange, (uint32_t)i);
	return 0;
}

#else

static int http_open(struct exchange *exchange, int connections)
{
	(void)exchange;
	(void)connections;
	return -EOPNOTSUPP;
}

static ssize_t http_read(struct exchange *exchange, uint32_t connection, uint64_t number,
	size_t *offset, const unsigned char *buffer, size_t bytes, struct reply_end *end,
	bool *done)
{
	(void)exchange, (void)connection, (void)number, (void)offset, (void)buffer, (void)bytes;
	(void)end, (void)done;
	return -EOPNOTSUPP;
}

void exchange_reset(struct exchange *exchange, uint32_t connection)
{
	(void)exchange, (void)connection;
}

#endif

ssize_t exchange_read(struct exchange *exchange, uint32_t connection, uint64_t number,
	size_t *offset, const unsigned char *buffer, size_t bytes, struct reply_end *end,
	bool *done)
{
	const struct messages *messages = &exchange->messages;

	*done = false;
	*end = (struct reply_end){0};
	if (exchange->http != NULL)
		return http_read(exchange, connection, number, offset, buffer, bytes, end, done);
	size_t left = messages->bytes - *offset;
	size_t part = bytes < left ? bytes : left;
	if (!message_matches(messages, connection, number, *offset, buffer, part))
		return -EPROTO;
	*done = part == left;
	*offset = *done ? 0 : *offset + part;
	return (ssize_t)part;
}

int exchange_open(struct exchange *exchange, int connections, const struct http_ask *http,
	size_t message_bytes, uint64_t per_round)
{
	*exchange = (struct exchange){.http = http};
	int rc = messages_open(
		&exchange->messages, http != NULL ? MESSAGE_BYTES_MIN : message_bytes, per_round);
	if (rc == 0 && http != NULL && http->raw_bytes == 0)
		rc = http_open(exchange, connections);
	exchange->request_bytes = http != NULL ? http->bytes : message_bytes;
	return rc;
}

void exchange_close(struct exchange *exchange)
{
	messages_close(&exchange->messages);
	free(exchange->replies);
	exchange->replies = NULL;
}

uint64_t exchange_checksum(const struct exchange *exchange, uint32_t connection, uint64_t number)
{
	uint64_t checksum = message_checksum(&exchange->messages, connection, number);

	if (exchange->http != NULL && exchange->http->page_bytes != 0)
		checksum += exchange->http->results[seed_of(exchange, connection, number)];
	return checksum;
}
