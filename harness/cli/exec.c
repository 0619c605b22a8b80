/*
 * concbench exec: one invocation. Orders in as arguments, one JSON record out on a descriptor.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/measure/binary.h"
#include "harness/measure/supervisor.h"
#include "harness/measure/without.h"
#include "harness/params.h"

enum { INTERFACE_VERSION = 1, WINDOW_DEFAULT_MS = 400, STALL_DEFAULT_S = 60, NAMES_MAX = 64 };
enum { STACK_LIMIT_BYTES = 8 << 20 };

/* Long options without a letter. */
enum {
	OPTION_INTERFACE = 256,
	OPTION_SEED,
	OPTION_ROUNDS,
	OPTION_WINDOW,
	OPTION_KIND,
	OPTION_SIZE,
	OPTION_SUT_CPUS,
	OPTION_LOAD_CPUS,
	OPTION_RECORD_FD,
	OPTION_STALL,
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
	{"window", required_argument, NULL, OPTION_WINDOW},
	{"kind", required_argument, NULL, OPTION_KIND},
	{"size", required_argument, NULL, OPTION_SIZE},
	{"sut-cpus", required_argument, NULL, OPTION_SUT_CPUS},
	{"load-cpus", required_argument, NULL, OPTION_LOAD_CPUS},
	{"record-fd", required_argument, NULL, OPTION_RECORD_FD},
	{"stall", required_argument, NULL, OPTION_STALL},
	{"session", required_argument, NULL, OPTION_SESSION},
	{"block", required_argument, NULL, OPTION_BLOCK},
	{"slot", required_argument, NULL, OPTION_SLOT},
	{"arm", required_argument, NULL, OPTION_ARM},
	{"order", required_argument, NULL, OPTION_ORDER},
	{"padding", required_argument, NULL, OPTION_PADDING},
	{NULL, 0, NULL, 0},
};

static const char help[] =
	"usage: concbench exec WORKLOAD/MODEL [OPTION...]\n"
	"One invocation; prints one JSON record.\n"
	"  -p NAME=VALUE         a parameter of the workload (concbench list WORKLOAD shows them)\n"
	"  -c, --concurrency N   the number of tasks\n"
	"  --size smoke|usual    defaults of the parameters (usual)\n"
	"  --kind time|memory|counts\n"
	"  --window DURATION     fill this time with whole rounds (400ms), or\n"
	"  --rounds N            run exactly so many\n"
	"  --seed N\n"
	"  --sut-cpus LIST --load-cpus LIST\n"
	"  --record-fd N         where the record goes (1)\n"
	"  --stall DURATION      without progress for so long it is ended (60s)\n"
	"  --session --block --slot --arm --order --padding   passed on into the record\n"
	"  --interface           print the version of this interface\n";

/* What the arguments say; parameters wait until the workload is known. */
struct arguments {
	struct plan plan;
	const char *target;
	const char *params[NAMES_MAX];
	int params_count;
	const char *concurrency;
	bool smoke, sut_given, load_given, interface, help;
	int record_fd;
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

	if (count_parse(text, &value) != 0 || value < 0 || value > INT_MAX)
		return wrong_value("record-fd", text, "an open descriptor");
	*fd = (int)value;
	return 0;
}

