/*
 * The contract between what is done (bench/) and how it is measured (harness/).
 *
 * A workload does work and reports what it did. It never repeats by itself, warms up, computes a
 * statistic or prints; the harness asks for rounds. It is one row of bench/workloads.c, one folder
 * with NAME.c (parameters, prepare, what all families share) and one file per family.
 *
 * A family function is normally one line, `return crew_run(orders, hash_task)`, and the task a
 *loop:
 *
 *	int hash_task(void *arg)
 *	{
 *		struct slot *slot = arg;
 *		while (slot_round(slot))
 *			for (int i = 0; i < operations; i++) {
 *				uint64_t start_ns = slot_begin(slot);
 *				...
 *				slot_end(slot, start_ns, bytes, checksum);
 *			}
 *		return slot_result(slot);
 *	}
 */
#ifndef CONCBENCH_HARNESS_WORKLOAD_H
#define CONCBENCH_HARNESS_WORKLOAD_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/course.h"
#include "harness/measure/arena.h"
#include "harness/measure/slot.h"
#include "models/model.h"

enum { PARAMS_MAX = 24 };

/* What a parameter's value means; decides how it is read and printed. */
enum param_kind {
	PARAM_COUNT,    /* a whole number; k and M suffixes (1k = 1000) */
	PARAM_BYTES,    /* bytes; KiB, MiB, GiB */
	PARAM_DURATION, /* ns; ns, us, ms, s */
	PARAM_CHOICE    /* index into choices */
};

struct param {
	const char *name; /* NULL ends a table */
	const char *summary;
	enum param_kind kind;
	int64_t min, max;
	int64_t smoke, usual;       /* defaults of the two sizes */
	const char *const *choices; /* PARAM_CHOICE: names, ended by NULL */
};

/* Parameters every workload has beside its own (table common_params in harness/workload.c). */
enum common_param {
	COMMON_POOL,  /* workers of a pool model; 0 = the workload's default, resolved before the
			 record */
	COMMON_STACK, /* stack bytes per task; 0 = the family's default */
	COMMON_SLACK, /* timer slack ns (PR_SET_TIMERSLACK), default 1 */
	COMMON_THP,   /* transparent huge pages: 0 off (default), 1 on */
	COMMON_SPIN,  /* how long threads and processes spin before they sleep, ns */
	COMMON_PARAMS
};
extern const struct param common_params[];

enum workload_flag {
	WORKLOAD_SERVER = 1,     /* load() drives it and coordinates the window; tasks only serve */
	WORKLOAD_MEET = 2,       /* all tasks must be alive at once: needs capacity >= tasks */
	WORKLOAD_NO_RATE = 4,    /* the schedule decides the rate: no throughput */
	WORKLOAD_NO_LATENCY = 8, /* operations below 1.1 us or without a latency */
	WORKLOAD_NO_CHUNKS = 16,
	WORKLOAD_MAIN = 32, /* the family function itself takes part in rounds (spawn): the only
			       slot that counts is slot 0 */
	WORKLOAD_FAULTS =
		64,          /* touching new memory in the window is its work: faults are no sign */
	WORKLOAD_OWN = 256,  /* of a program of one's own: in the plan of every effort */
	WORKLOAD_SHARE = 128 /* tasks share locks, queues, events of the family: see model_apart */
};

/* Default size of a pool for this workload, beside a plain count. */
enum { POOL_CPUS = 0, POOL_TASKS = -1 };

enum kind { KIND_TIME, KIND_MEMORY, KIND_COUNTS, KINDS };
extern const char *const kind_names[]; /* "time", "memory", "counts" */

enum status {
	STATUS_OK,
	STATUS_INVALID,
	STATUS_DISTURBED,
	STATUS_LIMIT,
	STATUS_IMPOSSIBLE,
	STATUS_FAILED,
	STATUSES
};
extern const char
	*const status_names[]; /* "ok", "INVALID", "DISTURBED", "limit", "impossible", "failed" */

