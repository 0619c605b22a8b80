#include "harness/cli/find_search.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/advise/crossover.h"
#include "harness/advise/tuning.h"
#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/cli/options.h"
#include "harness/params.h"
#include "harness/report/number.h"
#include "harness/report/tuned.h"
#include "harness/run/process.h"
#include "harness/run/stop.h"

static const char command[] = "find";
static const char results[] = "results";

/* Models that a search is about where none are named. */
static const char *const usual[] = {
	"async", "threads", "thread-pool", "processes", "process-pool", NULL};

/* Everything a search needs, from the command line. */
struct search {
	struct options options;
	struct process_executor process;
	struct progress progress;
	struct trial_world world;
	char names[TRIAL_SELECTORS_MAX][2 * RECORD_NAME_MAX];
	char *selectors[TRIAL_SELECTORS_MAX];
	int selectors_count;
	const struct workload *workload;
	const char *vary, *from, *to;
};

/* Takes "--name value" out of the line; the value, or NULL. */
static const char *take_option(int *argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < *argc; i++) {
		if (strcmp(argv[i], name) != 0)
			continue;
		const char *value = argv[i + 1];
		for (int j = i; j + 2 <= *argc; j++)
			argv[j] = argv[j + 2];
		*argc -= 2;
		return value;
	}
	return NULL;
}

static int add_selector(struct search *search, const char *workload, const char *model)
{
	if (search->selectors_count == TRIAL_SELECTORS_MAX)
		return cli_wrong_use(command, "more than %d models", TRIAL_SELECTORS_MAX);
	char *name = search->names[search->selectors_count];
	snprintf(name, sizeof(search->names[0]), "%.40s/%.40s", workload, model);
	search->selectors[search->selectors_count++] = name;
	return EXIT_FINE;
}

/* "mixed" or "mixed/async mixed/threads": one workload. */
static int read_selectors(struct search *search)
{
	const struct options *options = &search->options;
	int status = EXIT_FINE;

	if (options->arguments_count == 0)
		return cli_wrong_use(command, "which workload? (concbench list names them)");
	for (int i = 0; i < options->arguments_count && status == EXIT_FINE; i++) {
		char name[RECORD_NAME_MAX];
		const char *text = options->arguments[i], *slash = strchr(text, '/');
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "/"), text);
		const struct workload *workload = workload_find(name);
		if (workload == NULL)
			return cli_wrong_use(command,
				"there is no workload '%s' (concbench list names them)", name);
		if (search->workload != NULL && search->workload != workload)
			return cli_wrong_use(command, "one workload at a time");
		search->workload = workload;
		if (slash != NULL && model_find(slash + 1) == NULL)
			return cli_wrong_use(command,
				"there is no model '%.40s' (concbench list names them)", slash + 1);
		for (int j = 0; slash == NULL && usual[j] != NULL && status == EXIT_FINE; j++)
			status = add_selector(search, name, usual[j]);
		if (slash != NULL)
			status = add_selector(search, name, slash + 1);
	}
	return status;
}

static int read_search(struct search *search, int argc, char **argv)
{
	memset(search, 0, sizeof(*search));
	search->vary = take_option(&argc, argv, "--vary");
	search->from = take_option(&argc, argv, "--from");
	search->to = take_option(&argc, argv, "--to");
	int status = options_parse(&search->options, command, argc, argv);
	if (status == EXIT_FINE)
		status = read_selectors(search);
	process_executor_init(&search->process);
	progress_init(&search->progress,
		search->options.verbosity < 0 ? VERBOSITY_QUIET : VERBOSITY_NORMAL);
	search->world = (struct trial_world){.effort = search->options.effort,
		.placement = search->options.placement,
		.seed = search->options.seed,
		.budget_ns = search->options.budget_ns,
		.executor = &search->process.executor,
		.progress = &search->progress,
		.command = "concbench find"};
	return status;
}

