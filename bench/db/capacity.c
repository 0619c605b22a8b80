/*
 * See capacity.h.
 */
#include "bench/db/capacity.h"

#ifdef HAVE_LIBPQ

#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/db/pq.h"
#include "harness/measure/clock.h"

enum { PROBE_NS = 150000000, GIVE_UP_NS = 2000000000, SILENCE_MS = 1000, ANSWERS_MIN = 20 };

static const char statement[] = "concbench_capacity";
static const char text[] = "SELECT n, md5(n::text), $3::float8 "
			   "FROM generate_series($1::int8, $1::int8 + $2::int8 - 1) AS n";

struct probe {
	int connections;
	PGconn **lines;       /* [connections], one under way on each */
	struct pollfd *polls; /* [connections] */
	char rows[24];
	uint64_t answers;
	int first_left; /* connections without an answer yet */
	bool *answered; /* [connections] */
};

static bool ask(const struct probe *probe, int i)
{
	const char *const values[] = {"1", probe->rows, "0"};

	return pq.PQsendQueryPrepared(probe->lines[i], statement, 3, values, NULL, NULL, 0) == 1 &&
	       pq.PQflush(probe->lines[i]) == 0; /* blocking: all of it went */
}

static bool open_line(struct probe *probe, const char *conninfo, int i)
{
	probe->lines[i] = pq.PQconnectdb(conninfo);
	if (pq.PQstatus(probe->lines[i]) != CONNECTION_OK)
		return false;
	PGresult *result = pq.PQprepare(probe->lines[i], statement, text, 3, NULL);
	bool prepared = pq.PQresultStatus(result) == PGRES_COMMAND_OK;
	pq.PQclear(result);
	probe->polls[i] = (struct pollfd){.fd = pq.PQsocket(probe->lines[i]), .events = POLLIN};
	return prepared;
}

/* An answer that is complete is counted, and the next one asked for. False: it failed. */
static bool hear(struct probe *probe, int i)
{
	PGconn *line = probe->lines[i];
	bool right = pq.PQconsumeInput(line) == 1, whole = false;
	PGresult *result;

	while (right && !whole && pq.PQisBusy(line) == 0) {
		result = pq.PQgetResult(line);
		whole = result == NULL;
		right = whole || pq.PQresultStatus(result) == PGRES_TUPLES_OK;
		pq.PQclear(result);
	}
	if (!right || !whole)
		return right;
	probe->answers++;
	probe->first_left -= !probe->answered[i];
	probe->answered[i] = true;
	return ask(probe, i);
}

static bool hear_all(struct probe *probe)
{
	bool right = poll(probe->polls, (nfds_t)probe->connections, SILENCE_MS) > 0;

	for (int i = 0; i < probe->connections && right; i++)
		if (probe->polls[i].revents != 0)
			right = hear(probe, i);
	return right;
}

/* Answers per second, from when all connections had one. */
static uint64_t measure(struct probe *probe)
{
	uint64_t begin_ns = clock_now_ns(), start_ns = 0, now_ns = begin_ns, before = 0;
	bool right = true;

	for (int i = 0; i < probe->connections && right; i++)
		right = ask(probe, i);
	while (right && now_ns - begin_ns < GIVE_UP_NS &&
		(start_ns == 0 || now_ns - start_ns < PROBE_NS ||
			probe->answers - before < ANSWERS_MIN)) {
		right = hear_all(probe);
		now_ns = clock_now_ns();
		if (right && start_ns == 0 && probe->first_left == 0) {
			start_ns = now_ns;
			before = probe->answers;
		}
	}
	if (!right || start_ns == 0 || probe->answers == before)
		return 0;
	return (probe->answers - before) * 1000000000u / (now_ns - start_ns);
}

uint64_t db_capacity(const char *conninfo, int connections, int64_t rows)
{
	size_t count = (size_t)connections;
	struct probe probe = {.connections = connections, .first_left = connections};
	uint64_t per_s = 0;

	snprintf(probe.rows, sizeof(probe.rows), "%" PRId64, rows);
	probe.lines = calloc(count, sizeof(PGconn *));
	probe.polls = calloc(count, sizeof(struct pollfd));
	probe.answered = calloc(count, sizeof(bool));
	bool right = probe.lines != NULL && probe.polls != NULL && probe.answered != NULL;
	for (int i = 0; i < connections && right; i++)
		right = open_line(&probe, conninfo, i);
	if (right)
		per_s = measure(&probe);
	for (int i = 0; i < connections && probe.lines != NULL; i++)
		pq.PQfinish(probe.lines[i]);
	free(probe.lines);
	free(probe.polls);
	free(probe.answered);
	return per_s;
}

#else
typedef int without_libpq; /* a file must have something in it */
#endif
