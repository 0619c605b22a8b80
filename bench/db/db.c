/*
 * db: parameters, the database, what a query is. See db.h.
 *
 * A query makes `rows` rows of a number and its MD5 in the database; nothing of the user's is read
 * or written. The client computes them once more, so every row is checked.
 *
 * Queries come at a rate, by default half of what the database was found to answer, because the
 * figures are those of the client: its CPU and its latency. Each is intended at a moment and timed
 * from it. A database that is busy for more than 70 % of its CPUs makes the cell INVALID, and so
 * does a rate above 70 % of what the user's was found to answer.
 */
#include "bench/db/db.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/db/capacity.h"
#include "bench/db/cluster.h"
#include "bench/db/reach.h"
#include "harness/address.h"
#include "harness/crypto.h"
#include "harness/measure/clock.h"

enum { BUSY_PERCENT_MAX = 70 };
enum { DB_TASKS, DB_QUERIES, DB_ROWS, DB_DELAY, DB_RATE, DB_DRIVER, DB_URL };
enum driver { NONBLOCKING, BLOCKING };
enum url { OWN, ENVIRONMENT, GIVEN };

static const char *const drivers[] = {[NONBLOCKING] = "nonblocking", [BLOCKING] = "blocking", NULL};
static const char *const urls[] = {[OWN] = "own", [ENVIRONMENT] = "env", [GIVEN] = "given", NULL};

static const struct param db_params[] = {
	[DB_TASKS] = {"tasks", "tasks, a connection each", PARAM_COUNT, 1, 1000, 4, 8, NULL},
	[DB_QUERIES] = {"queries", "queries of a task in a round", PARAM_COUNT, 1, 100000, 5, 20,
		NULL},
	[DB_ROWS] = {"rows", "rows of an answer", PARAM_COUNT, 1, 10000, 3, 10, NULL},
	[DB_DELAY] = {"delay", "how long the database sleeps in a query (pg_sleep)", PARAM_DURATION,
		0, 10000000000, 0, 0, NULL},
	[DB_RATE] = {"rate", "queries per second over all tasks (0: half of what it can)",
		PARAM_COUNT, 0, 10000000, 0, 0, NULL},
	[DB_DRIVER] = {"driver", "async: wait on the loop, or block it to see the stall",
		PARAM_CHOICE, NONBLOCKING, BLOCKING, NONBLOCKING, NONBLOCKING, drivers},
	[DB_URL] = {"url",
		"own: start one and throw it away; env: that of PGHOST, PGPORT, …; or its address, "
		"postgresql://user:password@host:5432/name (given, in records)",
		PARAM_CHOICE, OWN, GIVEN, OWN, OWN, urls},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

static size_t db_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct db) + 128 /* what arena_take rounds to */;
}

#ifdef HAVE_LIBPQ

const char db_statement[] = "concbench";
const char db_text[] =
	"SELECT n, md5(n::text), pg_sleep(CASE WHEN n = $1 THEN $3::float8 ELSE 0 END) "
	"FROM generate_series($1::int8, $1::int8 + $2::int8 - 1) AS n";

/* What libpq takes. */
static const char *db_conninfo(char *own, size_t bytes, const int64_t *values, pid_t owner)
{
	const char *given = address_given();
	char folder[64];

	if (values[DB_URL] == GIVEN)
		return given != NULL ? given : "";
	if (values[DB_URL] == ENVIRONMENT)
		return ""; /* libpq looks into the environment */
	cluster_folder(folder, sizeof(folder), owner);
	snprintf(own, bytes, "host=%s user=postgres dbname=postgres", folder);
	return own;
}

/* Waits for the others' end, and how busy the database was until then. */
static void db_attend(struct orders *orders, const struct cluster *cluster)
{
	struct timespec pause = {.tv_nsec = 2000000};
	uint64_t start_ns = clock_now_ns(), cpu_ns = cluster_cpu_ns(cluster);
	int cpus = CPU_COUNT(&orders->load_cpus);
	struct db *db = NULL;

	while (!coordinate_cancelled(orders) && (db == NULL || !atomic_load(&db->done))) {
		nanosleep(&pause, NULL);
		db = orders->shared;
	}
	if (cluster->pid == 0 || cpus == 0)
		return; /* the user's: how busy it is we cannot see */
	orders->load->wall_ns = clock_now_ns() - start_ns;
	orders->load->busy_ns = (cluster_cpu_ns(cluster) - cpu_ns) / (uint64_t)cpus;
	orders->load->cpu_ns = orders->load->busy_ns * (uint64_t)cpus;
}