static int read_option(struct arguments *arguments, int option, const char *text)
{
	struct orders *draft = &arguments->plan.draft;
	int64_t rounds;
	int rc;

	switch (option) {
	case 'p':
		if (arguments->params_count == NAMES_MAX)
			return cli_wrong_use("exec", "more than %d parameters", NAMES_MAX);
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
	case OPTION_WINDOW:
		return read_duration("window", text, &draft->window_ns);
	case OPTION_STALL:
		return read_duration("stall", text, &arguments->plan.stall_ns);
	case OPTION_KIND:
		return read_kind(text, &draft->kind);
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

static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
	int rc = 0;
	int option;

	*arguments = (struct arguments){.record_fd = STDOUT_FILENO};
	arguments->plan.draft.window_ns = WINDOW_DEFAULT_MS * 1000000ull;
	arguments->plan.stall_ns = STALL_DEFAULT_S * 1000000000ull;
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

static int unknown(const char *what, const char *word, const char *const *names)
{
	const char *near = nearest_name(word, names);

	if (near != NULL)
		return cli_wrong_use("exec", "no %s \"%s\" (did you mean %s?)", what, word, near);
	return cli_wrong_use("exec", "no %s \"%s\" (concbench list shows them)", what, word);
}

static int unknown_workload(const char *word)
{
	const char *names[NAMES_MAX] = {NULL};

	for (int i = 0; workloads[i] != NULL && i < NAMES_MAX - 1; i++)
		names[i] = workloads[i]->name;
	return unknown("workload", word, names);
}

static int unknown_model(const char *word)
{
	const char *names[NAMES_MAX] = {NULL};

	for (int i = 0; models[i].name != NULL && i < NAMES_MAX - 1; i++)
		names[i] = models[i].name;
	return unknown("model", word, names);
}

static int find_target(struct orders *draft, const char *target)
{
	char workload[RECORD_NAME_MAX];
	const char *slash = strchr(target, '/');

	if (slash == NULL || (size_t)(slash - target) >= sizeof(workload))
		return cli_wrong_use("exec", "%s: expected WORKLOAD/MODEL", target);
	snprintf(workload, sizeof(workload), "%.*s", (int)(slash - target), target);
	draft->workload = workload_find(workload);
	if (draft->workload == NULL)
		return unknown_workload(workload);
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

static bool is_given(const struct arguments *arguments, const char *name)
{
	size_t length = strlen(name);

	for (int i = 0; i < arguments->params_count; i++)
		if (strncmp(arguments->params[i], name, length) == 0 &&
			arguments->params[i][length] == '=')
			return true;
	return false;
}

static int set_params(struct arguments *arguments)
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
static int place(struct arguments *arguments)
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

/*
 * The C library reads these once, when a program starts: an invocation that finds them set starts
 * itself again without. Returns only if there was nothing to do.
 */
static void start_clean(int argc, char **argv)
{
	struct rlimit stack;
	char path[PATH_MAX];
	bool again = false;
	char **args = calloc((size_t)argc + 2, sizeof(*args));

	for (int i = 0; environ[i] != NULL;) {
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(environ[i], "="), environ[i]);
		if (strncmp(name, "MALLOC_", 7) == 0 || strcmp(name, "GLIBC_TUNABLES") == 0) {
			unsetenv(name);
			again = true;
			i = 0;
		} else {
			i++;
		}
	}
	if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != STACK_LIMIT_BYTES) {
		stack.rlim_cur = STACK_LIMIT_BYTES;
		again = setrlimit(RLIMIT_STACK, &stack) == 0 || again;
	}
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (again && args != NULL && length > 0 && !without("restart")) {
		path[length] = '\0';
		args[0] = path;
		memcpy(args + 1, argv, (size_t)argc * sizeof(*args));
		execv(path, args);
	}
	free(args);
}

static int write_all(int fd, const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t done = write(fd, text, bytes);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		bytes -= (size_t)done;
	}
	return 0;
}

static int print_record(const struct record *record, int fd)
{
	char *line = record_to_json(record);
	int rc = line != NULL ? write_all(fd, line, strlen(line)) : -ENOMEM;

	free(line);
	if (rc != 0)
		cli_error("exec", "the record could not be written to descriptor %d: %s", fd,
			strerror(-rc));
	return rc;
}

static int run(struct arguments *arguments)
{
	struct record record;
	int interrupted = 0;
	int status = EXIT_NOT_MEASURED;

	signal(SIGPIPE, SIG_IGN); /* a reader that left is an error like others */
	int rc = invocation_run(&arguments->plan, &record, &interrupted);
	if (rc != 0)
		cli_error("exec", "%s: %s", arguments->target, strerror(-rc));
	else if (print_record(&record, arguments->record_fd) == 0 && record.status != STATUS_FAILED)
		status = EXIT_FINE;
	record_release(&record);
	return interrupted != 0 ? 128 + interrupted : status;
}

int exec_main(int argc, char **argv)
{
	struct arguments arguments;
	int rc = read_arguments(&arguments, argc, argv);

	if (rc != 0)
		return rc;
	if (arguments.help || arguments.interface) {
		if (arguments.help)
			fputs(help, stdout);
		else
			printf("%d\n", INTERFACE_VERSION);
		return EXIT_FINE;
	}
	start_clean(argc, argv);
	rc = find_target(&arguments.plan.draft, arguments.target);
	if (rc == 0)
		rc = set_params(&arguments);
	if (rc == 0)
		rc = place(&arguments);
	if (rc != 0)
		return rc;
	resolve_pool(&arguments.plan.draft);
	if (binary_sha256(arguments.plan.place.binary_sha256) != 0)
		cli_error("exec", "the digest of this program could not be taken");
	return run(&arguments);
}
