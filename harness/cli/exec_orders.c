/*
 * What the arguments of concbench exec mean: the workload and model they name, its parameters, the
 * CPUs, the workers of a pool.
 */
#include "harness/cli/exec.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/params.h"

static int unknown(const char *what, const char *word, const char *const *names)
{
	const char *near = nearest_name(word, names);

	if (near != NULL)
		return cli_wrong_use("exec", "no %s \"%s\" (did you mean %s?)", what, word, near);
	return cli_wrong_use("exec", "no %s \"%s\" (concbench list shows them)", what, word);
}

static int unknown_workload(const char *word)
{
	const char *names[EXEC_NAMES_MAX] = {NULL};

	for (int i = 0; workloads[i] != NULL && i < EXEC_NAMES_MAX - 1; i++)
		names[i] = workloads[i]->name;
	return unknown("workload", word, names);
}

static int unknown_model(const char *word)
{
	const char *names[EXEC_NAMES_MAX] = {NULL};

	for (int i = 0; models[i].name != NULL && i < EXEC_NAMES_MAX - 1; i++)
		names[i] = models[i].name;
	return unknown("model", word, names);
}

/* A guest's model is a row like ours, of which only the name is used. */
static int find_guest(struct exec_arguments *arguments, const char *name)
{
	const char *names[GUEST_MODELS_MAX + 1] = {NULL};
	struct record_guest *guest = &arguments->plan.guest;
	char error[EXEC_ERROR_MAX];
	size_t length;

	if (guest_ask(&arguments->about, arguments->guest, error, sizeof(error)) != 0)
		return cli_wrong_use("exec", "%s", error);
	for (int i = 0; i < arguments->about.count; i++) {
		names[i] = arguments->about.names[i];
		if (strcmp(names[i], name) == 0)
			arguments->model = (struct model){.name = names[i],
				.summary = arguments->about.summaries[i],
				.family = FAMILY_PROCESSES,
				.kind = MODEL_PER_TASK};
	}
	if (arguments->model.name == NULL)
		return unknown("model of the guest", name, names);
	arguments->plan.draft.model = &arguments->model;
	arguments->plan.draft.guest = arguments->about.program;
	length = strlen(arguments->guest);
	length = length < sizeof(guest->program) ? 0 : length - sizeof(guest->program) + 1;
	snprintf(guest->program, sizeof(guest->program), "%s", arguments->guest + length);
	snprintf(guest->version, sizeof(guest->version), "%s", arguments->about.version);
	return 0;
}

static int find_target(struct exec_arguments *arguments)
{
	struct orders *draft = &arguments->plan.draft;
	const char *target = arguments->target;
	char workload[RECORD_NAME_MAX];
	const char *slash = strchr(target, '/');

	if (slash == NULL || (size_t)(slash - target) >= sizeof(workload))
		return cli_wrong_use("exec", "%s: expected WORKLOAD/MODEL", target);
	snprintf(workload, sizeof(workload), "%.*s", (int)(slash - target), target);
	draft->workload = workload_find(workload);
	if (draft->workload == NULL)
		return unknown_workload(workload);
	if (arguments->guest != NULL)
		return find_guest(arguments, slash + 1);
	draft->model = model_find(slash + 1);
	return draft->model != NULL ? 0 : unknown_model(slash + 1);
}

static int unknown_param(const struct orders *draft, const char *word)
{
	const char *names[PARAMS_MAX + COMMON_PARAMS + 1] = {NULL};
	const struct param *param = draft->workload->params;
	int count = 0;

	for (int i = 0; param[i].name != NULL && i < PARAMS_MAX; i++)
		names[count++] = param[i].name;
	for (int i = 0; i < COMMON_PARAMS; i++)
		names[count++] = common_params[i].name;
	return unknown("parameter", word, names);
}

/* One "name=value". */
static int set_param(struct orders *draft, const char *text)
{
	const struct param *tables[] = {draft->workload->params, common_params};
	int64_t *values[] = {draft->values, draft->common};
	const char *equals = strchr(text, '=');
	char name[RECORD_NAME_MAX];
	char error[PARAM_ERROR_MAX];

	if (equals == NULL || (size_t)(equals - text) >= sizeof(name))
		return cli_wrong_use("exec", "-p %s: expected NAME=VALUE", text);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
	for (int table = 0; table < 2; table++)
		for (int i = 0; tables[table][i].name != NULL; i++) {
			if (strcmp(tables[table][i].name, name) != 0)
				continue;
			if (param_parse(&tables[table][i], equals + 1, &values[table][i], error,
				    sizeof(error)) != 0)
				return cli_wrong_use("exec", "%s", error);
			return 0;
		}
	return unknown_param(draft, name);
}