static int end_of(int rc, const char *error)
{
	if (rc == 0)
		return EXIT_FINE;
	if (rc == -EINTR)
		return 128 + stop_signal();
	if (rc == -EINVAL)
		return cli_wrong_use(command, "%s", error);
	cli_error(command, "%s", strerror(-rc));
	return EXIT_NOT_MEASURED;
}

static void print_step(void *arg, const struct crossover_search *search, int64_t value,
	const char *below, const char *above, const struct interval *ratio)
{
	struct search *own = arg;
	char at[PARAM_TEXT_MAX], text[NUMBER_MAX];

	progress_end(&own->progress);
	param_format(search->param, value, at, sizeof(at));
	number_interval(text, sizeof(text), ratio, UNIT_PLAIN);
	if (strcmp(below, above) == 0)
		cli_print("%s = %-8s %s is the best\n", search->param->name, at, below);
	else
		cli_print("%s = %-8s %s is %s times as fast as %s\n", search->param->name, at,
			below, text, above);
	fflush(stdout);
}

/* "between 1.1ms and 1.3ms": where it lies; "1us" where that is one value. */
static void format_range(
	const struct param *param, int64_t low, int64_t high, char *text, size_t bytes)
{
	char from[PARAM_TEXT_MAX], to[PARAM_TEXT_MAX];

	param_format(param, low, from, sizeof(from));
	param_format(param, high, to, sizeof(to));
	if (low == high)
		snprintf(text, bytes, "%s", from);
	else
		snprintf(text, bytes, "%s to %s", from, to);
}

static void print_one_sided(
	const struct crossover_search *search, const struct crossover_result *result)
{
	bool from = result->end == CROSSOVER_FROM;
	char edge[2 * PARAM_TEXT_MAX + 8], tied[2 * PARAM_TEXT_MAX + 8];

	format_range(search->param, from ? result->tied_high : result->low,
		from ? result->high : result->tied_low, edge, sizeof(edge));
	format_range(search->param, result->tied_low, result->tied_high, tied, sizeof(tied));
	cli_print("crossover: %s %s somewhere in %s = %s %s is faster than %s; at %s they are not "
		  "told apart\n",
		search->workload->name, from ? "from" : "up to", search->param->name, edge,
		from ? result->above : result->below, from ? result->below : result->above, tied);
}

static int print_crossover(
	const struct crossover_search *search, const struct crossover_result *result)
{
	char low[PARAM_TEXT_MAX], high[PARAM_TEXT_MAX], tied[2 * PARAM_TEXT_MAX + 8];
	char between[2 * PARAM_TEXT_MAX + 40] = "";

	param_format(search->param, result->low, low, sizeof(low));
	param_format(search->param, result->high, high, sizeof(high));
	if (result->end == CROSSOVER_NONE) {
		cli_print("no crossover: %s is the best at %s = %s and at %s\n", result->below,
			search->param->name, low, high);
		return EXIT_ANSWER_NO;
	}
	if (result->end == CROSSOVER_UNDECIDED) {
		cli_print("undecided: %s and %s are not told apart at the ends (more: --effort "
			  "standard; farther: --from, --to)\n",
			result->below == NULL ? "the models" : result->below,
			result->above == NULL ? "others" : result->above);
		return EXIT_NO_VERDICT;
	}
	if (result->end != CROSSOVER_FOUND) {
		print_one_sided(search, result);
		return EXIT_FINE;
	}
	if (result->tied_low >= 0) {
		format_range(
			search->param, result->tied_low, result->tied_high, tied, sizeof(tied));
		snprintf(between, sizeof(between), "; at %s they are not told apart", tied);
	}
	cli_print("crossover: %s between %s = %s, where %s is faster, and %s, where %s is%s\n",
		search->workload->name, search->param->name, low, result->below, high,
		result->above, between);
	return EXIT_FINE;
}

/* The parameter that varies and its ends: a hundredth to a hundred times its usual value, unless
   told. */
