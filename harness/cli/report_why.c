#include "harness/cli/report_why.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/report/excerpt.h"

enum { CALLS_SHOWN = 12, ARGUMENTS_MAX = 64 };

static const char command[] = "report";

/* The row of a cell: of the first group that has it. */
static const struct row *find_row(
	const struct report *report, const char *workload, const char *model)
{
	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		if (group->kind != KIND_TIME || strcmp(group->facts->name, workload) != 0)
			continue;
		for (int j = 0; j < group->rows_count; j++)
			if (strcmp(group->rows[j].model, model) == 0)
				return &group->rows[j];
	}
	return NULL;
}

/* Runs a program with its output thrown away; its exit status, or -errno when it cannot be run. */
static int run_quietly(char *const *arguments)
{
	posix_spawn_file_actions_t actions;
	int status = 0;
	pid_t pid;
	int rc = -posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && rc == 0; fd++)
		rc = -posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	if (rc == 0)
		rc = -posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		return rc;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* "echo/threads" as in the run, in strace's words; what it printed is in the file. */
static int trace(const struct row *row, char *file)
{
	static char strace[] = "strace", follow[] = "-f", count[] = "-c", sort[] = "-S",
		    calls[] = "calls", output[] = "-o", window[] = "--window",
		    short_one[] = "100ms";
	char text[1024], program[] = "/proc/self/exe", self[512];
	char *arguments[ARGUMENTS_MAX] = {strace, follow, count, sort, calls, output, file, self};
	int used = 8;
	ssize_t length = readlink(program, self, sizeof(self) - 1);

	if (length < 0)
		return -errno;
	self[length] = '\0';
	row_command(row, text, sizeof(text));
	strtok(text, " "); /* the program's name is self */
	for (char *word; (word = strtok(NULL, " ")) != NULL && used < ARGUMENTS_MAX - 3;)
		arguments[used++] = word;
	arguments[used++] = window;
	arguments[used] = short_one;
	return run_quietly(arguments);
}

static void print_calls(FILE *in)
{
	char line[200];

	for (int i = 0; i < CALLS_SHOWN + 2 && fgets(line, sizeof(line), in) != NULL; i++)
		printf("  %s", line);
}

static void print_profile(const struct row *row, const struct writer *writer)
{
	char file[] = "/tmp/concbench-why-XXXXXX";
	int fd = mkstemp(file);

	if (fd < 0)
		return;
	int status = trace(row, file);
	FILE *in = fdopen(fd, "r");
	write_heading(writer,
		"System calls of %s/%s, from start to end, counted by strace just now",
		row->records[0]->workload, row->model);
	if (status == -ENOENT || status == 127)
		write_note(writer, "strace is not installed (Debian: apt-get install strace)");
	else if (status != 0 || in == NULL)
		write_note(writer, "strace could not count them (status %d)", status);
	else
		print_calls(in);
	if (in != NULL)
		fclose(in);
	else
		close(fd);
	unlink(file);
}

int report_why(const struct report *report, const char *cell)
{
	struct writer writer = writer_for(stdout, WRITER_TERMINAL);
	char workload[RECORD_NAME_MAX];
	const char *slash = strchr(cell, '/'), *model = slash == NULL ? NULL : slash + 1;

	snprintf(workload, sizeof(workload), "%.*s", (int)strcspn(cell, "/"), cell);
	int count = excerpt_why(report, workload, model, &writer);
	if (count < 0) {
		cli_error(command, "%s", strerror(-count));
		return EXIT_NOT_MEASURED;
	}
	if (count == 0)
		return cli_wrong_use(command, "--why: %s is not in this run", cell);
	const struct row *row = model == NULL ? NULL : find_row(report, workload, model);
	if (row == NULL)
		return EXIT_FINE;
	char again[1024];
	row_command(row, again, sizeof(again));
	write_note(&writer, "again: %s", again);
	if (row->status == STATUS_OK)
		print_profile(row, &writer);
	return EXIT_FINE;
}
