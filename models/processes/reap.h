/*
 * How a child ended, as a task's result.
 */
#ifndef CONCBENCH_MODELS_PROCESSES_REAP_H
#define CONCBENCH_MODELS_PROCESSES_REAP_H

#include <stdbool.h>
#include <sys/types.h>

#include "models/model.h"

/* Exit status of a child that has noted its failure itself. */
enum { REAP_TOLD = 97 };

struct reaped {
	int rc; /* 0 also for REAP_TOLD; -EOWNERDEAD, -EPROTO, or -ECHILD if somebody else reaped it
		 */
	bool told;  /* it was REAP_TOLD */
	int signal; /* that ended it, or 0 */
};

/*
 * Reaps a child.
 *   options  0 or WNOHANG
 *   Returns  false if it lives.
 */
bool reap(pid_t pid, int options, struct reaped *reaped);

/* crew_pids of each model */
int processes_crew_pids(const struct crew *crew, pid_t *pids, int max);
int process_pool_crew_pids(const struct crew *crew, pid_t *pids, int max);

#endif