static int read_axis(const struct search *search, struct crossover_search *crossover)
{
	const struct workload *workload = search->workload;
	const char *names[PARAMS_MAX + 1] = {NULL};
	char error[PARAM_ERROR_MAX];

	for (int i = 0; workload->params[i].name != NULL; i++) {
		names[i] = workload->params[i].name;
		if (search->vary != NULL && strcmp(names[i], search->vary) == 0)
			crossover->param = &workload->params[i];
	}
	if (crossover->param == NULL) {
		const char *near = search->vary == NULL ? NULL : nearest_name(search->vary, names);
		return cli_wrong_use(command, "%s%s%s%s (concbench list %s names them)",
			search->vary == NULL ? "crossover needs --vary PARAMETER"
					     : "--vary: there is no such parameter",
			near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
			near == NULL ? "" : "?", workload->name);
	}
	const struct param *param = crossover->param;
	int64_t middle = param->usual > 0 ? param->usual : param->smoke;
	crossover->low = middle / 100 < param->min ? param->min : middle / 100;
	if (crossover->low == 0 && param->max > 100)
		crossover->low = 1;
	crossover->high = middle > param->max / 100 ? param->max : middle * 100;
	if ((search->from != NULL &&
		    param_parse(param, search->from, &crossover->low, error, sizeof(error)) != 0) ||
		(search->to != NULL && param_parse(param, search->to, &crossover->high, error,
					       sizeof(error)) != 0))
		return cli_wrong_use(command, "%s", error);
	if (crossover->low >= crossover->high)
		return cli_wrong_use(command, "--from must be below --to");
	return EXIT_FINE;
}

int find_crossover(int argc, char **argv)
{
	static struct search search;
	struct crossover_result result;
	char error[PARAM_ERROR_MAX] = "";
	int status = read_search(&search, argc, argv);
	struct crossover_search crossover = {.workload = search.workload,
		.selectors = search.selectors,
		.selectors_count = search.selectors_count,
		.sweeps = search.options.sweeps,
		.sweeps_count = search.options.sweeps_count,
		.concurrency = search.options.concurrency};

	if (status == EXIT_FINE)
		status = read_axis(&search, &crossover);
	if (status != EXIT_FINE || crossover.param == NULL)
		return status;
	if (search.options.dry_run) {
		cli_print(
			"%s of %d models at both ends of %s, then of the two best at most %d times "
			"between them, each as effort %s says\n",
			search.workload->name, search.selectors_count, crossover.param->name,
			CROSSOVER_STEPS_MAX - 1, search.options.effort->name);
		return EXIT_FINE;
	}
	stop_install();
	int rc = crossover_find(
		&result, &crossover, &search.world, print_step, &search, error, sizeof(error));
	progress_end(&search.progress);
	status = end_of(rc, error);
	return status == EXIT_FINE ? print_crossover(&crossover, &result) : status;
}

static void print_tuning(
	const struct model *model, const struct tuning *tuning, const struct tuning_result *result)
{
	char figure[NUMBER_MAX], ratio[NUMBER_MAX];

	for (int i = 0; i < result->count; i++) {
		const struct tuning_point *point = &result->points[i];
		number_interval(figure, sizeof(figure), &point->figure,
			point->by_rate ? UNIT_RATE : UNIT_DURATION);
		number_interval(ratio, sizeof(ratio), &point->ratio, UNIT_PLAIN);
		cli_print("  %-16s %s=%-8s %-28s %s%s\n", i == 0 ? model->name : "", tuning->name,
			point->value, figure, i == 0 ? "default" : ratio,
			i == result->best && i > 0 ? "  best" : "");
	}
	number_interval(ratio, sizeof(ratio), &result->confirmed, UNIT_PLAIN);
	if (result->best <= 0)
		cli_print("  %-16s the default is the best of these\n", "");
	else if (result->confirmed.coverage < 0.9 || interval_contains(&result->confirmed, 1))
		cli_print("  %-16s measured again, %s=%s is not told apart from the default: %s\n",
			"", tuning->name, result->points[result->best].value, ratio);
	else
		cli_print("  %-16s measured again, %s=%s is %s times the default\n", "",
			tuning->name, result->points[result->best].value, ratio);
	fflush(stdout);
}

