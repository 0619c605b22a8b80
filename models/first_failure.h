/*
 * The failure of the first-spawned task that failed, as one word that tasks in any thread or
 * process lower: index, signal and error packed so that the smaller number is the earlier task.
 */
#ifndef CONCBENCH_MODELS_FIRST_FAILURE_H
#define CONCBENCH_MODELS_FIRST_FAILURE_H

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

#include "models/model.h"

#define FIRST_FAILURE_NONE UINT64_MAX

/* What a task returned, made an errno: a task has no other way to fail. */
static inline int task_errno(int rc)
{
	return rc <= 0 && rc >= -4095 ? rc : -EPROTO;
}

static inline void first_failure_note(_Atomic uint64_t *first, int task, int rc, int signal)
{
	uint64_t mine =
		(uint64_t)(uint32_t)task << 32 | (uint64_t)(signal & 0xff) << 16 | (unsigned)-rc;
	uint64_t seen = atomic_load(first);

	while (mine < seen && !atomic_compare_exchange_weak(first, &seen, mine))
		;
}

/* Copies it into the crew, from a thread that has waited for the tasks. Returns the error or 0. */
static inline int first_failure_report(_Atomic uint64_t *first, struct crew *crew)
{
	uint64_t seen = atomic_load(first);

	if (seen == FIRST_FAILURE_NONE)
		return 0;
	crew->failure.task = (int)(seen >> 32);
	crew->failure.signal = (int)(seen >> 16 & 0xff);
	crew->failure.rc = -(int)(seen & 0xffff);
	return crew->failure.rc;
}

#endif
