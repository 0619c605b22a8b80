/*
 * db on threads: each makes its connection itself and blocks in libpq.
 */
#include "bench/block_until.h"
#include "bench/db/db.h"
#include "models/threads/gil.h"

#ifdef HAVE_LIBPQ

static PGresult *connect_and_prepare(struct db_session *session)
{
	gil_leave();
	session->connection = pq.PQconnectdb(session->db->conninfo);
	PGresult *result = pq.PQprepare(session->connection, db_statement, db_text, 3, NULL);
	gil_enter();
	return result;
}

static int prepare(struct slot *slot, struct db_session *session)
{
	PGresult *result = connect_and_prepare(session);
	bool prepared = pq.PQresultStatus(result) == PGRES_COMMAND_OK;
	pq.PQclear(result);
	return prepared ? 0 : db_failed(slot, session, "cannot connect and prepare");
}

static PGresult *execute(struct db_session *session, uint64_t due_ns)
{
	PGresult *result = NULL;

	gil_leave();
	if (block_until(due_ns) == 0)
		result = pq.PQexecPrepared(
			session->connection, db_statement, 3, session->values, NULL, NULL, 0);
	gil_enter();
	return result;
}

static int query(struct slot *slot, struct db_session *session)
{
	uint64_t due_ns = db_next(session, slot, slot_begin(slot));

	return db_count(slot, session, execute(session, due_ns), due_ns);
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
		gil_checkpoint();
	}
	db_end(&session);
	return slot_result(slot);
}

int db_threads(struct orders *orders)
{
	return crew_run(orders, db_task);
}

#endif
