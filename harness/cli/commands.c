/*
 * concbench: the table of commands and what is common to them (help, version, typos). Each command
 * is a file of its own beside this one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/address.h"
#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/params.h"
#include "harness/version.h"

/* A NULL in main: the command's name is taken, it is not written yet. */
const struct command commands[] = {
	{"list", "look", "[NAME]", "workloads, models and parameters", list_main, 0},
	{"doctor", "look", "", "what of this machine would spoil a measurement", doctor_main, 0},
	{"run", "measure", "[WORKLOAD[/MODEL]...]", "measure, and print comparison tables",
		run_main, 1},
	{"load", "measure", "URL", "drive any TCP, TLS or HTTP server", load_command_main, 1},
	{"find", "measure", "limit|crossover|tuning [WORKLOAD[/MODEL]...]",
		"search for limits, crossovers and settings", find_main, 1},
	{"advise", "decide", "--rate N --wait TIME --compute TIME", "which model for my request",
		advise_main, 1},
	{"compare", "decide", "OLD [NEW]", "did it get slower: A/B with a verdict", compare_main,
		1},
	{"report", "read", "[RUN...] [--format FORMAT]", "tables and exports of past runs",
		report_main, 1},
	{"demo", "teach", "[NAME... | GROUP]", "examples, claims and lies, live", demo_main, 1},
	{"selftest", "trust", "[PART | guest PROGRAM [WORKLOAD]] [--dry-run]",
		"is the harness right, or a guest", selftest_main, 0},
	{"calibrate", "trust", "[--inject 5%]", "what can this machine see", calibrate_main, 1},
	{"exec", "plumbing", "WORKLOAD/MODEL [OPTION...]", "one invocation, one JSON record",
		exec_main, 0},
	{"manual", "plumbing", "man|bash|zsh|fish", "the manual page, shell completions",
		manual_main, 0},
	{NULL, NULL, NULL, NULL, NULL, 0},
};

enum { COMMANDS_MAX = sizeof commands / sizeof commands[0] };

static const char shared_options[] =
	"Options shared by the commands that measure:\n"
	"  -p NAME=VALUE        a parameter; a list a,b or a range 1..10k:log sweeps\n"
	"  -c, --concurrency N  the number of tasks\n"
	"  --effort LEVEL       smoke, quick, standard or full\n"
	"  --budget 3m          stop adding invocations after this time\n"
	"  --cpus N  --sut-cpus LIST  --load-cpus LIST\n"
	"  --seed N             repeats the order of an earlier run\n"
	"  --format FORMAT  -o FILE\n"
	"  --dry-run            print plan, time and memory, measure nothing\n"
	"  --strict             exit status 3 where there is no verdict\n"
	"  -q  -v               less, more\n"
	"Durations and sizes carry units: 5ms, 1.5s, 4KiB.\n";

static const char exec_options[] =
	"Options of exec:\n"
	"  -p NAME=VALUE        a parameter\n"
	"  --seed N             of everything that is drawn\n"
	"  --rounds N           so many rounds; or --window 400ms: until it is full\n"
	"  --kind KIND          time, memory or counts\n"
	"  --sut-cpus LIST  --load-cpus LIST\n"
	"  --record-fd N        where the record goes (1)\n"
	"  --interface          the version of this interface\n";

static const char exit_statuses[] =
	"Exit status: 0 fine, 1 the answer is no, 2 wrong use or damaged input, 3 no verdict "
	"(selftest, demo; elsewhere only with --strict), 4 could not measure, 128 + signal.\n";

static int print_welcome(void)
{
	return cli_print_help(
		"concbench compares concurrency models (coroutines, threads, processes) on equal "
		"I/O-bound, CPU-bound and mixed work: latency, throughput, CPU and memory here.\n"
		"\n"
		"Next:\n"
		"  concbench doctor              what of this machine would spoil a measurement\n"
		"  concbench run --effort smoke  every workload in every model, briefly\n"
		"  concbench list                the workloads, the models and their parameters\n"
		"\n"
		"All commands: concbench --help      One of them: concbench COMMAND --help\n"
		"README.md tells how to read the tables, METHOD.md what the numbers mean.\n");
}

