#include "harness/report/group.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"
#include "harness/report/ledger.h"

bool run_swept(const struct run_header *header, const char *name)
{
	size_t bytes = strlen(name);

	for (const char *at = header->swept; at != NULL && *at != '\0';) {
		if (strncmp(at, name, bytes) == 0 && (at[bytes] == ',' || at[bytes] == '\0'))
			return true;
		at = strchr(at, ',');
		at = at == NULL ? NULL : at + 1;
	}
	return false;
}

/* Common parameters are resolved per model (pool, stack), so they tell groups apart only if swept.
 */
static bool tells_apart(const struct session *session, const char *name)
{
	for (int i = 0; i < COMMON_PARAMS; i++)
		if (strcmp(common_params[i].name, name) == 0)
			return run_swept(&session->header, name);
	return true;
}

bool same_benchmark(
	const struct session *session, const struct record *a, const struct record *b, bool sizes)
{
	const struct workload_facts *facts = run_facts(&session->header, a->workload);

	if (strcmp(a->workload, b->workload) != 0 || (!sizes && a->kind != b->kind) ||
		strcmp(a->place.sut_cpus, b->place.sut_cpus) != 0 ||
		strcmp(a->place.load_cpus, b->place.load_cpus) != 0)
		return false;
	for (int i = 0; i < a->params_count; i++) {
		const char *name = a->params[i].name;
		if (!tells_apart(session, name) || (sizes && strcmp(name, facts->concurrency) == 0))
			continue;
		if (record_param_value(b, name, a->params[i].value - 1) != a->params[i].value)
			return false;
	}
	return true;
}

static struct group_rows *find_group(
	struct groups *groups, const struct session *session, const struct record *record)
{
	for (int i = 0; i < groups->count; i++)
		if (same_benchmark(session, record, groups->groups[i].sample, false))
			return &groups->groups[i];
	struct group_rows *grown =
		realloc(groups->groups, sizeof(*grown) * (size_t)(groups->count + 1));
	if (grown == NULL)
		return NULL;
	groups->groups = grown;
	grown[groups->count] = (struct group_rows){.sample = record,
		.facts = run_facts(&session->header, record->workload),
		.kind = record->kind,
		.best = -1};
	return &grown[groups->count++];
}

static struct row *find_row(struct group_rows *group, const struct record *record)
{
	for (int i = 0; i < group->rows_count; i++)
		if (strcmp(group->rows[i].model, record->model) == 0)
			return &group->rows[i];
	struct row *grown = realloc(group->rows, sizeof(*grown) * (size_t)(group->rows_count + 1));
	if (grown == NULL)
		return NULL;
	group->rows = grown;
	grown[group->rows_count] = (struct row){.model = record->model};
	return &grown[group->rows_count++];
}

static int add_record(struct row *row, const struct record *record)
{
	const struct record **grown =
		realloc(row->records, sizeof(*grown) * (size_t)(row->records_count + 1));

	if (grown == NULL)
		return -ENOMEM;
	row->records = grown;
	grown[row->records_count++] = record;
	return 0;
}

/* Position in the table of models; strangers come last. */
static int model_position(const char *name)
{
	int i = 0;

	while (models[i].name != NULL && strcmp(models[i].name, name) != 0)
		i++;
	return i;
}

static int by_model(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	int difference = model_position(left->model) - model_position(right->model);

	return difference != 0 ? difference : strcmp(left->model, right->model);
}

static int facts_position(const struct group_rows *group, const struct run_header *header)
{
	return (int)(group->facts - header->workloads);
}

static int cpus_of(const struct record *record)
{
	cpu_set_t list;

	return cpu_list_parse(record->place.sut_cpus, &list) == 0 ? CPU_COUNT(&list) : 0;
}

/* The numbers of the parameters that tell them apart, in their order: smaller sizes first. */
static int by_params(const struct session *session, const struct record *a, const struct record *b)
{
	for (int i = 0; i < a->params_count && i < b->params_count; i++)
		if (a->params[i].value != b->params[i].value &&
			tells_apart(session, a->params[i].name))
			return a->params[i].value < b->params[i].value ? -1 : 1;
	return cpus_of(b) - cpus_of(a); /* more CPUs first */
}

/* In the order of the header's workloads, then of kinds, then of parameters: insertion sort, stable
   and small. */
static void sort_groups(struct groups *groups, const struct session *session)
{
	const struct run_header *header = &session->header;

	for (int i = 1; i < groups->count; i++) {
		struct group_rows moved = groups->groups[i];
		int j = i;
		for (; j > 0; j--) {
			const struct group_rows *before = &groups->groups[j - 1];
			int order = facts_position(before, header) - facts_position(&moved, header);
			if (order == 0)
				order = (int)before->kind - (int)moved.kind;
			if (order == 0)
				order = by_params(session, before->sample, moved.sample);
			if (order <= 0)
				break;
			groups->groups[j] = groups->groups[j - 1];
		}
		groups->groups[j] = moved;
	}
}

static int compute_group(struct group_rows *group)
{
	int rc = 0;

	qsort(group->rows, (size_t)group->rows_count, sizeof(*group->rows), by_model);
	for (int i = 0; i < group->rows_count && rc == 0; i++)
		rc = row_compute(&group->rows[i], group);
	ledger_judge(group);
	return rc == 0 && group->kind == KIND_TIME ? group_compare(group) : rc;
}

int groups_make(struct groups *groups, const struct session *session)
{
	int rc = 0;

	memset(groups, 0, sizeof(*groups));
	for (int i = 0; i < session->records_count && rc == 0; i++) {
		const struct record *record = &session->records[i];
		struct group_rows *group = find_group(groups, session, record);
		struct row *row = group == NULL ? NULL : find_row(group, record);
		rc = row == NULL ? -ENOMEM : add_record(row, record);
	}
	sort_groups(groups, session);
	for (int i = 0; i < groups->count && rc == 0; i++)
		rc = compute_group(&groups->groups[i]);
	return rc == 0 ? groups_fit(groups, session) : rc;
}

void groups_free(struct groups *groups)
{
	for (int i = 0; i < groups->count; i++) {
		for (int j = 0; j < groups->groups[i].rows_count; j++)
			free(groups->groups[i].rows[j].records);
		free(groups->groups[i].rows);
	}
	free(groups->groups);
	memset(groups, 0, sizeof(*groups));
}
