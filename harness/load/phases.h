/*
 * A load with phases as the window of an invocation: an open loop whose rate changes, or that goes
 * on while the server is killed. The client is the caller's, connected and with its connections
 * even; what became of every request is in orders->load->course.
 */
#ifndef CONCBENCH_HARNESS_LOAD_PHASES_H
#define CONCBENCH_HARNESS_LOAD_PHASES_H

#include "harness/load/client.h"
#include "harness/workload.h"

/*
 * Fills a phase: its name, rate and length, and as many requests on each connection as come nearest
 * to that (at least one).
 */
void phase_make(struct course_phase *phase, const char *name, uint64_t rate_per_s, uint64_t span_ns,
	int connections);

/* What a course is about, beside its phases. */
struct phases_subject {
	bool overload; /* recovery is that from phase `over`, bounded by phase `before` … */
	int before, over;
	_Atomic uint64_t *begun_ns;        /* … told when the schedule begins, NULL = nobody */
	_Atomic uint32_t *begun;           /* told how many phases have, NULL = nobody */
	const _Atomic uint64_t *killed_ns; /* recovery counts from then, NULL = nobody is killed */
};

/*
 * Opens the window, offers the phases one after the other, closes it. A course is one round.
 *   course   phases, slice_ns and deadline_ns set; the rest is filled in
 *   Returns  0 or -errno as client_run; -ECANCELED also with a verdict stated. With 0 a verdict is
 *            stated where the load was not what it should have been.
 *   Threads  the load process only.
 */
int phases_run(struct orders *orders, struct client *client, struct course *course,
	const struct phases_subject *subject) __attribute__((warn_unused_result));

/* What the client has counted so far, for the harness. */
void phases_report(struct load_report *load, const struct client *client);

/* States what became of a client that failed, unless the invocation is torn down. */
void phases_verdict(struct orders *orders, const struct client *client, int rc);

#endif
