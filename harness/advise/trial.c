#include "harness/advise/trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/machine.h"

/* The parameters with several values, as the header tells them. */
static void list_swept(struct run_header *header, const struct sweep *sweeps, int count)
{
	size_t end = 0;

	for (int i = 0; i < count && end < sizeof(header->swept); i++)
		if (strchr(sweeps[i].values, ',') != NULL || strstr(sweeps[i].values, ".."))
			end += (size_t)snprintf(header->swept + end, sizeof(header->swept) - end,
				"%s%s", end > 0 ? "," : "", sweeps[i].name);
}

static int measure(struct trial *trial, const struct trial_world *world)
{
	trial->journal = calloc(1, sizeof(*trial->journal));
	int rc = trial->journal == NULL
			 ? -ENOMEM
			 : journal_open(trial->journal, world->results, &trial->header);
	struct run run = {.plan = &trial->plan,
		.effort = world->effort,
		.budget_ns = world->budget_ns,
		.executor = world->executor,
		.journal = trial->journal,
		.progress = world->progress};

	if (rc == 0)
		rc = run_execute(&run);
	if (rc == 0) {
		trial->reported = true;
		rc = report_make(&trial->report, &trial->journal->session, NULL);
	}
	return rc;
}

int trial_run(struct trial *trial, const struct trial_world *world, char *const *selectors,
	int selectors_count, const struct sweep *sweeps, int sweeps_count, const char *concurrency,
	char *error, size_t error_bytes)
{
	struct plan_request request = {.workloads = workloads,
		.models = models,
		.selectors = selectors,
		.selectors_count = selectors_count,
		.sweeps = sweeps,
		.sweeps_count = sweeps_count,
		.concurrency = concurrency,
		.effort = world->effort,
		.placement = world->placement,
		.seed = world->seed};

	memset(trial, 0, sizeof(*trial));
	error[0] = '\0';
	int rc = plan_make(&trial->plan, &request, error, error_bytes);
	if (rc == 0) {
		machine_describe(&trial->header);
		trial->header.seed = world->seed;
		trial->header.planned = trial->plan.steps_count;
		snprintf(trial->header.effort, sizeof(trial->header.effort), "%s",
			world->effort->name);
		snprintf(
			trial->header.command, sizeof(trial->header.command), "%s", world->command);
		list_swept(&trial->header, sweeps, sweeps_count);
		rc = machine_add_workloads(&trial->header, &trial->plan);
	}
	return rc == 0 ? measure(trial, world) : rc;
}

void trial_free(struct trial *trial)
{
	if (trial->reported)
		report_free(&trial->report);
	if (trial->journal != NULL)
		journal_close(trial->journal);
	free(trial->journal);
	plan_free(&trial->plan);
	run_header_release(&trial->header);
	memset(trial, 0, sizeof(*trial));
}

const struct group_rows *trial_group_at(const struct trial *trial, const char *name, int64_t value)
{
	const struct groups *groups = &trial->report.groups;

	for (int i = 0; i < groups->count; i++)
		if (groups->groups[i].kind == KIND_TIME &&
			(name == NULL || record_param_value(groups->groups[i].sample, name,
						 value - 1) == value))
			return &groups->groups[i];
	return NULL;
}

const struct group_rows *trial_group(const struct trial *trial)
{
	return trial_group_at(trial, NULL, 0);
}

const struct row *trial_row(const struct group_rows *group, const char *model)
{
	for (int i = 0; group != NULL && i < group->rows_count; i++)
		if (strcmp(group->rows[i].model, model) == 0 && group->rows[i].status == STATUS_OK)
			return &group->rows[i];
	return NULL;
}
