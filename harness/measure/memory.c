/*
 * Memory of the SUT: see memory.h.
 */
#include "harness/measure/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/measure/tree.h"

enum { KIB = 1024, MEMINFO_MAX = 8192, SMAPS_MAX = 4096 };

/* Σ "count:" over all per-CPU lists of all zones; "high:" and "batch:" stand beside it. */
static int64_t listed_pages(void)
{
	FILE *zones = fopen("/proc/zoneinfo", "re");
	char line[256];
	int64_t pages = 0;
	long long count;

	if (zones == NULL)
		return -1;
	while (fgets(line, sizeof(line), zones) != NULL)
		if (sscanf(line, " count: %lld", &count) == 1)
			pages += count;
	fclose(zones);
	return pages;
}

static int64_t free_of(const char *meminfo)
{
	int64_t pages = listed_pages();

	if (pages < 0)
		return -1;
	return proc_field(meminfo, "MemFree:", 0) * KIB + pages * sysconf(_SC_PAGESIZE);
}

int64_t memory_free_corrected(void)
{
	char text[MEMINFO_MAX];

	return proc_read(AT_FDCWD, "/proc/meminfo", text, sizeof(text)) > 0 ? free_of(text) : -1;
}

static int64_t socket_bytes(void)
{
	char text[1024];
	int64_t pages = 0;

	if (proc_read(AT_FDCWD, "/proc/net/sockstat", text, sizeof(text)) <= 0)
		return 0;
	for (const char *at = text; (at = strstr(at, " mem ")) != NULL; at++)
		pages += strtoll(at + strlen(" mem "), NULL, 10);
	return pages * sysconf(_SC_PAGESIZE);
}

static void read_machine(struct record_memory_point *point)
{
	char text[MEMINFO_MAX];

	if (proc_read(AT_FDCWD, "/proc/meminfo", text, sizeof(text)) <= 0)
		return;
	point->free_corrected = free_of(text);
	point->kernel_stacks = proc_field(text, "KernelStack:", 0) * KIB;
	point->slab = proc_field(text, "Slab:", 0) * KIB;
	point->socket_buffers = socket_bytes();
}

/* One process through its directory, so that a reused number cannot be mixed in. */
static void add_process(struct record_memory_point *point, pid_t pid)
{
	char text[SMAPS_MAX];
	int folder = proc_open(pid);

	if (folder < 0)
		return;
	if (proc_read(folder, "smaps_rollup", text, sizeof(text)) > 0) {
		int64_t arena = proc_field(text, "Pss_Shmem:", 0) * KIB;

		point->arena += arena;
		point->pss += proc_field(text, "Pss:", 0) * KIB - arena;
		point->private_clean += proc_field(text, "Private_Clean:", 0) * KIB;
		point->private_dirty += proc_field(text, "Private_Dirty:", 0) * KIB;
		point->shared += (proc_field(text, "Shared_Clean:", 0) +
					 proc_field(text, "Shared_Dirty:", 0)) *
				 KIB;
		point->processes++;
	}
	if (proc_read(folder, "status", text, sizeof(text)) > 0) {
		point->threads += proc_field(text, "Threads:", 0);
		/* the machine's count has every other program's in it */
		point->page_tables += proc_field(text, "VmPTE:", 0) * KIB;
	}
	close(folder);
}

static int add_tree(struct record_memory_point *point, pid_t root)
{
	struct tree tree = {0};
	int rc = tree_list(&tree, root);

	for (int i = 0; i < tree.count && rc == 0; i++)
		add_process(point, tree.pids[i]);
	tree_release(&tree);
	return rc;
}

int memory_read(struct record_memory_point *point, pid_t root, const struct control_group *group)
{
	*point = (struct record_memory_point){0};
	read_machine(point);
	point->cgroup = memory_group_bytes(group);
	point->cgroup_kernel = memory_group_kernel_bytes(group);
	/* who has started takes something: it could not enter, and nothing is no figure */
	if (point->cgroup == 0)
		point->cgroup = point->cgroup_kernel = -1;
	return add_tree(point, root);
}

int64_t memory_pss(pid_t root)
{
	struct record_memory_point point = {0};

	return add_tree(&point, root) == 0 && point.processes > 0 ? point.pss : -1;
}

/* True if no two of the values are 0.1 % apart. */
static bool stands_still(const struct record_memory_point *a, const struct record_memory_point *b)
{
	enum { PER_MILLE = 1000 };
	int64_t values[][2] = {{a->slab, b->slab}, {a->kernel_stacks, b->kernel_stacks},
		{a->free_corrected, b->free_corrected}};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (llabs(values[i][0] - values[i][1]) * PER_MILLE > llabs(values[i][0]))
			return false;
	return true;
}

bool memory_settle(uint64_t most_ns, bool (*interrupted)(void *arg), void *arg)
{
	enum { PAUSE_US = 100 * 1000, STILL_NS = 1000 * 1000 * 1000 };
	struct record_memory_point first = {0};
	uint64_t start_ns = clock_now_ns();
	uint64_t since_ns = start_ns;

	read_machine(&first);
	while (clock_now_ns() - since_ns < STILL_NS) {
		struct record_memory_point now = {0};

		if (clock_now_ns() - start_ns >= most_ns || interrupted(arg))
			return false;
		usleep(PAUSE_US);
		read_machine(&now);
		if (!stands_still(&first, &now)) {
			first = now;
			since_ns = clock_now_ns();
		}
	}
	return true;
}
