/*
 * stream on every model: every chunk arrives whole and in order, also through pipes smaller than a
 * chunk, and one that was changed on its way is noticed.
 */
/* wrap: stream_compose */
#include "bench/stream/stream.h"

#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "tests/invoke.h"
#include "tests/suite.h"

static enum { HONEST, CHANGES_A_BYTE, REPEATS_A_CHUNK } cheat;

void __real_stream_compose(struct stream_end *end, uint64_t now_ns);
void __wrap_stream_compose(struct stream_end *end, uint64_t now_ns);

void __wrap_stream_compose(struct stream_end *end, uint64_t now_ns)
{
	if (cheat == REPEATS_A_CHUNK && end->number == 5) {
		end->number++;
		return;
	}
	__real_stream_compose(end, now_ns);
	if (cheat == CHANGES_A_BYTE && end->number == 7)
		end->buffer[end->bytes - 1] ^= 1;
}

static void run(const char *model, const char *const *extra, struct record *record)
{
	invoke(record, exec_main, &stream_workload, model, extra);
}

static uint64_t expected_checksum(uint64_t bytes)
{
	struct messages messages;
	uint64_t sum = 0;

	ck_assert_int_eq(messages_open(&messages, bytes - 8, 32), 0);
	for (uint32_t stream = 0; stream < 2; stream++)
		for (uint64_t number = 1; number <= 32; number++)
			sum += message_checksum(&messages, stream, number);
	messages_close(&messages);
	return 2 * sum;
}

static void did_its_work(const char *model, const char *const *extra, uint64_t bytes)
{
	struct record record;

	run(model, extra, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s: %s", model, record.reason);
	ck_assert_uint_eq(record.work.operations, 2 * 2 * 32);
	ck_assert_uint_eq(record.work.bytes, record.work.operations * bytes);
	ck_assert_uint_eq(record.work.checksum, expected_checksum(bytes));
	record_release(&record);
}

START_TEST(every_model_moves_the_same_chunks)
{
	for (const struct model *model = models; model->name != NULL; model++)
		if (stream_workload.run[model->family] != NULL && model->kind != MODEL_INLINE &&
			model_runs_here(model))
			did_its_work(model->name, NULL, 1024);
}
END_TEST

START_TEST(chunks_larger_than_the_pipe_arrive_whole)
{
	static const char *const large[] = {"chunk=50KiB", "capacity=4KiB", NULL};

	did_its_work("async", large, 50 << 10);
	did_its_work("threads", large, 50 << 10);
	did_its_work("processes", large, 50 << 10);
}
END_TEST

START_TEST(a_chunk_that_is_not_what_was_written_is_noticed)
{
	static const char *const cheaters[] = {"async", "threads", "process-pool"};
	struct record record;

	for (cheat = CHANGES_A_BYTE; cheat <= REPEATS_A_CHUNK; cheat++)
		for (int i = 0; i < 3; i++) {
			run(cheaters[i], NULL, &record);
			ck_assert_msg(record.status == STATUS_INVALID, "%s: %s", cheaters[i],
				record.reason);
			ck_assert_ptr_nonnull(strstr(record.reason, "not what was written"));
			record_release(&record);
		}
}
END_TEST

START_TEST(an_odd_task_has_no_pair)
{
	static const char *const odd[] = {"tasks=3", NULL};
	struct record record;

	run("threads", odd, &record);
	ck_assert_int_eq(record.status, STATUS_IMPOSSIBLE);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("stream");
	TCase *c = tcase_create("models");

	tcase_add_test(c, every_model_moves_the_same_chunks);
	tcase_add_test(c, chunks_larger_than_the_pipe_arrive_whole);
	tcase_add_test(c, a_chunk_that_is_not_what_was_written_is_noticed);
	tcase_add_test(c, an_odd_task_has_no_pair);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
