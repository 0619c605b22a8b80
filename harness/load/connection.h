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

/* Which request of the run's schedule it is. */
uint64_t connection_request(
	const struct client *client, const struct connection *connection, uint64_t number);

/* When the schedule intends a request of the run. */
uint64_t connection_intended_ns(
	const struct client *client, const struct connection *connection, uint64_t number);

/* Gives a connection more requests to make and sends what may be sent. */
int client_extend(struct client *client, struct connection *connection, uint64_t requests)
	__attribute__((warn_unused_result));

/*
 * Waits for replies, at most wait_ns (below 1 s), and handles them.
 *   Returns  how many connections had some, or as client_run.
 */
int client_poll(struct client *client, uint64_t wait_ns) __attribute__((warn_unused_result));

/* Until so few connections wait for replies, or give_up_ns. Returns as client_run. */
int client_poll_until(struct client *client, int pending) __attribute__((warn_unused_result));

/* give_up_ns has come. */
bool client_over(const struct client *client);

/*
 * With a target: a connection is over, by an error or (rc 0) because the server said so. Counts it
 * and makes it anew.
 *   Returns  0, or rc where it is not the connection's own affair (-ECANCELED, -ENOMEM, …).
 */
int client_lose(struct client *client, struct connection *connection, int rc)
	__attribute__((warn_unused_result));

/*
 * With fresh connections: begins one for the next request / the last one has had its reply: its own
 * counts are compared with ours, and it is closed.
 *   Returns  0 or as client_run.
 */
int client_begin(struct client *client, struct connection *connection)
	__attribute__((warn_unused_result));
int client_end_one(struct client *client, struct connection *connection)
	__attribute__((warn_unused_result));

/* The socket's own counts against ours. Returns  0, -EBADMSG or -errno. */
int client_compare(struct client *client, struct connection *connection, uint64_t sent,
	uint64_t received) __attribute__((warn_unused_result));

/* Dials again those that could not be dialled, when it is time. Returns  0 or -errno. */
int client_redial(struct client *client) __attribute__((warn_unused_result));

enum { CLIENT_AHEAD = 256 /* connections that may wait for their first reply */ };

/* How long a client may be silent before it asks whether it shall go on. */
enum { CLIENT_SILENCE_NS = 100000000 };

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
