/*
 * concbench find: searches, printed as they go. limit: where does a model stop, and what stops it;
 * the others are in find_search.c.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/cli/find_capacity.h"
#include "harness/cli/find_search.h"
#include "harness/find/limit.h"
#include "harness/find/watch.h"
#include "harness/measure/clock.h"
#include "harness/params.h"
#include "harness/record.h"

enum { NAMES_MAX = 64 };

/* Where the number of tasks is the question. */
static const char *const searched[] = {"idle", "echo", "spawn"};
enum { SEARCHED = sizeof(searched) / sizeof(searched[0]) };

/* All cells together take less than five minutes: that is their time, one long step beside it. */
static const uint64_t all_ns = 270 * 1000000000ull;

/* Where a search of everything stands; NULL elsewhere: no bound of time. */
struct shares {
	uint64_t until_ns;
	int later_s; /* what the cells to come usually take */
};

/*
 * What a cell's search usually takes to its end: two million coroutines with stacks, or as many
 * processes as there are numbers for. A server has no more connections than its workload's bound.
 */
static int usual_s(const struct workload *workload, const struct model *model)
{
	if (workload == NULL)
		return 0; /* a program of one's own cases has not these */
	if (model->kind == MODEL_INLINE)
		return 1;
	if ((workload->flags & WORKLOAD_SERVER) != 0)
		return model->family == FAMILY_PROCESSES ? 6 : 1;
	if (model->family == FAMILY_PROCESSES)
		return 10;
	if (model->family == FAMILY_THREADS)
		return 3;
	if (model->family == FAMILY_STACKLESS)
		return 1;
	return (workload->flags & WORKLOAD_MEET) != 0 ? 20 : 10;
}

/* A cell's share of the time; what one leaves is the others'. */
static uint64_t share_ns(
	struct shares *shares, const struct workload *workload, const struct model *model)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t left_ns = now_ns < shares->until_ns ? shares->until_ns - now_ns : 0;
	int usual = usual_s(workload, model);

	shares->later_s -= usual;
	return watch_share_ns(left_ns, usual, shares->later_s);
}

/* What the search would do; the steps follow from what each one finds. */
static int print_plan(const struct workload *workload, const struct model *model)
{
	printf("%s/%s\n", workload->name, model->name);
	return 0;
}

static int print_limit(
	const struct workload *workload, const struct model *model, struct shares *shares)
{
	char cell[2 * RECORD_NAME_MAX];
	struct limit_found found;

	limit_find(&found, &limit_world, workload, model,
		shares != NULL ? share_ns(shares, workload, model) : 0);
	snprintf(cell, sizeof(cell), "%s/%s", workload->name, model->name);
	if (found.end == LIMIT_NO_SEARCH)
		printf("%-24s %10s  %s\n", cell, "-", found.text);
	else
		printf("%-24s %s%9" PRId64 "  %s\n", cell, found.end == LIMIT_MET ? " " : "\u2265",
			found.tasks, found.text);
	fflush(stdout);
	return found.signal;
}

/* No shares and `dry`: the plan alone. */
static int search(
	const struct workload *workload, const struct model *only, struct shares *shares, bool dry)
{
	int signal = 0;

	for (const struct model *model = models; model->name != NULL && signal == 0; model++)
		if (only == NULL || only == model)
			signal = dry ? print_plan(workload, model)
				     : print_limit(workload, model, shares);
	return signal;
}

static int unknown(const char *what, const char *word, const char *const *names)
{
	const char *near = nearest_name(word, names);

	if (near != NULL)
		return cli_wrong_use("find", "no %s \"%s\" (did you mean %s?)", what, word, near);
	return cli_wrong_use("find", "no %s \"%s\" (concbench list shows them)", what, word);
}