/*
 * Of a database that is not ours nobody sees how busy it is, but what it was found to answer. Where
 * it sleeps (delay) that says nothing of what a query costs it.
 */
static void db_judge_rate(struct orders *orders, uint64_t capacity_per_s)
{
	uint64_t rate_per_s = (uint64_t)orders->values[DB_RATE];

	if (orders->values[DB_URL] == OWN || orders->values[DB_DELAY] > 0 ||
		rate_per_s * 100 <= capacity_per_s * BUSY_PERCENT_MAX)
		return;
	orders_verdict(orders, STATUS_INVALID,
		"the database saturated: asked for %" PRIu64 " queries a second, found to answer "
		"%" PRIu64 " (at most %d %% of them)",
		rate_per_s, capacity_per_s, BUSY_PERCENT_MAX);
}

/* Who answers there, and how much. It is found before anybody asks, so it is nobody's number yet.
 */
static int db_probe(struct orders *orders, const char *conninfo, char *error, size_t error_bytes)
{
	int rc = db_reach(conninfo, error, error_bytes);

	if (rc == 0)
		orders->load->operations =
			db_capacity(conninfo, orders->tasks, orders->values[DB_ROWS]);
	if (rc == 0 && orders->load->operations == 0) {
		rc = -ENOTCONN;
		snprintf(error, error_bytes,
			"the database does not answer queries on %d connections at once",
			orders->tasks);
	}
	return rc;
}

static int db_load(struct orders *orders)
{
	struct cluster cluster = {0};
	char error[300] = "", own[100];
	int rc = 0;

	if (pq_load(error, sizeof(error)) != 0)
		rc = -ENOENT;
	if (rc == 0 && orders->values[DB_URL] == OWN)
		rc = cluster_start(&cluster, orders->tasks, error, sizeof(error));
	if (rc == 0 && orders->values[DB_URL] == GIVEN && address_given() == NULL) {
		rc = -EINVAL;
		snprintf(error, sizeof(error),
			"url=given stands for an address (-p url=postgresql://…)");
	}
	if (rc == 0)
		rc = db_probe(orders, db_conninfo(own, sizeof(own), orders->values, getpid()),
			error, sizeof(error));
	if (rc == 0) {
		uint64_t capacity_per_s = orders->load->operations;
		orders_publish(orders, (uint32_t)getpid());
		db_attend(orders, &cluster);
		db_judge_rate(orders, capacity_per_s);
	} else {
		orders_verdict(
			orders, rc == -ENOENT ? STATUS_IMPOSSIBLE : STATUS_FAILED, "%s", error);
	}
	cluster_stop(&cluster);
	return rc;
}

static int db_prepare(struct orders *orders)
{
	struct db *db = arena_take(orders->arena, sizeof(*db));
	uint64_t rate_per_s = (uint64_t)orders->values[DB_RATE];
	uint32_t owner;
	char error[200];

	if (pq_load(error, sizeof(error)) != 0 || crypto_load(error, sizeof(error)) != 0) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "%s", error);
		return -ENOTSUP;
	}
	int rc = orders_await(orders, &owner);
	if (rc != 0)
		return rc;
	db->conninfo = db_conninfo(db->own, sizeof(db->own), orders->values, (pid_t)owner);
	if (rate_per_s == 0)
		rate_per_s = (orders->load->operations + 1) / 2;
	db->interval_ns = 1000000000u * (uint64_t)orders->tasks / rate_per_s;
	orders->shared = db;
	return 0;
}

static void db_finish(struct orders *orders)
{
	struct db *db = orders->shared;

	if (db != NULL)
		atomic_store(&db->done, true);
}

void db_begin(struct db_session *session, const struct slot *slot)
{
	const int64_t *values = slot->orders->values;

	*session = (struct db_session){.db = slot->orders->shared,
		.queries = values[DB_QUERIES],
		.rows = values[DB_ROWS],
		.is_blocking = values[DB_DRIVER] == BLOCKING};
	snprintf(session->count, sizeof(session->count), "%" PRId64, values[DB_ROWS]);
	snprintf(session->delay, sizeof(session->delay), "%g", (double)values[DB_DELAY] / 1e9);
	session->values[0] = session->first;
	session->values[1] = session->count;
	session->values[2] = session->delay;
}