static int print_help(void)
{
	cli_print("usage: concbench COMMAND [ARGUMENT...]\n\n");
	for (const struct command *command = commands; command->name != NULL; command++)
		cli_print("  %-9s %-10s %s%s\n",
			command == commands || strcmp(command->group, command[-1].group) != 0
				? command->group
				: "",
			command->name, command->summary,
			command->main == NULL ? " (not in this build)" : "");
	putchar('\n');
	cli_print_help(shared_options);
	putchar('\n');
	return cli_print_help(exit_statuses);
}

static int print_command_help(const struct command *command)
{
	char help[] = "--help";

	if (command->main != NULL && command->own_help) {
		char name[32];
		snprintf(name, sizeof name, "%s", command->name);
		return command->main(2, (char *[]){name, help, NULL});
	}
	cli_print("usage: concbench %s%s%s\n%s\n", command->name,
		command->usage[0] != '\0' ? " " : "", command->usage, command->summary);
	if (command->main == NULL)
		cli_print("(not in this build)\n");
	if (strcmp(command->group, "measure") == 0 || strcmp(command->group, "decide") == 0)
		putchar('\n'), cli_print_help(shared_options);
	if (command->main == exec_main)
		putchar('\n'), cli_print_help(exec_options);
	putchar('\n');
	return cli_print_help(exit_statuses);
}

static int print_version(void)
{
	cli_print("concbench %s (%s, %s)\ncompiler  %s\nflags     %s\n", version_number,
		version_commit, version_mode, version_compiler, version_flags);
	return EXIT_FINE;
}

static const struct command *command_find(const char *name)
{
	for (const struct command *command = commands; command->name != NULL; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[COMMANDS_MAX];

	for (int i = 0; i < COMMANDS_MAX; i++)
		names[i] = commands[i].name;
	const char *near = nearest_name(name, names);
	if (near != NULL)
		return cli_wrong_use(
			NULL, "unknown command '%.60s' (did you mean '%s'?)", name, near);
	return cli_wrong_use(NULL, "unknown command '%.60s' (concbench --help lists them)", name);
}

/* "--help" anywhere, so that a half-typed line can be asked about. */
static int asks_for_help(int argc, char **argv)
{
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || (i == 2 && strcmp(argv[i], "-h") == 0))
			return 1;
	return 0;
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2)
		return print_welcome();
	const char *name = argv[1];
	if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0)
		return print_version();
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return print_help();
	if (strcmp(name, "help") == 0) {
		if (argc == 2)
			return print_help();
		name = argv[2];
	}
	const struct command *command = command_find(name);
	if (command == NULL)
		return unknown_command(name);
	if (name != argv[1] || asks_for_help(argc, argv))
		return print_command_help(command);
	if (command->main == NULL)
		return cli_wrong_use(name, "not in this build");
	return command->main(argc - 1, argv + 1);
}

/* Started with a standard descriptor closed, the next file opened would take its number, and a
   table would be written into the file of records. Standard output stays one that refuses writing.
 */
static void open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
			open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) < 0)
			return;
}

int cli_main(int argc, char **argv)
{
	open_standard_descriptors();
	int rc = address_take(argc, argv);
	if (rc != 0) {
		cli_error(NULL, "%s", strerror(-rc));
		return EXIT_NOT_MEASURED;
	}
	int status = dispatch(argc, argv);

	/* a full disk behind stdout is an error even when everything else went well */
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_FINE) {
		cli_error(NULL, "cannot write the output: %s", strerror(errno));
		status = EXIT_NOT_MEASURED;
	}
	return status;
}
