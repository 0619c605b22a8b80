/*
 * Who carries out invocations: fresh processes in earnest, a script in tests. The interface is all
 * that the run knows of the world, its clock included, so a scripted executor makes planning,
 * statistics and tables repeat to the digit.
 */
#ifndef CONCBENCH_HARNESS_RUN_EXECUTOR_H
#define CONCBENCH_HARNESS_RUN_EXECUTOR_H

#include <sched.h>
#include <stdint.h>

#include "harness/record.h"
#include "harness/run/plan.h"

struct invocation_request {
	const struct cell *cell;
	uint64_t seed;      /* the same for all invocations of a run: siblings do the same work */
	uint64_t window_ns; /* whole rounds until it is full … */
	uint64_t rounds;    /* … or exactly these many; 0 = by window_ns */
	uint64_t
		settle_ns; /* memory: how long a still baseline is waited for; 0 = exec's default */
	uint64_t chunk;    /* operations per chunk; 0 = as each invocation finds */
	struct injection injection;
	uint64_t deadline_ns; /* how long it may take in all */
	int padding;          /* bytes of environment padding */
};

struct executor {
	/*
	 * One invocation. Always fills the record: a child that crashed, hung or wrote garbage is a
	 * record of status failed with the reason. Returns 0, or -EINTR when told to stop, -ENOMEM.
	 * place is left to the caller except for CPUs and padding.
	 */
	int (*invoke)(struct executor *executor, const struct invocation_request *request,
		struct record *record);
	/* The workload's calibration on the cell's CPUs; only for workloads that have one. */
	int64_t (*calibrate)(struct executor *executor, const struct cell *cell);
	/* Share of a pinned spinner's time that somebody outside took, the largest over the CPUs;
	   waited, which may be NULL: that it stood behind other tasks of this machine. */
	double (*spin)(struct executor *executor, const cpu_set_t *cpus, double *waited);
	uint64_t (*now_ns)(struct executor *executor);
	void *state;
};

/*
 * Fills the record of an invocation that could not be made or did not end well.
 *   format   the reason
 */
void executor_fail(struct record *record, const struct invocation_request *request,
	enum status status, const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
