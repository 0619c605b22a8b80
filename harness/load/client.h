/*
 * A closed-loop client: kept connections, each with a fixed number of requests in flight, every
 * reply compared with its request byte by byte. One thread, one epoll; no idea of rounds, windows
 *or models: harness/load/closed.c and the peers' comparison drive it.
 *
 *	rc = client_open(&client, &settings);
 *	if (rc == 0)
 *		rc = client_connect(&client, number);   one reply on every connection
 *	if (rc == 0)
 *		rc = client_run(&client, 100);          100 more on every active connection
 *	if (rc == 0)
 *		rc = client_finish(&client);            the sockets' counts, end-of-file both ways
 *	client_close(&client);
 *
 * After an error client.problem says what happened on which connection, in one line.
 */
#ifndef CONCBENCH_HARNESS_LOAD_CLIENT_H
#define CONCBENCH_HARNESS_LOAD_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/load/endpoint.h"
#include "harness/load/message.h"
#include "harness/measure/slot.h"

enum { CLIENT_PROBLEM_MAX = 200, CLIENT_DEPTH_MAX = 64 };

struct client_settings {
	enum endpoint_family family;
	bool nodelay;
	int connections;
	int active; /* the first so many get requests, the others only the first one */
	int depth;  /* requests in flight per connection, 1 .. CLIENT_DEPTH_MAX */
	size_t message_bytes;
	uint64_t per_round;           /* requests of a connection in a round */
	bool (*cancelled)(void *arg); /* asked about every 100 ms without a reply; NULL = never */
	void *cancelled_arg;
};

struct connection {
	int fd;
	bool full;           /* the socket takes no more until it says so */
	uint64_t until;      /* requests of its life it shall have made */
	uint64_t started;    /* requests of which the first byte was sent … */
	size_t start_left;   /* … and bytes of the last of them still to be sent */
	uint64_t replied;    /* complete replies … */
	size_t reply_offset; /* … and bytes of the next one */
};

struct client {
	struct client_settings settings;
	struct messages messages;
	struct connection *connections;
	uint64_t *start_ns; /* [connections][depth], of the requests in flight */
	unsigned char *buffer;
	int epoll;
	int opened;  /* connections that exist */
	int pending; /* connections of which until is not reached */
	/* where what is measured goes; set by the caller between runs, NULL = nowhere */
	struct lane *lane;
	struct chunks *chunks;
	/* counted over the whole life; the caller takes differences */
	uint64_t requests, replies, checksum, sent, received;
	uint64_t socket_sent, socket_received; /* what the sockets say; 0 for UNIX */
	uint64_t idle_ns;                      /* waiting for the server */
	uint64_t last_ns;                      /* when the last reply came */
	uint64_t wrong;                        /* replies that were not the request's */
	char problem[CLIENT_PROBLEM_MAX];
};

/*
 * Allocates everything; raises the soft limit of descriptors if needed.
 *   Returns  0, -ENOMEM, -EMFILE (the hard limit is too low) or -errno.
 *   Owner    the caller keeps *client and calls client_close also after an error.
 *   Threads  one at a time, as all of these.
 */
int client_open(struct client *client, const struct client_settings *settings)
	__attribute__((warn_unused_result));

/*
 * Connects all and has one reply on each; at most 256 are ahead of the server's accepting, so the
 * listener's backlog never decides.
 *   number   of endpoint_listen
 *   Returns  0, -ECANCELED, -EPROTO (wrong reply), -ECONNRESET (closed by the server) or -errno.
 */
int client_connect(struct client *client, uint32_t number) __attribute__((warn_unused_result));

/*
 * So many more requests on each active connection, until the last reply. Returns as client_connect.
 */
int client_run(struct client *client, uint64_t requests) __attribute__((warn_unused_result));

/*
 * Compares the counts of every socket with ours, says end-of-file and waits for the server's.
 *   Returns  0, -EBADMSG (counts differ, or bytes after the last reply) or as client_connect.
 */
int client_finish(struct client *client) __attribute__((warn_unused_result));

/* Frees everything; safe on an all-zero client, and twice. */
void client_close(struct client *client);

#endif
