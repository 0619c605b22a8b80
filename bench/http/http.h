/*
 * http: an HTTP/1.1 server, a connection per task at a time, which anything that speaks HTTP can
 * drive. The parser is Debian's http-parser in every family; what it finds and what is answered is
 * here, how bytes come and go is each family's own.
 *
 *	GET /                                        a page of `payload` bytes
 *	GET /work?wait=2000&compute=50&seed=3a&id=…  waits 2000 us, computes 50 us, then such a page
 *	                                             that begins with the id and the result
 */
#ifndef CONCBENCH_BENCH_HTTP_HTTP_H
#define CONCBENCH_BENCH_HTTP_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef HAVE_HTTP_PARSER
#include <http_parser.h>
#endif

#include "harness/load/endpoint.h"
#include "harness/load/exchange.h"
#include "harness/load/farewell.h"
#include "harness/load/page.h"
#include "harness/workload.h"

enum {
	HTTP_OUT_BYTES = 1024,       /* what is sent at once: what a task touches is one page */
	HTTP_BUFFER_BYTES = 1024,    /* what a thread or a process reads at once */
	HTTP_TARGET_MAX = 255,       /* longer: 414 */
	HTTP_HEADERS_MAX = 16 << 10, /* longer: 431 */
	HTTP_BODY_MAX = 64 << 10,    /* longer: 413 */
	HTTP_LINGER_BYTES = 4 << 20 /* of a refused request are read, so that its sender can hear */
};

extern const struct workload http_workload;

int http_async(struct orders *orders);
int http_threads(struct orders *orders);
int http_processes(struct orders *orders);

/* One task of each family; the argument is its slot. */
int http_async_task(void *arg);
int http_threads_task(void *arg);
int http_processes_task(void *arg);

/*
 * What all tasks share: orders->shared, or the beginning of it.
 *
 * A server that admits only so many requests at once answers 503 to a further one as soon as it has
 * read it. One that drains says so in its next reply on each connection, and then closes it.
 */
struct http {
	int listener;            /* non-blocking for async */
	_Atomic uint32_t admits; /* requests in progress at most; 0: any number */
	_Atomic uint32_t admitted;
	_Atomic uint64_t shed; /* answered 503 */
	_Atomic bool closed;   /* the listener was shut down: tasks that accept end */
	_Atomic bool draining;
	struct farewell farewell;
	enum endpoint_family family;
	bool nodelay;
	uint64_t timeout_ns; /* of one request's arrival; 0: for ever */
	uint64_t receive_ns; /* how long a receive waits before it looks around; 0: for ever */
	size_t page_bytes;
	uint64_t iterations_per_ms;
};

/* A request as it was understood. */
struct http_request {
	int status; /* of its reply */
	bool body;  /* its reply has one: all but those to HEAD */
	uint64_t wait_ns, iterations;
	uint64_t value; /* what is computed with; then the result */
	char id[PAGE_ID_BYTES];
};

/* What is about to be sent. */
struct http_out {
	size_t used;
	uint64_t replies; /* that end in it */
	char bytes[HTTP_OUT_BYTES];
};

/* One connection. */
struct http_session {
#ifdef HAVE_HTTP_PARSER
	struct http_parser parser; /* its data is the session */
#endif
	struct http *http;
	const char *unread; /* of what was fed, and how much of it */
	size_t unread_bytes;
	bool begun;    /* the next request, or a part of it, has come */
	bool complete; /* all of it */
	bool closing;  /* after the reply in hand, which says so */
	bool refused;  /* closing because of the request: more of it may come */
	bool admitted; /* the request in hand is counted */
	int error;     /* status of the reply to a request that is wrong; 0: it is not, so far */
	int hosts;     /* Host headers, and how much of that name the current one has matched */
	int host_matched;
	bool in_value;
	uint64_t begun_ns;
	size_t body_bytes, target_bytes;
	size_t replied; /* bytes of the reply in hand that are out */
	char target[HTTP_TARGET_MAX + 1];
};

/* The request that a load of ours makes on all connections; their numbers are filled in for each.
 */
struct http_question {
	struct http_ask ask; /* points into text */
	char text[256];
};

/*
 * GET /work, and the pages that must come back, computed here once more.
 *   iterations_per_ms  as the server has it
 */
void http_question_make(struct http_question *question, uint64_t wait_ns, uint64_t compute_ns,
	size_t page_bytes, uint64_t iterations_per_ms);

/* Says to all tasks that it is over, by connections that they accept; from the load process. */
void http_stop(struct orders *orders);

/*
 * Readies a session for a connection that was accepted.
 *   fd       or -errno
 *   Returns  0 or -errno; -ECANCELED: no more connections come, the task ends.
 */
int http_accepted(struct http_session *session, struct slot *slot, int fd)
	__attribute__((warn_unused_result));

/*
 * Gives it what was received; it is read by http_next.
 *   bytes    0: the sender has ended
 */
void http_feed(struct http_session *session, const void *received, size_t bytes);

/* Nothing came for receive_ns: perhaps the request is late, or the server ends. */
void http_silence(struct http_session *session);

/* The next request that is complete, or that is wrong; false: all that was fed is read. */
bool http_next(struct http_session *session, struct http_request *request);

/* The computation of a request; for async_compute.  arg: struct http_request. Returns 0. */
int http_compute(void *arg);

/*
 * Adds the reply, or what fits of it. With false there is more: `out` is to be sent, then called
 * again.
 */
bool http_reply(
	struct http_session *session, const struct http_request *request, struct http_out *out);

/* The connection is over, with the request in hand perhaps unanswered. */
void http_left(struct http_session *session);

/* All of `out` was sent. */
void http_sent(struct slot *slot, struct http_out *out);

/* In the table of a workload whose tasks are http's: the families, and why there are no others. */
#ifdef HAVE_HTTP_PARSER
#define HTTP_FAMILIES(async, threads, processes)   \
	.run = {[FAMILY_ASYNC] = (async),          \
		[FAMILY_THREADS] = (threads),      \
		[FAMILY_PROCESSES] = (processes)}, \
	.why_not = {[FAMILY_STACKLESS] =           \
			    "http's server has no state machine: a request waits on a stack"}
#else
#define HTTP_FAMILIES(async, threads, processes) \
	.why_not = {HTTP_MISSING, HTTP_MISSING, HTTP_MISSING, HTTP_MISSING}
#define HTTP_MISSING "built without http-parser (make deps, then make)"
#endif

#endif
