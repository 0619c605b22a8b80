/*
 * Messages are functions of connection and number, and every byte counts.
 */
#include "harness/load/message.h"

#include <string.h>

#include "tests/suite.h"

enum { BYTES = 200, PER_ROUND = 5 };

static struct messages messages;

static void open_messages(void)
{
	ck_assert_int_eq(messages_open(&messages, BYTES, PER_ROUND), 0);
}

static void close_messages(void)
{
	messages_close(&messages);
}

START_TEST(a_message_written_in_pieces_is_the_message)
{
	unsigned char whole[BYTES], pieces[BYTES];

	ck_assert_uint_eq(message_write(&messages, 3, 7, 0, whole, BYTES + 9), BYTES);
	for (size_t piece = 1; piece < 40; piece++) {
		size_t done = 0;
		while (done < BYTES)
			done += message_write(&messages, 3, 7, done, pieces + done, piece);
		ck_assert_mem_eq(whole, pieces, BYTES);
	}
}
END_TEST

START_TEST(every_single_byte_is_compared)
{
	unsigned char buffer[BYTES];

	message_write(&messages, 3, 7, 0, buffer, BYTES);
	ck_assert(message_matches(&messages, 3, 7, 0, buffer, BYTES));
	for (size_t i = 0; i < BYTES; i++) {
		buffer[i] ^= 0x80;
		ck_assert(!message_matches(&messages, 3, 7, 0, buffer, BYTES));
		ck_assert(!message_matches(&messages, 3, 7, i, buffer + i, 1));
		buffer[i] ^= 0x80;
	}
}
END_TEST

START_TEST(no_other_message_matches)
{
	unsigned char buffer[BYTES];

	message_write(&messages, 3, 7, 0, buffer, BYTES);
	for (uint64_t number = 0; number < 100; number++)
		for (uint32_t connection = 0; connection < 20; connection++)
			ck_assert(message_matches(&messages, connection, number, 0, buffer,
					  BYTES) == (connection == 3 && number == 7));
}
END_TEST

START_TEST(a_stale_filling_is_noticed_without_the_header)
{
	unsigned char buffer[BYTES];

	message_write(&messages, 3, 7, 0, buffer, BYTES);
	ck_assert(!message_matches(&messages, 3, 8, MESSAGE_BYTES_MIN, buffer + MESSAGE_BYTES_MIN,
		BYTES - MESSAGE_BYTES_MIN));
}
END_TEST

START_TEST(the_checksum_repeats_in_every_round_and_differs_inside_one)
{
	for (uint64_t number = 1; number <= PER_ROUND; number++) {
		ck_assert_uint_eq(message_checksum(&messages, 3, number),
			message_checksum(&messages, 3, number + 4 * PER_ROUND));
		ck_assert_uint_ne(message_checksum(&messages, 3, number),
			message_checksum(&messages, 3, number + 1));
		ck_assert_uint_ne(message_checksum(&messages, 3, number),
			message_checksum(&messages, 4, number));
	}
}
END_TEST

START_TEST(memory_of_the_callers_gives_the_same_messages)
{
	static unsigned char filling[1024];
	unsigned char buffer[BYTES];
	struct messages placed;

	ck_assert_uint_le(messages_filling_bytes(BYTES), sizeof(filling));
	messages_place(&placed, BYTES, PER_ROUND, filling);
	message_write(&messages, 3, 7, 0, buffer, BYTES);
	ck_assert(message_matches(&placed, 3, 7, 0, buffer, BYTES));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("message");
	TCase *c = tcase_create("messages");

	tcase_add_checked_fixture(c, open_messages, close_messages);
	tcase_add_test(c, a_message_written_in_pieces_is_the_message);
	tcase_add_test(c, every_single_byte_is_compared);
	tcase_add_test(c, no_other_message_matches);
	tcase_add_test(c, a_stale_filling_is_noticed_without_the_header);
	tcase_add_test(c, the_checksum_repeats_in_every_round_and_differs_inside_one);
	tcase_add_test(c, memory_of_the_callers_gives_the_same_messages);
	suite_add_tcase(s, c);
	return s;
}
