/*
 * Plans made by the harness itself: see draft.h.
 */
#include "harness/measure/draft.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "harness/params.h"

enum { MS = 1000 * 1000, WINDOW_MS = 100, STALL_S = 20, SETTLE_S = 2 };

static int set(struct orders *draft, const char *text)
{
	const struct param *tables[] = {draft->workload->params, common_params};
	int64_t *values[] = {draft->values, draft->common};
	const char *equals = strchr(text, '=');
	char error[PARAM_ERROR_MAX];

	for (int table = 0; table < 2 && equals != NULL; table++)
		for (int i = 0; tables[table][i].name != NULL; i++)
			if (strlen(tables[table][i].name) == (size_t)(equals - text) &&
				strncmp(tables[table][i].name, text, (size_t)(equals - text)) == 0)
				return param_parse(&tables[table][i], equals + 1, &values[table][i],
					error, sizeof(error));
	return -EINVAL;
}

/* A load process has the last CPU, the SUT the others; without one the SUT has all. */
static void place(struct orders *draft)
{
	int last = 0;

	sched_getaffinity(0, sizeof(draft->sut_cpus), &draft->sut_cpus);
	if (draft->workload->load == NULL)
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		last = CPU_ISSET(cpu, &draft->sut_cpus) ? cpu : last;
	CPU_ZERO(&draft->load_cpus);
	CPU_SET(last, &draft->load_cpus);
	if (CPU_COUNT(&draft->sut_cpus) > 1)
		CPU_CLR(last, &draft->sut_cpus);
}

int draft_plan(struct plan *plan, const struct workload *workload, const char *model,
	enum kind kind, const char *const *params)
{
	struct orders *draft = &plan->draft;
	int rc = 0;

	*plan = (struct plan){.stall_ns = STALL_S * 1000000000ull,
		.settle_ns = SETTLE_S * 1000000000ull,
		.place = {.block = -1}};
	draft->workload = workload;
	draft->model = model_find(model);
	draft->kind = kind;
	draft->seed = 1;
	draft->window_ns = WINDOW_MS * (uint64_t)MS;
	if (workload == NULL || draft->model == NULL)
		return -EINVAL;
	for (int i = 0; workload->params[i].name != NULL && i < PARAMS_MAX; i++)
		draft->values[i] = workload->params[i].smoke;
	for (int i = 0; i < COMMON_PARAMS; i++)
		draft->common[i] = common_params[i].smoke;
	for (int i = 0; params[i] != NULL && rc == 0; i++)
		rc = set(draft, params[i]);
	draft->tasks = (int)draft->values[workload->concurrency];
	place(draft);
	return rc != 0 ? -EINVAL : 0;
}
