#include "harness/compare/command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last line of a file that is not empty. */
static void last_line(const char *path, char *line, size_t bytes)
{
	char text[4096];
	FILE *file = fopen(path, "re");

	line[0] = '\0';
	while (file != NULL && fgets(text, sizeof(text), file) != NULL)
		if (strcspn(text, "\n") > 0)
			snprintf(line, bytes, "%.*s", (int)strcspn(text, "\n"), text);
	if (file != NULL)
		fclose(file);
}

int command_run(const char *log, char *const *argv, char *line, size_t bytes)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	int rc = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		return -rc;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (line != NULL)
		last_line(log, line, bytes);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
