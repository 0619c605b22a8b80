/*
 * The table of limits: see limit_table.h. Each row's reading stands above it.
 */
#include "harness/measure/limit_table.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/measure/cgroup.h"
#include "harness/measure/tree.h"

static int read_number(const char *path, int64_t *value)
{
	char text[64];

	if (proc_read(AT_FDCWD, path, text, sizeof(text)) <= 0 || !isdigit((unsigned char)text[0]))
		return -ENOENT; /* "max" is no number: no limit */
	*value = strtoll(text, NULL, 10);
	return 0;
}

static int read_rlimit(int resource, int64_t *most)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return -ENOENT;
	*most = (int64_t)limit.rlim_cur;
	return 0;
}

static int read_own_status(const char *key, int64_t *value)
{
	char text[4096];

	if (proc_read(AT_FDCWD, "/proc/self/status", text, sizeof(text)) <= 0)
		return -ENOENT;
	*value = proc_field(text, key, -1);
	return *value < 0 ? -ENOENT : 0;
}

/* Threads of this user: what RLIMIT_NPROC counts. */
static int64_t threads_of_user(void)
{
	int64_t threads = 0;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[64];
	char text[4096];

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/status", entry->d_name);
		if (proc_read(AT_FDCWD, path, text, sizeof(text)) > 0 &&
			proc_field(text, "Uid:", -1) == (int64_t)getuid())
			threads += proc_field(text, "Threads:", 0);
	}
	if (proc != NULL)
		closedir(proc);
	return threads;
}

static int nproc(int64_t *used, int64_t *most)
{
	enum { CAP_SYS_ADMIN_BIT = 21, CAP_SYS_RESOURCE_BIT = 24 };
	char text[4096];
	const char *caps;

	if (read_rlimit(RLIMIT_NPROC, most) != 0 || getuid() == 0)
		return -ENOENT; /* the kernel never holds it against root */
	if (proc_read(AT_FDCWD, "/proc/self/status", text, sizeof(text)) <= 0)
		return -ENOENT;
	caps = strstr(text, "CapEff:");
	if (caps != NULL &&
		(strtoull(caps + 7, NULL, 16) &
			(1ull << CAP_SYS_ADMIN_BIT | 1ull << CAP_SYS_RESOURCE_BIT)) != 0)
		return -ENOENT;
	*used = threads_of_user();
	return 0;
}

static int64_t threads_of_all(void)
{
	char text[128];
	int64_t threads = 0;

	if (proc_read(AT_FDCWD, "/proc/loadavg", text, sizeof(text)) > 0)
		sscanf(text, "%*f %*f %*f %*d/%" SCNd64, &threads);
	return threads;
}

static int pid_max(int64_t *used, int64_t *most)
{
	*used = threads_of_all();
	return read_number("/proc/sys/kernel/pid_max", most);
}

static int threads_max(int64_t *used, int64_t *most)
{
	*used = threads_of_all();
	return read_number("/proc/sys/kernel/threads-max", most);
}

/* What holds a group's limit and what it has of that, by the limit's name; in version 1 and 2. */
static const struct {
	const char *name, *controller, *most, *used;
} group_files[] = {
	{"cgroup pids.max", "pids", "pids.max", "pids.current"},
	{"cgroup memory", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"},
	{"cgroup memory", "memory", "memory.max", "memory.current"},
};
enum { GROUP_FILES = sizeof(group_files) / sizeof(group_files[0]) };

/* From the process's own group up to where the hierarchy is mounted. */
static int least_room(int row, int64_t *used, int64_t *most, char *path, size_t bytes)
{
	char folder[CGROUP_PATH_MAX], file[CGROUP_PATH_MAX + 64];
	int64_t used_here, most_here;
	int found = -ENOENT;

	if (cgroup_own_file(group_files[row].controller, "", folder, sizeof(folder)) != 0)
		return -ENOENT;
	for (char *end = strrchr(folder, '/'); end != NULL; end = strrchr(folder, '/')) {
		*end = '\0';
		snprintf(file, sizeof(file), "%s/%s", folder, group_files[row].used);
		if (read_number(file, &used_here) != 0)
			continue; /* the root, or one that was handed down no count of this */
		snprintf(file, sizeof(file), "%s/%s", folder, group_files[row].most);
		if (read_number(file, &most_here) != 0 || most_here > INT64_MAX / 2 ||
			(found == 0 && most_here - used_here >= *most - *used))
			continue;
		found = 0;
		*used = used_here;
		*most = most_here;
		snprintf(path, bytes, "%s", file);
	}
	return found;
}

int limit_of_group(const char *name, int64_t *used, int64_t *most, char *path, size_t bytes)
{
	for (int i = 0; i < GROUP_FILES; i++)
		if (strcmp(name, group_files[i].name) == 0 &&
			least_room(i, used, most, path, bytes) == 0)
			return 0;
	return -ENOENT;
}

static int cgroup_pids(int64_t *used, int64_t *most)
{
	char path[CGROUP_PATH_MAX];

	return limit_of_group("cgroup pids.max", used, most, path, sizeof(path));
}

static int cgroup_memory(int64_t *used, int64_t *most)
{
	char path[CGROUP_PATH_MAX];

	return limit_of_group("cgroup memory", used, most, path, sizeof(path));
}

static int map_count(int64_t *used, int64_t *most)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int c;

	if (maps == NULL)
		return -ENOENT;
	for (*used = 0; (c = getc_unlocked(maps)) != EOF;)
		*used += c == '\n';
	fclose(maps);
	return read_number("/proc/sys/vm/max_map_count", most);
}

