/*
 * db: queries to a real PostgreSQL, a connection per task, made after the task has begun (so that
 * no child shares one). Coroutines use libpq without blocking and wait on the loop; threads and
 * processes block in it. The database is a throw-away cluster of the load process's, or the user's.
 */
#ifndef CONCBENCH_BENCH_DB_DB_H
#define CONCBENCH_BENCH_DB_DB_H

#include <stdatomic.h>
#include <stdbool.h>

#ifdef HAVE_LIBPQ
#include "bench/db/pq.h"
#endif

#include "harness/workload.h"

extern const struct workload db_workload;

int db_async(struct orders *orders);
int db_threads(struct orders *orders);
int db_processes(struct orders *orders);

/* What all tasks share: orders->shared. */
struct db {
	_Atomic bool done;    /* the load process may end the database */
	uint64_t interval_ns; /* between two queries of a task; 0: as fast as it goes */
	const char *conninfo; /* the environment's, or: */
	char own[100];
};

#ifdef HAVE_LIBPQ

/* One task's queries. */
struct db_session {
	PGconn *connection;
	const struct db *db;
	int64_t queries, rows; /* of a round, of a query */
	uint64_t base_ns;      /* the round's start */
	int64_t query;         /* in the round */
	bool is_blocking;      /* async: the wrong driver */
	char first[24], count[24], delay[24];
	const char *values[3]; /* of the next query */
};

extern const char db_statement[], db_text[];

void db_begin(struct db_session *session, const struct slot *slot);
void db_end(struct db_session *session);

/* The round's queries are laid out from now on. */
void db_round(struct db_session *session, uint64_t now_ns);

/* Makes the next query of the round in `values`; returns when it is intended. */
uint64_t db_next(struct db_session *session, const struct slot *slot, uint64_t now_ns);

/*
 * Checks and counts what came; frees it.
 *   Returns  0, -EPROTO (with the verdict stated).
 */
int db_count(struct slot *slot, struct db_session *session, PGresult *result, uint64_t start_ns)
	__attribute__((warn_unused_result));

/* States that libpq failed; returns -EIO. */
int db_failed(struct slot *slot, const struct db_session *session, const char *what);

#endif
#endif
