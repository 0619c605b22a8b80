/*
 * Which limit was met: see limits.h. A table of limits, each with how much of it is used now. It is
 * over 400 lines because the readings of a row stand beside the table that names them.
 */
#include "harness/measure/limits.h"

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

/* Errors a limit can be behind, as bits. */
enum {
	BY_TASKS = 1,
	BY_MEMORY = 2,
	BY_FILES = 4,
	BY_ALL_FILES = 8,
	BY_WATCHES = 16,
	BY_ADDRESSES = 32,
	BY_PORTS = 64,
	IN_TASKS = 128
};

struct limit {
	const char *name;
	unsigned causes;
	int64_t slack; /* the request that failed may have been this large */
	int (*read)(int64_t *used, int64_t *most); /* 0, or an error when there is no such limit */
	const char *raise; /* the command; %lld is twice the value now, in its own unit */
	int64_t unit;      /* of that value; 0: the command has none */
};

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

static int cgroup_pids(int64_t *used, int64_t *most)
{
	char path[CGROUP_PATH_MAX];

	if (cgroup_own_file("pids", "pids.max", path, sizeof(path)) != 0 ||
		read_number(path, most) != 0)
		return -ENOENT;
	cgroup_own_file("pids", "pids.current", path, sizeof(path));
	return read_number(path, used);
}

static int cgroup_memory(int64_t *used, int64_t *most)
{
	char path[CGROUP_PATH_MAX];
	int old = cgroup_own_file("memory", "memory.limit_in_bytes", path, sizeof(path)) == 0 &&
		  access(path, R_OK) == 0;

	if (!old && cgroup_own_file("memory", "memory.max", path, sizeof(path)) != 0)
		return -ENOENT;
	if (read_number(path, most) != 0 || *most > INT64_MAX / 2)
		return -ENOENT;
	cgroup_own_file(
		"memory", old ? "memory.usage_in_bytes" : "memory.current", path, sizeof(path));
	return read_number(path, used);
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

enum { KIB = 1 << 10, MIB = 1 << 20 };

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

/* The narrower limit first: what is exhausted below another is the cause. */
static const struct limit limits[] = {
	{"RLIMIT_NPROC", BY_TASKS | IN_TASKS, 8, nproc, "ulimit -u %lld", 1},
	{"cgroup pids.max", BY_TASKS | IN_TASKS, 2, cgroup_pids, "echo %lld > ", 1},
	/* the kernel keeps 300 numbers for itself, groups and sessions hold some */
	{"kernel.pid_max", BY_TASKS | IN_TASKS, 512, pid_max, "sysctl -w kernel.pid_max=%lld", 1},
	{"kernel.threads-max", BY_TASKS | IN_TASKS, 64, threads_max,
		"sysctl -w kernel.threads-max=%lld", 1},
	{"vm.max_map_count", BY_TASKS | BY_MEMORY, 16, map_count, "sysctl -w vm.max_map_count=%lld",
		1},
	{"RLIMIT_AS", BY_TASKS | BY_MEMORY | BY_ADDRESSES, 64 * MIB, address_space,
		"ulimit -v %lld", KIB},
	{"RLIMIT_DATA", BY_TASKS | BY_MEMORY, 64 * MIB, data_segment, "ulimit -d %lld", KIB},
	{"cgroup memory", BY_TASKS | BY_MEMORY, 16 * MIB, cgroup_memory, "echo %lld > ", 1},
	{"CommitLimit", BY_TASKS | BY_MEMORY, 64 * MIB, commit_limit,
		"sysctl -w vm.overcommit_memory=0", 0},
	{"MemTotal", BY_TASKS | BY_MEMORY, 64 * MIB, memory, "more memory", 0},
	{"RLIMIT_NOFILE", BY_FILES, 0, open_files, "ulimit -n %lld", 1},
	{"fs.file-max", BY_ALL_FILES, 0, all_files, "sysctl -w fs.file-max=%lld", 1},
	{"fs.epoll.max_user_watches", BY_WATCHES, 0, epoll_watches,
		"sysctl -w fs.epoll.max_user_watches=%lld", 1},
	{"net.ipv4.ip_local_port_range", BY_PORTS, 0, ports,
		"sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"", 0},
};

static unsigned cause_of(int rc)
{
	switch (-rc) {
	case EAGAIN:
		return BY_TASKS;
	case ENOMEM:
		return BY_MEMORY;
	case EMFILE:
		return BY_FILES;
	case ENFILE:
		return BY_ALL_FILES;
	case ENOSPC:
		return BY_WATCHES;
	case EADDRNOTAVAIL:
		return BY_PORTS;
	default:
		return 0;
	}
}

/* The first limit of these causes that has no more left than its slack, or than was requested. */
static const struct limit *exhausted(unsigned cause, int64_t request, int64_t *used, int64_t *most)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]) && cause != 0; i++) {
		const struct limit *limit = &limits[i];
		int64_t slack = limit->slack > request ? limit->slack : request;

		*used = 0;
		if ((limit->causes & cause) == 0 || limit->read(used, most) != 0)
			continue;
		if (*most - *used <= slack)
			return limit;
	}
	return NULL;
}

