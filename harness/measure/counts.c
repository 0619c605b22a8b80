/*
 * Counters of perf events: see counts.h.
 */
#include "harness/measure/counts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/tree.h"
#include "harness/measure/without.h"

static const char id_path[] = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id";

static int read_id(void)
{
	char text[32];

	return proc_read(AT_FDCWD, id_path, text, sizeof(text)) > 0 ? atoi(text) : -1;
}

/*
 * The tracepoint's number, where nobody has mounted tracefs: in a mount namespace of a child, so
 * that the machine stays as it is.
 */
static int read_id_privately(void)
{
	int id = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid_t child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWNS) == 0 &&
			mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
			mount("none", "/sys/kernel/tracing", "tracefs", 0, NULL) == 0)
			id = read_id();
		_exit(write(ends[1], &id, sizeof(id)) == sizeof(id) ? 0 : 1);
	}
	close(ends[1]);
	if (child > 0) {
		if (read(ends[0], &id, sizeof(id)) != sizeof(id))
			id = -1;
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	return id;
}

static int open_event(pid_t pid, uint32_t type, uint64_t config)
{
	struct perf_event_attr event = {
		.size = sizeof(event),
		.type = type,
		.config = config,
		.inherit = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &event, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void counts_open(struct counts *counts, pid_t pid)
{
	int id = -1;

	for (int i = 0; i < COUNT_EVENTS; i++)
		counts->fds[i] = -1;
	if (without("perf")) {
		snprintf(counts->source, sizeof(counts->source), "perf events switched off");
		return;
	}
	int rc = open_event(pid, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES);
	if (rc < 0) {
		snprintf(counts->source, sizeof(counts->source), "no perf events: %s",
			strerror(-rc));
		return;
	}
	counts->fds[COUNT_SWITCHES] = rc;
	counts->fds[COUNT_INSTRUCTIONS] =
		open_event(pid, PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS);
	if ((id = read_id()) < 0)
		id = read_id_privately();
	if (id >= 0)
		counts->fds[COUNT_SYSTEM_CALLS] =
			open_event(pid, PERF_TYPE_TRACEPOINT, (uint64_t)id);
	snprintf(counts->source, sizeof(counts->source), "perf_event%s",
		counts->fds[COUNT_SYSTEM_CALLS] >= 0 ? ""
						     : ", no system calls: tracefs not readable");
}

void counts_read(const struct counts *counts, int64_t values[COUNT_EVENTS])
{
	for (int i = 0; i < COUNT_EVENTS; i++) {
		uint64_t value;

		values[i] = -1;
		if (counts->fds[i] >= 0 &&
			read(counts->fds[i], &value, sizeof(value)) == sizeof(value))
			values[i] = (int64_t)value;
	}
}

void counts_close(struct counts *counts)
{
	for (int i = 0; i < COUNT_EVENTS; i++) {
		if (counts->fds[i] >= 0)
			close(counts->fds[i]);
		counts->fds[i] = -1;
	}
}
