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

#include "harness/compare/command.h"

static const char *const arm_folders[ARMS] = {"base", "head"};

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

static int run(const struct operands *operands, char *const *argv, char *line, size_t bytes)
{
	char log[80];

	snprintf(log, sizeof(log), "%s/log", operands->folder);
	return command_run(log, argv, line, bytes);
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

/* The commit that an operand stands for; NULL: the working tree, changes included. */
static int resolve(const struct operands *operands, const char *operand, char *hash, size_t bytes,
	char *error, size_t error_bytes)
{
	char commit[100] = "HEAD^{commit}";
	char *const stash[] = {"git", "stash", "create", NULL};
	char *const parse[] = {"git", "rev-parse", "--verify", "--quiet", commit, NULL};

	hash[0] = '\0';
	/* a commit of what is changed, that no branch knows; nothing if nothing is */
	if (operand == NULL && run(operands, stash, hash, bytes) == 0 && strlen(hash) >= 40)
		return 0;
	if (operand != NULL)
		snprintf(commit, sizeof(commit), "%.80s^{commit}", operand + strlen("git:"));
	if (commit[0] != '-' && run(operands, parse, hash, bytes) == 0)
		return 0;
	snprintf(error, error_bytes, "%.100s: there is no such revision here",
		operand != NULL ? operand : "the working tree");
	return -EINVAL;
}

/* A tree of its own with the operand's files, under a path as long as the other side's. */
static int check_out(struct operands *operands, enum arm arm, const char *operand, char *error,
	size_t error_bytes)
{
	char hash[80] = "", *tree = operands->trees[arm];
	const char *name = operand != NULL ? operand : "the working tree";
	int rc = resolve(operands, operand, hash, sizeof(hash), error, error_bytes);

	if (rc != 0)
		return rc;
	snprintf(tree, sizeof(operands->trees[arm]), "%s/%s/tree", operands->folder,
		arm_folders[arm]);
	char *const clone[] = {
		"git", "clone", "--quiet", "--shared", "--no-checkout", ".", tree, NULL};
	char *const checkout[] = {"git", "-C", tree, "checkout", "--quiet", "--detach", hash, NULL};
	char *const modules[] = {
		"git", "-C", tree, "submodule", "--quiet", "update", "--init", "--recursive", NULL};
	rc = step(operands, name, clone, error, error_bytes);
	if (rc == 0)
		rc = step(operands, name, checkout, error, error_bytes);
	return rc == 0 ? step(operands, name, modules, error, error_bytes) : rc;
}

/* Builds a revision of concbench and copies the program. */
static int build(struct operands *operands, enum arm arm, const char *operand, char *error,
	size_t error_bytes)
{
	const char *name = operand != NULL ? operand : "the working tree";
	char made[120], *tree = operands->trees[arm];
	char *const make[] = {"make", "-s", "-C", tree, "build/release/concbench", NULL};
	int rc = check_out(operands, arm, operand, error, error_bytes);

	if (rc == 0)
		rc = step(operands, name, make, error, error_bytes);
	snprintf(made, sizeof(made), "%s/build/release/concbench", tree);
	if (rc == 0 && (rc = copy(made, operands->programs[arm])) != 0)
		snprintf(error, error_bytes, "%.100s: its build has no build/release/concbench",
			name);
	return rc;
}

int operand_build(struct operands *operands, enum arm arm, const char *operand, const char *with,
	char *error, size_t error_bytes)
{
	char script[PATH_MAX];
	char *const shell[] = {"sh", "-c", script, NULL};
	int rc;

	if (operand != NULL && strncmp(operand, "git:", 4) != 0) {
		snprintf(error, error_bytes, "%.100s: --build expects git:REVISION", operand);
		return -EINVAL;
	}
	rc = check_out(operands, arm, operand, error, error_bytes);
	if (rc != 0)
		return rc;
	if (snprintf(script, sizeof(script), "cd '%s' && { %s\n}", operands->trees[arm], with) >=
		(int)sizeof(script)) {
		snprintf(error, error_bytes, "--build is too long");
		return -EINVAL;
	}
	char line[300] = "";
	int status = run(operands, shell, line, sizeof(line));
	if (status != 0)
		snprintf(error, error_bytes, "%.100s: --build ended with status %d: %.300s",
			operand != NULL ? operand : "the working tree", status, line);
	return status == 0 ? 0 : -ECHILD;
}

/* What the linker reads: so the flags are the same for every order, and nothing is compiled anew.
 */
static int write_order(const char *path, unsigned seed)
{
	FILE *file = fopen(path, "we");
	int rc = file == NULL ? -errno : 0;

	if (rc == 0 && fprintf(file, "--shuffle-sections=.text*=%u\n", seed) < 0)
		rc = -EIO;
	if (file != NULL && fclose(file) != 0 && rc == 0)
		rc = -errno;
	return rc;
}

int operand_shuffle(
	struct operands *operands, enum arm arm, unsigned seed, char *error, size_t error_bytes)
{
	char log[80], order[80], link[200], path[120], *tree = operands->trees[arm];
	char *const lld[] = {"ld.lld", "--version", NULL};
	char *const make[] = {"make", "-s", "-C", tree, "MODE=layout",
		"CFLAGS=-O2 -g -ffunction-sections", link, "build/layout/concbench", NULL};
	int rc = 0;

	snprintf(log, sizeof(log), "%s/log", operands->folder);
	if (command_run(log, lld, NULL, 0) != 0) {
		snprintf(error, error_bytes,
			"ld.lld is not installed (Debian: apt-get install lld)");
		return -ENOTSUP;
	}
	if (tree[0] == '\0')
		rc = check_out(operands, arm, NULL, error, error_bytes);
	snprintf(order, sizeof(order), "%s/%s/order", operands->folder, arm_folders[arm]);
	snprintf(link, sizeof(link), "LDFLAGS=-fuse-ld=lld -Wl,@%s", order);
	snprintf(path, sizeof(path), "%s/build/layout/concbench", tree);
	/* linked in another order, it is made of the same objects: make would see no reason to */
	if (rc == 0)
		rc = write_order(order, seed);
	if (rc == 0 && unlink(path) != 0 && errno != ENOENT)
		rc = -errno;
	if (rc == 0)
		rc = step(operands, "--confirm-layout", make, error, error_bytes);
	if (rc == 0 && (rc = copy(path, operands->programs[arm])) != 0)
		snprintf(error, error_bytes, "--confirm-layout: %s", strerror(-rc));
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

/* The line "flags …" of its --version. */
static void read_flags(struct operands *operands, enum arm arm)
{
	char *const argv[] = {operands->programs[arm], "--version", NULL};
	char line[sizeof(operands->flags[arm])] = "";
	static const char head[] = "flags     ";

	/* an older one may lack it: then nothing is said about flags */
	if (run(operands, argv, line, sizeof(line)) == 0 &&
		strncmp(line, head, sizeof(head) - 1) == 0)
		strcpy(operands->flags[arm], line + sizeof(head) - 1);
}

/* Does it speak our invocation interface? */
static int check(struct operands *operands, enum arm arm, const char *operand, char *error,
	size_t error_bytes)
{
	char line[100] = "";
	char *const argv[] = {operands->programs[arm], "exec", "--interface", NULL};
	int status = run(operands, argv, line, sizeof(line)), version = atoi(line);

	if (status == 0 && version >= INTERFACE_OLDEST && version <= INTERFACE_NEWEST) {
		if (operands->interface == 0 || version < operands->interface)
			operands->interface = version;
		read_flags(operands, arm);
		return 0;
	}
	if (status == 0 && version > 0)
		snprintf(error, error_bytes,
			"%.200s speaks version %d of the invocation interface, this program %d to "
			"%d: let the %s of the two compare",
			operand, version, INTERFACE_OLDEST, INTERFACE_NEWEST,
			version > INTERFACE_NEWEST ? "newer" : "older");
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
