/*
 * The lines of the self-test, in the order they are printed: cheap ones first, then what the later
 * ones rest on.
 */
#include <errno.h>

#include "harness/load/draw.h"
#include "harness/report/ledger.h"
#include "harness/selftest/recorder.h"
#include "harness/selftest/selftest.h"

/* Places of selftest_models. */
enum { ASYNC, THREADS, PROCESSES };

static int invoke(const struct plan *plan, struct record *record)
{
	int signal;
	int rc = invocation_run(plan, record, &signal);

	return rc == 0 && signal != 0 ? -EINTR : rc;
}

const struct subjects selftest_subjects = {
	.now_ns = clock_now_ns,
	.record = lane_record,
	.overhead = overhead_measure,
	.two_writers_ns = recorder_two_writers_ns,
	.interval = interval_median,
	.difference = ledger_difference,
	.slopes = fit_slopes,
	.invoke = invoke,
	.bare_fork = bare_fork,
	.others = calm_others,
	.stops = 20,
};

const struct check selftest_checks[] = {
	{"clock", "goes forward, in fine steps", check_clock_steps, 0, false, 0},
	{"clock", "runs as fast as the unadjusted one", check_clock_rate, 0, false, 0},
	{"histogram", "quantiles against exact ones", check_histogram, 0, true, 0},
	{"overhead", "one latency sample", check_overhead, 0, false, 1},
	{"sharing", "two tasks that count side by side", check_false_sharing, 0, false, 0},
	{"ledger", "seeded cheaters", check_ledger, 0, true, 0},
	{"coverage", "intervals of a median, 9 values", check_coverage, 9, true, 0},
	{"coverage", "intervals of a median, 20 values", check_coverage, 20, true, 0},
	{"coverage", "intervals of bytes per task, 9 blocks", check_fit, 0, true, 0},
	{"gate", "first to last start, async", check_gate, ASYNC, false, 1},
	{"gate", "first to last start, threads", check_gate, THREADS, false, 1},
	{"gate", "first to last start, processes", check_gate, PROCESSES, false, 1},
	{"cpu", "CPU time of a known spin, async", check_cpu, ASYNC, false, 3},
	{"cpu", "CPU time of a known spin, threads", check_cpu, THREADS, false, 3},
	{"cpu", "CPU time of a known spin, processes", check_cpu, PROCESSES, false, 3},
	{"timers", "waits of 5 ms", check_timers, 5, false, 2},
	{"timers", "waits of 500 ms", check_timers, 500, false, 7},
	{"switches", "context switches, threads", check_switches, THREADS, false, 1},
	{"switches", "context switches, processes", check_switches, PROCESSES, false, 1},
	{"memory", "256 KiB touched by a task, async", check_touched, ASYNC, false, 2},
	{"memory", "256 KiB touched by a task, threads", check_touched, THREADS, false, 2},
	{"memory", "256 KiB touched by a task, processes", check_touched, PROCESSES, false, 2},
	{"memory", "shared memory is charged once", check_shared, 0, false, 1},
	{"memory", "a thread's kernel stack is seen", check_kernel_stack, 0, false, 3},
	{"memory", "a forked child against a bare one", check_bare_fork, 0, false, 7},
	{"latency", "a generator slowed on purpose", check_slow_generator, ASYNC, false, 1},
	{"latency", "delays of 50 ms, exponential", check_delays, DRAW_EXPONENTIAL, false, 2},
	{"latency", "a stopped server, async", check_stall, ASYNC, false, 22},
	{"latency", "a stopped server, threads", check_stall, THREADS, false, 22},
	{"latency", "a stopped server, processes", check_stall, PROCESSES, false, 22},
	{0},
};
