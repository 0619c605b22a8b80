/*
 * See reach.h.
 *
 * libpq's messages name host, port, user and database. They hold a password only when the address
 * is malformed and a part of it is taken for something else; then the message is left out.
 */
#include "bench/db/reach.h"

#ifdef HAVE_LIBPQ

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/db/pq.h"

static const char timeout_s[] = "5";
static const char way_out[] = "start one with: scripts/postgres start";

/* Could this part be what another was meant to be, a password with an @ or a / in it? */
static bool is_strange(const char *keyword, const char *value)
{
	if (strcmp(keyword, "host") == 0)
		return value[0] != '/' && value[0] != '@' && strchr(value, '@') != NULL;
	if (strcmp(keyword, "port") == 0)
		return value[strspn(value, "0123456789,")] != '\0';
	return strcmp(keyword, "dbname") == 0 && strchr(value, '@') != NULL;
}

static bool is_whole(const char *conninfo)
{
	PQconninfoOption *options = pq.PQconninfoParse(conninfo, NULL);
	bool whole = options != NULL;

	for (PQconninfoOption *option = options; whole && option->keyword != NULL; option++)
		whole = option->val == NULL || !is_strange(option->keyword, option->val);
	pq.PQconninfoFree(options);
	return whole;
}

int db_reach(const char *conninfo, char *error, size_t error_bytes)
{
	char message[120] = "";

	if (!is_whole(conninfo)) {
		snprintf(error, error_bytes,
			"url is no address that libpq takes: postgresql://user:password@host:5432/"
			"name, with %%40 for an @ and %%2F for a / within a part");
		return -EINVAL;
	}
	setenv("PGCONNECT_TIMEOUT", timeout_s, 0);
	PGconn *connection = pq.PQconnectdb(conninfo);
	bool reached = pq.PQstatus(connection) == CONNECTION_OK;
	if (!reached)
		snprintf(message, sizeof(message), "%s", pq.PQerrorMessage(connection));
	pq.PQfinish(connection);
	if (reached)
		return 0;
	message[strcspn(message, "\n")] = '\0';
	snprintf(error, error_bytes, "the database does not answer: %s (%s)", message, way_out);
	return -ENOTCONN;
}

#else
typedef int without_libpq; /* a file must have something in it */
#endif
