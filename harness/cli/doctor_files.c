/*
 * What /proc, /sys and the limits say. Nothing here runs anything; all paths go through the
 * doctor's root, so that a test can hand in another machine.
 */
#include "harness/cli/doctor.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "harness/params.h"

enum {
	TASKS_WANTED = 10000,   /* the largest number of threads that standard sizes start */
	PROCESSES_WANTED = 5000 /* and of processes */
};

static void look_cpus(const struct doctor *doctor, struct finding *finding)
{
	char online[64] = "?", allowed[64];
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	sched_getaffinity(0, sizeof cpus, &cpus);
	cpu_list_format(&cpus, allowed, sizeof allowed);
	doctor_read(doctor, "/sys/devices/system/cpu/online", online, sizeof online);
	if (CPU_COUNT(&cpus) < 2) {
		finding_say(finding, LEVEL_BAD,
			"1 CPU allowed (%s of %s): load and server would share it", allowed,
			online);
		finding_fix(finding,
			"allow at least two: taskset, docker --cpuset-cpus, or a larger machine");
		return;
	}
	finding_say(
		finding, LEVEL_OK, "%d CPUs allowed (%s of %s)", CPU_COUNT(&cpus), allowed, online);
}

/* The path of this process in the hierarchy of a controller ("" = version 2). */
static int cgroup_path(
	const struct doctor *doctor, const char *controller, char *path, size_t bytes)
{
	char text[4096], *save = NULL;

	if (doctor_read(doctor, "/proc/self/cgroup", text, sizeof text) != 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save)) {
		char *names = strchr(line, ':');
		char *place = names != NULL ? strchr(names + 1, ':') : NULL;
		if (place == NULL)
			continue;
		*place = '\0';
		if (strcmp(names + 1, controller) != 0)
			continue;
		snprintf(path, bytes, "%s", place + 1);
		return 1;
	}
	return 0;
}

/* Quota in CPUs of one folder, or 0 for none. */
static double folder_quota(const struct doctor *doctor, const char *folder)
{
	char path[1024], text[128];
	long long quota = 0, period = 0;

	snprintf(path, sizeof path, "%s/cpu.max", folder);
	if (doctor_read(doctor, path, text, sizeof text) == 0 &&
		sscanf(text, "%lld %lld", &quota, &period) == 2 && quota > 0 && period > 0)
		return (double)quota / (double)period;
	snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
	quota = doctor_number(doctor, path, -1);
	snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
	period = doctor_number(doctor, path, 0);
	return quota > 0 && period > 0 ? (double)quota / (double)period : 0;
}

/* The least quota from a cgroup up to its root. */
static double least_quota(const struct doctor *doctor, const char *mount, const char *controller)
{
	char folder[900], path[512];
	double least = 0;

	if (!cgroup_path(doctor, controller, path, sizeof path))
		return 0;
	for (;;) {
		snprintf(folder, sizeof folder, "%s%s", mount, strcmp(path, "/") == 0 ? "" : path);
		double quota = folder_quota(doctor, folder);
		if (quota > 0 && (least <= 0 || quota < least))
			least = quota;
		char *slash = strrchr(path, '/');
		if (slash == NULL || strcmp(path, "/") == 0)
			return least;
		slash[slash == path] = '\0';
	}
}

static void look_quota(const struct doctor *doctor, struct finding *finding)
{
	const struct {
		const char *mount, *controller;
	} places[] = {{"/sys/fs/cgroup", ""}, {"/sys/fs/cgroup/unified", ""},
		{"/sys/fs/cgroup/cpu", "cpu"}, {"/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct"}};
	double least = 0;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		double quota = least_quota(doctor, places[i].mount, places[i].controller);
		if (quota > 0 && (least <= 0 || quota < least))
			least = quota;
	}
	if (least <= 0) {
		finding_say(finding, LEVEL_OK, "no CPU quota");
		return;
	}
	finding_say(finding, LEVEL_BAD,
		"CPU quota of %.2f CPUs: a throttled window measures the quota", least);
	finding_fix(finding,
		"lift cpu.max (docker run without --cpus), choose CPUs with --cpuset-cpus instead");
}

static void look_governor(const struct doctor *doctor, struct finding *finding)
{
	char governor[64];

	if (doctor_read(doctor, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor,
		    sizeof governor) != 0) {
		finding_say(
			finding, LEVEL_OK, "no frequency governor to be seen (a virtual machine)");
		return;
	}
	if (strcmp(governor, "performance") == 0) {
		finding_say(finding, LEVEL_OK, "frequency governor performance");
		return;
	}
	finding_say(finding, LEVEL_BAD,
		"frequency governor %.40s: a waiting model is slowed more than a busy one",
		governor);
	finding_fix(finding, "as root: cpupower frequency-set -g performance");
}

