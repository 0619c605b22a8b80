/*
 * Messages and their check. See message.h.
 */
#include "harness/load/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/load/draw.h"

enum {
	SHIFTS = 64,     /* places where a filling may start … */
	SHIFT_BYTES = 8, /* … so far apart */
	HEADER = sizeof(struct message_header)
};

size_t messages_filling_bytes(size_t bytes)
{
	return bytes + SHIFTS * SHIFT_BYTES;
}

void messages_place(struct messages *messages, size_t bytes, uint64_t per_round, void *filling)
{
	*messages = (struct messages){.bytes = bytes, .per_round = per_round, .filling = filling};
	for (size_t i = 0; i < messages_filling_bytes(bytes); i++)
		messages->filling[i] = (unsigned char)draw_mix(i);
}

int messages_open(struct messages *messages, size_t bytes, uint64_t per_round)
{
	void *filling = malloc(messages_filling_bytes(bytes));

	*messages = (struct messages){0};
	if (filling == NULL)
		return -ENOMEM;
	messages_place(messages, bytes, per_round, filling);
	return 0;
}

void messages_close(struct messages *messages)
{
	free(messages->filling);
	messages->filling = NULL;
}

/* Message 0 comes before the rounds, so message 1 is the first of one. */
static uint32_t message_place(const struct messages *messages, uint64_t number)
{
	return number == 0 ? 0 : (uint32_t)((number - 1) % messages->per_round);
}

struct message_header message_header(
	const struct messages *messages, uint32_t connection, uint64_t number)
{
	return (struct message_header){
		.number = number,
		.connection = connection,
		.place = message_place(messages, number),
	};
}

static const unsigned char *message_filling(
	const struct messages *messages, uint32_t connection, uint64_t number)
{
	return messages->filling + (number + connection) % SHIFTS * SHIFT_BYTES;
}

size_t message_write(const struct messages *messages, uint32_t connection, uint64_t number,
	size_t offset, unsigned char *buffer, size_t bytes)
{
	size_t written = messages->bytes - offset < bytes ? messages->bytes - offset : bytes;
	size_t done = 0;

	if (offset < HEADER) {
		struct message_header header = message_header(messages, connection, number);

		done = HEADER - offset < written ? HEADER - offset : written;
		memcpy(buffer, (const unsigned char *)&header + offset, done);
	}
	memcpy(buffer + done, message_filling(messages, connection, number) + offset + done,
		written - done);
	return written;
}

bool message_matches(const struct messages *messages, uint32_t connection, uint64_t number,
	size_t offset, const unsigned char *buffer, size_t bytes)
{
	size_t done = 0;

	if (offset < HEADER) {
		struct message_header header = message_header(messages, connection, number);

		done = HEADER - offset < bytes ? HEADER - offset : bytes;
		if (memcmp(buffer, (const unsigned char *)&header + offset, done) != 0)
			return false;
	}
	/* a message of a header alone has no filling */
	return bytes == done ||
	       memcmp(buffer + done, message_filling(messages, connection, number) + offset + done,
		       bytes - done) == 0;
}

uint64_t message_checksum(const struct messages *messages, uint32_t connection, uint64_t number)
{
	return draw_mix((uint64_t)connection << 32 | message_place(messages, number));
}