struct orders;
struct invocation;
typedef int family_fn(struct orders *orders);

struct workload {
	const char *name;
	const char *summary; /* one line */
	const char *kind;    /* "primitive", "I/O", "CPU", "mixed", "system" */
	const char
		*operation; /* what is counted and timed, e.g. "one request on a kept connection" */
	const char *latency_of; /* of which operations, if not of all, e.g. "light requests"; else
				   NULL */
	const struct param *params; /* ended by a NULL name */
	int concurrency; /* index of the parameter that is the number of tasks; -c sets it */
	unsigned flags;  /* enum workload_flag */
	int pool;        /* POOL_CPUS, POOL_TASKS or a count */
	/* Memory per task is a slope over several numbers of tasks, up to this one or the usual
	 * one, whichever is more. 0: one number, what is paid once is in it. */
	int64_t fitted_to;
	/* Bytes the workload takes from the arena, for these values. */
	size_t (*arena_bytes)(const struct orders *orders);
	/* Untimed, in the SUT's first process before point A: open what all tasks need, touch
	 * pages. */
	int (*prepare)(struct orders *orders);
	/* Untimed, after the crew has joined; also after a failed prepare. */
	void (*finish)(struct orders *orders);
	/* How many of the first tasks share out the operations among themselves, so that one may
	 * get more than another: their fairness is reported. NULL: none. */
	int (*sharers)(const struct orders *orders);
	/* After all processes have ended, in the supervisor: takes away what a load process that
	 * was killed could not. NULL: nothing can be left. */
	void (*sweep)(pid_t load);
	/* Generator or upstream: a process of its own on the load CPUs, started before prepare;
	 * NULL. */
	int (*load)(struct orders *orders);
	/* How long a window is that these values alone decide; NULL: as long as it is asked for. */
	uint64_t (*course_ns)(const int64_t *values);
	/* Once per run, before the first invocation; its result is passed to every exec as
	   parameter values[calibrated] (index); NULL where nothing is calibrated. */
	int64_t (*calibrate)(void);
	int calibrated;
	family_fn *run[FAMILIES];
	const char *why_not[FAMILIES]; /* for a NULL in run */
	/* Whether a model is written at all; those that are not have no row. NULL: all are. */
	bool (*offers)(const struct workload *workload, const struct model *model);
};

/* The table of workloads, ended by a NULL; bench/workloads.c, or one's own (harness/own). */
extern const struct workload *const *workloads;
const struct workload *workload_find(const char *name);

/* Uncorrected and corrected latencies, and the lag of an open loop. */
enum load_lane { LOAD_UNCORRECTED, LOAD_CORRECTED, LOAD_LAG, LOAD_LANES };

/* What the load process found out; in the arena, written by it alone, read after its end. */
struct load_report {
	uint64_t requests, replies, wrong; /* whole life; replies must equal orders_served */
	uint64_t cpu_ns;                   /* of the load process in the window */
	uint64_t busy_ns, wall_ns;         /* time handling events / time of the window */
	uint64_t connections;              /* established */
	/* servers: the work of the window, counted by the generator; what the ledger compares */
	uint64_t operations, bytes, checksum;
	/* whole life, payload bytes: what was counted, and what the sockets themselves say
	   (TCP_INFO; 0 where there is no such count: UNIX sockets). They must be equal. */
	uint64_t sent, received, socket_sent, socket_received;
	/* where servers are killed: by how much their count of replies may differ from ours */
	uint64_t unproven;
	struct course course; /* of a load with phases; no phases: it had none */
};

