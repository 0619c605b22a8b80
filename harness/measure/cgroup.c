/*
 * Control groups: see cgroup.h.
 */
#include "harness/measure/cgroup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/measure/tree.h"
#include "harness/measure/without.h"

static const char prefix[] = "concbench-";

/* True if a comma separated list has the word. */
static bool list_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
			return true;
	}
	return false;
}

/* Where a hierarchy is mounted, from /proc/self/mounts. */
static int find_mount(const char *type, const char *controller, char *path, size_t bytes)
{
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char line[1024];
	char folder[512], kind[64], options[256];
	int rc = -ENOENT;

	if (mounts == NULL)
		return -errno;
	while (rc != 0 && fgets(line, sizeof(line), mounts) != NULL)
		if (sscanf(line, "%*s %511s %63s %255s", folder, kind, options) == 3 &&
			strcmp(kind, type) == 0 &&
			(controller == NULL || list_has(options, controller))) {
			snprintf(path, bytes, "%s", folder);
			rc = 0;
		}
	fclose(mounts);
	return rc;
}

/* The group of this process in the hierarchy of a controller ("" is the unified one). */
static int find_name(const char *controller, char *name, size_t bytes)
{
	char text[4096];

	if (proc_read(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) <= 0)
		return -ENOENT;
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *controllers = strchr(line, ':');
		char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;

		if (group == NULL)
			continue;
		*group++ = '\0';
		controllers++;
		if (*controller == '\0' ? *controllers != '\0' : !list_has(controllers, controller))
			continue;
		snprintf(name, bytes, "%s", strcmp(group, "/") == 0 ? "" : group);
		return 0;
	}
	return -ENOENT;
}

/* The folder of this process's own group. */
static int own_folder(const char *controller, char *path, size_t bytes, int *version)
{
	char mount[512], name[256], file[1024];

	*version = 1;
	if (find_name(controller, name, sizeof(name)) != 0 ||
		find_mount("cgroup", controller, mount, sizeof(mount)) != 0) {
		*version = 2;
		if (find_name("", name, sizeof(name)) != 0 ||
			find_mount("cgroup2", NULL, mount, sizeof(mount)) != 0)
			return -ENOENT;
	}
	/* inside a container the name may be one of the host's: the mount is then the group itself
	 */
	snprintf(file, sizeof(file), "%s%s/cgroup.procs", mount, name);
	int length = snprintf(path, bytes, "%s%s", mount, access(file, F_OK) == 0 ? name : "");
	return length < 0 || (size_t)length >= bytes ? -ENAMETOOLONG : 0;
}

int cgroup_own_file(const char *controller, const char *file, char *path, size_t bytes)
{
	char folder[CGROUP_PATH_MAX];
	int version;
	int rc = own_folder(controller, folder, sizeof(folder), &version);

	if (rc != 0)
		return rc;
	int length = snprintf(path, bytes, "%s/%s", folder, file);
	return length < 0 || (size_t)length >= bytes ? -ENAMETOOLONG : 0;
}

void cgroup_own_name(char *name, size_t bytes)
{
	name[0] = '\0';
	if (find_name("cpu", name, bytes) != 0 && find_name("", name, bytes) != 0)
		return;
	if (name[0] == '\0')
		snprintf(name, bytes, "/");
}

static int own_text(const char *controller, const char *file, char *text, size_t bytes)
{
	char path[CGROUP_PATH_MAX];
	int rc = cgroup_own_file(controller, file, path, sizeof(path));

	text[0] = '\0';
	if (rc == 0 && proc_read(AT_FDCWD, path, text, bytes) <= 0)
		rc = -ENOENT;
	text[strcspn(text, "\n")] = '\0';
	return rc;
}

void cgroup_cpu_max(char *text, size_t bytes)
{
	char quota[32], period[32];

	if (own_text("cpu", "cpu.max", text, bytes) == 0)
		return;
	text[0] = '\0';
	if (own_text("cpu", "cpu.cfs_quota_us", quota, sizeof(quota)) != 0 ||
		own_text("cpu", "cpu.cfs_period_us", period, sizeof(period)) != 0)
		return;
	if (quota[0] == '-')
		snprintf(text, bytes, "max");
	else
		snprintf(text, bytes, "%s %s", quota, period);
}