static void look_clock(const struct doctor *doctor, struct finding *finding)
{
	const char *const fast[] = {
		"tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page", NULL};
	char source[64];

	if (doctor_read(doctor, "/sys/devices/system/clocksource/clocksource0/current_clocksource",
		    source, sizeof source) != 0) {
		finding_say(finding, LEVEL_NOTE, "the clock source is not shown");
		return;
	}
	for (int i = 0; fast[i] != NULL; i++)
		if (strcmp(source, fast[i]) == 0) {
			finding_say(finding, LEVEL_OK,
				"clock source %s, read without a system call", source);
			return;
		}
	finding_say(finding, LEVEL_BAD,
		"clock source %.40s: reading it may cost more than the operation", source);
	finding_fix(finding, "boot with clocksource=tsc tsc=reliable, if the machine's counter is");
}

static void look_layout(const struct doctor *doctor, struct finding *finding)
{
	int64_t random = doctor_number(doctor, "/proc/sys/kernel/randomize_va_space", 2);
	char personality[32] = "0";

	doctor_read(doctor, "/proc/self/personality", personality, sizeof personality);
	int fixed = (strtoul(personality, NULL, 16) & 0x0040000) != 0; /* ADDR_NO_RANDOMIZE */
	if (random == 2 && !fixed) {
		finding_say(finding, LEVEL_OK,
			"address space layout is drawn anew for every invocation");
		return;
	}
	finding_say(finding, LEVEL_BAD,
		"ASLR is %s: all invocations share one memory layout, so intervals are too narrow",
		fixed         ? "off for this process"
		: random == 0 ? "off"
			      : "without the heap");
	finding_fix(finding,
		fixed ? "run without setarch -R" : "as root: sysctl kernel.randomize_va_space=2");
}

static void look_files(const struct doctor *doctor, struct finding *finding)
{
	struct rlimit limit = {0};
	int64_t most = doctor_number(doctor, "/proc/sys/fs/nr_open", 0);

	/* an invocation raises its soft limit itself */
	getrlimit(RLIMIT_NOFILE, &limit);
	int enough = limit.rlim_max >= 2 * TASKS_WANTED;
	finding_say(finding, enough ? LEVEL_OK : LEVEL_NOTE, "%llu open files%s",
		(unsigned long long)limit.rlim_max,
		enough ? "" : ": cells with more connections end at this limit and say so");
	finding_fix(finding, "as root, in the same shell: ulimit -Hn %d (fs.nr_open allows %lld)",
		2 * TASKS_WANTED, (long long)most);
}

/* A limit on tasks: its value and what sets it. Takes the least. */
static void least_limit(int64_t value, const char *name, int64_t *least, const char **least_name)
{
	if (value >= 0 && value < *least) {
		*least = value;
		*least_name = name;
	}
}

static void look_tasks(const struct doctor *doctor, struct finding *finding)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
	const char *name = "no limit";
	char path[512], file[600];
	int64_t least = INT64_MAX;

	getrlimit(RLIMIT_NPROC, &limit);
	int64_t nproc = limit.rlim_cur == RLIM_INFINITY ? INT64_MAX : (int64_t)limit.rlim_cur;
	least_limit(nproc, "RLIMIT_NPROC", &least, &name);
	least_limit(doctor_number(doctor, "/proc/sys/kernel/threads-max", -1), "kernel.threads-max",
		&least, &name);
	least_limit(doctor_number(doctor, "/proc/sys/kernel/pid_max", -1), "kernel.pid_max", &least,
		&name);
	/* a stack and its guard are two mappings of one process */
	int64_t maps = doctor_number(doctor, "/proc/sys/vm/max_map_count", -1);
	least_limit(maps < 0 ? -1 : maps / 2, "vm.max_map_count / 2", &least, &name);
	if (cgroup_path(doctor, "pids", path, sizeof path)) {
		snprintf(file, sizeof file, "/sys/fs/cgroup/pids%s/pids.max", path);
		least_limit(
			doctor_number(doctor, file, -1), "pids.max of the cgroup", &least, &name);
	}
	if (cgroup_path(doctor, "", path, sizeof path)) {
		snprintf(file, sizeof file, "/sys/fs/cgroup%s/pids.max", path);
		least_limit(
			doctor_number(doctor, file, -1), "pids.max of the cgroup", &least, &name);
	}
	int enough = least >= TASKS_WANTED + 100;
	finding_say(finding, enough ? LEVEL_OK : LEVEL_NOTE, "%lld tasks at once (%s)%s",
		(long long)least, name,
		enough ? "" : ": larger cells end at this limit and say so");
	finding_fix(finding, "raise %s to %d or more", name, TASKS_WANTED + 100);
}

