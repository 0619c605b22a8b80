/*
 * concbench demo: claims, classic mistakes and examples, shown on this machine.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/demo/claims.h"
#include "harness/measure/clock.h"
#include "harness/params.h"

enum { NAMES_MAX = 128, OPTION_SIZE = 256, OPTION_FORMAT, OPTION_ALL, OPTION_DRY_RUN };
enum { CLAIMS_SECONDS = 180 }; /* all of them together, in a group */

static const char results[] = "results";

static const char help[] =
	"usage: concbench demo [NAME... | GROUP] [OPTION...]\n"
	"Shows on this machine what is said about concurrency, and about measuring it.\n"
	"  concbench demo              lists all\n"
	"  concbench demo claims       runs a group: lies, claims (3 minutes at most) or "
	"examples\n"
	"  concbench demo gil          measures a claim against its bound\n"
	"  concbench demo fibonacci    runs an example and shows its timeline\n"
	"  concbench demo rss          measures wrongly on purpose, and rightly beside it\n"
	"  concbench demo --all        runs everything\n"
	"  --dry-run                   what would be measured, how long; measures nothing\n"
	"  --size smoke|usual          how large (usual)\n"
	"  --format text|json          json: one object per line\n"
	"A claim takes at most 10 s and 1 GiB of memory. Results of the usual size are kept in "
	"results/" DEMO_KEPT ", for the HTML report.\n"
	"Exit status: 0 all hold, 1 one does not, 2 wrong use, 3 one is undecided, 4 one could not "
	"run.\n";

struct demo_request {
	struct demo_setting setting;
	bool json, all, dry_run;
};

static int read_choice(
	const char *option, const char *text, const char *no, const char *yes, bool *value)
{
	*value = strcmp(text, yes) == 0;
	if (*value || strcmp(text, no) == 0)
		return EXIT_FINE;
	return cli_wrong_use("demo", "--%s %s: expected %s or %s", option, text, no, yes);
}

static int read_options(struct demo_request *request, int argc, char **argv)
{
	static const struct option options[] = {{"size", required_argument, NULL, OPTION_SIZE},
		{"format", required_argument, NULL, OPTION_FORMAT},
		{"all", no_argument, NULL, OPTION_ALL},
		{"dry-run", no_argument, NULL, OPTION_DRY_RUN}, {NULL, 0, NULL, 0}};
	int rc = EXIT_FINE;
	int option;

	optind = 0; /* a second call in one process starts anew */
	opterr = 0;
	while (rc == EXIT_FINE && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == OPTION_SIZE)
			rc = read_choice("size", optarg, "usual", "smoke", &request->setting.smoke);
		else if (option == OPTION_FORMAT)
			rc = read_choice("format", optarg, "text", "json", &request->json);
		else if (option == OPTION_ALL)
			request->all = true;
		else if (option == OPTION_DRY_RUN)
			request->dry_run = true;
		else
			rc = cli_wrong_use(
				"demo", "%s: unknown option or missing value", argv[optind - 1]);
	}
	return rc;
}

/* The group of this name, DEMO_GROUPS if there is none. */
static enum demo_group find_group(const char *name)
{
	enum demo_group group = 0;

	while (group < DEMO_GROUPS && strcmp(demo_group_names[group], name) != 0)
		group++;
	return group;
}

static int unknown(const char *word)
{
	const char *names[NAMES_MAX] = {NULL};
	int count = 0;

	for (const struct demo *const *table = demo_tables; *table != NULL; table++)
		for (const struct demo *demo = *table; demo->name != NULL; demo++)
			if (count < NAMES_MAX - 1)
				names[count++] = demo->name;
	const char *near = nearest_name(word, names);
	if (near != NULL)
		return cli_wrong_use("demo", "nothing named \"%s\" (did you mean %s?)", word, near);
	return cli_wrong_use(
		"demo", "nothing named \"%s\" (concbench demo lists what there is)", word);
}

/* The worse of two: 1 before 4 before 3 before 0. */
static int worse(int a, int b)
{
	static const int order[] = {EXIT_ANSWER_NO, EXIT_NOT_MEASURED, EXIT_NO_VERDICT, EXIT_FINE};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}

/* Reports find it there; smoke sizes decide nothing and are not kept. */
static void keep(const struct demo *demo, const struct demo_request *request,
	const struct demo_result *result)
{
	int rc = request->setting.smoke ? 0 : demo_keep(results, demo, result);

	if (rc != 0)
		cli_error("demo", "reports will not know of it, %s/%s cannot be written: %s",
			results, DEMO_KEPT, strerror(-rc));
}