uint64_t cgroup_throttled_ns(void)
{
	char path[CGROUP_PATH_MAX];
	char text[2048];

	if (cgroup_own_file("cpu", "cpu.stat", path, sizeof(path)) != 0 ||
		proc_read(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return 0;
	int64_t ns = proc_field(text, "throttled_time ", -1);
	if (ns < 0)
		ns = proc_field(text, "throttled_usec ", 0) * 1000;
	return (uint64_t)ns;
}

/* Removes groups whose supervisor was killed before it could; says how many of them were still in
 * use. */
static int sweep(const char *folder)
{
	DIR *groups = opendir(folder);
	struct dirent *entry;
	int busy = 0;

	while (groups != NULL && (entry = readdir(groups)) != NULL) {
		const char *number = entry->d_name + sizeof(prefix) - 1;

		if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) != 0 ||
			!isdigit((unsigned char)*number))
			continue;
		if (kill((pid_t)strtol(number, NULL, 10), 0) != 0 && errno == ESRCH &&
			unlinkat(dirfd(groups), entry->d_name, AT_REMOVEDIR) != 0)
			busy += errno == EBUSY;
	}
	if (groups != NULL)
		closedir(groups);
	return busy;
}

/* True if a file of a group holds a limit: neither "max" nor an empty list. */
static bool is_limited(const char *folder, const char *file)
{
	char path[CGROUP_PATH_MAX + 64], text[64];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return proc_read(AT_FDCWD, path, text, sizeof(text)) > 0 && text[0] != '\n' &&
	       strncmp(text, "max", 3) != 0;
}

/*
 * In version 2 a group that holds processes hands no controller down, unless it is the root: what
 * counts memory is then made beside our own group. Not if that would lift a limit that ours has.
 */
static void step_aside(char *folder)
{
	static const char *const limits[] = {"memory.max", "memory.high", "memory.swap.max",
		"pids.max", "cpu.max", "cpuset.cpus"};
	char file[CGROUP_PATH_MAX + 64], name[256], text[512];
	size_t length = strlen(folder);

	snprintf(file, sizeof(file), "%s/cgroup.subtree_control", folder);
	if (proc_read(AT_FDCWD, file, text, sizeof(text)) > 0 && strstr(text, "memory") != NULL)
		return;
	/* the mount itself is the root, or as far up as a container sees */
	if (find_name("", name, sizeof(name)) != 0 || name[0] == '\0' || length <= strlen(name) ||
		strcmp(folder + length - strlen(name), name) != 0)
		return;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (is_limited(folder, limits[i]))
			return;
	*strrchr(folder, '/') = '\0';
}

/* Where groups of ours that count a controller's resource are made. */
static int group_folder(const char *controller, char *folder, size_t bytes, int *version)
{
	int rc = own_folder(controller, folder, bytes, version);

	if (rc == 0 && *version == 2 && strcmp(controller, "memory") == 0)
		step_aside(folder);
	return rc;
}

/* A group of our own that has this file. */
static int make(struct control_group *group, const char *controller, const char *file_of_1,
	const char *file_of_2)
{
	char folder[CGROUP_PATH_MAX];
	char file[CGROUP_PATH_MAX + 64];

	*group = (struct control_group){0};
	if (without("cgroup"))
		return -ENOSYS;
	int rc = group_folder(controller, folder, sizeof(folder), &group->version);
	if (rc != 0)
		return rc;
	sweep(folder);
	int length =
		snprintf(group->path, sizeof(group->path), "%s/%s%d", folder, prefix, getpid());
	if (length < 0 || (size_t)length >= sizeof(group->path))
		rc = -ENAMETOOLONG;
	else if (mkdir(group->path, 0755) != 0 && errno != EEXIST)
		rc = -errno;
	if (rc != 0) {
		group->path[0] = '\0';
		return rc;
	}
	/* in version 2 the group above may not have handed the controller down */
	snprintf(file, sizeof(file), "%s/%s", group->path,
		group->version == 1 ? file_of_1 : file_of_2);
	if (access(file, R_OK) != 0) {
		control_group_remove(group);
		return -EOPNOTSUPP;
	}
	return 0;
}