int limit_name(int rc, int tasks, char *text, size_t bytes)
{
	/* stacks of coroutines are mapped up to half a GiB at a time, and only as addresses */
	const int64_t largest_bytes = 512 * MIB;
	int64_t used, most;
	const struct limit *limit = exhausted(cause_of(rc), 0, &used, &most);

	if (limit == NULL && rc == -ENOMEM)
		limit = exhausted(BY_ADDRESSES, largest_bytes, &used, &most);
	if (limit == NULL)
		return -ENOENT;
	snprintf(text, bytes, "%s %" PRId64 " reached at %d tasks", limit->name, most, tasks);
	return 0;
}

/* What one of many tasks takes of a limit; 0: nothing that is known. */
static int64_t share_of(const struct limit *limit, int rc, int64_t each_bytes)
{
	if ((limit->causes & IN_TASKS) != 0)
		return (cause_of(rc) & BY_TASKS) != 0 ? 1 : 0;
	if (limit->read == map_count)
		return each_bytes > 0 ? 2 : 0; /* a stack and its guard */
	if (limit->read == address_space || limit->read == data_segment)
		return each_bytes;
	return 0;
}

int limit_name_of_many(int rc, int wanted, int64_t each_bytes, char *text, size_t bytes)
{
	int64_t least = wanted;
	int found = -ENOENT;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct limit *limit = &limits[i];
		int64_t share = share_of(limit, rc, each_bytes);
		int64_t used, most;

		if ((limit->causes & cause_of(rc)) == 0 || share == 0 ||
			limit->read(&used, &most) != 0)
			continue;
		int64_t room = most > used ? (most - used) / share : 0;
		/* as where one is named by the task it stopped, a few may be held back */
		if (room >= least + (share == 1 ? limit->slack : 0) ||
			(found == 0 && room >= least))
			continue;
		least = room < least ? room : least;
		snprintf(text, bytes, "%s %" PRId64 " reached at %" PRId64 " tasks", limit->name,
			most, room);
		found = 0;
	}
	return found;
}

int limit_rooms(struct limit_room rooms[LIMIT_ROOMS_MAX])
{
	static const struct limit_room shared[] = {{.name = "kernel.pid_max"},
		{.name = "kernel.threads-max"}, {.name = "MemTotal", .is_memory = true},
		{.name = "cgroup memory", .is_memory = true}};
	int count = 0;

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		for (size_t j = 0; j < sizeof(limits) / sizeof(limits[0]); j++) {
			struct limit_room room = shared[i];

			if (strcmp(limits[j].name, room.name) == 0 &&
				limits[j].read(&room.used, &room.most) == 0)
				rooms[count++] = room;
		}
	return count;
}

/* The file of the group's own that holds this limit, "" for the others. */
static void limit_file(const char *name, char *path, size_t bytes)
{
	path[0] = '\0';
	if (strcmp(name, "cgroup pids.max") == 0)
		(void)cgroup_own_file("pids", "pids.max", path, bytes);
	if (strcmp(name, "cgroup memory") == 0 &&
		(cgroup_own_file("memory", "memory.limit_in_bytes", path, bytes) != 0 ||
			access(path, F_OK) != 0))
		(void)cgroup_own_file("memory", "memory.max", path, bytes);
}

int limit_raise(const char *name, int64_t value, char *text, size_t bytes)
{
	char path[CGROUP_PATH_MAX];

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct limit *limit = &limits[i];
		const char *number = strstr(limit->raise, "%lld");

		if (strcmp(limit->name, name) != 0)
			continue;
		limit_file(name, path, sizeof(path));
		if (number == NULL)
			snprintf(text, bytes, "%s", limit->raise);
		else
			snprintf(text, bytes, "%.*s%" PRId64 "%s%s", (int)(number - limit->raise),
				limit->raise, 2 * (value / limit->unit), number + 4, path);
		return 0;
	}
	return -ENOENT;
}
