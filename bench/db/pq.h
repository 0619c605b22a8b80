/*
 * libpq, loaded by the processes that ask the database: see harness/library.h for why. All is
 * called through `pq`.
 */
#ifndef CONCBENCH_BENCH_DB_PQ_H
#define CONCBENCH_BENCH_DB_PQ_H

#include <libpq-fe.h>

#include "harness/library.h"

#define PQ_CALLS(X)            \
	X(PQclear)             \
	X(PQconnectPoll)       \
	X(PQconnectStart)      \
	X(PQconnectdb)         \
	X(PQconninfoFree)      \
	X(PQconninfoParse)     \
	X(PQconsumeInput)      \
	X(PQerrorMessage)      \
	X(PQexecPrepared)      \
	X(PQfinish)            \
	X(PQflush)             \
	X(PQgetResult)         \
	X(PQgetlength)         \
	X(PQgetvalue)          \
	X(PQisBusy)            \
	X(PQntuples)           \
	X(PQprepare)           \
	X(PQresultStatus)      \
	X(PQsendPrepare)       \
	X(PQsendQueryPrepared) \
	X(PQsetnonblocking)    \
	X(PQsocket)            \
	X(PQstatus)

struct pq {
	PQ_CALLS(LIBRARY_CALL)
};

/* NULL throughout until pq_load has returned 0. */
extern struct pq pq;

/*
 * Loads libpq into this process, once. One thread at a time.
 *   error    of error_bytes, why not, in one line
 *   Returns  0, -ENOENT, -ENOSYS.
 */
int pq_load(char *error, size_t error_bytes) __attribute__((warn_unused_result));

#endif
