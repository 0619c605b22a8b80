/*
 * The load side of an invocation: what a workload's load() calls, in a process of its own on the
 * load CPUs, the same code for every model.
 *
 * load_generate drives a server, coordinates the window and counts its work. load_upstream is the
 * slow service that a client workload asks.
 */
#ifndef CONCBENCH_HARNESS_LOAD_LOAD_H
#define CONCBENCH_HARNESS_LOAD_LOAD_H

#include <time.h>

#include "harness/load/client.h"
#include "harness/load/draw.h"
#include "harness/workload.h"

struct generator_settings {
	struct client_settings client; /* cancelled is set by load_generate */
	uint64_t rate_per_s;           /* of an open loop, over all connections; 0 = closed loop */
	enum schedule_arrivals arrivals;
};

/*
 * Awaits the server's number, has one reply on every connection (ready: point B), runs discarded
 * rounds (warm), then the window (close). In the window no connection waits for another at the end
 * of a round: each active one makes rounds x per_round requests. Chunks are cut in a closed loop.
 *
 * A closed loop has as many requests in flight as the settings say and sends the next one when a
 * reply has come. It never asks faster than it is answered, so it measures the pair of server and
 * generator: with many connections the slower of the two sets the rate, and latency is about
 * connections / rate. The busy share (load->busy_ns / wall_ns: the time not spent waiting for a
 * reply, or the CPU time, whichever is greater) says which: below about 0.9 the generator waited
 * for the server and the rate is the server's. Above, the generator had hardly a free moment; if
 * the server's CPU has, the rate is a lower bound of the server's and only CPU per request
 * compares. It is therefore reported, not judged here: a busy generator does not make a closed
 * loop's latencies false, as it would in an open one.
 *
 * An open loop sends when its schedule says so, answered or not. load_lanes has latencies from the
 * actual start, from the intended one, which include what requests waited for room on their
 * connection, and its own lag, the time by which requests left late through no fault of the server:
 * it hides percentiles (harness/measure/distribution.h). It also knows its busy share, of which
 * spinning before an intended start is no part.
 *
 *   Returns  0 or -errno with a verdict stated: INVALID for a wrong reply, connections not
 *            established and bytes the sockets count otherwise; in an open loop also (with 0) for
 *            an offered rate missed by more than 1 % and a median lag over 25 % of the median
 *            latency; limit where descriptors ran out, failed where the server went away; none
 *            when the invocation is torn down.
 *   Threads  the load process only.
 */
int load_generate(struct orders *orders, const struct generator_settings *settings)
	__attribute__((warn_unused_result));

/* Whether the load may spin: not on a CPU that the SUT uses. */
static inline bool load_spins(const struct orders *orders)
{
	cpu_set_t both;

	CPU_AND(&both, &orders->sut_cpus, &orders->load_cpus);
	return CPU_COUNT(&both) == 0;
}

/* CPU time of the calling process, ns. */
static inline uint64_t load_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A slow service: answers a request after a delay that belongs to its connection and number. */
struct upstream_settings {
	enum endpoint_family family;
	bool nodelay;
	int connections; /* at most; sizes everything */
	size_t reply_bytes;
	uint64_t per_round; /* requests of a connection in a round */
	enum draw_distribution distribution;
	uint64_t delay_ns; /* mean */
};

/*
 * Listens, publishes its number, and answers until every connection has been closed. A request is
 * the header of a message whose connection names the asker and whose number counts from 1; the
 * reply is that message. The delay is drawn by (seed, asker, number), so every model meets the same
 * ones, in whatever order it asks. At most one request is in hand on a connection.
 *
 * Waiting for what is due next ends 150 us early and then spins, where the load has CPUs of its
 * own.
 *
 * It knows its own saturation: how late each reply left after it was due, and its busy share
 * (load->busy_ns / wall_ns: time spent on requests and replies, of the time in which any request
 * was in hand; rounds' gates and set-up do not dilute it). Over its whole life, as the rounds
 * before the window are the same work.
 *
 *   Returns  0 or -errno with a verdict stated: INVALID when the busy share exceeds 70 % or the
 *            median lateness 25 % of the mean delay, or a request is none of ours; none when the
 *            invocation is torn down.
 *   Threads  the load process only.
 */
int load_upstream(struct orders *orders, const struct upstream_settings *settings)
	__attribute__((warn_unused_result));

#endif
