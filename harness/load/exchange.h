/*
 * What the connections of a client ask and how replies are told from wrong ones: messages that come
 * back as they went (message.h), or HTTP/1.1. Any number of replies may come in one piece and one
 * reply in any number of pieces.
 */
#ifndef CONCBENCH_HARNESS_LOAD_EXCHANGE_H
#define CONCBENCH_HARNESS_LOAD_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/load/message.h"
#include "harness/load/page.h"

enum { HTTP_SEEDS = 64 };

/* One request for all, of HTTP or not; where a server of ours is asked, with its number and a
 * checked page. */
struct http_ask {
	const char *request; /* the caller's */
	size_t bytes;
	size_t id_offset, seed_offset; /* where those digits stand in it; 0: nowhere */
	bool head;                     /* replies have no body */
	size_t raw_bytes;              /* replies are so many bytes of anything; 0: HTTP */
	size_t page_bytes;             /* pages (page.h) are expected, so large; 0: anything is */
	int refusal; /* status of a reply that is right without a page; 0: there is none */
	uint64_t results[HTTP_SEEDS]; /* that pages must have, by the request's seed */
};

struct http_reply;

struct exchange {
	struct messages messages;
	const struct http_ask *http; /* NULL: messages */
	struct http_reply *replies;  /* [connections], the ones that come in */
	size_t request_bytes;
};

/* What a complete reply was, beside being right. */
struct reply_end {
	int status;  /* HTTP; 0: it has none */
	bool closes; /* the server will close the connection */
};

/*
 * Allocates what connections need.
 *   http     NULL for messages of message_bytes; else the caller's, kept
 *   Returns  0, -ENOMEM, -EOPNOTSUPP (HTTP in a build without http-parser).
 *   Owner    exchange_close frees it, also after an error.
 */
int exchange_open(struct exchange *exchange, int connections, const struct http_ask *http,
	size_t message_bytes, uint64_t per_round) __attribute__((warn_unused_result));
void exchange_close(struct exchange *exchange);

/* A connection begins anew: what has come of a reply is forgotten. */
void exchange_reset(struct exchange *exchange, uint32_t connection);

/* The bytes of a request from an offset on; returns how many. As message_write. */
size_t exchange_write(const struct exchange *exchange, uint32_t connection, uint64_t number,
	size_t offset, unsigned char *buffer, size_t bytes);

/*
 * Reads bytes that came, at most up to the end of the reply to request `number`.
 *   offset   of that reply, in and out; 0 again at its end
 *   bytes    0: the server has closed, which may be the end of an HTTP reply
 *   end      set where the reply is complete (end->status != 0 or *offset back at 0, see done)
 *   done     set to whether the reply is complete
 *   Returns  how many bytes were read, or -EPROTO: they are not of the reply.
 */
ssize_t exchange_read(struct exchange *exchange, uint32_t connection, uint64_t number,
	size_t *offset, const unsigned char *buffer, size_t bytes, struct reply_end *end,
	bool *done);

/* What a reply adds to the checksum of its round. */
uint64_t exchange_checksum(const struct exchange *exchange, uint32_t connection, uint64_t number);

#endif
