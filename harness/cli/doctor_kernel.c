/*
 * What only the kernel itself can say: other work on the CPUs, stolen time, and features that are
 * blocked or missing. Asks by doing the smallest harmless thing.
 */
#include "harness/cli/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/cgroup.h"
#include "harness/measure/clock.h"
#include "harness/measure/without.h"

enum {
	WATCH_MS = 400,          /* 100 ticks: one is 1 % */
	BUSY_PERCENT_MAX = 10,   /* of all CPUs; a run's own progress line is below 1 */
	STOLEN_PERCENT_MAX = 10, /* where an invocation counts as contaminated */
	GUARD_INSTALL = 102,     /* MADV_GUARD_INSTALL since 6.13; older headers lack it */
};

/* Busy and total ticks of all CPUs since boot. */
static void cpu_ticks(
	const struct doctor *doctor, unsigned long long *busy, unsigned long long *total)
{
	unsigned long long t[8] = {0};
	char text[512] = "";

	doctor_read(doctor, "/proc/stat", text, sizeof text);
	sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3],
		&t[4], &t[5], &t[6], &t[7]);
	*busy = t[0] + t[1] + t[2] + t[5] + t[6];
	*total = *busy + t[3] + t[4] + t[7];
}

static void look_load(const struct doctor *doctor, struct finding *finding)
{
	struct timespec pause = {0, WATCH_MS * 1000000L};
	unsigned long long busy, total, busy_then, total_then;

	cpu_ticks(doctor, &busy_then, &total_then);
	nanosleep(&pause, NULL);
	cpu_ticks(doctor, &busy, &total);
	if (total <= total_then) {
		finding_say(finding, LEVEL_NOTE, "the kernel does not tell how busy the CPUs are");
		return;
	}
	unsigned long long percent = 100 * (busy - busy_then) / (total - total_then);
	finding_say(finding, percent > BUSY_PERCENT_MAX ? LEVEL_BAD : LEVEL_OK,
		"other work keeps the CPUs %llu %% busy (watched for %d ms)", percent, WATCH_MS);
	finding_fix(finding, "stop it; the busiest: ps -eo pcpu,pid,comm --sort=-pcpu | head -5");
}

/* CPU and waiting-to-run nanoseconds of this thread. */
static int schedstat(
	const struct doctor *doctor, unsigned long long *cpu_ns, unsigned long long *delay_ns)
{
	char text[128];

	if (doctor_read(doctor, "/proc/thread-self/schedstat", text, sizeof text) != 0)
		return -ENOENT;
	return sscanf(text, "%llu %llu", cpu_ns, delay_ns) == 2 ? 0 : -EINVAL;
}

/* A spinner loses wall time only by waiting for its turn, which schedstat tells, or to the host. */
static void look_stolen(const struct doctor *doctor, struct finding *finding)
{
	unsigned long long cpu_then = 0, delay_then = 0, cpu = 0, delay = 0;
	uint64_t start_ns = clock_now_ns(), now_ns;

	if (schedstat(doctor, &cpu_then, &delay_then) != 0) {
		finding_say(finding, LEVEL_NOTE,
			"time stolen by the host cannot be told (no schedstat)");
		return;
	}
	do
		now_ns = clock_now_ns();
	while (now_ns - start_ns < WATCH_MS * 1000000ull);
	schedstat(doctor, &cpu, &delay);
	uint64_t wall_ns = clock_now_ns() - start_ns;
	uint64_t known_ns = cpu - cpu_then + delay - delay_then;
	uint64_t percent = known_ns < wall_ns ? 100 * (wall_ns - known_ns) / wall_ns : 0;
	finding_say(finding, percent > STOLEN_PERCENT_MAX ? LEVEL_BAD : LEVEL_OK,
		"the host stole %llu %% of a spinner's time", (unsigned long long)percent);
	finding_fix(finding,
		"a quieter or a larger virtual machine; credits of a burstable one may be used up");
}

