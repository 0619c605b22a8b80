/*
 * The crew's dispatch: what is alike in every family. A crew is open while crew->model is set.
 */
#include "models/model.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "models/park.h"
#include "models/processes/processes.h"

int crew_open(struct crew *crew, const struct model *model, int n)
{
	assert(n >= 1 && model != NULL && crew->workers >= 0);
	crew->model = model;
	crew->tasks_max = n;
	crew->spawned = 0;
	memset(&crew->failure, 0, sizeof(crew->failure));
	crew->workers_died = crew->workers_signal = 0;
	crew->state = NULL;
	if (model->kind == MODEL_POOL && crew->workers == 0)
		crew->workers = park_cpus();
	int rc = model->ops->open(crew);
	if (rc != 0)
		crew->model = NULL;
	return rc;
}

int crew_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	assert(crew->model != NULL && crew->spawned < INT_MAX);
	if (crew->arena != NULL) {
		uintptr_t start = (uintptr_t)crew->arena;
		assert((uintptr_t)arg >= start && (uintptr_t)arg - start < crew->arena_bytes);
	}
	int rc = crew->model->ops->spawn(crew, fn, arg);
	if (rc == 0)
		crew->spawned++;
	return rc;
}

int crew_drain(struct crew *crew)
{
	assert(crew->model != NULL);
	int rc = crew->model->ops->drain(crew);
	if (crew->failure.rc != 0)
		return crew->failure.rc;
	/* Counting anew keeps an index equal to the task's place in its batch, and never overflows.
	 */
	crew->spawned = 0;
	return rc;
}

int crew_join(struct crew *crew, int rc)
{
	if (crew->model == NULL)
		return rc;
	int drained = crew_drain(crew);
	crew->model->ops->close(crew);
	crew->model = NULL;
	crew->state = NULL;
	return rc != 0 ? rc : drained;
}

int model_capacity(const struct model *model, int workers, int n)
{
	switch (model->kind) {
	case MODEL_INLINE:
		return 1;
	case MODEL_PER_TASK:
		return n;
	case MODEL_POOL:
		break;
	}
	return workers != 0 ? workers : park_cpus();
}

int crew_capacity(const struct crew *crew)
{
	return model_capacity(crew->model, crew->workers, crew->tasks_max);
}

int crew_pids(const struct crew *crew, pid_t *pids, int max)
{
	if (crew->model == NULL || crew->model->family != FAMILY_PROCESSES)
		return 0;
	return process_crew_pids(crew, pids, max);
}
