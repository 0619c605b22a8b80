/*
 * What becomes of every request of an open loop whose load has phases: the client tells it of each
 * that was due, sent, answered or lost; it makes the course of them (harness/course.h).
 *
 * Percentiles are of corrected latencies, of the requests that were served. One is n/a with fewer
 * than 10 samples beyond it, and where the generator's own lag hides it
 * (harness/measure/distribution.h).
 */
#ifndef CONCBENCH_HARNESS_LOAD_TALLY_H
#define CONCBENCH_HARNESS_LOAD_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/course.h"
#include "harness/load/losses.h"
#include "harness/measure/histogram.h"

/* The generator's side of a phase. */
struct tally_phase {
	uint64_t end;               /* one past its last request */
	uint64_t sent;              /* of its requests */
	uint64_t lag_ns;            /* of the one sent last */
	uint64_t begin_ns, idle_ns; /* when its first request was due, and the client's idle time */
	struct client_losses losses; /* then */
	struct histogram latency, lag;
};

struct tally_slice {
	uint64_t good;
	struct histogram latency, lag;
};

struct tally {
	struct course *course;              /* the caller's */
	const struct client_losses *losses; /* the client's; set by the caller, NULL = none */
	_Atomic uint32_t
		*begun;   /* told how many phases have begun; set by the caller, NULL = nobody */
	uint64_t waiting; /* due and not yet answered or lost */
	int phase;        /* that is due */
	bool ends;        /* the server does, in the last phase; set by the caller */
	struct tally_phase phases[COURSE_PHASES_MAX];
	struct tally_slice *slices;
};

/*
 * Begins: the course's phases have their names, rates, spans and numbers of requests, and it has
 * its slice and deadline; everything else of it is counted here.
 *   Returns  0, -E2BIG (more than COURSE_SLICES_MAX slices) or -ENOMEM.
 *   Owner    tally_close frees what it allocated, not the course.
 */
int tally_open(struct tally *tally, struct course *course) __attribute__((warn_unused_result));
void tally_close(struct tally *tally);

/* Request i of the schedule is due; idle_ns is how long the client has waited in all its life. */
void tally_due(struct tally *tally, uint64_t i, uint64_t now_ns, uint64_t idle_ns);
/* It leaves, so late through the client's own fault. */
void tally_sent(struct tally *tally, uint64_t i, uint64_t offset_ns, uint64_t lag_ns);
/* It was answered.  offset_ns: of its intended start; shed: with a refusal */
void tally_answered(
	struct tally *tally, uint64_t i, uint64_t offset_ns, uint64_t latency_ns, bool shed);
void tally_lost(struct tally *tally, uint64_t i);
/* A connection was not established. */
void tally_refused(struct tally *tally);

/*
 * The course is over: what was never sent, percentiles, and the share of the time that the client
 * was busy.
 *   now_ns, idle_ns  as for tally_due
 *   problem  why the load was not what it should have been: the generator missed a phase's rate
 *            (was late by over 1 % of it at its end), was busy for over 70 % of it, or hides its
 *            median; "" when it was. The phase in which the server ends is not judged.
 */
void tally_finish(
	struct tally *tally, uint64_t now_ns, uint64_t idle_ns, char *problem, size_t bytes);

/*
 * Time to recover from an overload: from the end of phase `over` to the beginning of the first
 * slice from there on whose p99 is at most the bound, twice the p99 of phase `before` and 1 ms (a
 * scheduler's turn decides below that). A slice with too few requests for a p99 has not recovered;
 * one whose p99 is n/a for the generator's lag has where it is within the bound with that lag.
 * After tally_finish; sets bound_ns and recovery_ns: COURSE_NA where the p99 of `before` is, or
 * where none of the slices has recovered and the p99 of one is n/a.
 */
void tally_recovery(struct tally *tally, int before, int over);

#endif
