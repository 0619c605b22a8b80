/*
 * The record: everything one invocation found out; one JSON object on one line. Whatever is printed
 * anywhere is derived from records by way of this struct. Schema: results/record.schema.json.
 */
#ifndef CONCBENCH_HARNESS_RECORD_H
#define CONCBENCH_HARNESS_RECORD_H

#include <stdint.h>
#include <stdio.h>

#include "harness/course.h"
#include "harness/measure/histogram.h"
#include "harness/workload.h"

enum { RECORD_SCHEMA = 1, RECORD_REASON_MAX = 240, RECORD_NAME_MAX = 48, RECORD_CPUS_MAX = 64 };

/* A parameter as it was used: every one of the workload, then the common ones. */
struct record_param {
	char name[24];
	char text[40]; /* as printed: "5ms", "4KiB", "cached" */
	int64_t value;
};

/* Who ran, why, and where in the run. */
struct record_place {
	char session[40]; /* the run's id */
	int64_t block;    /* 0-based; -1 outside a run */
	int64_t slot;     /* position inside the block, 0-based: k models then their mirror */
	char arm[16];     /* "" in run; "base", "head" in compare */
	int64_t order;    /* position in the whole run */
	char sut_cpus[RECORD_CPUS_MAX], load_cpus[RECORD_CPUS_MAX]; /* lists, "0,2-3" */
	char binary_sha256[65];
	int64_t padding; /* bytes of environment padding */
};

/* The program that did the work, where it was not ours; absent from older records. */
struct record_guest {
	char program[128]; /* its path, the end of it where it is longer; "" = a model of ours */
	char version[96];  /* of its language, as it says */
};

/* The work of the timed window, and its proof. */
struct record_work {
	uint64_t rounds, tasks, operations, bytes, checksum;
	uint64_t warm_rounds;
	int64_t steady; /* 1: warm-up ended because rounds were steady, 0: because time was up */
};

/* How a window shared out its operations among the tasks that compete for them: operations of a
 * task over the time from the window's opening to the task's last, of the fastest and the slowest
 * task. Both 0: n/a. Only slowest 0: a task got nothing. Absent from older records. */
struct record_fairness {
	double fastest_per_s, slowest_per_s;
};

/* CPU, switches and faults of the SUT's whole tree inside the window. */
struct record_window {
	uint64_t ns;
	uint64_t cpu_ns, user_ns,
		system_ns; /* user and system tick-sampled: print only merged >= 10 s */
	uint64_t voluntary, involuntary; /* context switches */
	uint64_t minor_faults, major_faults;
	uint64_t skew_ns;                   /* first to last task start */
	uint64_t load_cpu_ns, load_busy_ns; /* the generator's or upstream's */
};

/* The SUT as a whole process tree, from fork to reaped: what was set up outside the window too. */
struct record_process {
	uint64_t wall_ns, cpu_ns;
};

/* Bytes. At A and at B; of the SUT's tree, the kernel side machine-wide or from the cgroup. */
struct record_memory_point {
	int64_t private_clean, private_dirty, shared, pss,
		arena;       /* pss without the harness's arena; arena = its pss */
	int64_t page_tables; /* of the tree; the three others are the whole machine's */
	int64_t kernel_stacks, slab, socket_buffers;
	int64_t free_corrected;        /* MemFree + per-CPU lists */
	int64_t cgroup, cgroup_kernel; /* -1 where none could be made */
	int64_t accepted; /* sockets of accepted connections that the cgroup lacks; absent from
			     older records */
	int64_t processes, threads;
};

struct record_memory {
	int64_t measured; /* 0: not an invocation of kind memory */
	struct record_memory_point a, b;
	int64_t peak;    /* sampled PSS of the tree minus arena, maximum; -1 none */
	int64_t settled; /* 1: the baseline stood still before A */
	double user_per_task, kernel_per_task; /* bytes, (B - A) / tasks */
};

struct record_counts {
	int64_t system_calls; /* -1: the kernel could not tell */
	int64_t switches, instructions;
	char source[64]; /* "perf_event", "callgrind", or why not */
};

struct record_latency {
	int64_t present;            /* 0: n/a */
	struct histogram closed;    /* closed loop, or uncorrected in open loop */
	struct histogram corrected; /* from the intended start; open loop only */
	struct histogram lag; /* how late the load left by its own fault; absent from older ones */
	int64_t has_corrected, has_lag;
	uint64_t max_ns, corrected_max_ns, lag_max_ns;
};

struct record_environment {
	uint64_t stolen_ns, pressure_cpu_us,
		run_delay_ns; /* machine-wide steal, PSI total, SUT run delay */
	int64_t timer_slack_ns, thp;
	uint64_t listen_overflows, tcp_timeouts, tcp_retransmits;
	char autogroup[32], cgroup[128], cpu_max[48];
	uint64_t throttled_ns;
};

struct record {
	int64_t schema;
	enum kind kind;
	enum status status;
	char reason[RECORD_REASON_MAX];  /* "" when ok */
	char warning[RECORD_REASON_MAX]; /* does not spoil the record: "1.3 faults per task", … */
	char workload[RECORD_NAME_MAX], model[RECORD_NAME_MAX];
	struct record_param params[PARAMS_MAX + COMMON_PARAMS];
	int params_count;
	uint64_t seed;
	struct record_place place;
	struct record_guest guest;
	struct record_work work;
	struct record_fairness fairness;
	struct record_window window;
	struct record_process process;
	uint64_t *chunks_ns; /* malloc'd; NULL when there are none */
	int64_t chunks, chunk_operations;
	uint64_t injected; /* units of a slow-down on order that were done; 0 without */
	struct record_memory memory;
	struct record_counts counts;
	struct record_latency *latency; /* malloc'd; NULL when n/a, or packed */
	struct packed_latency
		*packed_latency; /* malloc'd; NULL unless packed: see record_latency.h */
	struct course *course;   /* malloc'd; NULL unless the load had phases */
	/* how late a coroutine that was due got its loop; malloc'd; NULL where nobody looked,
	   absent from older records */
	struct lane *stalls;
	struct record_environment environment;
};

/* Frees what it points to, not the record; an all-zero record is valid and empty. */
void record_release(struct record *record);

/*
 * The record as one JSON line with its newline.
 *   Returns  a malloc'd string, the caller frees it; NULL without memory.
 */
char *record_to_json(const struct record *record);

/*
 * Reads one line back. Every field is checked: types, ranges, names.
 *   error    on failure: what and where, one line without newline
 *   Returns  0, -EINVAL (damaged or foreign), -ENOMEM.
 *   Owner    record_release, also after an error.
 */
int record_from_json(struct record *record, const char *line, size_t bytes, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

/* The value of a parameter by name; fallback when it has none of that name. */
int64_t record_param_value(const struct record *record, const char *name, int64_t fallback);

#endif
