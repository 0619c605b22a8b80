/*
 * What the generator sends and expects back: a message is a pure function of its connection and its
 * number, so neither side of a check needs a buffer of what was sent.
 *
 * A message is a header and a filling. The header says which connection, which message of its life
 * and which place in the round; the filling is a stretch of a fixed random page that starts at
 * another place for every message, so that a reply left over from an earlier one is noticed in
 * every byte, not only in its header. Nothing depends on the seed: the work of a round, and with it
 * its checksum, is the same in every invocation.
 */
#ifndef CONCBENCH_HARNESS_LOAD_MESSAGE_H
#define CONCBENCH_HARNESS_LOAD_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message_header {
	uint64_t number; /* of the connection's life; 0 is the first, before any round */
	uint32_t connection;
	uint32_t place; /* 0-based in the connection's part of a round */
};

enum { MESSAGE_BYTES_MIN = sizeof(struct message_header), MESSAGE_BYTES_MAX = 1 << 20 };

/* The messages of one generator. */
struct messages {
	size_t bytes;       /* of one message */
	uint64_t per_round; /* messages of one connection in a round */
	unsigned char *filling;
};

/*
 * Makes the filling in memory of the caller's, messages_filling_bytes(bytes) of it.
 *   bytes     of a message, MESSAGE_BYTES_MIN .. MESSAGE_BYTES_MAX
 *   Owner     the caller keeps the memory as long as the messages.
 */
void messages_place(struct messages *messages, size_t bytes, uint64_t per_round, void *filling);
size_t messages_filling_bytes(size_t bytes);

/*
 * The same in memory of its own.
 *   Returns   0 or -ENOMEM.   Owner: messages_close frees it.
 */
int messages_open(struct messages *messages, size_t bytes, uint64_t per_round)
	__attribute__((warn_unused_result));
void messages_close(struct messages *messages);

/* The header of a message, which is all a request to the upstream has. */
struct message_header message_header(
	const struct messages *messages, uint32_t connection, uint64_t number);

/*
 * The bytes of a message from an offset on.
 *   buffer   gets at most bytes
 *   Returns  how many: the rest of the message or bytes, whichever is less.
 */
size_t message_write(const struct messages *messages, uint32_t connection, uint64_t number,
	size_t offset, unsigned char *buffer, size_t bytes);

/*
 * True if bytes that arrived are those of the message from an offset on.
 *   bytes    at most the rest of the message
 */
bool message_matches(const struct messages *messages, uint32_t connection, uint64_t number,
	size_t offset, const unsigned char *buffer, size_t bytes);

/*
 * What a message adds to the checksum of its round: the same in whatever order replies come, the
 * same in every round.
 */
uint64_t message_checksum(const struct messages *messages, uint32_t connection, uint64_t number);

#endif
