/*
 * A client: kept connections, each with a fixed number of requests in flight, every reply compared
 * with what it must be, byte by byte (exchange.h). It asks when it was answered (closed loop) or
 *when a schedule says so (open loop). One thread, one epoll; no idea of rounds, windows or models:
 *generator.c and the comparison with peers drive it.
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
#include "harness/load/exchange.h"
#include "harness/load/losses.h"
#include "harness/load/schedule.h"
#include "harness/load/tally.h"
#include "harness/load/target.h"
#include "harness/load/wire.h"
#include "harness/measure/slot.h"

enum { CLIENT_PROBLEM_MAX = 200, CLIENT_DEPTH_MAX = 64 };

struct client_settings {
	enum endpoint_family family;
	bool nodelay;
	int connections;
	int active;           /* the first so many get requests, the others only the first one */
	int depth;            /* requests in flight per connection, 1 .. CLIENT_DEPTH_MAX */
	size_t message_bytes; /* where messages are exchanged */
	const struct http_ask *http; /* the caller's; NULL: messages */
	bool fresh;                  /* a connection for every request, closed after its reply */
	/* Where client_reach connects, the caller's. Connections that break are then counted and
	   made anew, they end nothing. NULL: client_connect, and any problem is an error. */
	const struct target *target;
	uint64_t per_round;           /* requests of a connection in a round */
	bool (*cancelled)(void *arg); /* asked about every 100 ms without a reply; NULL = never */
	void *cancelled_arg;
};

struct connection {
	struct wire wire;
	bool full;           /* the socket takes no more until it says so */
	bool established;    /* it has taken or brought something */
	bool leaving;        /* the server closes after the last reply */
	uint64_t until;      /* requests of its life it shall have made */
	uint64_t started;    /* requests of which the first byte was sent … */
	size_t start_left;   /* … and bytes of the last of them still to be sent */
	uint64_t replied;    /* complete replies … */
	size_t reply_offset; /* … and bytes of the next one */
	uint64_t received;   /* bytes of its life */
	uint64_t dialled_ns; /* fresh: when the connection was begun */
	uint64_t room_ns;    /* when a reply last made room for a request that was held up */
	bool broken;         /* lost, and no reply since */
};

/* The schedule of an open loop's run: its request i goes to connection i mod active. */
struct pace {
	const struct schedule *schedule; /* NULL: a closed loop */
	uint64_t base_ns;                /* the run's start */
	uint64_t first;         /* number of the run's first request on every active connection */
	uint64_t last_start_ns; /* when the last request was sent */
	bool spins;             /* before an intended start; else it sleeps up to it */
	/* where it goes, NULL = nowhere; set by the caller between runs */
	struct lane *corrected; /* latencies from the intended start */
	struct lane *lag;       /* how late requests left through the client's own fault */
	struct tally *tally;    /* what became of each */
};

struct client {
	struct client_settings settings;
	struct exchange exchange;
	struct connection *connections;
	uint64_t *start_ns; /* [connections][depth], of the requests in flight */
	unsigned char *buffer;
	int epoll;
	uint32_t number;  /* of client_connect */
	uint64_t dialled; /* fresh: connections so far */
	int opened;       /* connections that exist */
	int pending;      /* connections of which until is not reached */
	/* where what is measured goes; set by the caller between runs, NULL = nowhere */
	struct lane *lane;
	struct chunks *chunks;
	struct pace pace;
	/* counted over the whole life; the caller takes differences */
	uint64_t requests, replies, checksum, sent, received;
	uint64_t socket_sent, socket_received; /* what the sockets say; 0 for UNIX */
	uint64_t idle_ns;                      /* waiting for the server */
	uint64_t last_ns;                      /* when the last reply came */
	uint64_t wrong;                        /* replies that were not the request's */
	struct client_losses losses;           /* with a target */
	uint64_t give_up_ns; /* what waits for replies waits no longer; 0: for ever */
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
 * The same to the settings' target, where a connection may fail; until give_up_ns.
 *   Returns  0 or as client_connect; how many connections had their reply is client.replies.
 */
int client_reach(struct client *client) __attribute__((warn_unused_result));

/*
 * So many more requests on each active connection, until the last reply. Returns as client_connect.
 */
int client_run(struct client *client, uint64_t requests) __attribute__((warn_unused_result));

/*
 * The same as an open loop: request i is intended at pace.schedule's i after now, on connection i
 * mod active; where that has depth requests without a reply it waits there, and its corrected
 * latency with it. Sleeps until 150 us before an intended start, then spins, if pace.spins.
 *   requests  per active connection
 */
int client_pace(struct client *client, uint64_t requests) __attribute__((warn_unused_result));

/*
 * A closed loop until a moment; requests that are in flight then are waited for until give_up_ns.
 *   on_time  set to the replies until that moment
 */
int client_run_until(struct client *client, uint64_t end_ns, uint64_t *on_time)
	__attribute__((warn_unused_result));

/*
 * Compares the counts of every socket with ours, says end-of-file and waits for the server's.
 *   Returns  0, -EBADMSG (counts differ, or bytes after the last reply) or as client_connect.
 */
int client_finish(struct client *client) __attribute__((warn_unused_result));

/* Frees everything; safe on an all-zero client, and twice. */
void client_close(struct client *client);

#endif
