/*
 * db with a real PostgreSQL: the same rows in every model, nothing left behind, and the wrong
 * driver, which blocks the loop, measured.
 */
#include "bench/db/db.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/db/capacity.h"
#include "bench/db/cluster.h"
#include "bench/db/pq.h"
#include "harness/cli/cli.h"
#include "harness/report/ledger.h"
#include "tests/invoke.h"
#include "tests/suite.h"

static struct cluster cluster;

/* One database for all tests; each is in a fork of this process. */
static void setup(void)
{
	char error[200] = "";

	ck_assert_msg(cluster_start(&cluster, 100, error, sizeof(error)) == 0, "%s", error);
	setenv("PGHOST", cluster.folder, 1);
	setenv("PGUSER", "postgres", 1);
	setenv("PGDATABASE", "postgres", 1);
}

static void teardown(void)
{
	cluster_stop(&cluster);
}

/* Beside other work the database may be too busy for a rate to be believed; the rows are the same.
 */
static void run(const char *model, const char *const *extra, struct record *record)
{
	invoke(record, exec_main, &db_workload, model, extra);
	ck_assert_msg(record->status == STATUS_OK || strstr(record->reason, "saturated") != NULL,
		"%s: %s", model, record->reason);
}

START_TEST(A16b_every_model_gets_the_same_rows)
{
	static const char *const there[] = {"url=env", NULL};
	struct record reference, record;

	run("threads", there, &reference);
	ck_assert_uint_eq(reference.work.operations, 2 * 4 * 5);
	for (const struct model *model = models; model->name != NULL; model++) {
		if (db_workload.run[model->family] == NULL || model->kind == MODEL_INLINE ||
			!model_runs_here(model))
			continue;
		run(model->name, there, &record);
		ck_assert_ptr_null(ledger_difference(&reference, &record));
		record_release(&record);
	}
	record_release(&reference);
}
END_TEST

/* Four tasks ask for 10 ms of the database's sleep: together, or one after the other. */
START_TEST(A16_the_wrong_driver_stalls_the_loop)
{
	static const char *const right[] = {"url=env", "delay=10ms", "rate=1M", NULL};
	static const char *const wrong[] = {
		"url=env", "delay=10ms", "rate=1M", "driver=blocking", NULL};
	struct record good, bad;

	run("async", right, &good);
	run("async", wrong, &bad);
	ck_assert_uint_eq(good.work.checksum, bad.work.checksum);
	ck_assert_uint_ge(bad.window.ns, 2 * 4 * 5 * UINT64_C(10000000));
	ck_assert_uint_gt(bad.window.ns, 2 * good.window.ns);
	record_release(&good);
	record_release(&bad);
}
END_TEST

START_TEST(its_capacity_is_that_of_as_many_connections)
{
	char error[200];

	ck_assert_int_eq(pq_load(error, sizeof(error)), 0);
	ck_assert_uint_gt(db_capacity("", 1, 3), 0);
	ck_assert_uint_gt(db_capacity("", 40, 3), 0);
	/* no room for these, and nobody there: no figure is made up */
	ck_assert_uint_eq(db_capacity("", 400, 3), 0);
	ck_assert_uint_eq(db_capacity("host=/nowhere", 1, 3), 0);
}
END_TEST

START_TEST(a_database_of_its_own_is_thrown_away)
{
	struct record record;
	glob_t found;

	run("processes", NULL, &record);
	record_release(&record);
	ck_assert_int_eq(glob("/tmp/concbench-db-*", 0, NULL, &found), 0);
	ck_assert_uint_eq(found.gl_pathc, 1); /* ours */
	globfree(&found);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("db, long");
	TCase *c = tcase_create("database");

#ifdef HAVE_LIBPQ
	tcase_add_unchecked_fixture(c, setup, teardown);
	tcase_add_test(c, A16b_every_model_gets_the_same_rows);
	tcase_add_test(c, A16_the_wrong_driver_stalls_the_loop);
	tcase_add_test(c, its_capacity_is_that_of_as_many_connections);
	tcase_add_test(c, a_database_of_its_own_is_thrown_away);
#else
	puts("skipped: built without libpq");
#endif
	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	return s;
}
