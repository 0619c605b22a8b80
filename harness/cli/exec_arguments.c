/*
 * What the arguments of concbench exec say.
 */
#include "harness/cli/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/params.h"

enum { WINDOW_DEFAULT_MS = 400, STALL_DEFAULT_S = 60, SETTLE_DEFAULT_S = 30 };

/* Long options without a letter. */
enum {
	OPTION_INTERFACE = 256,
	OPTION_SEED,
	OPTION_ROUNDS,
	OPTION_CHUNK,
	OPTION_INJECT,
	OPTION_WINDOW,
	OPTION_KIND,
	OPTION_SIZE,
	OPTION_SUT_CPUS,
	OPTION_LOAD_CPUS,
	OPTION_RECORD_FD,
	OPTION_STALL,
	OPTION_GUEST,
	OPTION_SETTLE,
	OPTION_SESSION,
	OPTION_BLOCK,
	OPTION_SLOT,
	OPTION_ARM,
	OPTION_ORDER,
	OPTION_PADDING
};

static const struct option options[] = {
	{"concurrency", required_argument, NULL, 'c'},
	{"interface", no_argument, NULL, OPTION_INTERFACE},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"rounds", required_argument, NULL, OPTION_ROUNDS},
	{"chunk", required_argument, NULL, OPTION_CHUNK},
	{"inject", required_argument, NULL, OPTION_INJECT},
	{"window", required_argument, NULL, OPTION_WINDOW},
	{"kind", required_argument, NULL, OPTION_KIND},
	{"size", required_argument, NULL, OPTION_SIZE},
	{"sut-cpus", required_argument, NULL, OPTION_SUT_CPUS},
	{"load-cpus", required_argument, NULL, OPTION_LOAD_CPUS},
	{"record-fd", required_argument, NULL, OPTION_RECORD_FD},
	{"stall", required_argument, NULL, OPTION_STALL},
	{"guest", required_argument, NULL, OPTION_GUEST},
	{"settle", required_argument, NULL, OPTION_SETTLE},
	{"session", required_argument, NULL, OPTION_SESSION},
	{"block", required_argument, NULL, OPTION_BLOCK},
	{"slot", required_argument, NULL, OPTION_SLOT},
	{"arm", required_argument, NULL, OPTION_ARM},
	{"order", required_argument, NULL, OPTION_ORDER},
	{"padding", required_argument, NULL, OPTION_PADDING},
	{NULL, 0, NULL, 0},
};

static int wrong_value(const char *option, const char *text, const char *expected)
{
	return cli_wrong_use("exec", "--%s %s: expected %s", option, text, expected);
}

static int read_count(const char *option, const char *text, int64_t least, int64_t *value)
{
	if (count_parse(text, value) != 0 || *value < least)
		return wrong_value(option, text, least > 0 ? "a number of at least 1" : "a number");
	return 0;
}

static int read_seed(const char *text, uint64_t *seed)
{
	char *end;

	errno = 0;
	*seed = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
		return wrong_value("seed", text, "a number below 2^64");
	return 0;
}

static int read_duration(const char *option, const char *text, uint64_t *ns)
{
	if (duration_parse(text, ns) != 0 || *ns == 0)
		return wrong_value(option, text, "a duration such as 400ms");
	return 0;
}

static int read_kind(const char *text, enum kind *kind)
{
	for (int i = 0; i < KINDS; i++)
		if (strcmp(text, kind_names[i]) == 0) {
			*kind = (enum kind)i;
			return 0;
		}
	return wrong_value("kind", text, "time, memory or counts");
}

static int read_cpus(const char *option, const char *text, cpu_set_t *cpus, bool *given)
{
	cpu_set_t allowed, both;
	char list[RECORD_CPUS_MAX];

	if (cpu_list_parse(text, cpus) != 0)
		return wrong_value(option, text, "a list such as 0,2-3");
	*given = true;
	CPU_ZERO(&allowed);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	CPU_AND(&both, &allowed, cpus);
	if (CPU_EQUAL(&both, cpus))
		return 0;
	cpu_list_format(&allowed, list, sizeof(list));
	return cli_wrong_use("exec", "--%s %s: this process may use CPUs %s", option, text, list);
}

static int read_name(const char *option, const char *text, char *into, size_t bytes)
{
	if (strlen(text) >= bytes)
		return wrong_value(option, text, "a shorter name");
	strcpy(into, text);
	return 0;
}

