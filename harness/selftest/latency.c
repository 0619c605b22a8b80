/*
 * Honest latency: every process of the server is stopped in the middle of an open loop. Requests
 * that were due meanwhile have waited, and a figure that leaves their waiting out lies by omission.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/selftest/selftest.h"

enum { MS = 1000 * 1000, STALL_MS = 200, LEAD_MS = 100, WINDOW_MS = 1000 };

/* What the load process of the wrapped workload is given; inherited by the fork. */
static int (*inner_load)(struct orders *orders);
static _Atomic uint64_t *stalled_ns; /* shared with the process that stalls */

static void pause_ms(int ms)
{
	struct timespec pause = {.tv_nsec = (long)ms * MS};

	nanosleep(&pause, NULL);
}

/* Waits for the window, and stops the server's process group in it. */
static void stall_server(const struct orders *orders, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	while (atomic_load(&orders->invocation->phase) < PHASE_WINDOW)
		pause_ms(1);
	pause_ms(LEAD_MS);
	uint64_t start_ns = clock_now_ns();
	int rc = kill(-orders->invocation->root, SIGSTOP);
	pause_ms(STALL_MS);
	kill(-orders->invocation->root, SIGCONT);
	if (rc == 0)
		atomic_store(stalled_ns, clock_now_ns() - start_ns);
	_exit(0);
}

static int load_with_stall(struct orders *orders)
{
	pid_t parent = getpid();
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		stall_server(orders, parent);
	return inner_load(orders);
}

/*
 * Of a window of w a share f = s/w of the requests falls into the stall of s, and waits between 0
 * and s: the 99th percentile of all is s (1 - 0.01/f).
 */
static double expected_p99_ms(double stall_ms, double window_ms)
{
	return stall_ms - 0.01 * window_ms;
}

static void judge_stall(struct line *line, const struct record *record, double stall_ms)
{
	const double least = 0.85, most = 1.25;
	double expected_ms = expected_p99_ms(stall_ms, (double)record->window.ns / MS);
	double measured_ms = 0;

	if (record->latency != NULL && record->latency->has_corrected)
		measured_ms = (double)histogram_quantile_ns(&record->latency->corrected, 0.99) / MS;
	line_expected(line, "p99 of %.0f ms over a stall of %.0f ms", expected_ms, stall_ms);
	line_measured(line, "%.0f ms", measured_ms);
	line_judge(line, stall_ms > 0 && measured_ms >= least * expected_ms &&
				 measured_ms <= most * expected_ms);
}

void check_stall(struct line *line, const struct subjects *subjects, int variant)
{
	const char *const params[] = {"connections=8", "rate=2000", "pool=8", NULL};
	struct workload stalled;
	struct record record;
	struct plan plan;

	line_expected(line, "p99 over a stall of %d ms", STALL_MS);
	line_tolerance(line, "-15 .. +25 %%");
	if (draft_plan(&plan, workload_find("echo"), selftest_models[variant], KIND_TIME, params) !=
		0) {
		line_measured(line, "it cannot be planned in this build");
		line_judge(line, false);
		return;
	}
	stalled_ns = mmap(NULL, sizeof(*stalled_ns), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stalled_ns == MAP_FAILED) {
		line_measured(line, "out of memory");
		line_judge(line, false);
		return;
	}
	stalled = *plan.draft.workload;
	inner_load = stalled.load;
	stalled.load = load_with_stall;
	plan.draft.workload = &stalled;
	plan.draft.window_ns = WINDOW_MS * (uint64_t)MS;
	if (selftest_invoke(line, subjects, &plan, &record))
		judge_stall(line, &record, (double)atomic_load(stalled_ns) / MS);
	record_release(&record);
	munmap(stalled_ns, sizeof(*stalled_ns));
}
