/*
 * A throw-away cluster. See cluster.h; scripts/postgres makes the same by hand.
 */
#include "bench/db/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_TURNS = 2000, TURN_NS = 10000000, PATH_BYTES = 256 };

void cluster_folder(char *folder, size_t bytes, pid_t owner)
{
	snprintf(folder, bytes, "/tmp/concbench-db-%d", (int)owner);
}

/* The newest PostgreSQL of the distribution, or the one in PATH. */
static int find_program(char *path, size_t bytes, const char *name)
{
	char pattern[PATH_BYTES];
	glob_t found;
	int rc = -ENOENT;

	snprintf(pattern, sizeof(pattern), "/usr/lib/postgresql/*/bin/%s", name);
	if (glob(pattern, 0, NULL, &found) == 0) {
		snprintf(path, bytes, "%s", found.gl_pathv[found.gl_pathc - 1]);
		rc = 0;
	}
	globfree(&found);
	for (const char *at = getenv("PATH"); rc != 0 && at != NULL; at = strchr(at, ':')) {
		at += *at == ':';
		snprintf(path, bytes, "%.*s/%s", (int)strcspn(at, ":"), at, name);
		rc = access(path, X_OK) == 0 ? 0 : -ENOENT;
	}
	return rc;
}

/* Whose it is: the caller's, or for root the user postgres, or nobody. */
static const struct passwd *owner(void)
{
	if (geteuid() != 0)
		return NULL;
	const struct passwd *user = getpwnam("postgres");
	return user != NULL ? user : getpwnam("nobody");
}

/* In a child: becomes the program, as its owner, silent, and ends when we do. */
static void become(const char *const *words)
{
	const struct passwd *user = owner();
	pid_t parent = getppid();
	int null = open("/dev/null", O_RDWR);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	if (user != NULL &&
		(setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGQUIT); /* PostgreSQL's immediate shutdown; setuid clears it */
	if (getppid() != parent || chdir("/") != 0)
		_exit(126);
	unsetenv("PGDATA");
	execv(words[0], (char *const *)(uintptr_t)words);
	_exit(127);
}

static pid_t start(const char *const *words)
{
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0)
		become(words);
	return pid < 0 ? -errno : pid;
}

static int run(const char *const *words)
{
	int status;
	pid_t pid = start(words);

	if (pid < 0)
		return pid;
	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return -errno;
	return status == 0 ? 0 : -EIO;
}

static int make_folder(const char *folder)
{
	const struct passwd *user = owner();

	if (mkdir(folder, 0700) != 0)
		return -errno;
	if (user != NULL && chown(folder, user->pw_uid, user->pw_gid) != 0)
		return -errno;
	return 0;
}

/* The socket is there once the server listens; it may still refuse for a moment. */
static int wait_for(const struct cluster *cluster)
{
	struct timespec turn = {.tv_nsec = TURN_NS};
	char path[PATH_BYTES], line[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/data/postmaster.pid", cluster->folder);
	for (int i = 0; i < WAIT_TURNS; i++) {
		if (waitpid(cluster->pid, NULL, WNOHANG) == cluster->pid)
			return -ECHILD;
		FILE *file = fopen(path, "re");
		bool ready = false;
		while (file != NULL && fgets(line, sizeof(line), file) != NULL)
			ready = strncmp(line, "ready", 5) == 0;
		if (file != NULL)
			fclose(file);
		if (ready)
			return 0;
		nanosleep(&turn, NULL);
	}
	return -ETIMEDOUT;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
	(void)status, (void)kind, (void)at;
	remove(path);
	return 0;
}

/*
 * PostgreSQL marks its data directory with a segment of System V shared memory, which outlives a
 * server that was killed. Its number is in the seventh line of the lock file, the server's in the
 * first, negative while there is no server yet.
 */
static void remove_segment(const char *folder)
{
	enum { SEGMENT_LINE = 7 };
	char path[PATH_BYTES], line[PATH_BYTES];
	struct shmid_ds status;
	int number = 0, id = -1;
	long creator = 0;

	snprintf(path, sizeof(path), "%s/data/postmaster.pid", folder);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		number++;
		if (number == 1)
			creator = labs(strtol(line, NULL, 10));
		if (number == SEGMENT_LINE && sscanf(line, "%*u %d", &id) != 1)
			id = -1;
	}
	fclose(file);
	if (id >= 0 && shmctl(id, IPC_STAT, &status) == 0 && status.shm_cpid == creator)
		shmctl(id, IPC_RMID, NULL);
}

