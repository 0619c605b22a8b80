/*
 * One connection of a client: what is sent, what comes back. Part of harness/load/client.h.
 */
#ifndef CONCBENCH_HARNESS_LOAD_CONNECTION_H
#define CONCBENCH_HARNESS_LOAD_CONNECTION_H

#include <stdint.h>

#include "harness/load/client.h"

/*
 * Sends what may be sent: requests below until, at most depth of them without a reply.
 *   Returns  0 or as client_run.
 */
int connection_send(struct client *client, struct connection *connection)
	__attribute__((warn_unused_result));

/*
 * Reads what is there, checks it, counts complete replies.
 *   ended    the poller says that no more will come: read up to the end
 *   Returns  0 or as client_run.
 */
int connection_receive(struct client *client, struct connection *connection, bool ended)
	__attribute__((warn_unused_result));

/*
 * States the problem of a client; the first call wins.
 *   connection  NULL = none in particular
 *   Returns     rc.
 */
int client_problem(struct client *client, const struct connection *connection, int rc,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Bytes that one system call moves at most. */
enum { CLIENT_BUFFER_BYTES = 64 << 10 };

#endif
