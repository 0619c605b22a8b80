/*
 * The plan of a run: which cells, and in which order. Pure: nothing is measured or printed here.
 *
 * A cell is a benchmark at one placement and of one kind of invocation. Cells that a table sets
 * side by side (same workload, parameters, kind, placement; different models) form a group. A block
 * runs each group once, groups in random order; inside a group the models run adjacently as a
 * random permutation and its mirror (ABC CBA), so that siblings meet the same state of the machine
 * and drift cancels in their ratios. That stretch, a block's turn of one group, is a unit.
 */
#ifndef CONCBENCH_HARNESS_RUN_PLAN_H
#define CONCBENCH_HARNESS_RUN_PLAN_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/run/effort.h"
#include "harness/run/placement.h"
#include "harness/run/sweep.h"
#include "harness/workload.h"

/* Rows of the tables of workloads and models that a plan can hold. */
enum { WORKLOADS_MAX = 64, MODELS_MAX = 48 };

struct cell {
	const struct workload *workload;
	const struct model *model;
	const char *guest;   /* the program whose model it is; NULL: ours */
	const char *refusal; /* why it cannot be measured; NULL: it can */
	int64_t values[PARAMS_MAX];
	int64_t common[COMMON_PARAMS];
	bool common_given[COMMON_PARAMS]; /* by the user; the others are left to exec */
	enum kind kind;
	cpu_set_t sut, load;
	int group;
};

struct group {
	int first, count; /* its cells, adjacent */
	int blocks;
	bool mirror;
};

/* One invocation to be made. */
struct step {
	int cell, group, block;
	int slot; /* in the unit: 0 .. k-1, the mirror k .. 2k-1 */
};

struct run_plan {
	struct cell *cells;
	struct group *groups;
	struct step *steps; /* in order; steps of a unit are adjacent */
	int cells_count, groups_count, steps_count;
	uint64_t seed;
};

struct plan_request {
	const struct workload *const *workloads;
	const struct model *models;
	const char *const *programs; /* of the guests among the models, by row; NULL: none is one */
	const char *const *refusals; /* of guests that cannot be measured, by row; NULL: none */
	char *const *selectors; /* "WORKLOAD" or "WORKLOAD/MODEL"; none = what the effort says */
	int selectors_count;
	const struct sweep *sweeps;
	int sweeps_count;
	const char *concurrency; /* of -c, NULL = none: one value or a list, a range */
	const struct effort *effort;
	struct placement placement;
	uint64_t seed;
};

/*
 * Makes the plan.
 *   Returns  0, -EINVAL with the message (unknown name, parameter out of range), -ENOMEM.
 *   Owner    plan_free, also after an error.
 *   Threads  any.
 */
int plan_make(struct run_plan *plan, const struct plan_request *request, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));
void plan_free(struct run_plan *plan);

/* Orders the steps of a plan whose groups are set, by its seed. 0 or -ENOMEM. */
int schedule_make(struct run_plan *plan) __attribute__((warn_unused_result));

/*
 * Appends a block: of every group the cells that are wanted, once each and without a mirror, groups
 * and cells in random order.
 *   wanted   [plan->cells_count]
 *   random   the state of a generator of its own: what was planned stays as its seed has it
 *   Returns  how many steps, or -ENOMEM with the plan as it was.
 */
int schedule_more(struct run_plan *plan, const bool *wanted, int block, uint64_t *random)
	__attribute__((warn_unused_result));

/* One past the last step of the unit that begins at step `from`. */
int plan_unit_end(const struct run_plan *plan, int from);

/* The number of tasks of a cell. */
int64_t cell_tasks(const struct cell *cell);

#endif
