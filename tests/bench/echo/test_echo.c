/*
 * echo on every model: the same work, counted at both ends, over whatever kind of connection. (Its
 * tasks are one file per family; each is here by way of its models.)
 */
#include "bench/echo/echo.h"

#include <string.h>

#include "tests/cell.h"
#include "tests/suite.h"

/* The models whose family has echo at all. */
static int count_models(void)
{
	int count = 0;

	for (int i = 0; models[i].name != NULL; i++)
		count += echo_workload.run[models[i].family] != NULL;
	return count;
}

/* The n-th of them, as a row of the table. */
static int row(int n)
{
	int i = 0;

	while (echo_workload.run[models[i].family] == NULL || n-- > 0)
		i++;
	return i;
}

/* Runs smoke echo under model _i; where its tasks cannot meet, with one connection. */
static void run(int model, const char *more, struct record *record)
{
	char arguments[256];
	bool alone = models[model].kind == MODEL_INLINE;

	snprintf(arguments, sizeof(arguments), "--rounds 3 --kind time %s %s", more,
		alone ? "-c 1" : "");
	cell_run("echo", models[model].name, arguments, record);
	ck_assert_msg(cell_complete(record), "%s: %s", models[model].name, record->reason);
}

START_TEST(every_model_does_the_same_work)
{
	struct record record, reference;
	const char *connections = models[row(_i)].kind == MODEL_INLINE ? "-c 1" : "";

	run(row(_i), "", &record);
	char arguments[64];
	snprintf(arguments, sizeof(arguments), "--rounds 3 --kind time %s", connections);
	cell_run("echo", "threads", arguments, &reference);
	ck_assert_uint_eq(record.work.operations, record.work.tasks * 4 * 3);
	ck_assert_uint_eq(record.work.bytes, record.work.operations * 64);
	ck_assert_uint_eq(record.work.checksum, reference.work.checksum);
	ck_assert_uint_ne(record.work.checksum, 0);
	ck_assert_uint_eq(histogram_count(&record.latency->closed), record.work.operations);
	record_release(&record);
	record_release(&reference);
}
END_TEST

START_TEST(payloads_larger_than_the_buffer_come_back_whole)
{
	struct record record;

	run(row(_i), "-p payload=300KiB -p requests=1", &record);
	ck_assert_uint_eq(record.work.bytes, record.work.operations * 300 * 1024);
	record_release(&record);
}
END_TEST

START_TEST(pipelined_requests_are_all_answered)
{
	struct record record;

	run(row(_i), "-p depth=8 -p requests=40", &record);
	ck_assert_uint_eq(record.work.operations, record.work.tasks * 40 * 3);
	record_release(&record);
}
END_TEST

START_TEST(unix_sockets_do_the_same_work)
{
	struct record record, tcp;

	run(row(_i), "-p family=unix", &record);
	run(row(_i), "", &tcp);
	ck_assert_uint_eq(record.work.checksum, tcp.work.checksum);
	record_release(&record);
	record_release(&tcp);
}
END_TEST

START_TEST(one_that_accepts_for_all_does_the_same_work)
{
	struct record record, shared;

	run(row(_i), "-p accept=one -p connections=40", &record);
	run(row(_i), "-p connections=40", &shared);
	ck_assert_uint_eq(record.work.operations, record.work.tasks * 4 * 3);
	ck_assert_uint_eq(record.work.checksum, shared.work.checksum);
	record_release(&record);
	record_release(&shared);
}
END_TEST

START_TEST(idle_connections_are_kept_and_do_nothing)
{
	struct record record;

	if (models[row(_i)].kind == MODEL_INLINE)
		return;
	run(row(_i), "-c 10 -p idle=70", &record);
	ck_assert_uint_eq(record.work.tasks, 10);
	ck_assert_uint_eq(record.work.operations, 3 * 4 * 3);
	record_release(&record);
}
END_TEST

START_TEST(connections_that_cannot_all_be_served_are_impossible)
{
	struct record record;

	if (models[row(_i)].kind == MODEL_PER_TASK)
		return;
	cell_run("echo", models[row(_i)].name, "--rounds 1 --kind time -p pool=3 -c 4", &record);
	ck_assert_int_eq(record.status, STATUS_IMPOSSIBLE);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("echo");
	TCase *c = tcase_create("models");
	int count = count_models();

	tcase_add_loop_test(c, every_model_does_the_same_work, 0, count);
	tcase_add_loop_test(c, payloads_larger_than_the_buffer_come_back_whole, 0, count);
	tcase_add_loop_test(c, pipelined_requests_are_all_answered, 0, count);
	tcase_add_loop_test(c, unix_sockets_do_the_same_work, 0, count);
	tcase_add_loop_test(c, one_that_accepts_for_all_does_the_same_work, 0, count);
	tcase_add_loop_test(c, idle_connections_are_kept_and_do_nothing, 0, count);
	tcase_add_loop_test(c, connections_that_cannot_all_be_served_are_impossible, 0, count);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
