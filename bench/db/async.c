/*
 * db on the event loop: libpq only ever does what it can do at once, and the coroutine waits for
 * its socket. With driver=blocking it waits within libpq instead, and everybody with it.
 */
#include <errno.h>

#include "bench/db/db.h"
#include "models/async/async.h"

#ifdef HAVE_LIBPQ

static int connect_blocking(struct db_session *session)
{
	session->connection = pq.PQconnectdb(session->db->conninfo);
	return 0;
}

static int connect_waiting(struct db_session *session)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;
	int rc = 0;

	session->connection = pq.PQconnectStart(session->db->conninfo);
	while (rc == 0 && status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
		int fd = pq.PQsocket(session->connection);
		if (fd < 0)
			return -ENOTCONN;
		rc = status == PGRES_POLLING_READING ? async_wait_readable(fd)
						     : async_wait_writable(fd);
		if (rc == 0)
			status = pq.PQconnectPoll(session->connection);
	}
	return rc;
}

/* The next result of what was sent; NULL: there is no more, or it failed. */
static int next_result(struct db_session *session, PGresult **result)
{
	PGconn *connection = session->connection;
	int rc = 0, unsent;

	while (rc == 0 && (unsent = pq.PQflush(connection)) == 1)
		rc = async_wait_writable(pq.PQsocket(connection));
	while (rc == 0 && pq.PQisBusy(connection)) {
		rc = async_wait_readable(pq.PQsocket(connection));
		if (rc == 0 && pq.PQconsumeInput(connection) != 1)
			rc = -EIO;
	}
	*result = rc == 0 ? pq.PQgetResult(connection) : NULL;
	return rc;
}

/* The one result of what was sent. */
static int only_result(struct db_session *session, PGresult **result)
{
	PGresult *more = NULL;
	int rc = next_result(session, result);

	while (rc == 0 && (rc = next_result(session, &more)) == 0 && more != NULL)
		pq.PQclear(more);
	return rc;
}

static int prepare(struct slot *slot, struct db_session *session)
{
	PGresult *result = NULL;
	int rc = session->is_blocking ? connect_blocking(session) : connect_waiting(session);

	if (rc != 0 || pq.PQstatus(session->connection) != CONNECTION_OK)
		return db_failed(slot, session, "cannot connect");
	if (session->is_blocking)
		result = pq.PQprepare(session->connection, db_statement, db_text, 3, NULL);
	else if (pq.PQsetnonblocking(session->connection, 1) != 0 ||
		 pq.PQsendPrepare(session->connection, db_statement, db_text, 3, NULL) != 1 ||
		 only_result(session, &result) != 0)
		return db_failed(slot, session, "cannot prepare");
	bool prepared = pq.PQresultStatus(result) == PGRES_COMMAND_OK;
	pq.PQclear(result);
	return prepared ? 0 : db_failed(slot, session, "cannot prepare");
}

static int query(struct slot *slot, struct db_session *session)
{
	uint64_t due_ns = db_next(session, slot, slot_begin(slot));
	PGresult *result = NULL;
	int rc = async_sleep_until(due_ns);

	if (rc == 0 && session->is_blocking)
		result = pq.PQexecPrepared(
			session->connection, db_statement, 3, session->values, NULL, NULL, 0);
	else if (rc == 0 && pq.PQsendQueryPrepared(session->connection, db_statement, 3,
				    session->values, NULL, NULL, 0) != 1)
		rc = db_failed(slot, session, "cannot send");
	else if (rc == 0)
		rc = only_result(session, &result);
	return rc == 0 ? db_count(slot, session, result, due_ns) : rc;
}

static int db_task(void *arg)
{
	struct slot *slot = arg;
	struct db_session session;

	db_begin(&session, slot);
	slot->rc = prepare(slot, &session);
	while (slot->rc == 0 && slot_round(slot)) {
		db_round(&session, slot_begin(slot));
		while (slot->rc == 0 && session.query < session.queries)
			slot->rc = query(slot, &session);
	}
	if (pq.PQsocket(session.connection) >= 0)
		async_detach(pq.PQsocket(session.connection), NULL, 0); /* libpq closes it */
	db_end(&session);
	return slot_result(slot);
}

int db_async(struct orders *orders)
{
	return crew_run(orders, db_task);
}

#endif
