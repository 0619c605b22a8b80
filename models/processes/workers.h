/*
 * The worker processes of a pool: forked beforehand, watched by pidfd, replaced when they die.
 *
 * The owner waits on one epoll descriptor for the workers' bell and for their deaths. What a dead
 * worker had claimed stands in the ring.
 */
#ifndef CONCBENCH_MODELS_PROCESSES_WORKERS_H
#define CONCBENCH_MODELS_PROCESSES_WORKERS_H

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

#include "models/processes/reap.h"
#include "models/ring.h"

struct workers;

/* What a pool does with its workers; arg is the pool. */
struct workers_ops {
	/* In the worker: its whole life, until ring_take returns NULL. */
	void (*work)(void *arg, uint32_t number);
	/* A claimed cell of a worker that died: its work has failed. The cell is freed afterwards.
	 */
	void (*lost)(void *arg, struct ring_cell *cell, int rc, int signal);
	/* Optional: in the owner, something can be read from the worker's pipe. */
	void (*readable)(void *arg, uint32_t number, int pipe);
};

/*
 * In shared memory, except for what the owner has open: a child must close what was open when it
 * was forked, not what is by the time it gets there.
 */
struct workers {
	const struct workers_ops *ops;
	void *arg;
	struct ring *ring;
	_Atomic uint32_t waiting __attribute__((aligned(64))); /* 1: the owner wants the bell */
	int bell;                                              /* eventfd */
	struct workers_open *private; /* of each process its own, as it was at the fork */
	struct sigaction sigchld;
	int died, signal; /* workers that did not end by themselves; what ended the last */
};

/*
 * Forks one worker per number of the ring; with ops->readable each has a pipe to the owner.
 *   Returns  0 or -errno; workers_stop undoes it in both cases.
 *   workers  zeroed
 *   Threads  the owner has one.
 */
int workers_start(struct workers *workers, struct ring *ring, const struct workers_ops *ops,
	void *arg) __attribute__((warn_unused_result));

/* Lets the workers end when the ring is empty, and reaps them. */
void workers_stop(struct workers *workers);

/* The worker's end of its pipe, −1 if it has none. In a worker. */
int workers_pipe(struct workers *workers, uint32_t number);

/* From a worker: there may be what the owner waits for. */
void workers_ring_bell(struct workers *workers);

/*
 * Waits for the bell, or a death, with which it deals. The owner announces itself by
 * workers_expect, looks once more at what it waits for, and waits.
 *   timeout_ns  UINT64_MAX = for ever
 */
void workers_expect(struct workers *workers);
void workers_wait(struct workers *workers, uint64_t timeout_ns);

/* Deals with deaths and pipes that are there already, without waiting. */
void workers_look(struct workers *workers);

/* Living workers' pids; returns how many of at most max. */
int workers_pids(const struct workers *workers, pid_t *pids, int max);

#endif
