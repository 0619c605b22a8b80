#include "harness/cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "harness/cli/cli.h"
#include "harness/params.h"

enum {
	OPTION_EFFORT = 256,
	OPTION_BUDGET,
	OPTION_CPUS,
	OPTION_SUT_CPUS,
	OPTION_LOAD_CPUS,
	OPTION_SEED,
	OPTION_FORMAT,
	OPTION_DRY_RUN,
	OPTION_STRICT
};

static const struct option long_options[] = {
	{"concurrency", required_argument, NULL, 'c'},
	{"effort", required_argument, NULL, OPTION_EFFORT},
	{"budget", required_argument, NULL, OPTION_BUDGET},
	{"cpus", required_argument, NULL, OPTION_CPUS},
	{"sut-cpus", required_argument, NULL, OPTION_SUT_CPUS},
	{"load-cpus", required_argument, NULL, OPTION_LOAD_CPUS},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"output", required_argument, NULL, 'o'},
	{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
	{"strict", no_argument, NULL, OPTION_STRICT},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

/* What is read before it can be understood as a whole. */
struct raw {
	const char *cpus, *sut, *load;
	bool budget, seed;
};

static int read_effort(struct options *options, const char *command, const char *name)
{
	const char *names[8] = {NULL};

	options->effort = effort_find(name);
	if (options->effort != NULL)
		return 0;
	for (int i = 0; efforts[i].name != NULL; i++)
		names[i] = efforts[i].name;
	const char *near = nearest_name(name, names);
	return cli_wrong_use(command,
		"there is no effort '%.40s'%s%s%s (smoke, quick, standard or full)", name,
		near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
		near == NULL ? "" : "?");
}

static int read_sweep(struct options *options, const char *command, const char *text)
{
	char error[PARAM_ERROR_MAX];

	if (options->sweeps_count == SWEEPS_MAX)
		return cli_wrong_use(command, "more than %d times -p", SWEEPS_MAX);
	if (sweep_parse(&options->sweeps[options->sweeps_count], text, error, sizeof(error)) != 0)
		return cli_wrong_use(command, "-p: %s", error);
	options->sweeps_count++;
	return 0;
}

static int read_seed(struct options *options, const char *command, const char *text)
{
	char *end;

	errno = 0;
	options->seed = strtoull(text, &end, 0);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
		return cli_wrong_use(command, "--seed '%.40s' is not a number", text);
	return 0;
}

static int read_option(struct options *options, struct raw *raw, const char *command, int option,
	char *const *argv)
{
	switch (option) {
	case 'p':
		return read_sweep(options, command, optarg);
	case 'c':
		options->concurrency = optarg;
		return 0;
	case OPTION_EFFORT:
		return read_effort(options, command, optarg);
	case OPTION_BUDGET:
		raw->budget = true;
		if (duration_parse(optarg, &options->budget_ns) != 0 || options->budget_ns == 0)
			return cli_wrong_use(
				command, "--budget '%.40s' is not a duration (like 3m)", optarg);
		return 0;
	case OPTION_CPUS:
		raw->cpus = optarg;
		return 0;
	case OPTION_SUT_CPUS:
		raw->sut = optarg;
		return 0;
	case OPTION_LOAD_CPUS:
		raw->load = optarg;
		return 0;
	case OPTION_SEED:
		raw->seed = true;
		return read_seed(options, command, optarg);
	case OPTION_FORMAT:
		options->format = optarg;
		return 0;
	case 'o':
		options->output = optarg;
		return 0;
	case OPTION_DRY_RUN:
		options->dry_run = true;
		return 0;
	case OPTION_STRICT:
		options->strict = true;
		return 0;
	case 'q':
		options->verbosity--;
		return 0;
	case 'v':
		options->verbosity++;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	case ':':
		return cli_wrong_use(command, "%s needs a value", argv[optind - 1]);
	default:
		return cli_wrong_use(command, "there is no option %s (concbench %s --help)",
			argv[optind - 1], command);
	}
}

/* A number, or a list or range of them: the largest is what there is, the others are swept. */
static int read_cpus(struct options *options, const char *command, const char *text, int64_t *most)
{
	static const struct param param = {
		.name = "--cpus", .kind = PARAM_COUNT, .min = 1, .max = CPU_SETSIZE};
	struct placement *placement = &options->placement;
	int64_t values[SWEEP_VALUES_MAX];
	char error[PARAM_ERROR_MAX];
	int count = sweep_values(&param, text, values, error, sizeof(error));

	if (count < 0)
		return cli_wrong_use(command, "%s", error);
	for (int i = 0; i < count; i++)
		*most = values[i] > *most ? values[i] : *most;
	for (int i = 0; i < count; i++) {
		bool known = values[i] == *most;
		for (int j = 0; j < placement->sizes_count; j++)
			known = known || placement->sizes[j] == values[i];
		if (!known && placement->sizes_count < PLACEMENT_SIZES_MAX)
			placement->sizes[placement->sizes_count++] = values[i];
	}
	return 0;
}

static int read_placement(struct options *options, const struct raw *raw, const char *command)
{
	char error[PARAM_ERROR_MAX];
	int64_t cpus = 0;
	cpu_set_t allowed;
	int rc;

	if (raw->cpus != NULL && (rc = read_cpus(options, command, raw->cpus, &cpus)) != 0)
		return rc;
	CPU_ZERO(&allowed);
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return cli_wrong_use(
			command, "cannot tell which CPUs are allowed: %s", strerror(errno));
	if (placement_make(&options->placement, &allowed, (int)cpus, raw->sut, raw->load, error,
		    sizeof(error)) != 0)
		return cli_wrong_use(command, "%s", error);
	return 0;
}

int options_parse(struct options *options, const char *command, int argc, char **argv)
{
	struct raw raw = {0};
	int option, rc = 0;

	memset(options, 0, sizeof(*options));
	options->effort = effort_find("quick");
	opterr = 0;
	optind = 0; /* glibc: start anew, also after another command's options */
	while (rc == 0 &&
		(option = getopt_long(argc, argv, ":p:c:o:qvh", long_options, NULL)) != -1)
		rc = read_option(options, &raw, command, option, argv);
	options->arguments = argv + optind;
	options->arguments_count = argc - optind;
	if (rc == 0)
		rc = read_placement(options, &raw, command);
	if (rc == 0 && !raw.budget)
		options->budget_ns = options->effort->budget_ns;
	/* any number will do, it is printed; 32 bits are easier to type again */
	if (!raw.seed && getrandom(&options->seed, sizeof(options->seed), 0) > 0)
		options->seed >>= 32;
	return rc;
}