static int run_one(const struct demo *demo, const struct demo_request *request)
{
	static const int statuses[DEMO_VERDICTS] = {[DEMO_HOLDS] = EXIT_FINE,
		[DEMO_FAILS] = EXIT_ANSWER_NO,
		[DEMO_UNDECIDED] = EXIT_NO_VERDICT,
		[DEMO_NOT_HERE] = EXIT_NO_VERDICT};
	struct demo_result result;
	int rc = demo_run(demo, &request->setting, &result);
	int status = EXIT_NOT_MEASURED;

	if (rc == 0 && !request->json)
		demo_print(demo, &result, stdout);
	else if (rc == 0)
		rc = demo_print_json(demo, &result, stdout);
	if (rc == 0) {
		status = statuses[result.verdict];
		keep(demo, request, &result);
	} else if (rc == -EINTR && demo_signal != 0) {
		status = 128 + demo_signal;
	} else {
		cli_error("demo", "%s: %s", demo->name, strerror(-rc));
	}
	demo_release(&result);
	return status;
}

static void list_all(void)
{
	for (enum demo_group group = 0; group < DEMO_GROUPS; group++) {
		printf("%s\n", demo_group_names[group]);
		for (const struct demo *const *table = demo_tables; *table != NULL; table++)
			for (const struct demo *demo = *table; demo->name != NULL; demo++)
				if (demo->group == group)
					demo_print_name(demo, stdout);
	}
}

/* Takes those of a group (DEMO_GROUPS: all), or those that are named; how many fit. */
static int collect(const struct demo **chosen, enum demo_group group, char *const *names, int count)
{
	int taken = 0;

	for (int i = 0; i < count && taken < NAMES_MAX; i++)
		chosen[taken++] = demo_find(names[i]);
	for (enum demo_group each = 0; each < DEMO_GROUPS && count == 0; each++)
		for (const struct demo *const *table = demo_tables; *table != NULL; table++)
			for (const struct demo *demo = *table; demo->name != NULL; demo++)
				if (demo->group == each &&
					(group == DEMO_GROUPS || group == each) &&
					taken < NAMES_MAX)
					chosen[taken++] = demo;
	return taken;
}

static int print_plan(const struct demo *const *chosen, int count)
{
	double seconds = 0;
	int claims = 0;

	for (int i = 0; i < count; i++) {
		seconds += demo_print_plan(chosen[i], stdout);
		claims += chosen[i]->group == DEMO_CLAIM;
	}
	char claimed[96] = "";
	if (claims > 0)
		snprintf(claimed, sizeof(claimed),
			"; a claim takes at most %d s and %d MiB of memory", CLAIM_SECONDS,
			CLAIM_MIB);
	cli_print("%d demonstrations, about %.0f s%s; nothing was measured\n", count, seconds,
		claimed);
	return fflush(stdout) == 0 ? EXIT_FINE : EXIT_NOT_MEASURED;
}

/* What the claims from here on take, s, as a rule. */
static double claims_seconds(const struct demo *const *chosen, int count)
{
	double seconds = 0;

	for (int i = 0; i < count; i++)
		seconds += chosen[i]->group == DEMO_CLAIM ? chosen[i]->seconds : 0;
	return seconds;
}

/* Claims of a group share its time: each may take what the later ones will not need. */
static int run_all(
	struct demo_request *request, const struct demo *const *chosen, int count, bool shared)
{
	int status = EXIT_FINE;
	double left_s = CLAIMS_SECONDS;

	for (int i = 0; i < count && status < 128; i++) {
		bool claim = shared && chosen[i]->group == DEMO_CLAIM;
		double most_s = left_s - claims_seconds(chosen + i + 1, count - i - 1);
		uint64_t start_ns = clock_now_ns();
		if (claim && most_s < CLAIM_SECONDS)
			request->setting.claim_ns = (uint64_t)(1e9 * (most_s > 1 ? most_s : 1));
		int own = run_one(chosen[i], request);
		request->setting.claim_ns = 0;
		if (claim)
			left_s -= (double)(clock_now_ns() - start_ns) / 1e9;
		status = own > 128 ? own : worse(status, own);
	}
	return status;
}

static int show(struct demo_request *request, char *const *names, int count)
{
	const struct demo *chosen[NAMES_MAX];
	enum demo_group group = count == 1 ? find_group(names[0]) : DEMO_GROUPS;

	if (count == 0 && !request->all && !request->dry_run) {
		list_all();
		return EXIT_FINE;
	}
	if (group != DEMO_GROUPS)
		count = 0;
	for (int i = 0; i < count; i++)
		if (demo_find(names[i]) == NULL)
			return unknown(names[i]);
	int taken = collect(chosen, group, names, count);
	return request->dry_run ? print_plan(chosen, taken)
				: run_all(request, chosen, taken, count == 0);
}

int demo_main(int argc, char **argv)
{
	struct demo_request request = {.setting = demo_usual};

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			cli_print_help(help);
			return EXIT_FINE;
		}
	int rc = read_options(&request, argc, argv);
	if (rc != EXIT_FINE)
		return rc;
	signal(SIGPIPE, SIG_IGN);
	return show(&request, argv + optind, argc - optind);
}