static void look_io_uring(const struct doctor *doctor, struct finding *finding)
{
	char parameters[120] = {0}; /* struct io_uring_params, which old headers lack */
	long fd = -1;

	if (without("io_uring"))
		errno = ECANCELED;
	else
		fd = syscall(SYS_io_uring_setup, 1, parameters);
	if (fd >= 0) {
		close((int)fd);
		finding_say(finding, LEVEL_OK, "io_uring can be used");
		return;
	}
	int error = errno;
	int64_t disabled = doctor_number(doctor, "/proc/sys/kernel/io_uring_disabled", 0);
	if (error == ECANCELED) {
		finding_say(finding, LEVEL_NOTE, "io_uring is switched off by CONCBENCH_WITHOUT");
		return;
	}
	finding_say(finding, LEVEL_NOTE,
		"io_uring is blocked (%s; kernel.io_uring_disabled %lld): its rows are left out",
		strerror(error), (long long)disabled);
	if (disabled != 0)
		finding_fix(finding, "as root: sysctl kernel.io_uring_disabled=0");
	else if (error == EPERM)
		finding_fix(finding, "a seccomp profile forbids it: docker run --security-opt "
				     "seccomp=unconfined");
	else
		finding_fix(finding, "Linux 5.1 or later with CONFIG_IO_URING");
}

static void look_guard(const struct doctor *doctor, struct finding *finding)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *area = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int works =
		area != MAP_FAILED && !without("guard") && madvise(area, page, GUARD_INSTALL) == 0;

	(void)doctor;
	if (area != MAP_FAILED)
		munmap(area, page);
	if (works) {
		finding_say(finding, LEVEL_OK,
			"guard regions: a coroutine's stack needs no mapping of its own");
		return;
	}
	finding_say(finding, LEVEL_NOTE,
		"no guard regions%s: a coroutine's stack takes two mappings of vm.max_map_count",
		without("guard") ? " (CONCBENCH_WITHOUT)" : "");
	finding_fix(finding, "Linux 6.13 or later, or as root: sysctl vm.max_map_count=1000000");
}

static void look_cgroup(const struct doctor *doctor, struct finding *finding)
{
	struct control_group group;

	(void)doctor;
	if (without("cgroup")) {
		finding_say(finding, LEVEL_NOTE, "cgroups are switched off by CONCBENCH_WITHOUT");
		return;
	}
	if (memory_group_make(&group) == 0) {
		finding_say(finding, LEVEL_OK, "a memory cgroup can be made (version %d)",
			group.version);
		control_group_remove(&group);
		return;
	}
	finding_say(finding, LEVEL_NOTE,
		"no memory cgroup can be made: the kernel's memory is read machine-wide, with a "
		"wider interval");
	finding_fix(finding,
		"run as root, or: systemd-run --user --scope -p TasksMax=infinity ./concbench run");
}

static long open_event(uint32_t type, uint64_t config)
{
	struct perf_event_attr attributes = {
		.type = type, .config = config, .size = sizeof attributes, .exclude_hv = 1};

	return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void look_perf(const struct doctor *doctor, struct finding *finding)
{
	long software = without("perf")
				? -1
				: open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES);
	long hardware =
		without("perf") ? -1 : open_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS);

	if (software >= 0)
		close((int)software);
	if (hardware >= 0)
		close((int)hardware);
	if (software >= 0 && hardware >= 0) {
		finding_say(finding, LEVEL_OK, "perf events, also of the hardware");
	} else if (software >= 0) {
		finding_say(finding, LEVEL_NOTE,
			"perf events of the kernel, none of the hardware: no instruction counts");
		finding_fix(finding,
			"a machine (or a virtual one) that shows its performance counters");
	} else {
		finding_say(finding, LEVEL_NOTE,
			"no perf events%s (kernel.perf_event_paranoid %lld): no counts of system "
			"calls",
			without("perf") ? " by CONCBENCH_WITHOUT" : "",
			(long long)doctor_number(
				doctor, "/proc/sys/kernel/perf_event_paranoid", -1));
		finding_fix(finding, "as root: sysctl kernel.perf_event_paranoid=1");
	}
}

const struct check doctor_kernel_checks[] = {
	{"load", 1, look_load},
	{"stolen", 1, look_stolen},
	{"io_uring", 1, look_io_uring},
	{"guard", 1, look_guard},
	{"cgroup", 1, look_cgroup},
	{"perf", 1, look_perf},
	{NULL, 0, NULL},
};
