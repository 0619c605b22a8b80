#include "harness/compare/weigh.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/measure/memory.h"
#include "harness/measure/tree.h"
#include "harness/run/stop.h"

enum {
	SAMPLE_NS = 5000000, /* reading a tree costs some 30 us per process */
	PAUSE_NS = 200000,
	OPTIONS = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		  PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC
};

/* The high-water mark of one process, bytes; NaN when it is too late. */
static double high_water(pid_t pid)
{
	char path[40], text[4096];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	ssize_t got = proc_read(AT_FDCWD, path, text, sizeof(text));
	int64_t kib = got > 0 ? proc_field(text, "VmHWM:", -1) : -1;
	return kib < 0 ? NAN : (double)kib * 1024;
}

/* What the weighing has seen. */
struct scale {
	pid_t root;
	double own, tree; /* mark of the root; largest set size of all */
};

static void sample(struct scale *scale)
{
	double bytes = (double)memory_pss(scale->root), own = high_water(scale->root);

	if (bytes > scale->tree || isnan(scale->tree))
		scale->tree = bytes > 0 ? bytes : scale->tree;
	scale->own = isnan(own) ? scale->own : own;
}

/* A tracee has stopped: takes note and lets it go on. */
static void pass(struct scale *scale, struct weight *weight, pid_t pid, int status)
{
	int event = status >> 16, number = WSTOPSIG(status);

	if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK)
		weight->processes++;
	/* its memory is still there */
	if (event == PTRACE_EVENT_EXIT)
		sample(scale);
	/* stopped as a whole: goes on when somebody continues it */
	if (event == PTRACE_EVENT_STOP && number != SIGTRAP) {
		ptrace(PTRACE_LISTEN, pid, NULL, NULL);
		return;
	}
	ptrace(PTRACE_CONT, pid, NULL, (void *)(long)(event == 0 ? number : 0));
}

/* Handles all that has happened. True when the root has ended. */
static bool drain(struct scale *scale, struct weight *weight)
{
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0;) {
		if (WIFSTOPPED(status)) {
			pass(scale, weight, pid, status);
		} else if (pid == scale->root) {
			weight->status = status;
			return true;
		}
	}
	return false;
}

void weigh(pid_t child, struct weight *weight)
{
	struct scale scale = {.root = child, .own = NAN, .tree = NAN};
	uint64_t start_ns = clock_now_ns(), sampled_ns = 0;
	struct timespec pause = {.tv_nsec = PAUSE_NS};
	/* where tracing is forbidden samples must do */
	bool traced = ptrace(PTRACE_SEIZE, child, NULL, (void *)(long)OPTIONS) == 0;

	if (weight->go >= 0 && write(weight->go, "g", 1) != 1)
		kill(child, SIGKILL);
	weight->processes = 1;
	weight->timed_out = weight->interrupted = false;
	while (!drain(&scale, weight)) {
		uint64_t now_ns = clock_now_ns();
		weight->interrupted = weight->interrupted || stop_signal() != 0;
		weight->timed_out = now_ns - start_ns > weight->deadline_ns;
		if (weight->interrupted || weight->timed_out)
			kill(-child, SIGKILL);
		if (now_ns - sampled_ns >= SAMPLE_NS) {
			sample(&scale);
			sampled_ns = clock_now_ns();
		}
		nanosleep(&pause, NULL);
	}
	weight->peak_bytes = traced && weight->processes == 1 ? scale.own : scale.tree;
}