/* "WORKLOAD" or "WORKLOAD/MODEL". */
static int read_cell(const char *word, const struct workload **workload, const struct model **model)
{
	const char *names[NAMES_MAX] = {NULL};
	char name[RECORD_NAME_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "/"), word);
	*workload = workload_find(name);
	*model = NULL;
	if (*workload == NULL) {
		for (int i = 0; workloads[i] != NULL && i < NAMES_MAX - 1; i++)
			names[i] = workloads[i]->name;
		return unknown("workload", name, names);
	}
	const char *slash = strchr(word, '/');
	if (slash == NULL || (*model = model_find(slash + 1)) != NULL)
		return EXIT_FINE;
	for (int i = 0; models[i].name != NULL && i < NAMES_MAX - 1; i++)
		names[i] = models[i].name;
	return unknown("model", slash + 1, names);
}

static int find_limits(int count, char **cells, bool dry)
{
	const struct workload *workload;
	const struct model *model;
	struct shares shares = {.until_ns = clock_now_ns() + all_ns};
	int interrupted = 0;

	for (const struct model *any = models; any->name != NULL; any++)
		for (int i = 0; i < SEARCHED; i++)
			shares.later_s += usual_s(workload_find(searched[i]), any);
	for (int i = 0; i < count; i++) {
		int rc = read_cell(cells[i], &workload, &model);
		if (rc != EXIT_FINE)
			return rc;
	}
	for (int i = 0; i < SEARCHED && count == 0 && interrupted == 0; i++)
		if ((workload = workload_find(searched[i])) != NULL)
			interrupted = search(workload, NULL, &shares, dry);
	for (int i = 0; i < count && interrupted == 0; i++)
		if (read_cell(cells[i], &workload, &model) == EXIT_FINE)
			interrupted = search(workload, model, NULL, dry);
	if (dry)
		cli_print("each from %d tasks on, %d times as many each step, until a limit is met "
			  "or "
			  "half of the free memory would be taken; %snothing was measured\n",
			LIMIT_FIRST_TASKS, LIMIT_GROWTH,
			count == 0 ? "less than five minutes; " : "");
	return interrupted != 0 ? 128 + interrupted : EXIT_FINE;
}

static const char help[] =
	"usage: concbench find limit [WORKLOAD[/MODEL]...]\n"
	"       concbench find crossover WORKLOAD[/MODEL]... --vary PARAMETER [OPTION...]\n"
	"       concbench find tuning WORKLOAD[/MODEL]... [OPTION...]\n"
	"       concbench find capacity echo|http|connect|URL [OPTION...]   (--help: its own)\n"
	"limit: the number of tasks at which a model stops, and what stops it; without cells all "
	"models in idle, echo and spawn, in less than five minutes.\n"
	"crossover: the interval of a parameter in which another model becomes the fastest.\n"
	"tuning: what a model gains by its best setting, the same search for every model.\n"
	"  --vary PARAMETER     what changes (concbench list WORKLOAD names them)\n"
	"  --from VALUE         where the search begins (a hundredth of the usual value)\n"
	"  --to VALUE           where it ends (a hundred times)\n"
	"  -p, -c, --effort, --budget, --cpus, --sut-cpus, --load-cpus, --seed   as with run\n"
	"  --dry-run            what would be measured\n"
	"Exit status: 0 found, 1 there is none, 2 wrong use, 3 undecided, 4 could not measure.\n";

int find_main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "capacity") == 0)
		return find_capacity(argc - 1, argv + 1);
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return cli_print_help(help);
	if (argc < 2)
		return cli_wrong_use(
			"find", "find what? (there is: limit, crossover, capacity, tuning)");
	if (strcmp(argv[1], "crossover") == 0)
		return find_crossover(argc - 1, argv + 1);
	if (strcmp(argv[1], "tuning") == 0)
		return find_tuning(argc - 1, argv + 1);
	if (strcmp(argv[1], "limit") != 0)
		return cli_wrong_use(
			"find", "%s: there is: limit, crossover, capacity, tuning", argv[1]);
	signal(SIGPIPE, SIG_IGN);
	bool dry = cli_take_option("--dry-run", &argc, argv);
	return find_limits(argc - 2, argv + 2, dry);
}
