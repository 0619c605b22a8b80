/*
 * http on every model: the same work, whose pages the generator checks to the last byte, and a
 * server that does less than it says is found out.
 */
/* wrap: http_compute page_write */
#include "bench/http/http.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/report/ledger.h"
#include "tests/invoke.h"
#include "tests/suite.h"

static enum { HONEST, COMPUTES_NOTHING, ANSWERS_ANOTHER, WASTES_A_BYTE } cheat;

int __real_http_compute(void *arg);
int __wrap_http_compute(void *arg);

int __wrap_http_compute(void *arg)
{
	return cheat == COMPUTES_NOTHING ? 0 : __real_http_compute(arg);
}

size_t __real_page_write(
	const char *head, size_t page_bytes, size_t offset, char *buffer, size_t bytes);
size_t __wrap_page_write(
	const char *head, size_t page_bytes, size_t offset, char *buffer, size_t bytes);

size_t __wrap_page_write(
	const char *head, size_t page_bytes, size_t offset, char *buffer, size_t bytes)
{
	static uint64_t calls;
	size_t written = __real_page_write(head, page_bytes, offset, buffer, bytes);

	if (cheat == ANSWERS_ANOTHER && written > 20 && calls++ == 5)
		buffer[15] ^= 1;
	if (cheat == WASTES_A_BYTE && calls++ == 7)
		buffer[written - 1] ^= 1;
	return written;
}

static void run(const char *model, const char *const *extra, struct record *record)
{
	invoke(record, exec_main, &http_workload, model, extra);
}

static bool can(const struct model *model)
{
	return http_workload.run[model->family] != NULL && model->kind != MODEL_INLINE &&
	       model_runs_here(model);
}

/* A generator may be refused as late or saturated on a machine that others share, its work not. */
static bool is_complete(const struct record *record)
{
	return record->status == STATUS_OK ||
	       (record->status == STATUS_INVALID && strstr(record->reason, "backlog") != NULL);
}

/* One way of asking per model in turn: each is a path of its own in every family. */
START_TEST(every_model_does_the_same_work)
{
	static const char *const extras[][3] = {
		{NULL}, {"depth=4", "payload=3000B", NULL}, {"family=unix", "wait=1ms", NULL}};
	struct record reference, record;

	run("threads", extras[_i], &reference);
	ck_assert_msg(is_complete(&reference), "%s", reference.reason);
	ck_assert_uint_eq(reference.work.operations, 2 * 8 * 4);
	for (int i = 0; models[i].name != NULL; i++) {
		if (i < _i || (i - _i) % 2 != 0 || !can(&models[i]))
			continue;
		run(models[i].name, extras[_i], &record);
		ck_assert_msg(is_complete(&record), "%s: %s", models[i].name, record.reason);
		ck_assert_ptr_null(ledger_difference(&reference, &record));
		ck_assert_uint_eq(record.work.checksum, reference.work.checksum);
		record_release(&record);
	}
	record_release(&reference);
}
END_TEST

START_TEST(a_server_that_cheats_is_found_out)
{
	struct record record;

	static const char *const cheaters[] = {"async", "threads", "process-pool"};

	for (cheat = COMPUTES_NOTHING; cheat <= WASTES_A_BYTE; cheat++)
		for (size_t i = 0; i < sizeof(cheaters) / sizeof(cheaters[0]); i++) {
			run(cheaters[i], NULL, &record);
			ck_assert_msg(record.status == STATUS_INVALID &&
					      strstr(record.reason, "wrong bytes") != NULL,
				"%s, cheat %d: %s %s", cheaters[i], (int)cheat,
				status_names[record.status], record.reason);
			record_release(&record);
		}
}
END_TEST

START_TEST(an_open_loop_asks_pages_too)
{
	const char *const extra[] = {"rate=2000", "arrivals=poisson", NULL};
	struct record record;

	run("async", extra, &record);
	ck_assert_msg(
		record.status == STATUS_OK || record.status == STATUS_INVALID, "%s", record.reason);
	ck_assert_uint_eq(record.work.operations, 2 * 8 * 4);
	ck_assert_int_eq(record.latency->has_corrected, 1);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("http");
	TCase *c = tcase_create("models");

#ifdef HAVE_HTTP_PARSER
	tcase_add_loop_test(c, every_model_does_the_same_work, 0, 3);
	tcase_add_test(c, a_server_that_cheats_is_found_out);
	tcase_add_test(c, an_open_loop_asks_pages_too);
#else
	puts("skipped: built without http-parser");
#endif
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
