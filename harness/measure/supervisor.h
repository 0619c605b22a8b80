/*
 * One invocation from the outside: forks the load process and the SUT, serves their requests,
 * watches that they get on, ends them, and fills the record.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_SUPERVISOR_H
#define CONCBENCH_HARNESS_MEASURE_SUPERVISOR_H

#include "harness/measure/counts.h"
#include "harness/measure/environment.h"
#include "harness/measure/invocation.h"
#include "harness/measure/memory.h"

/* What to run; the draft's pointers into an arena are not set. */
struct plan {
	struct orders draft;
	struct record_place place;
	struct record_guest guest; /* as the record has it; all "" without one */
	uint64_t stall_ns;  /* without progress for that long, beyond what is expected: killed */
	uint64_t settle_ns; /* memory: the longest wait for a baseline that stands still; 0: none */
	bool until_ready;   /* killed once every task is at the gate: can they all be there? */
};

/* A child of the supervisor. */
struct child {
	pid_t pid; /* 0: none */
	bool ended;
	bool killed; /* by us */
	int status;  /* of wait */
	uint64_t forked_ns, ended_ns;
	uint64_t cpu_ns;
};

/* What the supervisor read at a request. */
struct reading {
	struct account tree;
	struct environment environment;
	int64_t counts[COUNT_EVENTS];
	int64_t group_cpu_ns; /* of the SUT's own control group, -1: none */
};

struct supervisor {
	struct orders *orders;
	struct invocation *invocation;
	const struct plan *plan;
	struct child root, load;
	struct control_group group, cpu_group;
	struct counts counts;
	struct environment begin, end; /* of the whole invocation */
	struct reading readings[REQUESTS];
	struct record_memory memory;
	struct record_environment described;
	/* watchdog */
	uint64_t progress, progress_ns, sampled_ns, sampling_ns;
	uint64_t failed_ns; /* when a task's failure was seen; 0: none */
	uint64_t end_by_ns; /* the rest is killed then; 0: not yet ending */
};

/*
 * Runs one invocation; leaves no process, group or mapping behind.
 *   record   filled in any case, also when the SUT was killed; the caller releases it
 *   signal   SIGINT, SIGTERM or SIGHUP that ended it early, else 0
 *   Returns  0, or -errno when not even a record could be made.
 *   Threads  one at a time, from a process with one thread and no children; it becomes a subreaper.
 */
int invocation_run(const struct plan *plan, struct record *record, int *signal)
	__attribute__((warn_unused_result));

/* Why these orders cannot be run at all; false when they can. */
bool invocation_impossible(const struct orders *orders, char *reason, size_t bytes);

/* Derives the record from what the invocation left in the arena (result.c). */
int result_fill(const struct supervisor *supervisor, struct record *record);

/* The part of a record that is known before anything runs. */
void result_identify(const struct plan *plan, struct record *record);

/*
 * What the SUT's own control group counted in the window, without the passage through the gate.
 *   Returns  ns; -1 where there is no group, or none the SUT could be moved into.
 */
int64_t account_witness_ns(const struct supervisor *supervisor);

/*
 * Threads that end inside the window: the kernel adds a thread's time to its process before the
 * thread has ended, so the account misses the rest (4 of 20 us of an empty one). Only a control
 * group knows of it.
 */
bool account_misses_ends(const struct orders *orders);

/* The verdict: on how the processes ended, what was there before, and the filled record's own
   numbers (judge.c). */
void judge_end(struct record *record, const struct supervisor *supervisor);
void judge_begin(struct record *record, const struct environment *begin);
void judge_numbers(struct record *record, const struct orders *orders);
void judge_account(struct record *record, const struct supervisor *supervisor);

/* True once an invocation that goes no further has come to where it is wanted. */
bool supervisor_met(const struct supervisor *supervisor);

/* Serves one request of the SUT or the load process (serve.c). */
void serve(struct supervisor *supervisor, enum request request);
/* Memory invocations, inside the window: the tree's set size, as often as it can be read. */
void sample_peak(struct supervisor *supervisor);

/* True once a signal asks to end; may be asked at any time. */
bool supervisor_interrupted(void *arg);

#endif
