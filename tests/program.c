/*
 * Runs the program that was built with the tests: build/<mode>/concbench beside
 * build/<mode>/tests/.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/program.h"

/* build/<mode> of the running test. */
static int build_folder(char *folder, size_t bytes)
{
	ssize_t length = readlink("/proc/self/exe", folder, bytes - 1);

	if (length < 0)
		return -errno;
	folder[length] = '\0';
	char *tests = strstr(folder, "/tests/");
	if (tests == NULL)
		return -ENOENT;
	*tests = '\0';
	return 0;
}

int program_run(const char *command, char *output, size_t bytes)
{
	char folder[PATH_MAX], *line;
	size_t used = 0, got;
	int rc = build_folder(folder, sizeof folder);

	if (rc != 0)
		return rc;
	if (asprintf(&line,
		    "cd '%s/../..' && concbench() { '%s/concbench' \"$@\"; } && { %s\n} 2>&1",
		    folder, folder, command) < 0)
		return -ENOMEM;
	FILE *pipe = popen(line, "r");
	rc = -errno;
	free(line);
	if (pipe == NULL)
		return rc;
	while (used + 1 < bytes && (got = fread(output + used, 1, bytes - 1 - used, pipe)) > 0)
		used += got;
	output[used] = '\0';
	int status = pclose(pipe);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

pid_t program_start(char *const *words)
{
	char path[PATH_MAX + sizeof("/concbench")];
	int rc = build_folder(path, PATH_MAX);

	if (rc != 0)
		return rc;
	strcat(path, "/concbench");
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		for (int fd = 0; fd <= STDERR_FILENO; fd++)
			dup2(null, fd);
		execv(path, words);
		_exit(127);
	}
	return pid < 0 ? -errno : pid;
}