static int address_space(int64_t *used, int64_t *most)
{
	int rc = read_own_status("VmSize:", used);

	*used *= 1024;
	return rc != 0 ? rc : read_rlimit(RLIMIT_AS, most);
}

static int data_segment(int64_t *used, int64_t *most)
{
	int rc = read_own_status("VmData:", used);

	*used *= 1024;
	return rc != 0 ? rc : read_rlimit(RLIMIT_DATA, most);
}

static int commit_limit(int64_t *used, int64_t *most)
{
	char text[8192];
	int64_t policy;

	if (read_number("/proc/sys/vm/overcommit_memory", &policy) != 0 || policy != 2 ||
		proc_read(AT_FDCWD, "/proc/meminfo", text, sizeof(text)) <= 0)
		return -ENOENT;
	*used = proc_field(text, "Committed_AS:", 0) * 1024;
	*most = proc_field(text, "CommitLimit:", 0) * 1024;
	return 0;
}

static int memory(int64_t *used, int64_t *most)
{
	char text[8192];

	if (proc_read(AT_FDCWD, "/proc/meminfo", text, sizeof(text)) <= 0)
		return -ENOENT;
	*most = proc_field(text, "MemTotal:", 0) * 1024;
	*used = *most - proc_field(text, "MemAvailable:", 0) * 1024;
	return 0;
}

static int open_files(int64_t *used, int64_t *most)
{
	int rc = read_rlimit(RLIMIT_NOFILE, most);

	*used = *most; /* EMFILE has no other cause, and no descriptor is left to count with */
	return rc;
}

static int all_files(int64_t *used, int64_t *most)
{
	*used = INT64_MAX; /* ENFILE has no other cause */
	return read_number("/proc/sys/fs/file-max", most);
}

static int epoll_watches(int64_t *used, int64_t *most)
{
	*used = INT64_MAX; /* not shown anywhere; ENOSPC of a crew has no other cause */
	return read_number("/proc/sys/fs/epoll/max_user_watches", most);
}

/* Ports a connection may be made from. */
static int ports(int64_t *used, int64_t *most)
{
	char text[64];
	int64_t first, last;

	if (proc_read(AT_FDCWD, "/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text)) <=
			0 ||
		sscanf(text, "%" SCNd64 " %" SCNd64, &first, &last) != 2)
		return -ENOENT;
	*used = INT64_MAX; /* EADDRNOTAVAIL on the loopback has no other cause */
	*most = last - first + 1;
	return 0;
}

const struct limit limit_table[] = {
	{"RLIMIT_NPROC", BY_TASKS, SHARE_TASK, 8, nproc, "ulimit -u %lld", 1},
	{"cgroup pids.max", BY_TASKS, SHARE_TASK, 2, cgroup_pids, "echo %lld > ", 1},
	/* the kernel keeps 300 numbers for itself, groups and sessions hold some */
	{"kernel.pid_max", BY_TASKS, SHARE_TASK, 512, pid_max, "sysctl -w kernel.pid_max=%lld", 1},
	{"kernel.threads-max", BY_TASKS, SHARE_TASK, 64, threads_max,
		"sysctl -w kernel.threads-max=%lld", 1},
	{"vm.max_map_count", BY_TASKS | BY_MEMORY, SHARE_MAPS, 16, map_count,
		"sysctl -w vm.max_map_count=%lld", 1},
	{"RLIMIT_AS", BY_TASKS | BY_MEMORY | BY_ADDRESSES, SHARE_BYTES, 64 * LIMIT_MIB,
		address_space, "ulimit -v %lld", LIMIT_KIB},
	{"RLIMIT_DATA", BY_TASKS | BY_MEMORY | BY_ADDRESSES, SHARE_BYTES, 64 * LIMIT_MIB,
		data_segment, "ulimit -d %lld", LIMIT_KIB},
	{"cgroup memory", BY_TASKS | BY_MEMORY, SHARE_UNKNOWN, 16 * LIMIT_MIB, cgroup_memory,
		"echo %lld > ", 1},
	{"CommitLimit", BY_TASKS | BY_MEMORY, SHARE_UNKNOWN, 64 * LIMIT_MIB, commit_limit,
		"sysctl -w vm.overcommit_memory=0", 0},
	{"MemTotal", BY_TASKS | BY_MEMORY, SHARE_UNKNOWN, 64 * LIMIT_MIB, memory, "more memory", 0},
	{"RLIMIT_NOFILE", BY_FILES, SHARE_UNKNOWN, 0, open_files, "ulimit -n %lld", 1},
	{"fs.file-max", BY_ALL_FILES, SHARE_UNKNOWN, 0, all_files, "sysctl -w fs.file-max=%lld", 1},
	{"fs.epoll.max_user_watches", BY_WATCHES, SHARE_UNKNOWN, 0, epoll_watches,
		"sysctl -w fs.epoll.max_user_watches=%lld", 1},
	{"net.ipv4.ip_local_port_range", BY_PORTS, SHARE_UNKNOWN, 0, ports,
		"sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"", 0},
	{0},
};
