#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "harness/cli/advise.h"
#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/params.h"

static const char command[] = "advise";

static const char help[] =
	"usage: concbench advise --rate N --wait TIME --compute TIME [OPTION...]\n"
	"Which model for a service: arithmetic first, then exactly that request, measured.\n"
	"  --rate N             requests per second\n"
	"  --wait TIME          how long a request waits (database, another service): 5ms\n"
	"  --compute TIME       how long it computes: 200us\n"
	"  -c, --concurrency N  connections; by default twice what Little's law asks for\n"
	"  --memory SIZE        for all connections at once: 512M\n"
	"  --p99 TIME           the 99th percentile must stay below\n"
	"  --cpus N             for the service\n"
	"  --like PID           take compute, wait and concurrency from a running service\n"
	"  --from RUN           answer from a stored run, measure nothing\n"
	"  --no-crossovers      do not look for what would change the answer\n"
	"  --verify             measure all again with 5 times the blocks: was it right?\n"
	"  --budget 1m          stop adding invocations after this time\n"
	"  --seed N             repeats the order of an earlier run\n"
	"  --dry-run            the arithmetic and the plan, nothing measured\n"
	"Exit status: 0 a model fits, 1 none does, 2 wrong use, 4 could not measure.\n";

enum {
	RATE = 256,
	WAIT,
	COMPUTE,
	MEMORY,
	TAIL,
	CPUS,
	LIKE,
	FROM,
	NO_CROSSOVERS,
	VERIFY,
	BUDGET,
	SEED,
	DRY_RUN
};

static const struct option long_options[] = {
	{"rate", required_argument, NULL, RATE},
	{"wait", required_argument, NULL, WAIT},
	{"compute", required_argument, NULL, COMPUTE},
	{"concurrency", required_argument, NULL, 'c'},
	{"memory", required_argument, NULL, MEMORY},
	{"p99", required_argument, NULL, TAIL},
	{"cpus", required_argument, NULL, CPUS},
	{"like", required_argument, NULL, LIKE},
	{"from", required_argument, NULL, FROM},
	{"no-crossovers", no_argument, NULL, NO_CROSSOVERS},
	{"verify", no_argument, NULL, VERIFY},
	{"budget", required_argument, NULL, BUDGET},
	{"seed", required_argument, NULL, SEED},
	{"dry-run", no_argument, NULL, DRY_RUN},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static int read_time(const char *option, const char *text, uint64_t *ns)
{
	if (duration_parse(text, ns) != 0)
		return cli_wrong_use(
			command, "--%s '%.40s' is not a time (200us, 5ms, 1s)", option, text);
	return EXIT_FINE;
}

static int read_count(const char *option, const char *text, int64_t *count)
{
	if (count_parse(text, count) != 0 || *count < 1)
		return cli_wrong_use(command, "--%s '%.40s' is not a number above 0", option, text);
	return EXIT_FINE;
}

static int read_bytes(const char *text, uint64_t *bytes)
{
	if (bytes_parse(text, bytes) != 0)
		return cli_wrong_use(command, "--memory '%.40s' is not a size (512M, 2G)", text);
	return EXIT_FINE;
}

static int read_option(struct advise_options *options, int option, char *const *argv)
{
	int64_t number = 0;
	int status;

	switch (option) {
	case RATE:
		return read_count("rate", optarg, &options->request.rate);
	case WAIT:
		return read_time("wait", optarg, &options->request.wait_ns);
	case COMPUTE:
		return read_time("compute", optarg, &options->request.compute_ns);
	case 'c':
		return read_count("concurrency", optarg, &options->request.concurrency);
	case MEMORY:
		return read_bytes(optarg, &options->request.memory_bytes);
	case TAIL:
		return read_time("p99", optarg, &options->request.p99_ns);
	case BUDGET:
		return read_time("budget", optarg, &options->budget_ns);
	case CPUS:
		status = read_count("cpus", optarg, &number);
		options->request.cpus = number > 4096 ? 4096 : (int)number;
		return status;
	case LIKE:
		status = read_count("like", optarg, &number);
		if (status == EXIT_FINE && number > INT_MAX)
			return cli_wrong_use(
				command, "--like %s: no process has that number", optarg);
		options->like = (pid_t)number;
		return status;
	case SEED:
		status = read_count("seed", optarg, &number);
		options->seed = (uint64_t)number;
		return status;
	case FROM:
		options->from = optarg;
		return EXIT_FINE;
	case NO_CROSSOVERS:
		options->no_crossovers = true;
		return EXIT_FINE;
	case VERIFY:
		options->verify = true;
		return EXIT_FINE;
	case DRY_RUN:
		options->dry_run = true;
		return EXIT_FINE;
	case 'h':
		options->help = true;
		return EXIT_FINE;
	case ':':
		return cli_wrong_use(command, "%s needs a value", argv[optind - 1]);
	default:
		return cli_wrong_use(command, "there is no option %s (concbench advise --help)",
			argv[optind - 1]);
	}
}

static int check(const struct advise_options *options)
{
	const struct request *request = &options->request;

	if (request->rate == 0)
		return cli_wrong_use(command, "how many requests per second? (--rate 2000)");
	if (options->like == 0 && request->wait_ns == 0 && request->compute_ns == 0)
		return cli_wrong_use(command,
			"what does a request do? (--wait 5ms --compute 200us, or --like PID)");
	if (options->verify && options->from != NULL)
		return cli_wrong_use(command, "--verify measures, --from measures nothing");
	if (CPU_COUNT(&options->placement.load) == 0 && options->from == NULL)
		return cli_wrong_use(command,
			"a server and its load need a CPU each, there is one (--from RUN answers "
			"from a stored run)");
	return EXIT_FINE;
}

int advise_read_options(struct advise_options *options, int argc, char **argv)
{
	char error[PARAM_ERROR_MAX];
	cpu_set_t allowed;
	int option, status = EXIT_FINE;

	memset(options, 0, sizeof(*options));
	if (getrandom(&options->seed, sizeof(options->seed) / 2, 0) < 0)
		options->seed = 1;
	opterr = 0;
	optind = 0;
	while (status == EXIT_FINE &&
		(option = getopt_long(argc, argv, ":c:h", long_options, NULL)) != -1)
		status = read_option(options, option, argv);
	if (status == EXIT_FINE && options->help) {
		cli_print_help(help);
		return EXIT_FINE;
	}
	if (status == EXIT_FINE && optind < argc)
		return cli_wrong_use(
			command, "'%.40s' is no option (concbench advise --help)", argv[optind]);
	if (status != EXIT_FINE)
		return status;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return EXIT_NOT_MEASURED;
	if (placement_make(&options->placement, &allowed, 0, NULL, NULL, error, sizeof(error)) != 0)
		return cli_wrong_use(command, "%s", error);
	return check(options);
}
