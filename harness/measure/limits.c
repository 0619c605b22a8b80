/*
 * Which limit was met: see limits.h.
 */
#include "harness/measure/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "harness/measure/cgroup.h"
#include "harness/measure/limit_table.h"

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
	for (const struct limit *limit = limit_table; limit->name != NULL && cause != 0; limit++) {
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
	const int64_t largest_bytes = 512 * LIMIT_MIB;
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
	if (limit->share == SHARE_TASK)
		return (cause_of(rc) & BY_TASKS) != 0 ? 1 : 0;
	if (limit->share == SHARE_MAPS)
		return each_bytes > 0 ? 2 : 0;
	return limit->share == SHARE_BYTES ? each_bytes : 0;
}

int limit_name_of_many(int rc, int wanted, int64_t each_bytes, char *text, size_t bytes)
{
	int64_t least = wanted;
	int found = -ENOENT;

	for (const struct limit *limit = limit_table; limit->name != NULL; limit++) {
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

/* Those of the named limits that hold here, as they are used now. */
static int read_rooms(const struct limit_room *named, int count, struct limit_room *rooms)
{
	int found = 0;

	for (int i = 0; i < count; i++)
		for (const struct limit *limit = limit_table; limit->name != NULL; limit++) {
			struct limit_room room = named[i];

			if (strcmp(limit->name, room.name) == 0 &&
				limit->read(&room.used, &room.most) == 0)
				rooms[found++] = room;
		}
	return found;
}

int limit_rooms(struct limit_room rooms[LIMIT_ROOMS_MAX])
{
	static const struct limit_room shared[] = {{.name = "kernel.pid_max"},
		{.name = "kernel.threads-max"}, {.name = "MemTotal", .is_memory = true},
		{.name = "cgroup memory", .is_memory = true}};

	return read_rooms(shared, sizeof(shared) / sizeof(shared[0]), rooms);
}

int limit_own_rooms(struct limit_room rooms[LIMIT_ROOMS_MAX])
{
	static const struct limit_room own[] = {{.name = "RLIMIT_NPROC"},
		{.name = "cgroup pids.max"}, {.name = "vm.max_map_count"},
		{.name = "RLIMIT_NOFILE"}};
	int count = read_rooms(own, sizeof(own) / sizeof(own[0]), rooms);
	struct rlimit files;

	for (int i = 0; i < count; i++) {
		if (strcmp(rooms[i].name, "RLIMIT_NOFILE") != 0)
			continue;
		/* an invocation has its own, and raises it as far as it may */
		rooms[i].used = 0;
		if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max != RLIM_INFINITY)
			rooms[i].most = (int64_t)files.rlim_max;
	}
	return count;
}

int limit_raise(const char *name, int64_t value, char *text, size_t bytes)
{
	char path[CGROUP_PATH_MAX];
	int64_t used, most;

	for (const struct limit *limit = limit_table; limit->name != NULL; limit++) {
		const char *number = strstr(limit->raise, "%lld");

		if (strcmp(limit->name, name) != 0)
			continue;
		if (limit_of_group(name, &used, &most, path, sizeof(path)) != 0)
			path[0] = '\0';
		if (number == NULL)
			snprintf(text, bytes, "%s", limit->raise);
		else
			snprintf(text, bytes, "%.*s%" PRId64 "%s%s", (int)(number - limit->raise),
				limit->raise, 2 * (value / limit->unit), number + 4, path);
		return 0;
	}
	return -ENOENT;
}
