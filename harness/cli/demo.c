/*
 * concbench demo: claims, classic mistakes and examples, shown on this machine.
 */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/demo/demo.h"
#include "harness/params.h"

enum { NAMES_MAX = 128, OPTION_SIZE = 256, OPTION_FORMAT, OPTION_ALL };

static const char help[] =
	"usage: concbench demo [NAME... | GROUP] [OPTION...]\n"
	"Shows on this machine what is said about concurrency, and about measuring it.\n"
	"  concbench demo              lists all\n"
	"  concbench demo lies         lists a group: lies, claims or examples\n"
	"  concbench demo gil          measures a claim against its bound\n"
	"  concbench demo gather       runs an example and shows its timeline\n"
	"  concbench demo rss          measures wrongly on purpose, and rightly beside it\n"
	"  concbench demo lies --all   runs a group; without a group everything\n"
	"  --size smoke|usual          how large (usual)\n"
	"  --format text|json          json: one object per line\n"
	"Exit status: 0 all hold, 1 one does not, 2 wrong use, 3 one is undecided, 4 one could not "
	"run.\n";

struct demo_request {
	struct demo_setting setting;
	bool json, all;
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
		{"all", no_argument, NULL, OPTION_ALL}, {NULL, 0, NULL, 0}};
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
	if (rc == 0)
		status = statuses[result.verdict];
	else
		cli_error("demo", "%s: %s", demo->name, strerror(-rc));
	demo_release(&result);
	return status;
}

static void list_one(const struct demo *demo)
{
	printf("  %-22s %5.1f s  %s\n", demo->name, demo->seconds, demo->sentence);
}

/* Lists or runs a group, DEMO_GROUPS: all. */
static int do_group(const struct demo_request *request, enum demo_group group)
{
	int status = EXIT_FINE;

	for (enum demo_group each = 0; each < DEMO_GROUPS; each++) {
		bool headed = false;

		for (const struct demo *const *table = demo_tables; *table != NULL; table++)
			for (const struct demo *demo = *table; demo->name != NULL; demo++) {
				if (demo->group != each || (group != DEMO_GROUPS && group != each))
					continue;
				if (request->all) {
					status = worse(status, run_one(demo, request));
					continue;
				}
				if (!headed)
					printf("%s\n", demo_group_names[each]);
				headed = true;
				list_one(demo);
			}
	}
	return status;
}

int demo_main(int argc, char **argv)
{
	struct demo_request request = {.setting = demo_usual};
	int status = EXIT_FINE;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			fputs(help, stdout);
			return EXIT_FINE;
		}
	int rc = read_options(&request, argc, argv);
	if (rc != EXIT_FINE)
		return rc;
	signal(SIGPIPE, SIG_IGN);
	if (optind == argc)
		return do_group(&request, DEMO_GROUPS);
	if (optind + 1 == argc && find_group(argv[optind]) != DEMO_GROUPS)
		return do_group(&request, find_group(argv[optind]));
	for (int i = optind; i < argc; i++)
		if (demo_find(argv[i]) == NULL)
			return unknown(argv[i]);
	for (int i = optind; i < argc; i++)
		status = worse(status, run_one(demo_find(argv[i]), &request));
	return status;
}
