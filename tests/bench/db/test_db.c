/*
 * db without a database: what is counted as right rows, how queries are laid out, and what is said
 * when nobody answers. (long_db.c has a real one.)
 */
#include "bench/db/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/crypto.h"
#include "harness/measure/invocation.h"
#include "tests/invoke.h"
#include "tests/suite.h"

#ifdef HAVE_LIBPQ

static struct db db = {.interval_ns = 1000};
static struct orders orders = {
	.workload = &db_workload, .shared = &db, .model = &models[0], .tasks = 4};
static struct slot slot;
static struct db_session session;
static PGresult *result;

static void set(int row, int column, const char *text)
{
	char value[64];

	snprintf(value, sizeof(value), "%s", text);
	ck_assert_int_eq(PQsetvalue(result, row, column, value, (int)strlen(value)), 1);
}

/* The answer to the first query of task 0: rows 1 and 2. */
static void setup(void)
{
	char names[3][8] = {"n", "md5", "sleep"};
	PGresAttDesc columns[3] = {{.name = names[0]}, {.name = names[1]}, {.name = names[2]}};
	struct orders *shared;
	char error[200];

	ck_assert_int_eq(invocation_map(&shared, &orders), 0);
	slot = (struct slot){.orders = shared};
	for (int i = 0; db_workload.params[i].name != NULL; i++)
		shared->values[i] = db_workload.params[i].smoke;
	shared->values[2] = 2;
	shared->shared = &db;
	ck_assert_int_eq(pq_load(error, sizeof(error)), 0);
	ck_assert_int_eq(crypto_load(error, sizeof(error)), 0);
	db_begin(&session, &slot);
	db_round(&session, 100000);
	result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	ck_assert_int_eq(PQsetResultAttrs(result, 3, columns), 1);
	set(0, 0, "1");
	set(0, 1, "c4ca4238a0b923820dcc509a6f75849b");
	set(1, 0, "2");
	set(1, 1, "c81e728d9d4c2f636f067f89cc14862c");
}

START_TEST(rows_that_were_asked_for_are_counted)
{
	ck_assert_uint_eq(db_next(&session, &slot, 0), 100000);
	ck_assert_str_eq(session.values[0], "1");
	ck_assert_str_eq(session.values[1], "2");
	ck_assert_int_eq(db_count(&slot, &session, result, 0), 0);
	ck_assert_uint_eq(slot.operations, 1);
	ck_assert_uint_eq(slot.bytes, 2 * 33);
	ck_assert_uint_eq(slot.checksum, UINT64_C(0xc4ca4238) + UINT64_C(0xc81e728d));
}
END_TEST

START_TEST(a_wrong_row_is_noticed)
{
	set(_i / 2, _i % 2, _i % 2 == 0 ? "7" : "c4ca4238a0b923820dcc509a6f75849c");
	db_next(&session, &slot, 0);
	ck_assert_int_eq(db_count(&slot, &session, result, 0), -EPROTO);
	ck_assert_uint_eq(slot.operations, 0);
}
END_TEST

START_TEST(queries_follow_at_their_interval_and_none_is_asked_twice)
{
	slot.index = 1;
	ck_assert_uint_eq(db_next(&session, &slot, 0), 100250);
	ck_assert_str_eq(session.values[0], "11"); /* after the 5 x 2 rows of task 0 */
	ck_assert_uint_eq(db_next(&session, &slot, 0), 101250);
	ck_assert_str_eq(session.values[0], "13");
	PQclear(result);
}
END_TEST

#endif

START_TEST(a_database_that_is_not_there_is_told_with_its_way_out)
{
	static const char *const elsewhere[] = {"url=env", NULL};
	struct record record;

	setenv("PGHOST", "/no/such/folder", 1);
	invoke(&record, exec_main, &db_workload, "threads", elsewhere);
#ifdef HAVE_LIBPQ
	ck_assert_int_eq(record.status, STATUS_FAILED);
	ck_assert_msg(strstr(record.reason, "scripts/postgres start") != NULL, "%s", record.reason);
#else
	ck_assert_int_eq(record.status, STATUS_IMPOSSIBLE);
	ck_assert_msg(strstr(record.reason, "libpq") != NULL, "%s", record.reason);
#endif
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("db");
	TCase *c = tcase_create("rows"), *d = tcase_create("database");

#ifdef HAVE_LIBPQ
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, rows_that_were_asked_for_are_counted);
	tcase_add_loop_test(c, a_wrong_row_is_noticed, 0, 4);
	tcase_add_test(c, queries_follow_at_their_interval_and_none_is_asked_twice);
#else
	puts("skipped: built without libpq");
#endif
	tcase_add_test(d, a_database_that_is_not_there_is_told_with_its_way_out);
	suite_add_tcase(s, c);
	suite_add_tcase(s, d);
	return s;
}