int memory_group_make(struct control_group *group)
{
	return make(group, "memory", "memory.usage_in_bytes", "memory.current");
}

int cpu_group_make(struct control_group *group, const struct control_group *memory)
{
	char file[CGROUP_PATH_MAX + 64];
	int rc = make(group, "cpuacct", "cpuacct.usage", "cpu.stat");

	if (rc != 0)
		return rc;
	/* a process is in one group of version 2: it would leave the one that counts its memory */
	if (group->version == 2 && memory->version == 2 && memory->path[0] != '\0') {
		if (strcmp(group->path, memory->path) == 0)
			*group = (struct control_group){0};
		control_group_remove(group);
		return -EBUSY;
	}
	/* there where CPU time is shared out: version 1 mounted both together, or version 2 has
	   handed it down */
	snprintf(file, sizeof(file), "%s/%s", group->path,
		group->version == 1 ? "cpu.shares" : "cpu.weight");
	if (access(file, F_OK) == 0) {
		control_group_remove(group);
		return -EOPNOTSUPP;
	}
	return 0;
}

int control_group_enter(const struct control_group *group)
{
	char file[CGROUP_PATH_MAX + 64];

	snprintf(file, sizeof(file), "%s/cgroup.procs", group->path);
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int rc = write(fd, "0\n", 2) == 2 ? 0 : -errno;
	close(fd);
	return rc;
}

static int64_t group_number(const struct control_group *group, const char *file)
{
	char path[CGROUP_PATH_MAX + 64];
	char text[64];

	if (group->path[0] == '\0')
		return -1;
	snprintf(path, sizeof(path), "%s/%s", group->path, file);
	return proc_read(AT_FDCWD, path, text, sizeof(text)) > 0 ? strtoll(text, NULL, 10) : -1;
}

int64_t memory_group_bytes(const struct control_group *group)
{
	return group_number(
		group, group->version == 1 ? "memory.usage_in_bytes" : "memory.current");
}

int64_t memory_group_kernel_bytes(const struct control_group *group)
{
	char path[CGROUP_PATH_MAX + 64];
	char text[4096];

	if (group->version == 1)
		return group_number(group, "memory.kmem.usage_in_bytes");
	if (group->path[0] == '\0')
		return -1;
	snprintf(path, sizeof(path), "%s/memory.stat", group->path);
	if (proc_read(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return -1;
	return proc_field(text, "kernel ", -1);
}

int64_t cpu_group_ns(const struct control_group *group)
{
	char path[CGROUP_PATH_MAX + 64];
	char text[1024];

	if (group->version == 1)
		return group_number(group, "cpuacct.usage");
	if (group->path[0] == '\0')
		return -1;
	snprintf(path, sizeof(path), "%s/cpu.stat", group->path);
	if (proc_read(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return -1;
	int64_t us = proc_field(text, "usage_usec ", -1);
	return us < 0 ? -1 : us * 1000;
}

enum { TRIES = 100, PAUSE_US = 10 * 1000 }; /* the last process may still be on its way out */

void control_groups_sweep(void)
{
	static const char *const controllers[] = {"memory", "cpuacct"};
	char folder[CGROUP_PATH_MAX];
	int version;

	if (without("cgroup"))
		return;
	for (int i = 0; i < 2; i++)
		for (int try = 0; try < TRIES; try++) {
			if (group_folder(controllers[i], folder, sizeof(folder), &version) != 0 ||
				sweep(folder) == 0)
				break;
			usleep(PAUSE_US);
		}
}

void control_group_remove(struct control_group *group)
{
	for (int i = 0; i < TRIES && group->path[0] != '\0'; i++) {
		if (rmdir(group->path) == 0 || errno != EBUSY)
			group->path[0] = '\0';
		else
			usleep(PAUSE_US);
	}
	group->path[0] = '\0';
}