static int read_metadata(int option, const char *text, struct record_place *place)
{
	switch (option) {
	case OPTION_SESSION:
		return read_name("session", text, place->session, sizeof(place->session));
	case OPTION_BLOCK:
		return strcmp(text, "-1") == 0 ? 0 : read_count("block", text, 0, &place->block);
	case OPTION_SLOT:
		return read_count("slot", text, 0, &place->slot);
	case OPTION_ARM:
		return read_name("arm", text, place->arm, sizeof(place->arm));
	case OPTION_ORDER:
		return read_count("order", text, 0, &place->order);
	default:
		return read_count("padding", text, 0, &place->padding);
	}
}

static int read_fd(const char *text, int *fd)
{
	int64_t value;

	if (count_parse(text, &value) != 0 || value < 0 || value > INT_MAX ||
		fcntl((int)value, F_GETFD) < 0)
		return wrong_value("record-fd", text, "an open descriptor");
	*fd = (int)value;
	return 0;
}

static int read_option(struct exec_arguments *arguments, int option, const char *text)
{
	struct orders *draft = &arguments->plan.draft;
	int64_t rounds;
	int rc;

	switch (option) {
	case 'p':
		if (arguments->params_count == EXEC_NAMES_MAX)
			return cli_wrong_use("exec", "more than %d parameters", EXEC_NAMES_MAX);
		arguments->params[arguments->params_count++] = text;
		return 0;
	case 'c':
		arguments->concurrency = text;
		return 0;
	case 'h':
		arguments->help = true;
		return 0;
	case OPTION_INTERFACE:
		arguments->interface = true;
		return 0;
	case OPTION_SEED:
		return read_seed(text, &draft->seed);
	case OPTION_ROUNDS:
		rc = read_count("rounds", text, 1, &rounds);
		draft->rounds = rc == 0 ? (uint64_t)rounds : 0;
		return rc;
	case OPTION_CHUNK:
		rc = read_count("chunk", text, 1, &rounds);
		draft->chunk_operations = rc == 0 ? (uint64_t)rounds : 0;
		return rc;
	case OPTION_INJECT:
		return injection_parse(&draft->injection, text) == 0
			       ? 0
			       : wrong_value("inject", text,
					 "cpu=25us, syscall=40, page=10 or stall=3ms");
	case OPTION_WINDOW:
		return read_duration("window", text, &draft->window_ns);
	case OPTION_STALL:
		return read_duration("stall", text, &arguments->plan.stall_ns);
	case OPTION_SETTLE:
		return read_duration("settle", text, &arguments->plan.settle_ns);
	case OPTION_KIND:
		return read_kind(text, &draft->kind);
	case OPTION_GUEST:
		arguments->guest = text;
		return 0;
	case OPTION_SIZE:
		arguments->smoke = strcmp(text, "smoke") == 0;
		return arguments->smoke || strcmp(text, "usual") == 0
			       ? 0
			       : wrong_value("size", text, "smoke or usual");
	case OPTION_SUT_CPUS:
		return read_cpus("sut-cpus", text, &draft->sut_cpus, &arguments->sut_given);
	case OPTION_LOAD_CPUS:
		return read_cpus("load-cpus", text, &draft->load_cpus, &arguments->load_given);
	case OPTION_RECORD_FD:
		return read_fd(text, &arguments->record_fd);
	case '?':
	case ':':
		return EXIT_WRONG_USE;
	default:
		return read_metadata(option, text, &arguments->plan.place);
	}
}

int exec_read_arguments(struct exec_arguments *arguments, int argc, char **argv)
{
	int rc = 0;
	int option;

	*arguments = (struct exec_arguments){.record_fd = STDOUT_FILENO};
	arguments->plan.draft.window_ns = WINDOW_DEFAULT_MS * 1000000ull;
	arguments->plan.stall_ns = STALL_DEFAULT_S * 1000000000ull;
	arguments->plan.settle_ns = SETTLE_DEFAULT_S * 1000000000ull;
	arguments->plan.place.block = -1;
	optind = 0; /* a second call in one process starts anew */
	opterr = 0;
	while (rc == 0 && (option = getopt_long(argc, argv, "p:c:h", options, NULL)) != -1) {
		if (option == '?')
			rc = cli_wrong_use(
				"exec", "%s: unknown option or missing value", argv[optind - 1]);
		else
			rc = read_option(arguments, option, optarg);
	}
	if (rc != 0 || arguments->interface || arguments->help)
		return rc;
	if (optind + 1 != argc)
		return cli_wrong_use("exec", "%s: expected one WORKLOAD/MODEL",
			optind < argc ? argv[optind + 1] : "nothing to run");
	arguments->target = argv[optind];
	return 0;
}