static bool is_given(const struct exec_arguments *arguments, const char *name)
{
	size_t length = strlen(name);

	for (int i = 0; i < arguments->params_count; i++)
		if (strncmp(arguments->params[i], name, length) == 0 &&
			arguments->params[i][length] == '=')
			return true;
	return false;
}

static int set_params(struct exec_arguments *arguments)
{
	struct orders *draft = &arguments->plan.draft;
	const struct workload *workload = draft->workload;
	const struct param *tasks = &workload->params[workload->concurrency];
	char error[PARAM_ERROR_MAX];
	int rc = 0;

	for (int i = 0; workload->params[i].name != NULL && i < PARAMS_MAX; i++)
		draft->values[i] =
			arguments->smoke ? workload->params[i].smoke : workload->params[i].usual;
	for (int i = 0; i < COMMON_PARAMS; i++)
		draft->common[i] =
			arguments->smoke ? common_params[i].smoke : common_params[i].usual;
	for (int i = 0; i < arguments->params_count && rc == 0; i++)
		rc = set_param(draft, arguments->params[i]);
	if (rc == 0 && arguments->concurrency != NULL &&
		param_parse(tasks, arguments->concurrency, &draft->values[workload->concurrency],
			error, sizeof(error)) != 0)
		rc = cli_wrong_use("exec", "%s", error);
	if (rc != 0)
		return rc;
	draft->tasks = (int)draft->values[workload->concurrency];
	if (workload->calibrate != NULL &&
		!is_given(arguments, workload->params[workload->calibrated].name))
		draft->values[workload->calibrated] = workload->calibrate();
	return 0;
}

/* Without orders the load gets the last CPU, and the SUT all others. */
static int place(struct exec_arguments *arguments)
{
	struct orders *draft = &arguments->plan.draft;
	struct record_place *into = &arguments->plan.place;
	cpu_set_t both, *sut = &draft->sut_cpus, *load = &draft->load_cpus;
	int last = 0;

	if (!arguments->sut_given)
		sched_getaffinity(0, sizeof(*sut), sut);
	for (int i = 0; i < CPU_SETSIZE; i++)
		last = CPU_ISSET(i, sut) ? i : last;
	if (draft->workload->load != NULL && !arguments->load_given) {
		CPU_ZERO(load);
		if (arguments->sut_given) {
			sched_getaffinity(0, sizeof(*load), load);
			CPU_XOR(load, load, sut);
		} else {
			CPU_SET(last, load);
		}
	}
	if (!arguments->sut_given && draft->workload->load != NULL && CPU_COUNT(sut) > 1) {
		CPU_AND(&both, sut, load);
		CPU_XOR(sut, sut, &both);
	}
	CPU_AND(&both, sut, load);
	if (draft->workload->load != NULL && CPU_COUNT(&both) > 0 &&
		(arguments->sut_given || arguments->load_given))
		return cli_wrong_use("exec", "--sut-cpus and --load-cpus overlap");
	if (draft->workload->load != NULL && CPU_COUNT(load) == 0)
		return cli_wrong_use("exec", "--sut-cpus leaves no CPU for the load process");
	cpu_list_format(sut, into->sut_cpus, sizeof(into->sut_cpus));
	if (CPU_COUNT(load) > 0)
		cpu_list_format(load, into->load_cpus, sizeof(into->load_cpus));
	return 0;
}

/* The number of workers of a pool, as the record has it. */
static void resolve_pool(struct orders *draft)
{
	int64_t *workers = &draft->common[COMMON_POOL];

	if (draft->model->kind != MODEL_POOL || *workers != 0)
		return;
	if (draft->workload->pool == POOL_TASKS)
		*workers = draft->tasks;
	else if (draft->workload->pool == POOL_CPUS)
		*workers = CPU_COUNT(&draft->sut_cpus);
	else
		*workers = draft->workload->pool;
}

int exec_complete_plan(struct exec_arguments *arguments)
{
	const struct orders *draft = &arguments->plan.draft;
	int rc = find_target(arguments);

	/* chunks of a server are cut by its load, where a slow-down would slow the client */
	if (rc == 0 && draft->injection.kind != INJECT_NOTHING &&
		(draft->workload->flags & (WORKLOAD_SERVER | WORKLOAD_NO_CHUNKS)) != 0)
		return cli_wrong_use(
			"exec", "--inject: the tasks of %s cut no chunks", draft->workload->name);
	if (rc == 0)
		rc = set_params(arguments);
	if (rc == 0)
		rc = place(arguments);
	if (rc == 0)
		resolve_pool(&arguments->plan.draft);
	return rc;
}
