/*
 * The world of a comparison in earnest: fresh invocations of two builds of concbench, of the cells
 * of a plan.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_INVOCATIONS_H
#define CONCBENCH_HARNESS_COMPARE_INVOCATIONS_H

#include "harness/compare/compare.h"
#include "harness/run/process.h"

struct invocations {
	struct compare_world world;
	struct process_executor sides[ARMS];
	struct run_plan *plan;
	uint64_t seed, window_ns;
	/* or what the head does at the end of its chunks; amount as a share of the CPU time
	   (INJECT_CPU), per operation, or in ns (INJECT_STALL) */
	enum injection_kind injection;
	double injection_amount;
	uint64_t injected[COMPARED_MAX]; /* units that the head did; the same every time */
	double inject; /* share of more (negative: fewer) rounds that the head does for the same
			  nominal work; 0 = none */
	bool chunks;   /* both sides can be told how long chunks are */
	double cpu_ns[COMPARED_MAX];           /* per operation, of the base's probe */
	uint64_t chunk[COMPARED_MAX];          /* as the base's probe chose */
	struct record_work work[COMPARED_MAX]; /* nominal, fixed by the base's probe */
};

/*
 * Prepares it; cell i of the plan is benchmark i.
 *   programs  the executables of base and head
 */
void invocations_init(struct invocations *invocations, struct run_plan *plan,
	const char *const programs[ARMS], uint64_t seed, uint64_t window_ns);

/* What both worlds have: canaries, clock. */
double world_canary(struct compare_world *world, int which);
uint64_t world_now_ns(struct compare_world *world);

#endif
