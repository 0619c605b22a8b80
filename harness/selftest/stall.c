/*
 * A stopped server: see stall.h. The load process forks one more, which waits for the window and
 * sends the signals.
 */
#include "harness/selftest/stall.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/measure/draft.h"

enum { MS = 1000 * 1000 };

/* What the load process of the wrapped workload is given; inherited by the fork. */
static int (*inner_load)(struct orders *orders);
static int planned_stops, stop_length_ms, stop_period_ms;

/* Shared with the process that stops the server. */
struct stopped {
	_Atomic uint64_t ns; /* in all */
	_Atomic int count;
};
static struct stopped *stopped;

static void pause_ms(int ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * MS};

	nanosleep(&pause, NULL);
}

/* The times of the stops do not drift with how long each took. */
static void pause_until(uint64_t ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(ns / (1000ull * MS)), .tv_nsec = (long)(ns % (1000ull * MS))};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* One stop. Returns  false when the server cannot be reached. */
static bool stop_once(pid_t group)
{
	uint64_t start_ns = clock_now_ns();

	if (kill(-group, SIGSTOP) != 0)
		return false;
	pause_until(start_ns + (uint64_t)stop_length_ms * MS);
	kill(-group, SIGCONT);
	atomic_fetch_add(&stopped->ns, clock_now_ns() - start_ns);
	atomic_fetch_add(&stopped->count, 1);
	return true;
}

/* Waits for the window, and stops the server's process group in it. */
static void stop_server(const struct orders *orders, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	while (atomic_load(&orders->invocation->phase) < PHASE_WINDOW)
		pause_ms(1);
	uint64_t next_ns = clock_now_ns() + (uint64_t)stop_period_ms * MS / 10;
	for (int i = 0; i < planned_stops; i++) {
		pause_until(next_ns);
		if (!stop_once(orders->invocation->root))
			_exit(1);
		next_ns += (uint64_t)stop_period_ms * MS;
	}
	_exit(0);
}

static int load_with_stop(struct orders *orders)
{
	pid_t parent = getpid();

	atomic_store(&stopped->ns, 0);
	atomic_store(&stopped->count, 0);
	pid_t child = fork();
	if (child < 0)
		return -errno;
	if (child == 0)
		stop_server(orders, parent);
	return inner_load(orders);
}

int stall_plan(struct stall *stall, const char *model, const char *const *params, int stops,
	int stop_ms, int period_ms)
{
	int rc = draft_plan(&stall->plan, workload_find("echo"), model, KIND_TIME, params);

	if (rc != 0)
		return rc;
	if (stopped == NULL)
		stopped = mmap(NULL, sizeof(*stopped), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stopped == MAP_FAILED) {
		stopped = NULL;
		return -ENOMEM;
	}
	*stopped = (struct stopped){0};
	planned_stops = stops;
	stop_length_ms = stop_ms;
	stop_period_ms = period_ms;
	stall->workload = *stall->plan.draft.workload;
	inner_load = stall->workload.load;
	stall->workload.load = load_with_stop;
	stall->plan.draft.workload = &stall->workload;
	stall->plan.draft.window_ns = (uint64_t)stops * (uint64_t)period_ms * MS;
	return 0;
}

uint64_t stall_took_ns(void)
{
	return stopped != NULL ? atomic_load(&stopped->ns) : 0;
}

int stall_count(void)
{
	return stopped != NULL ? atomic_load(&stopped->count) : 0;
}

void stall_release(struct stall *stall)
{
	(void)stall;
	if (stopped != NULL)
		munmap(stopped, sizeof(*stopped));
	stopped = NULL;
}
