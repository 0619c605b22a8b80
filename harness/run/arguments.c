#include "harness/run/arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/params.h"

/* program, exec, cell, ten options with values, and -p twice per parameter */
enum { ARGV_MAX = 2 * (PARAMS_MAX + COMMON_PARAMS) + 28 };

static const char padding_name[] = "CONCBENCH_PADDING=";

static void add(char **argv, int *count, const char *text)
{
	argv[*count] = strdup(text);
	/* a NULL ends argv: arguments_make finds that it is short */
	(*count)++;
}

static void add_param(char **argv, int *count, const struct param *param, int64_t value)
{
	char text[PARAM_TEXT_MAX], pair[PARAM_TEXT_MAX + 32];

	param_format(param, value, text, sizeof(text));
	snprintf(pair, sizeof(pair), "%s=%s", param->name, text);
	add(argv, count, "-p");
	add(argv, count, pair);
}

static void add_number(
	char **argv, int *count, const char *option, uint64_t value, const char *unit)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu%s", (unsigned long long)value, unit);
	add(argv, count, option);
	add(argv, count, text);
}

static void add_injection(char **argv, int *count, const struct injection *injection)
{
	bool time = injection->kind == INJECT_CPU || injection->kind == INJECT_STALL;
	char text[60];

	snprintf(text, sizeof(text), "%s=%llu%s", injection_names[injection->kind],
		(unsigned long long)injection->amount, time ? "ns" : "");
	add(argv, count, "--inject");
	add(argv, count, text);
}

static int fill_argv(char **argv, const struct invocation_request *request, int record_fd)
{
	const struct cell *cell = request->cell;
	char text[RECORD_NAME_MAX * 2 + 2], sut[RECORD_CPUS_MAX], load[RECORD_CPUS_MAX];
	int count = 0;

	add(argv, &count, "concbench");
	add(argv, &count, "exec");
	snprintf(text, sizeof(text), "%s/%s", cell->workload->name, cell->model->name);
	add(argv, &count, text);
	if (cell->guest != NULL) {
		add(argv, &count, "--guest");
		add(argv, &count, cell->guest);
	}
	for (int i = 0; cell->workload->params[i].name != NULL; i++)
		add_param(argv, &count, &cell->workload->params[i], cell->values[i]);
	for (int i = 0; i < COMMON_PARAMS; i++)
		if (cell->common_given[i])
			add_param(argv, &count, &common_params[i], cell->common[i]);
	add_number(argv, &count, "--seed", request->seed, "");
	if (request->rounds > 0)
		add_number(argv, &count, "--rounds", request->rounds, "");
	else
		add_number(argv, &count, "--window", request->window_ns, "ns");
	if (request->chunk > 0)
		add_number(argv, &count, "--chunk", request->chunk, "");
	if (request->injection.kind != INJECT_NOTHING)
		add_injection(argv, &count, &request->injection);
	add(argv, &count, "--kind");
	add(argv, &count, kind_names[cell->kind]);
	if (cell->kind == KIND_MEMORY && request->settle_ns > 0)
		add_number(argv, &count, "--settle", request->settle_ns, "ns");
	cell_cpus(cell, sut, load);
	add(argv, &count, "--sut-cpus");
	add(argv, &count, sut);
	if (load[0] != '\0') {
		add(argv, &count, "--load-cpus");
		add(argv, &count, load);
	}
	add_number(argv, &count, "--record-fd", (uint64_t)record_fd, "");
	return count;
}

/* The environment as it is, and padding: where the stack begins moves results by several percent.
 */
static int fill_envp(struct arguments *arguments, int padding)
{
	size_t count = 0, kept = 0;

	while (environ[count] != NULL)
		count++;
	arguments->envp = calloc(count + 2, sizeof(char *));
	arguments->padding = malloc(sizeof(padding_name) + (size_t)padding);
	if (arguments->envp == NULL || arguments->padding == NULL)
		return -ENOMEM;
	strcpy(arguments->padding, padding_name);
	memset(arguments->padding + sizeof(padding_name) - 1, 'x', (size_t)padding);
	arguments->padding[sizeof(padding_name) - 1 + (size_t)padding] = '\0';
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], padding_name, sizeof(padding_name) - 1) != 0)
			arguments->envp[kept++] = environ[i];
	arguments->envp[kept] = arguments->padding;
	return 0;
}

int arguments_make(
	struct arguments *arguments, const struct invocation_request *request, int record_fd)
{
	memset(arguments, 0, sizeof(*arguments));
	arguments->argv = calloc(ARGV_MAX + 1, sizeof(char *));
	if (arguments->argv == NULL)
		return -ENOMEM;
	int count = fill_argv(arguments->argv, request, record_fd);
	for (int i = 0; i < count; i++)
		if (arguments->argv[i] == NULL)
			return -ENOMEM;
	return fill_envp(arguments, request->padding);
}

void arguments_free(struct arguments *arguments)
{
	for (int i = 0; arguments->argv != NULL && i < ARGV_MAX; i++)
		free(arguments->argv[i]);
	free(arguments->argv);
	free(arguments->envp);
	free(arguments->padding);
	memset(arguments, 0, sizeof(*arguments));
}

static void set_param(struct record_param *out, const struct param *param, int64_t value)
{
	snprintf(out->name, sizeof(out->name), "%s", param->name);
	param_format(param, value, out->text, sizeof(out->text));
	out->value = value;
}

void cell_params(const struct cell *cell, struct record_param *params, int *count)
{
	*count = 0;
	for (int i = 0; cell->workload->params[i].name != NULL; i++)
		set_param(&params[(*count)++], &cell->workload->params[i], cell->values[i]);
	for (int i = 0; i < COMMON_PARAMS; i++)
		set_param(&params[(*count)++], &common_params[i], cell->common[i]);
}

void cell_cpus(const struct cell *cell, char *sut, char *load)
{
	cpu_list_format(&cell->sut, sut, RECORD_CPUS_MAX);
	load[0] = '\0';
	if (CPU_COUNT(&cell->load) > 0)
		cpu_list_format(&cell->load, load, RECORD_CPUS_MAX);
}