/* The parameters that were given, as they were: "connections=8, payload=1KiB". */
static void list_given(const struct options *options, const char *tasks, char *text, size_t bytes)
{
	size_t end = 0;

	text[0] = '\0';
	if (options->concurrency != NULL)
		end = (size_t)snprintf(text, bytes, "%s=%s", tasks, options->concurrency);
	for (int i = 0; i < options->sweeps_count && end < bytes; i++)
		end += (size_t)snprintf(text + end, bytes - end, "%s%s=%s", end > 0 ? ", " : "",
			options->sweeps[i].name, options->sweeps[i].values);
}

/* For reports: the curve and what was confirmed. */
static void keep_tuning(const struct search *search, const struct model *model,
	const struct tuning *tuning, const struct tuning_result *result)
{
	const struct workload *workload = search->workload;
	struct tuned tuned = {.by_rate = result->points[0].by_rate,
		.count = result->count,
		.best = result->best,
		.plain = result->plain,
		.tuned = result->tuned,
		.ratio = result->confirmed};

	if (result->best < 0)
		return;
	snprintf(tuned.workload, sizeof(tuned.workload), "%s", workload->name);
	snprintf(tuned.model, sizeof(tuned.model), "%s", model->name);
	snprintf(tuned.setting, sizeof(tuned.setting), "%s", tuning->name);
	snprintf(tuned.effort, sizeof(tuned.effort), "%s", search->options.effort->name);
	list_given(&search->options, workload->params[workload->concurrency].name, tuned.with,
		sizeof(tuned.with));
	for (int i = 0; i < result->count; i++) {
		snprintf(tuned.values[i].value, sizeof(tuned.values[i].value), "%s",
			result->points[i].value);
		tuned.values[i].figure = result->points[i].figure;
		tuned.values[i].ratio = result->points[i].ratio;
	}
	int rc = tuned_keep(results, &tuned);
	if (rc != 0)
		cli_error(command,
			"reports will not know of it, %s/" TUNED_KEPT " cannot be written: %s",
			results, strerror(-rc));
}

static int tune_model(struct search *search, const struct model *model)
{
	const struct tuning *tunings = NULL;
	int count = tuning_of(model, &tunings), status = EXIT_FINE;
	char error[PARAM_ERROR_MAX] = "";

	for (int i = 0; i < count && status == EXIT_FINE; i++) {
		struct tuning_result result;
		if (search->options.dry_run) {
			cli_print("  %-16s %s: %d values, then the best again\n", model->name,
				tunings[i].name, tunings[i].count);
			continue;
		}
		int rc = tuning_find(&result, &tunings[i], search->workload, model,
			search->options.sweeps, search->options.sweeps_count,
			search->options.concurrency, &search->world, error, sizeof(error));
		progress_end(&search->progress);
		status = end_of(rc, error);
		if (status == EXIT_FINE)
			print_tuning(model, &tunings[i], &result);
		if (status == EXIT_FINE)
			keep_tuning(search, model, &tunings[i], &result);
	}
	return status;
}

int find_tuning(int argc, char **argv)
{
	static struct search search;
	int status = read_search(&search, argc, argv);

	if (status != EXIT_FINE)
		return status;
	stop_install();
	cli_print(
		"%s: the same search for every model, five values of a setting, figures beside the "
		"default's\n",
		search.workload->name);
	for (int i = 0; i < search.selectors_count && status == EXIT_FINE; i++) {
		const char *slash = strchr(search.selectors[i], '/');
		status = tune_model(&search, model_find(slash + 1));
	}
	return status;
}
