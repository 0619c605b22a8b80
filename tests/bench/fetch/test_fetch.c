/*
 * fetch on every model: the same requests, each with its own delay. (Its tasks are one file per
 * family; each is here by way of its models.)
 */
#include "bench/fetch/fetch.h"

#include <string.h>

#include "tests/cell.h"
#include "tests/suite.h"

/* The models whose family has fetch at all. */
static int count_models(void)
{
	int count = 0;

	for (int i = 0; models[i].name != NULL; i++)
		count += fetch_workload.run[models[i].family] != NULL;
	return count;
}

/* The n-th of them, as a row of the table. */
static int row(int n)
{
	int i = 0;

	while (fetch_workload.run[models[i].family] == NULL || n-- > 0)
		i++;
	return i;
}

/* A machine with other work may make the upstream late, which it then says; the work is the same.
 */
static void run(int model, const char *more, struct record *record)
{
	char arguments[256];

	snprintf(arguments, sizeof(arguments), "--kind time %s", more);
	cell_run("fetch", models[model].name, arguments, record);
	ck_assert_msg(cell_complete(record), "%s: %s", models[model].name, record->reason);
}

START_TEST(every_model_does_the_same_work)
{
	struct record record, reference;

	run(row(_i), "--rounds 2 -p requests=3", &record);
	run(0, "--rounds 2 -p requests=3", &reference);
	ck_assert_uint_eq(record.work.operations, 8 * 3 * 2);
	ck_assert_uint_eq(record.work.bytes, record.work.operations * 256);
	ck_assert_uint_eq(record.work.checksum, reference.work.checksum);
	ck_assert_uint_ne(record.work.checksum, 0);
	ck_assert_uint_eq(histogram_count(&record.latency->closed), record.work.operations);
	record_release(&record);
	record_release(&reference);
}
END_TEST

START_TEST(no_reply_is_early)
{
	struct record record;

	run(row(_i), "--rounds 2 -p delay=3ms", &record);
	/* a bucket's upper edge is not below any sample in it */
	ck_assert_uint_ge(histogram_quantile_ns(&record.latency->closed, 0), 3000000);
	record_release(&record);
}
END_TEST

START_TEST(large_replies_come_whole)
{
	struct record record;

	run(row(_i), "--rounds 1 -p reply=300KiB -p delay=10ms", &record);
	ck_assert_uint_eq(record.work.bytes, record.work.operations * 300 * 1024);
	record_release(&record);
}
END_TEST

START_TEST(unix_sockets_and_drawn_delays_do_the_same_work)
{
	const char *const distributions[] = {"exponential", "lognormal", "bimodal"};
	char arguments[128];
	struct record record;

	snprintf(arguments, sizeof(arguments), "--rounds 2 -p family=unix -p distribution=%s",
		distributions[_i % 3]);
	run(row(_i), arguments, &record);
	ck_assert_uint_eq(record.work.operations, 8 * 2);
	record_release(&record);
}
END_TEST

START_TEST(a_pool_smaller_than_the_tasks_serves_them_all)
{
	struct record record;

	if (models[row(_i)].kind != MODEL_POOL)
		return;
	run(row(_i), "--rounds 2 -p pool=3", &record);
	ck_assert_uint_eq(record.work.operations, 8 * 2);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fetch");
	TCase *c = tcase_create("models");
	int count = count_models();

	tcase_add_loop_test(c, every_model_does_the_same_work, 0, count);
	tcase_add_loop_test(c, no_reply_is_early, 0, count);
	tcase_add_loop_test(c, large_replies_come_whole, 0, count);
	tcase_add_loop_test(c, unix_sockets_and_drawn_delays_do_the_same_work, 0, count);
	tcase_add_loop_test(c, a_pool_smaller_than_the_tasks_serves_them_all, 0, count);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