/* One invocation's orders; in the arena, read only once the crew is open. */
struct orders {
	const struct workload *workload;
	const struct model *model;
	const char *guest; /* path of the program that runs it in place of a family; NULL: ours */
	int64_t values[PARAMS_MAX];
	int64_t common[COMMON_PARAMS];
	enum kind kind;
	uint64_t seed;
	uint64_t rounds;            /* of the window; 0 = as many as fill window_ns */
	struct injection injection; /* done by the tasks at the end of each chunk */
	uint64_t chunk_operations;  /* 0 = as the warm-up suggests */
	uint64_t window_ns;
	cpu_set_t sut_cpus, load_cpus;
	int tasks; /* values[workload->concurrency] */
	struct arena *arena;
	struct invocation *invocation;
	struct slot *slots;      /* [tasks] */
	struct lane *load_lanes; /* [LOAD_LANES], of the load process */
	/* how late a coroutine that was due got its loop, by a family that looks; empty: none does
	 */
	struct lane *stalls;
	struct load_report *load;
	struct chunks *load_chunks; /* servers: the load process cuts them, chunk_add(load_chunks,
				       replies, now) */
	_Atomic uint32_t port; /* published by whoever listens, 0 = not yet; see orders_publish */
	void *shared;          /* the workload's own, from arena_take in prepare */
};

/* What the families' waiting primitives are made with. */
static inline uint32_t orders_spin_ns(const struct orders *orders)
{
	return (uint32_t)orders->common[COMMON_SPIN];
}

/*
 * Runs a crew of orders->tasks tasks through all rounds: opens it, spawns fn with &slots[i], waits.
 * Where the model can hold all tasks at once they live through all rounds and meet at gates between
 * discarded rounds and around the window; else (inline, small pools) each round spawns them anew.
 *   Returns  0 or -errno, the first failure; never hangs because one task failed.
 */
int crew_run(struct orders *orders, task_fn *fn) __attribute__((warn_unused_result));

/* As crew_open with everything from the orders (stack, pool, arena, failure hook). */
int crew_open_for(struct crew *crew, struct orders *orders, int n)
	__attribute__((warn_unused_result));

/*
 * Names the limit that a failed crew_open or crew_spawn met and makes it the verdict ("RLIMIT_NPROC
 * 4096 reached at 4093 tasks"). For family functions with a crew of their own, before crew_join,
 * while the limit is still exhausted; crew_run does it by itself.
 *   rc       what failed, 0 or -errno; anything but a limit is left alone
 *   Returns  rc.
 */
int crew_limit(struct orders *orders, const struct crew *crew, int rc);

/*
 * Makes what a crew failed of the verdict: the signal that killed a task, the limit it met, its
 * error. For family functions with a crew of their own, after crew_join; crew_run does it by
 * itself.
 *   rc       what crew_join returned
 *   Returns  rc.
 */
int crew_verdict(struct orders *orders, const struct crew *crew, int rc);

/*
 * Publish / await a port (or any non-zero number) between the load process and the SUT.
 *   Returns  await: 0, or -ECANCELED when the invocation ends first.
 */
void orders_publish(struct orders *orders, uint32_t port);
int orders_await(struct orders *orders, uint32_t *port) __attribute__((warn_unused_result));

/*
 * States why this invocation does not count as ok; the first call wins. Any process of it may call.
 */
void orders_verdict(struct orders *orders, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * For whoever coordinates rounds (the last task at a gate, main, or the generator of a server).
 *   ready    every task is at the gate / every connection had one reply: point B, returns at go
 *   warm     a discarded round took round_ns; returns 0: one more; else the number of rounds of the
 *            window, whose marks are taken now (counters and lanes are cleared)
 *   close    the window's rounds are done, the last ended at end_ns: marks are taken
 *   cancelled  true once the invocation is being torn down; a coordinator then stops
 */
void coordinate_ready(struct orders *orders);
uint64_t coordinate_warm(struct orders *orders, uint64_t round_ns);
void coordinate_close(struct orders *orders, uint64_t end_ns);
bool coordinate_cancelled(const struct orders *orders);

/*
 * Servers: count of all operations served by all slots over the whole life (not only the window).
 */
uint64_t orders_served(const struct orders *orders);

#endif
