/*
 * The crew: how a workload starts tasks and waits for their end, the same for every model.
 *
 * A model is one way to run tasks concurrently (async, threads, processes, …); a row of
 * models/models.c. The crew covers starting and ending only. What a task does while it runs (wait,
 * read, write) uses the family's own calls directly, because a function pointer in a measured loop
 * would be measured too.
 *
 *	struct crew crew = {.arena = arena, .arena_bytes = bytes};
 *	int rc = crew_open(&crew, model, n);
 *	for (int i = 0; i < n && rc == 0; i++)
 *		rc = crew_spawn(&crew, serve, &conns[i]);
 *	return crew_join(&crew, rc);
 */
#ifndef CONCBENCH_MODELS_MODEL_H
#define CONCBENCH_MODELS_MODEL_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum family { FAMILY_ASYNC, FAMILY_STACKLESS, FAMILY_THREADS, FAMILY_PROCESSES, FAMILIES };

/* How a model gives tasks something to run on. */
enum model_kind {
	MODEL_INLINE,   /* one after the other in the caller: capacity 1 */
	MODEL_PER_TASK, /* each task its own coroutine, thread or process: capacity n */
	MODEL_POOL      /* a fixed number of workers: capacity = workers */
};

/* A task: 0 or -errno. A task must not call exit; it may return at any time. */
typedef int task_fn(void *arg);

/* About what it takes to wake a thread on an idle CPU: the most that a spin before a sleep saves.
 */
enum { SPIN_DEFAULT_NS = 50000 };

/* The stackless family only: what a task returns that waits and is to be called again. */
enum { TASK_PARKED = INT_MAX };

/* Told of a task's failure as soon as it is known; may run in any task's context, or in a child. */
typedef void crew_failure_fn(void *arg, int task, int rc, int signal);

struct crew;

/* What a family implements; called through the crew_ functions below only. */
struct crew_ops {
	int (*open)(struct crew *crew);
	int (*spawn)(struct crew *crew, task_fn *fn, void *arg);
	int (*drain)(struct crew *crew);
	void (*close)(struct crew *crew); /* after a drain: ends workers, frees everything */
	/* The family's futex: park the calling task while *word == old / wake all parked on word.
	 */
	int (*word_wait)(_Atomic uint32_t *word, uint32_t old);
	void (*word_wake)(_Atomic uint32_t *word);
};

struct model {
	const char *name;    /* as on the command line */
	const char *summary; /* what a task is, one line */
	enum family family;
	enum model_kind kind;
	int variant; /* the family's own: which poller, which lock */
	const struct crew_ops *ops;
};

struct crew {
	/* Set by the caller before crew_open; zero is the default of each. */
	int workers;        /* pool models: how many workers, 0 = one per CPU allowed */
	size_t stack_bytes; /* per task, 0 = the family's default (recorded by it) */
	int spin_ns;        /* pool models: how long a worker without work, and the opener that
			       waits for the last, spin before they sleep; 0 = SPIN_DEFAULT_NS,
			       negative = none; none on one CPU */
	const void *arena;  /* what every arg must lie in (asserted); NULL = not checked */
	size_t arena_bytes;
	crew_failure_fn *on_failure; /* NULL = none */
	void *on_failure_arg;
	/* Set by crew_open and kept by the crew_ functions. */
	const struct model *model;
	int tasks_max; /* n of crew_open */
	int spawned;   /* since the last drain that found no failure: the next task's index */
	struct {
		int rc;     /* 0: no task has failed */
		int task;   /* index in order of spawning */
		int signal; /* the signal that ended it, 0 if none (process models) */
	} failure;          /* of the first-spawned task that failed */
	/* Pools of processes: workers that a signal ended, and the last such signal. A task that
	   one of them had is in failure; without one nothing of the work was lost. */
	int workers_died, workers_signal;
	void *state; /* the family's */
};

/* The hand-written table of models, ended by a NULL name. */
extern const struct model models[];

/*
 * The model of that name.
 *   Returns  NULL if there is none.
 *   Threads  any.
 */
const struct model *model_find(const char *name);

/*
 * Why tasks of this model cannot share the primitives of their family (locks, queues, events).
 *   Returns  NULL where they can.
 *   Threads  any.
 */
const char *model_apart(const struct model *model);

/*
 * Makes a crew ready for n tasks; pool models start their workers here.
 *   n        1 .. INT_MAX: the most tasks that will be spawned between two drains
 *   Returns  0, or -errno with nothing left open (-EAGAIN, -ENOMEM, -EMFILE: a limit was met).
 *   Owner    the caller keeps *crew and calls crew_join also after an error.
 *   Threads  one at a time; the process models from a process that has one thread.
 */
int crew_open(struct crew *crew, const struct model *model, int n)
	__attribute__((warn_unused_result));

/*
 * Starts a task; inline models run it here, async in drain or join at the latest.
 *   arg      in the crew's arena: a pre-forked worker sees no other memory
 *   Returns  0, or -errno if the task could not be started (it then does not count as spawned).
 *            A task's own failure is not reported here.
 *   Threads  only the one that opened the crew.
 */
int crew_spawn(struct crew *crew, task_fn *fn, void *arg) __attribute__((warn_unused_result));

/*
 * Waits until every task spawned so far has ended; the crew stays open for more (warm spawning).
 *   Returns  the result of the first-spawned task that failed since open, or 0.
 */
int crew_drain(struct crew *crew) __attribute__((warn_unused_result));

/*
 * Waits for every task and closes the crew: no thread, child, descriptor or mapping of it is left.
 *   rc       an error the caller already has, or 0; safe after a failed crew_open
 *   Returns  rc if not 0, else as crew_drain. crew->failure stays readable.
 */
int crew_join(struct crew *crew, int rc) __attribute__((warn_unused_result));

/*
 * How many tasks can be in progress at once: 1 inline, workers of a pool, else tasks_max.
 */
int crew_capacity(const struct crew *crew);

/*
 * The same before a crew is opened.
 *   workers  as in struct crew
 */
int model_capacity(const struct model *model, int workers, int n);

/*
 * Live worker processes of the crew (process models), for CPU accounts and kills.
 *   Returns  how many were written to pids, at most max; 0 for families without processes.
 */
int crew_pids(const struct crew *crew, pid_t *pids, int max);

#endif
