/*
 * A run's records sorted for tables: a row is a cell (a model's invocations of one benchmark), a
 * group the rows that stand in one table because only their models differ.
 */
#ifndef CONCBENCH_HARNESS_REPORT_GROUP_H
#define CONCBENCH_HARNESS_REPORT_GROUP_H

#include "harness/report/course.h"
#include "harness/measure/distribution.h"
#include "harness/record_latency.h"
#include "harness/report/session.h"
#include "harness/stats/interval.h"

enum { ROW_WARNINGS_MAX = 4 };

/* Percentiles that tables show. */
enum { P50, P99, P999, PERCENTILES };
extern const double percentile_shares[PERCENTILES];

/* What a table says of a cell. Rates and costs are over its ok invocations; NaN is n/a. */
struct row {
	const char *model;
	const struct record **records; /* all of the cell, in order; malloc'd */
	int records_count;
	int ok, disturbed, invalid, failed; /* invocations */
	enum status status;                 /* ok, or why there is no figure */
	char reason[RECORD_REASON_MAX];
	char warnings[ROW_WARNINGS_MAX][RECORD_REASON_MAX];
	int warnings_count;
	/* kind time */
	struct interval rate;     /* operations per second */
	struct interval round_ns; /* duration of a round */
	struct interval ratio; /* of the leading figure, to the best row; > 1 is better than it */
	double percentiles_ns[PERCENTILES], max_ns;
	uint64_t samples;
	bool corrected; /* percentiles are from the intended start */
	struct interval cpu_ns, load_cpu_ns, sum_cpu_ns; /* per operation; sum: of both */
	struct interval voluntary, involuntary;
	struct interval faults;            /* minor page faults per operation */
	struct interval run_delay_ns;      /* per operation: runnable, but waiting for a CPU */
	double stall_p99_ns, stall_max_ns; /* how late its loop ran what was due; NaN: n/a */
	double fairness; /* median of fastest ÷ slowest task; 0 or NaN: n/a; infinite: one got
			    nothing */
	/* kind memory */
	struct interval user_bytes, kernel_bytes; /* per task */
	struct interval memory_bytes;             /* per task, both sides together */
	double peak_bytes;
	bool fitted; /* per task is a slope over several sizes */
	/* kind time, of a load with phases: instead of the figures above that are of rounds */
	struct row_course course;
};

struct group_rows {
	const struct record *sample; /* any record of it: workload, parameters, CPUs */
	const struct workload_facts *facts;
	enum kind kind;
	struct row
		*rows; /* in the order of first appearance in the models table, else of records */
	int rows_count;
	int best;     /* row of the best leading figure; -1 = none */
	bool by_rate; /* the leading figure is the rate, else the duration of a round */
};

struct groups {
	struct group_rows *groups;
	int count;
};

/*
 * Sorts, judges (ledger) and computes everything tables need.
 *   Returns  0 or -ENOMEM.
 *   Owner    groups_free, also after an error; points into the session, which must outlive it.
 */
int groups_make(struct groups *groups, const struct session *session)
	__attribute__((warn_unused_result));
void groups_free(struct groups *groups);

/* Was the parameter swept in this run? Then tables are told apart by it. */
bool run_swept(const struct run_header *header, const char *name);

/* Are these the same but for the model (and with `sizes`, for the number of tasks)? */
bool same_benchmark(
	const struct session *session, const struct record *a, const struct record *b, bool sizes);

/* Has this invocation a rate? Not when the skew of its start is a large part of the window. */
bool record_has_rate(const struct record *record);

/* Computes a row's figures from its records that are ok (figures.c). 0 or -ENOMEM. */
int row_compute(struct row *row, const struct group_rows *group);

/* Adds a warning; one that differs only in its figures from one that is there says nothing new. */
void row_warn(struct row *row, const char *text);

/*
 * Adds up the histograms of the row's ok invocations.
 *   Returns  0 or -ENOMEM.
 */
int row_histogram(const struct row *row, enum latency_view view, struct histogram *merged)
	__attribute__((warn_unused_result));

/* The latencies of a row: from the intended start where an invocation has them. */
struct row_latencies {
	struct histogram merged, lag;
	struct distribution told; /* points at them */
};

/* Fills some 74 KiB, the caller's, once row->corrected is known. Returns  0 or -ENOMEM. */
int row_latencies(const struct row *row, struct row_latencies *latencies)
	__attribute__((warn_unused_result));

/* Ratios of a group's rows to the best one, from pairs (ratios.c). 0 or -ENOMEM. */
int group_compare(struct group_rows *group);

/* The leading figure of a row over another's of the same run, by pairs. Returns n = 0 where none.
 */
struct interval row_ratio(const struct row *row, const struct row *base, bool by_rate);

/* CPU time per operation of a row over another's of the same run, by pairs. Returns n = 0 where
 * none.
 */
struct interval row_cpu_ratio(const struct row *row, const struct row *base, double confidence);

/* What a row's ratio says: is it the best, surely another than the best, or not separated from it?
 */
enum standing {
	STANDING_NONE, /* no ratio */
	STANDING_BEST,
	STANDING_APART,
	STANDING_CLOSE,  /* the ratio's interval contains 1 */
	STANDING_UNKNOWN /* too few pairs for an interval that could exclude it */
};
enum standing row_standing(const struct group_rows *group, const struct row *row);

/*
 * Memory per task of every row by a fit over the sizes of all memory groups of the same benchmark.
 */
int groups_fit(struct groups *groups, const struct session *session);

/*
 * Half the width of the interval of a row's memory per task, of both sides together, in shares of
 * its middle. NaN where there is no interval, as of one invocation.
 */
double row_memory_spread(const struct row *row);

/* A spread beyond this is wide: measured again while there is time, then said. */
extern const double memory_spread_most;

/* The block's half (0 permutation, 1 mirror) that record i of the row belongs to. */
int row_half(const struct row *row, int i);

#endif