static void remove_folder(const char *folder)
{
	enum { DESCRIPTORS = 16 };

	remove_segment(folder);
	nftw(folder, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

/* What owners that were killed have left: a folder is named after its owner. */
static void sweep_dead(void)
{
	glob_t found;

	if (glob("/tmp/concbench-db-[0-9]*", GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++) {
			long pid = strtol(strrchr(found.gl_pathv[i], '-') + 1, NULL, 10);
			if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
				remove_folder(found.gl_pathv[i]);
		}
	globfree(&found);
}

int cluster_start(struct cluster *cluster, int connections, char *error, size_t error_bytes)
{
	char initdb[PATH_BYTES], postgres[PATH_BYTES], data[PATH_BYTES], limit[64];

	*cluster = (struct cluster){0};
	if (find_program(initdb, sizeof(initdb), "initdb") != 0 ||
		find_program(postgres, sizeof(postgres), "postgres") != 0) {
		snprintf(error, error_bytes,
			"PostgreSQL is not installed (apt-get install postgresql)");
		return -ENOENT;
	}
	cluster_folder(cluster->folder, sizeof(cluster->folder), getpid());
	snprintf(data, sizeof(data), "%s/data", cluster->folder);
	snprintf(limit, sizeof(limit), "max_connections=%d", 2 * connections + 10);
	const char *const make[] = {initdb, "-D", data, "-U", "postgres", "-A", "trust",
		"--no-sync", "--no-locale", "-E", "UTF8", NULL};
	const char *const serve[] = {postgres, "-D", data, "-k", cluster->folder, "-c",
		"listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c",
		"autovacuum=off", "-c", "dynamic_shared_memory_type=mmap", "-c", limit, NULL};
	sweep_dead();
	int rc = make_folder(cluster->folder);
	if (rc == 0)
		rc = run(make);
	pid_t pid = rc == 0 ? start(serve) : rc;
	if (pid > 0) {
		cluster->pid = pid;
		rc = wait_for(cluster);
	} else {
		rc = pid;
	}
	if (rc != 0)
		snprintf(error, error_bytes, "PostgreSQL cannot be started in %s: %s",
			cluster->folder, strerror(-rc));
	return rc;
}

void cluster_stop(struct cluster *cluster)
{
	if (cluster->pid > 0) {
		kill(cluster->pid, SIGQUIT);
		while (waitpid(cluster->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (cluster->folder[0] != '\0')
		remove_folder(cluster->folder);
	*cluster = (struct cluster){0};
}

void cluster_sweep(pid_t owner)
{
	char folder[64];

	cluster_folder(folder, sizeof(folder), owner);
	if (access(folder, F_OK) == 0)
		remove_folder(folder);
}

/* User and system time of a process and of its children that have ended, in ticks. */
static uint64_t ticks_of(pid_t pid)
{
	unsigned long long own_user = 0, own_system = 0;
	long long user = 0, system = 0;
	char path[64], line[1024] = "";

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	const char *name_end = fgets(line, sizeof(line), file) != NULL ? strrchr(line, ')') : NULL;
	fclose(file);
	if (name_end == NULL || sscanf(name_end + 1,
					" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu "
					"%lld %lld",
					&own_user, &own_system, &user, &system) != 4)
		return 0;
	return own_user + own_system + (uint64_t)user + (uint64_t)system;
}

uint64_t cluster_cpu_ns(const struct cluster *cluster)
{
	uint64_t ticks = ticks_of(cluster->pid);
	char path[96], *word, *rest, line[1 << 14] = "";

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)cluster->pid,
		(int)cluster->pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	word = fgets(line, sizeof(line), file);
	fclose(file);
	for (; word != NULL; word = rest) {
		long child = strtol(word, &rest, 10);
		if (rest == word)
			break;
		ticks += ticks_of((pid_t)child);
	}
	return ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}
