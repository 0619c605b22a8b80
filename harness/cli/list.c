/*
 * concbench list: the workloads, the models, and every parameter with its two sizes and its bounds.
 * Nothing is measured and nothing is computed here but column widths; the tables are the truth.
 */
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/params.h"
#include "harness/report/grid.h"
#include "harness/workload.h"

enum {
	NAMES_MAX = 64,
	CELL_MAX = 256,
	MEANING = 5, /* the last column */
	PARAM_COLUMNS = MEANING + 1,
	GAP = 2,
	MEANING_WIDTH_MIN = 30,
	ROWS_MAX = PARAMS_MAX + COMMON_PARAMS + 1
};

static const char *const family_names[] = {
	[FAMILY_ASYNC] = "async",
	[FAMILY_STACKLESS] = "stackless",
	[FAMILY_THREADS] = "threads",
	[FAMILY_PROCESSES] = "processes",
};

static const char *const unit_names[] = {
	[PARAM_COUNT] = "count",
	[PARAM_BYTES] = "bytes",
	[PARAM_DURATION] = "time",
	[PARAM_CHOICE] = "choice",
};

struct table {
	char cells[ROWS_MAX][PARAM_COLUMNS][CELL_MAX];
	int rows;
};

static void add_param(struct table *table, const struct param *param)
{
	char(*cells)[CELL_MAX] = table->cells[table->rows++];

	snprintf(cells[0], CELL_MAX, "%s", param->name);
	param_format(param, param->smoke, cells[1], CELL_MAX);
	param_format(param, param->usual, cells[2], CELL_MAX);
	snprintf(cells[4], CELL_MAX, "%s", unit_names[param->kind]);
	snprintf(cells[5], CELL_MAX, "%s", param->summary);
	if (param->kind == PARAM_CHOICE) {
		size_t used = 0;
		for (int i = 0; param->choices[i] != NULL && used < CELL_MAX; i++)
			used += (size_t)snprintf(cells[3] + used, CELL_MAX - used, "%s%s",
				i > 0 ? "|" : "", param->choices[i]);
		return;
	}
	char min[PARAM_TEXT_MAX], max[PARAM_TEXT_MAX];
	param_format(param, param->min, min, sizeof min);
	param_format(param, param->max, max, sizeof max);
	snprintf(cells[3], CELL_MAX, "%s .. %s", min, max);
}

static void print_table(const struct table *table)
{
	int width[PARAM_COLUMNS] = {0};

	for (int row = 0; row < table->rows; row++)
		for (int column = 0; column < PARAM_COLUMNS; column++) {
			int length = (int)strlen(table->cells[row][column]);
			if (length > width[column])
				width[column] = length;
		}
	struct writer writer = writer_for(stdout, WRITER_TERMINAL);
	int left = PARAM_COLUMNS * GAP;
	for (int column = 0; column < MEANING; column++)
		left += width[column];
	/* where there is no room beside the figures, what a parameter means stands below it */
	bool below = left + MEANING_WIDTH_MIN > writer.width;
	for (int row = 0; row < table->rows; row++) {
		const char(*cells)[CELL_MAX] = table->cells[row];
		cli_print("  %-*s  %*s  %*s  %-*s  %-*s%s%s\n", width[0], cells[0], width[1],
			cells[1], width[2], cells[2], width[3], cells[3], below ? 0 : width[4],
			cells[4], below ? "\n      " : "  ", cells[MEANING]);
	}
}

static void add_head(struct table *table)
{
	static const char *const heads[PARAM_COLUMNS] = {
		"parameter", "smoke", "usual", "bounds", "unit", "meaning"};

	table->rows = 1;
	for (int column = 0; column < PARAM_COLUMNS; column++)
		snprintf(table->cells[0][column], CELL_MAX, "%s", heads[column]);
}

/* A static table: it is too large for a small stack, and the command prints one at a time. */
static void print_params(const struct param *own)
{
	static struct table table;

	add_head(&table);
	for (; own != NULL && own->name != NULL && table.rows < ROWS_MAX - COMMON_PARAMS; own++)
		add_param(&table, own);
	for (int i = 0; i < COMMON_PARAMS; i++)
		add_param(&table, &common_params[i]);
	print_table(&table);
}

static void print_pool(const struct workload *workload)
{
	char workers[32];

	snprintf(workers, sizeof(workers), "%s",
		workload->pool == POOL_CPUS    ? "one worker per CPU"
		: workload->pool == POOL_TASKS ? "one worker per task"
					       : "");
	if (workers[0] == '\0')
		snprintf(workers, sizeof(workers), "%d workers", workload->pool);
	cli_print("pool models here: %s, unless pool says otherwise\n", workers);
}

