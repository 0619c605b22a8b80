/*
 * Claims about concurrency, each a table of comparisons with a bound that stands before anything is
 * measured. A comparison is decided by the interval of pairs that ran next to each other: it holds
 * when the whole interval is on the right side of the bound, does not hold when it is on the wrong
 * one, and is undecided between.
 */
#ifndef CONCBENCH_HARNESS_DEMO_CLAIMS_H
#define CONCBENCH_HARNESS_DEMO_CLAIMS_H

#include "harness/demo/demo.h"
#include "harness/stats/interval.h"

enum claim_metric {
	CLAIM_RATE, /* operations per second */
	CLAIM_CPU,  /* CPU time per operation, ns */
	CLAIM_BUSY, /* CPU time per time: CPUs kept busy */
	CLAIM_P90,  /* latency, ns */
	CLAIM_P99,
	CLAIM_BYTES, /* per waiting task, user and kernel side */
	CLAIM_METRICS
};

enum { CLAIM_PARAMS_MAX = 6, CLAIM_PAIRS = 6, CLAIM_PAIRS_SMOKE = 2 };

/*
 * What is measured: a workload in a model, at smoke size but for the parameters. A model that is
 * not one of ours is a guest's.
 */
struct claim_cell {
	const char *workload, *model;
	const char *params[CLAIM_PARAMS_MAX]; /* "connections=64", ended by NULL */
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
	int window_ms; /* 0 = the usual; longer where a percentile needs the samples */
};

extern const struct claim_test claim_tests[]; /* ended by a NULL claim */
extern const struct demo demo_claims[];

/* What an interval says about a bound. */
enum demo_verdict claim_judge(
	const struct interval *interval, enum claim_bound direction, double bound);

/* Runs all tests of the claim that result->demo names, of a table that ends with a NULL claim. */
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

#endif