static void look_memory(const struct doctor *doctor, struct finding *finding)
{
	char text[4096];
	long long available_kib = -1;

	if (doctor_read(doctor, "/proc/meminfo", text, sizeof text) == 0) {
		const char *line = strstr(text, "MemAvailable:");
		if (line != NULL)
			sscanf(line, "MemAvailable: %lld", &available_kib);
	}
	/* a process of ours costs about 110 KiB with its kernel side */
	if (available_kib >= 0 && available_kib < PROCESSES_WANTED * 200LL) {
		finding_say(finding, LEVEL_NOTE,
			"%lld MiB of memory available: %d processes may not fit",
			available_kib / 1024, PROCESSES_WANTED);
		finding_fix(finding, "stop what uses it, or measure fewer tasks with -c");
		return;
	}
	finding_say(finding, LEVEL_OK, "%lld MiB of memory available", available_kib / 1024);
}

static void look_shm(const struct doctor *doctor, struct finding *finding)
{
	struct statvfs shm;
	char path[512], size[PARAM_TEXT_MAX];

	snprintf(path, sizeof path, "%s/dev/shm", doctor->root);
	if (statvfs(path, &shm) != 0) {
		finding_say(finding, LEVEL_NOTE, "there is no /dev/shm");
		finding_fix(finding, "as root: mount -t tmpfs tmpfs /dev/shm");
		return;
	}
	uint64_t bytes = (uint64_t)shm.f_blocks * shm.f_frsize;
	bytes_format(bytes >> 20 << 20, size, sizeof size);
	finding_say(finding, bytes > 64 << 20 ? LEVEL_OK : LEVEL_NOTE, "/dev/shm holds %s%s", size,
		bytes > 64 << 20 ? "" : ": the tmpfs control of file does not fit");
	finding_fix(
		finding, "docker run --shm-size=1g, or as root: mount -o remount,size=1G /dev/shm");
}

static void look_backlog(const struct doctor *doctor, struct finding *finding)
{
	int64_t backlog = doctor_number(doctor, "/proc/sys/net/core/somaxconn", 4096);

	finding_say(finding, backlog >= 1024 ? LEVEL_OK : LEVEL_NOTE, "listen backlog %lld%s",
		(long long)backlog,
		backlog >= 1024 ? "" : ": many connections at once overflow it, which is INVALID");
	finding_fix(finding, "as root: sysctl net.core.somaxconn=4096");
}

static void look_dirty(const struct doctor *doctor, struct finding *finding)
{
	char text[4096];
	long long dirty_kib = 0;

	if (doctor_read(doctor, "/proc/meminfo", text, sizeof text) == 0) {
		const char *line = strstr(text, "\nDirty:");
		if (line != NULL)
			sscanf(line, "\nDirty: %lld", &dirty_kib);
	}
	if (dirty_kib > 16 << 10) {
		finding_say(finding, LEVEL_BAD,
			"%lld MiB of unwritten file data: its flush hits whoever runs next",
			dirty_kib >> 10);
		finding_fix(finding, "sync");
		return;
	}
	finding_say(finding, LEVEL_OK, "%lld KiB of unwritten file data", dirty_kib);
}

static void look_accounts(const struct doctor *doctor, struct finding *finding)
{
	char text[128];
	int run_delay = doctor_read(doctor, "/proc/self/schedstat", text, sizeof text) == 0;
	int pressure = doctor_read(doctor, "/proc/pressure/cpu", text, sizeof text) == 0;

	if (run_delay && pressure) {
		finding_say(
			finding, LEVEL_OK, "the kernel tells run delay (schedstat) and pressure");
		return;
	}
	finding_say(finding, LEVEL_NOTE,
		"the kernel does not tell %s%s%s: disturbances are seen less well",
		run_delay ? "" : "run delay (schedstat)", run_delay || pressure ? "" : " and ",
		pressure ? "" : "pressure (PSI)");
	finding_fix(finding, "a kernel with CONFIG_SCHEDSTATS and CONFIG_PSI (boot with psi=1)");
}

const struct check doctor_file_checks[] = {
	{"cpus", 0, look_cpus},
	{"quota", 0, look_quota},
	{"governor", 0, look_governor},
	{"clock", 0, look_clock},
	{"layout", 0, look_layout},
	{"files", 0, look_files},
	{"tasks", 0, look_tasks},
	{"memory", 0, look_memory},
	{"shm", 0, look_shm},
	{"backlog", 0, look_backlog},
	{"dirty", 0, look_dirty},
	{"accounts", 0, look_accounts},
	{NULL, 0, NULL},
};
