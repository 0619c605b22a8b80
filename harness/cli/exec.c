/*
 * concbench exec: one invocation. Orders in as arguments, one JSON record out on a descriptor.
 */
#include "harness/cli/exec.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/measure/binary.h"
#include "harness/measure/without.h"

enum { INTERFACE_VERSION = 2, STACK_LIMIT_BYTES = 8 << 20 };

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
	"  --chunk N             operations per chunk of the window (as the warm-up suggests)\n"
	"  --guest PROGRAM       MODEL is one of that program's (docs/guests.md)\n"
	"  --inject KIND=N       does more at the end of each chunk: cpu=25us, syscall=40, "
	"page=10, or\n"
	"                        stall=3ms after every 50th (a regression on order)\n"
	"  --record-fd N         where the record goes (1)\n"
	"  --stall DURATION      without progress for so long it is ended (60s)\n"
	"  --settle DURATION     kind memory: the longest wait for a baseline that stands still "
	"(30s)\n"
	"  --session --block --slot --arm --order --padding   passed on into the record\n"
	"  --interface           print the version of this interface\n";

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

static int run(struct exec_arguments *arguments)
{
	struct record record;
	int interrupted = 0;
	int status = EXIT_NOT_MEASURED;

	signal(SIGPIPE, SIG_IGN); /* a reader that left is an error like others */
	int rc = invocation_run(&arguments->plan, &record, &interrupted);
	/* Not before: what a digest maps and allocates would be in every child's memory. */
	if (binary_sha256(record.place.binary_sha256) != 0)
		cli_error("exec", "the digest of this program could not be taken");
	if (rc != 0)
		cli_error("exec", "%s: %s", arguments->target, strerror(-rc));
	else if (print_record(&record, arguments->record_fd) == 0 && record.status != STATUS_FAILED)
		status = EXIT_FINE;
	record_release(&record);
	return interrupted != 0 ? 128 + interrupted : status;
}

int exec_main(int argc, char **argv)
{
	struct exec_arguments arguments;
	int rc = exec_read_arguments(&arguments, argc, argv);

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
	rc = exec_complete_plan(&arguments);
	if (rc != 0)
		return rc;
	return run(&arguments);
}
