/*
 * connect on every model: a connection per request, each counted at both ends, however they are
 * accepted; a server that spoils or skips one is found out.
 */
/* wrap: async_write send slot_result */
#include "bench/connect/connect.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "harness/cli/cli.h"
#include "harness/load/message.h"
#include "tests/invoke.h"
#include "tests/suite.h"

enum { CONNECTIONS = 4, REQUESTS = 4, ROUNDS = 2 };

static enum { HONEST, SPOILS_A_BYTE, COUNTS_ONE_MORE } cheat;

ssize_t __real_async_write(int fd, const void *buffer, size_t bytes);
ssize_t __wrap_async_write(int fd, const void *buffer, size_t bytes);
ssize_t __real_send(int fd, const void *buffer, size_t bytes, int flags);
ssize_t __wrap_send(int fd, const void *buffer, size_t bytes, int flags);
int __real_slot_result(struct slot *slot);
int __wrap_slot_result(struct slot *slot);

/* Of the server only: requests of the generator leave another way. */
ssize_t __wrap_async_write(int fd, const void *buffer, size_t bytes)
{
	if (cheat == SPOILS_A_BYTE)
		((char *)(uintptr_t)buffer)[bytes - 1] ^= 1;
	return __real_async_write(fd, buffer, bytes);
}

ssize_t __wrap_send(int fd, const void *buffer, size_t bytes, int flags)
{
	if (cheat == SPOILS_A_BYTE && flags == MSG_NOSIGNAL)
		((char *)(uintptr_t)buffer)[bytes - 1] ^= 1;
	return __real_send(fd, buffer, bytes, flags);
}

int __wrap_slot_result(struct slot *slot)
{
	slot->operations += cheat == COUNTS_ONE_MORE && slot->index == 0;
	return __real_slot_result(slot);
}

static void run(const char *model, const char *const *extra, struct record *record)
{
	invoke(record, exec_main, &connect_workload, model, extra);
}

static bool can(const struct model *model)
{
	return connect_workload.run[model->family] != NULL && model->kind != MODEL_INLINE &&
	       model_runs_here(model);
}

static uint64_t expected_checksum(void)
{
	struct messages messages;
	uint64_t sum = 0;

	ck_assert_int_eq(messages_open(&messages, 64, REQUESTS), 0);
	for (uint32_t connection = 0; connection < CONNECTIONS; connection++)
		for (uint64_t number = 1; number <= REQUESTS; number++)
			sum += message_checksum(&messages, connection, number);
	messages_close(&messages);
	return sum * ROUNDS;
}

static void did_its_work(const char *model, const char *const *extra)
{
	struct record record;

	run(model, extra, &record);
	ck_assert_msg(record.status == STATUS_OK || strstr(record.reason, "backlog") != NULL,
		"%s: %s", model, record.reason);
	ck_assert_uint_eq(record.work.operations, CONNECTIONS * REQUESTS * ROUNDS);
	ck_assert_uint_eq(record.work.bytes, record.work.operations * 64);
	ck_assert_uint_eq(record.work.checksum, expected_checksum());
	record_release(&record);
}

START_TEST(every_model_serves_a_connection_for_every_request)
{
	for (const struct model *model = models; model->name != NULL; model++)
		if (can(model))
			did_its_work(model->name, NULL);
}
END_TEST

START_TEST(whoever_accepts_the_work_is_the_same)
{
	static const char *const own[] = {"accept=reuseport", NULL};
	static const char *const local[] = {"family=unix", NULL};

	did_its_work("async", own);
	did_its_work("threads", own);
	did_its_work("process-pool", own);
	did_its_work("async", local);
	did_its_work("threads", local);
}
END_TEST

START_TEST(a_server_that_cheats_is_found_out)
{
	static const char *const cheaters[] = {"async", "threads", "processes"};
	static const char *const says[] = {
		[SPOILS_A_BYTE] = "wrong bytes", [COUNTS_ONE_MORE] = "generator counted"};
	struct record record;

	for (cheat = SPOILS_A_BYTE; cheat <= COUNTS_ONE_MORE; cheat++)
		for (int i = 0; i < 3; i++) {
			run(cheaters[i], NULL, &record);
			ck_assert_msg(record.status == STATUS_INVALID &&
					      strstr(record.reason, says[cheat]) != NULL,
				"%s, cheat %d: %s %s", cheaters[i], (int)cheat,
				status_names[record.status], record.reason);
			record_release(&record);
		}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("connect");
	TCase *c = tcase_create("models");

	tcase_add_test(c, every_model_serves_a_connection_for_every_request);
	tcase_add_test(c, whoever_accepts_the_work_is_the_same);
	tcase_add_test(c, a_server_that_cheats_is_found_out);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
