/*
 * Claims about concurrency, each a table of comparisons with a bound that stands before anything is
 * measured. A comparison is decided by the interval of pairs that ran next to each other: it holds
 * when the whole interval is on the right side of the bound, does not hold when it is on the wrong
 * one, and is undecided between. A claim holds when all its comparisons do.
 */
#ifndef CONCBENCH_HARNESS_DEMO_CLAIMS_H
#define CONCBENCH_HARNESS_DEMO_CLAIMS_H

#include "harness/demo/demo.h"
#include "harness/stats/interval.h"

enum claim_metric {
	CLAIM_RATE,  /* operations per second */
	CLAIM_CPU,   /* CPU time per operation, ns */
	CLAIM_BUSY,  /* CPU time per time: CPUs kept busy */
	CLAIM_P90,   /* latency, ns */
	CLAIM_P99,   /* of light requests, where there are heavy ones */
	CLAIM_TASKS, /* alive at once */
	CLAIM_BYTES, /* per waiting task, user and kernel side */
	CLAIM_PEAK,  /* bytes, the largest proportional set size of all its processes */
	CLAIM_METRICS
};

enum {
	CLAIM_PARAMS_MAX = 8,
	CLAIM_CELLS_MAX = 10,
	CLAIM_PAIRS = 7,      /* at first: the smallest number whose range covers with 0.98 */
	CLAIM_PAIRS_MAX = 14, /* where it is undecided and there is time */
	CLAIM_PAIRS_SMOKE = 2,
	CLAIM_SECONDS = 10, /* the most a claim takes, */
	CLAIM_MIB = 1024    /* and the most memory */
};

/*
 * What is measured: a workload in a model, at smoke size but for the parameters. A model that is
 * not one of ours is a guest's.
 */
struct claim_cell {
	const char *workload, *model;
	const char *params[CLAIM_PARAMS_MAX]; /* "connections=64", ended by NULL */
	int window_ms; /* 0 = the usual; longer where a percentile needs the samples */
};

enum claim_bound {
	AT_LEAST,
	AT_MOST,
	AT_LEAST_PER_CPU, /* the bound times the number of CPUs */
	WITHIN            /* between 1 / bound and bound */
};

/* The metric of a over that of b, or of a alone where b has no workload. */
struct claim_test {
	const char *claim; /* name of the demonstration; several tests make one claim */
	const char *what;  /* "CPU per wait, polling over async" */
	struct claim_cell a, b;
	enum claim_metric metric;
	enum claim_bound direction;
	double bound;
};

extern const struct claim_test claim_tests[]; /* ended by a NULL claim */
extern const struct demo demo_claims[];

/* Workloads that are measured here only, ended by a NULL; defined in bench/demo/workloads.c. */
extern const struct workload *const demo_workloads[];

/* ">= 0.95", "within 0.952 .. 1.05" */
void claim_bound_text(const struct claim_test *test, char *text, size_t bytes);

/* What an interval says about a bound. */
enum demo_verdict claim_judge(
	const struct interval *interval, enum claim_bound direction, double bound);

/* The table in which a claim of this name has its tests; NULL: it has none. */
const struct claim_test *claim_table_of(const char *claim);

/*
 * Runs all tests of the claim that result->demo names, of a table that ends with a NULL claim: each
 * cell once per round, forwards and backwards in turn. More rounds follow where the first leave it
 * undecided and there is time.
 */
int claim_run_tests(struct demo_result *result, const struct demo_setting *setting,
	const struct claim_test *table);
/* The same of claim_tests. */
int claim_run(struct demo_result *result, const struct demo_setting *setting);

/*
 * The claims about Python, measured in Python: cells of guests (claims_guest.c).
 */
extern const struct claim_test claim_guest_tests[];

/*
 * A plan of a guest's cell, as draft_plan makes one of ours.
 *   Returns  0; -EAGAIN where the guest cannot be run here, with the way to get it in the result;
 *            -EINVAL a parameter that does not exist.
 *   Threads  one at a time: what guests say of themselves is kept.
 */
int claim_guest_plan(struct demo_result *result, const struct claim_cell *cell, enum kind kind,
	struct plan *plan) __attribute__((warn_unused_result));

/* What kind of invocation a metric takes. */
enum claim_need {
	NEED_TIME,
	NEED_COUNT, /* one proves it */
	NEED_PEAK,
	NEED_BYTES /* and a machine whose memory stands still, before */
};

/* The cells of a claim's tests, each once, and what was measured of them. */
struct claim_cells {
	const struct claim_test *tests; /* the claim's table */
	const struct claim_cell *cells[CLAIM_CELLS_MAX];
	enum claim_need needs[CLAIM_CELLS_MAX];
	int count, rounds;
	double values[CLAIM_CELLS_MAX][CLAIM_METRICS][CLAIM_PAIRS_MAX]; /* NaN: none */
};

/* Collects the cells of a claim's tests. */
void claim_cells_of(struct claim_cells *cells, const struct claim_test *tests, const char *claim);

/* The index of a cell for a metric; it is there. */
int claim_cell_index(
	const struct claim_cells *cells, const struct claim_cell *cell, enum claim_metric metric);

/*
 * Measures one more round.
 *   Returns  0; -EAGAIN, with verdict and reason in the result, where an invocation was no good;
 *            -errno.
 */
int claim_cells_round(struct claim_cells *cells, struct demo_result *result,
	const struct demo_setting *setting) __attribute__((warn_unused_result));

/* "fetch/async tasks=1k delay=10ms" */
void claim_cell_text(const struct claim_cell *cell, char *text, size_t bytes);

/*
 * The plan of a cell.
 *   Returns  0; -EINVAL; -EAGAIN, with the reason in the result, where a guest is not here.
 */
int claim_cell_plan(struct plan *plan, struct demo_result *result, const struct claim_cell *cell,
	enum claim_need need, bool smoke) __attribute__((warn_unused_result));

#endif
