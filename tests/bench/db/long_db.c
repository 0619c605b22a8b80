/*
 * db with a real PostgreSQL: the same rows in every model, nothing left behind, and the wrong
 * driver, which blocks the loop, measured; the user's own by its address, and saturated ones.
 */
/* wrap: cluster_cpu_ns */
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
#include "harness/measure/clock.h"
#include "harness/report/ledger.h"
#include "tests/cell.h"
#include "tests/invoke.h"
#include "tests/program.h"
#include "tests/suite.h"

static struct cluster cluster;
static bool burns; /* seeded: a database that keeps all of its CPUs busy */

uint64_t __real_cluster_cpu_ns(const struct cluster *of);
uint64_t __wrap_cluster_cpu_ns(const struct cluster *of);

uint64_t __wrap_cluster_cpu_ns(const struct cluster *of)
{
	return burns ? clock_now_ns() * CPU_SETSIZE : __real_cluster_cpu_ns(of);
}

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

/* scripts/postgres makes one, and its address is given. */
START_TEST(the_users_database_is_asked_by_its_address)
{
	char folder[64], words[400];
	struct record record;

	unsetenv("PGHOST");
	snprintf(folder, sizeof(folder), "/tmp/concbench-postgres-%d", (int)getpid());
	snprintf(words, sizeof(words), "scripts/postgres start %s >/dev/null", folder);
	ck_assert_int_eq(system(words), 0);
	snprintf(words, sizeof(words),
		"--rounds 2 -p 'url=postgresql://postgres:dont-tell@/postgres?host=%s'", folder);
	int status = cell_run("db", _i == 0 ? "async" : "processes", words, &record);
	snprintf(words, sizeof(words), "scripts/postgres stop %s", folder);
	ck_assert_int_eq(system(words), 0);
	ck_assert_int_eq(status, 0);
	ck_assert_msg(cell_complete(&record), "%s", record.reason);
	ck_assert_uint_eq(record.work.operations, 2 * 4 * 5);
	record_release(&record);
}
END_TEST

static const struct {
	const char *address, *said;
} unreachable[] = {
	{"postgresql://me:dont-tell@127.0.0.1:1/db", "port 1 failed"},
	{"host=/nowhere user=me password=dont-tell", "/nowhere/.s.PGSQL"},
	{"postgresql://me:dont-tell@here@127.0.0.1/db", "no address that libpq takes"},
	{"postgresql://me:p/dont-tell@127.0.0.1/db", "no address that libpq takes"},
	{"postgresql://me:12/dont-tell@127.0.0.1/db", "no address that libpq takes"},
	{"nonsense://dont-tell", "no address that libpq takes"},
	{"host=/nowhere dont-tell", "no address that libpq takes"},
};

START_TEST(an_address_where_nobody_answers_is_told_once_and_without_its_password)
{
	static char output[1 << 16];
	char words[400], folder[] = "/tmp/concbench-address-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	snprintf(words, sizeof(words),
		"cd %s && concbench run db/async db/threads --effort smoke -p 'url=%s' 2>&1",
		folder, unreachable[_i].address);
	int status = program_run(words, output, sizeof(output));
	ck_assert_msg(status == 4, "%d: %s", status, output);
	ck_assert_msg(strstr(output, unreachable[_i].said) != NULL, "%s", output);
	ck_assert_msg(strstr(output, "dont-tell") == NULL, "%s", output);
	/* nor in any file */
	ck_assert_int_ne(system("grep -rq dont-tell ."), 0);
	ck_assert_int_eq(system("grep -rq given results/*.jsonl"), 0);
	snprintf(words, sizeof(words), "cd / && rm -r %s", folder);
	ck_assert_int_eq(system(words), 0);
}
END_TEST

START_TEST(a_database_whose_cpus_are_busy_is_invalid)
{
	struct record record;

	burns = true;
	invoke(&record, exec_main, &db_workload, "threads", NULL);
	ck_assert_int_eq(record.status, STATUS_INVALID);
	ck_assert_msg(strstr(record.reason, "saturated") != NULL, "%s", record.reason);
	record_release(&record);
}
END_TEST

/* What it answers at all is far below; then its CPU need not be seen. */
START_TEST(a_rate_above_what_the_users_database_answers_is_invalid)
{
	static const char *const too_much[] = {"url=env", "rate=10M", NULL};
	struct record record;

	invoke(&record, exec_main, &db_workload, "threads", too_much);
	ck_assert_int_eq(record.status, STATUS_INVALID);
	ck_assert_msg(strstr(record.reason, "the database saturated") != NULL, "%s", record.reason);
	record_release(&record);
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
	tcase_add_loop_test(c, the_users_database_is_asked_by_its_address, 0, 2);
	tcase_add_loop_test(c,
		an_address_where_nobody_answers_is_told_once_and_without_its_password, 0,
		sizeof(unreachable) / sizeof(unreachable[0]));
	tcase_add_test(c, a_database_whose_cpus_are_busy_is_invalid);
	tcase_add_test(c, a_rate_above_what_the_users_database_answers_is_invalid);
#else
	puts("skipped: built without libpq");
#endif
	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	return s;
}