static void print_workload(const struct workload *workload)
{
	cli_print("%s (%s): %s\n", workload->name, workload->kind, workload->summary);
	cli_print("operation: %s\n", workload->operation);
	if (workload->flags & WORKLOAD_NO_LATENCY)
		cli_print("latency: none, the operation is too short to be timed alone or has "
			  "none\n");
	else if (workload->latency_of != NULL)
		cli_print("latency: of %s\n", workload->latency_of);
	if (workload->flags & WORKLOAD_NO_RATE)
		cli_print("throughput: none, the schedule decides it\n");
	if (workload->flags & WORKLOAD_SERVER)
		cli_print("load: from a process of its own, on CPUs of its own (--load-cpus)\n");
	cli_print("tasks: %s (-c sets it)\n\n", workload->params[workload->concurrency].name);
	print_params(workload->params);
	putchar('\n');
	print_pool(workload);
	for (int family = 0; family < FAMILIES; family++)
		if (workload->run[family] == NULL && workload->why_not[family] != NULL)
			cli_print(
				"not in %s: %s\n", family_names[family], workload->why_not[family]);
	for (int i = 0; models[i].name != NULL; i++)
		if ((workload->flags & WORKLOAD_SHARE) != 0 && model_apart(&models[i]) != NULL)
			cli_print("not in %s: %s\n", models[i].name, model_apart(&models[i]));
}

static void print_model(const struct model *model)
{
	static const char *const kinds[] = {
		[MODEL_INLINE] = "one task at a time, in the caller",
		[MODEL_PER_TASK] = "all tasks in progress at once",
		[MODEL_POOL] = "as many tasks in progress as there are workers (-p pool=N)",
	};

	cli_print("%s (family %s): a task is %s\n%s\n", model->name, family_names[model->family],
		model->summary, kinds[model->kind]);
	for (int i = 0; workloads[i] != NULL; i++)
		if (workloads[i]->run[model->family] == NULL)
			cli_print("not in %s: %s\n", workloads[i]->name,
				workloads[i]->why_not[model->family] != NULL
					? workloads[i]->why_not[model->family]
					: "not written");
		else if ((workloads[i]->flags & WORKLOAD_SHARE) != 0 && model_apart(model) != NULL)
			cli_print("not in %s: %s\n", workloads[i]->name, model_apart(model));
	cli_print("\nparameters, beside those of the workload:\n");
	print_params(NULL);
}

static int wider(int width, const char *text)
{
	int length = (int)strlen(text);

	return length > width ? length : width;
}

static void print_workloads(void)
{
	int name = 0, kind = 0;

	for (int i = 0; workloads[i] != NULL; i++) {
		name = wider(name, workloads[i]->name);
		kind = wider(kind, workloads[i]->kind);
	}
	for (int i = 0; workloads[i] != NULL; i++)
		cli_print("  %-*s  %-*s  %s\n", name, workloads[i]->name, kind, workloads[i]->kind,
			workloads[i]->summary);
}

static void print_models(void)
{
	int name = 0, family = 0;

	for (const struct model *model = models; model->name != NULL; model++) {
		name = wider(name, model->name);
		family = wider(family, family_names[model->family]);
	}
	for (const struct model *model = models; model->name != NULL; model++)
		cli_print("  %-*s  %-*s  %s\n", name, model->name, family,
			family_names[model->family], model->summary);
}

static int print_all(void)
{
	cli_print("workloads (concbench list NAME shows the parameters)\n");
	print_workloads();
	cli_print("\nmodels\n");
	print_models();
	cli_print("\nparameters of every workload\n");
	print_params(NULL);
	cli_print("\nNext: concbench run hash, concbench run echo/async echo/threads -c 64\n");
	return EXIT_FINE;
}

static int print_named(const char *name)
{
	const struct workload *workload = workload_find(name);
	const struct model *model = model_find(name);
	const char *names[NAMES_MAX] = {NULL};
	int count = 0;

	if (workload != NULL)
		print_workload(workload);
	if (model != NULL)
		print_model(model);
	if (workload != NULL || model != NULL)
		return EXIT_FINE;
	for (int i = 0; workloads[i] != NULL && count < NAMES_MAX - 1; i++)
		names[count++] = workloads[i]->name;
	for (int i = 0; models[i].name != NULL && count < NAMES_MAX - 1; i++)
		names[count++] = models[i].name;
	const char *near = nearest_name(name, names);
	return cli_wrong_use("list", "'%.60s' is neither a workload nor a model%s%s%s", name,
		near != NULL ? " (did you mean '" : " (concbench list shows them)",
		near != NULL ? near : "", near != NULL ? "'?)" : "");
}

int list_main(int argc, char **argv)
{
	int status = EXIT_FINE;

	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			return cli_wrong_use("list", "unknown option '%.60s'", argv[i]);
	if (argc == 1)
		return print_all();
	for (int i = 1; i < argc && status == EXIT_FINE; i++) {
		if (i > 1)
			putchar('\n');
		status = print_named(argv[i]);
	}
	return status;
}
