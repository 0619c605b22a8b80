#include "harness/compare/operand.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const arm_folders[ARMS] = {"base", "head"};

enum { INTERFACE = 1 };

int operands_open(struct operands *operands)
{
	char path[80];

	memset(operands, 0, sizeof(*operands));
	strcpy(operands->folder, "/tmp/concbench-compare-XXXXXX");
	if (mkdtemp(operands->folder) == NULL) {
		int rc = -errno;
		operands->folder[0] = '\0';
		return rc;
	}
	for (int arm = 0; arm < ARMS; arm++) {
		snprintf(path, sizeof(path), "%s/%s", operands->folder, arm_folders[arm]);
		if (mkdir(path, 0700) != 0)
			return -errno;
		snprintf(operands->programs[arm], PATH_MAX, "%s/concbench", path);
	}
	return 0;
}

/*
 * Runs a program with its output in a file.
 *   line     its last line, as far as it fits
 *   Returns  its exit status, 128 + signal, or -errno.
 */
static int run(const struct operands *operands, char *const *argv, char *line, size_t bytes)
{
	char path[80], text[4096];
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;

	snprintf(path, sizeof(path), "%s/log", operands->folder);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	int rc = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		return -rc;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	FILE *log = fopen(path, "re");
	line[0] = '\0';
	while (log != NULL && fgets(text, sizeof(text), log) != NULL)
		snprintf(line, bytes, "%.*s", (int)strcspn(text, "\n"), text);
	if (log != NULL)
		fclose(log);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int copy(const char *from, const char *to)
{
	struct stat status;
	int in = open(from, O_RDONLY | O_CLOEXEC), rc = in < 0 ? -errno : 0, out = -1;

	if (rc == 0 && fstat(in, &status) != 0)
		rc = -errno;
	if (rc == 0 && !S_ISREG(status.st_mode))
		rc = -EISDIR;
	if (rc == 0 && (out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700)) < 0)
		rc = -errno;
	for (off_t left = rc == 0 ? status.st_size : 0; left > 0 && rc == 0;) {
		ssize_t sent = sendfile(out, in, NULL, (size_t)left);
		rc = sent < 0 ? -errno : sent == 0 ? -EIO : 0;
		left -= sent;
	}
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) != 0 && rc == 0)
		rc = -errno;
	return rc;
}

/* One step of a build; says which failed and the last thing it said. */
static int step(const struct operands *operands, const char *operand, char *const *argv,
	char *error, size_t error_bytes)
{
	char line[300] = "";
	int status = run(operands, argv, line, sizeof(line));

	if (status == 0)
		return 0;
	snprintf(error, error_bytes, "%.100s: %s %s failed: %.300s", operand, argv[0], argv[1],
		status < 0 ? strerror(-status) : line);
	return -ECHILD;
}

/* Builds a revision in a tree of its own and copies the program. */
static int build(const struct operands *operands, enum arm arm, const char *operand, char *error,
	size_t error_bytes)
{
	char tree[80], made[120], commit[100], hash[80] = "";

	snprintf(tree, sizeof(tree), "%s/%s/tree", operands->folder, arm_folders[arm]);
	snprintf(made, sizeof(made), "%s/build/release/concbench", tree);
	snprintf(commit, sizeof(commit), "%.80s^{commit}", operand + strlen("git:"));
	char *const resolve[] = {"git", "rev-parse", "--verify", "--quiet", commit, NULL};
	char *const clone[] = {
		"git", "clone", "--quiet", "--shared", "--no-checkout", ".", tree, NULL};
	char *const checkout[] = {"git", "-C", tree, "checkout", "--quiet", "--detach", hash, NULL};
	char *const make[] = {"make", "-s", "-C", tree, "build/release/concbench", NULL};
	if (commit[0] == '-' || run(operands, resolve, hash, sizeof(hash)) != 0) {
		snprintf(error, error_bytes, "%.100s: there is no such revision here", operand);
		return -EINVAL;
	}
	int rc = step(operands, operand, clone, error, error_bytes);
	if (rc == 0)
		rc = step(operands, operand, checkout, error, error_bytes);
	if (rc == 0)
		rc = step(operands, operand, make, error, error_bytes);
	if (rc == 0 && (rc = copy(made, operands->programs[arm])) != 0)
		snprintf(error, error_bytes, "%.100s: its build has no build/release/concbench",
			operand);
	return rc;
}

/* An executable, or the one in a folder. */
static int find(const char *operand, char *path)
{
	static const char *const inside[] = {"concbench", "build/release/concbench"};
	struct stat status;

	if (stat(operand, &status) != 0)
		return -errno;
	snprintf(path, PATH_MAX, "%s", operand);
	for (size_t i = 0; i < 2 && S_ISDIR(status.st_mode); i++) {
		snprintf(path, PATH_MAX, "%s/%s", operand, inside[i]);
		if (access(path, X_OK) == 0)
			return 0;
	}
	if (S_ISDIR(status.st_mode))
		return -ENOENT;
	return access(path, X_OK) == 0 ? 0 : -errno;
}

/* Does it speak our invocation interface? */
static int check(const struct operands *operands, enum arm arm, const char *operand, char *error,
	size_t error_bytes)
{
	char program[PATH_MAX], line[100] = "";
	char *const argv[] = {program, "exec", "--interface", NULL};

	snprintf(program, sizeof(program), "%s", operands->programs[arm]);
	int status = run(operands, argv, line, sizeof(line));
	if (status == 0 && atoi(line) == INTERFACE)
		return 0;
	if (status == 0 && atoi(line) > 0)
		snprintf(error, error_bytes,
			"%.200s speaks invocation interface %d, this program %d", operand,
			atoi(line), INTERFACE);
	else
		snprintf(error, error_bytes,
			"%.200s is not a concbench (exec --interface gave %s %d); two other "
			"programs are compared with --command",
			operand, status < 0 ? "error" : "status", status < 0 ? -status : status);
	return -EINVAL;
}

int operand_take(struct operands *operands, enum arm arm, const char *operand, char *error,
	size_t error_bytes)
{
	char path[PATH_MAX];
	int rc;

	if (strncmp(operand, "git:", 4) == 0) {
		rc = build(operands, arm, operand, error, error_bytes);
	} else {
		rc = find(operand, path);
		if (rc == 0)
			rc = copy(path, operands->programs[arm]);
		if (rc != 0) {
			snprintf(error, error_bytes, "%.200s: %s", operand,
				rc == -ENOENT ? "there is no executable concbench" : strerror(-rc));
			rc = -EINVAL;
		}
	}
	return rc == 0 ? check(operands, arm, operand, error, error_bytes) : rc;
}

void operands_close(struct operands *operands)
{
	char *const argv[] = {"rm", "-rf", operands->folder, NULL};
	pid_t child;

	if (operands->folder[0] == '\0' ||
		posix_spawnp(&child, argv[0], NULL, NULL, argv, environ) != 0)
		return;
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	operands->folder[0] = '\0';
}