void db_end(struct db_session *session)
{
	pq.PQfinish(session->connection);
	session->connection = NULL;
}

void db_round(struct db_session *session, uint64_t now_ns)
{
	session->base_ns = now_ns;
	session->query = 0;
}

/* The first number of a query's rows: no two queries of a round have the same. */
static int64_t first_of(const struct db_session *session, const struct slot *slot, int64_t query)
{
	return (slot->index * session->queries + query) * session->rows + 1;
}

uint64_t db_next(struct db_session *session, const struct slot *slot, uint64_t now_ns)
{
	uint64_t place =
		(uint64_t)session->query * session->db->interval_ns +
		session->db->interval_ns * (uint64_t)slot->index / (uint64_t)slot->orders->tasks;
	uint64_t due_ns = session->base_ns + place;

	(void)now_ns;
	snprintf(session->first, sizeof(session->first), "%" PRId64,
		first_of(session, slot, session->query++));
	return due_ns;
}

/* Is this the row's MD5? Adds its first bytes to the proof. */
static bool row_is_right(const char *number, const char *digest, uint64_t *proof)
{
	unsigned char expected[EVP_MAX_MD_SIZE];
	unsigned bytes = 0;
	char text[2 * EVP_MAX_MD_SIZE + 1] = "";

	if (crypto.EVP_Digest(number, strlen(number), expected, &bytes, crypto.EVP_md5(), NULL) !=
		1)
		return false;
	for (unsigned i = 0; i < bytes; i++)
		snprintf(text + 2 * i, 3, "%02x", expected[i]);
	*proof += strtoull((char[17]){digest[0], digest[1], digest[2], digest[3], digest[4],
				   digest[5], digest[6], digest[7]},
		NULL, 16);
	return strcmp(text, digest) == 0;
}

int db_count(struct slot *slot, struct db_session *session, PGresult *result, uint64_t start_ns)
{
	int64_t first = first_of(session, slot, session->query - 1);
	bool right = pq.PQresultStatus(result) == PGRES_TUPLES_OK &&
		     pq.PQntuples(result) == session->rows;
	uint64_t bytes = 0, proof = 0;

	for (int row = 0; right && row < session->rows; row++) {
		const char *number = pq.PQgetvalue(result, row, 0);
		right = strtoll(number, NULL, 10) == first + row &&
			row_is_right(number, pq.PQgetvalue(result, row, 1), &proof);
		bytes += (uint64_t)pq.PQgetlength(result, row, 0) +
			 (uint64_t)pq.PQgetlength(result, row, 1);
	}
	pq.PQclear(result);
	if (!right) {
		orders_verdict(slot->orders, STATUS_INVALID,
			"task %d: the rows from %" PRId64 " on are not those that were asked for: "
			"%.80s",
			slot->index, first, pq.PQerrorMessage(session->connection));
		return -EPROTO;
	}
	slot_end(slot, start_ns, bytes, proof);
	return 0;
}

int db_failed(struct slot *slot, const struct db_session *session, const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "%s", pq.PQerrorMessage(session->connection));
	text[strcspn(text, "\n")] = '\0';
	orders_verdict(slot->orders, STATUS_FAILED, "task %d: %s: %s", slot->index, what, text);
	return -EIO;
}

#else
#define BUILT_WITHOUT "built without libpq (apt-get install libpq-dev, then make)"
#endif

const struct workload db_workload = {
	.name = "db",
	.summary = "queries to a real PostgreSQL at half of what it can answer",
	.kind = "I/O",
	.operation = "one query and all of its rows",
	.params = db_params,
	.concurrency = DB_TASKS,
	.flags = WORKLOAD_MEET | WORKLOAD_NO_RATE | WORKLOAD_NO_CHUNKS | WORKLOAD_FAULTS,
	.pool = POOL_TASKS,
	.arena_bytes = db_arena_bytes,
#ifdef HAVE_LIBPQ
	.prepare = db_prepare,
	.finish = db_finish,
	.sweep = cluster_sweep,
	.load = db_load,
	.run =
		{
			[FAMILY_ASYNC] = db_async,
			[FAMILY_THREADS] = db_threads,
			[FAMILY_PROCESSES] = db_processes,
		},
	.why_not = {[FAMILY_STACKLESS] = "libpq waits within calls of its own"},
#else
	.why_not = {BUILT_WITHOUT, BUILT_WITHOUT, BUILT_WITHOUT, BUILT_WITHOUT},
#endif
};
