/*
 * The lines of the self-test, in the order they are printed: cheap ones first, then what the later
 * ones rest on.
 */
#include <errno.h>

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
	.others = calm_others,
	.stops = 20,
};

const struct check selftest_checks[] = {
	{"clock", "goes forward, in fine steps", check_clock_steps, 0, false},
	{"clock", "runs as fast as the unadjusted one", check_clock_rate, 0, false},
	{"histogram", "quantiles against exact ones", check_histogram, 0, true},
	{"overhead", "one latency sample", check_overhead, 0, false},
	{"sharing", "two tasks that count side by side", check_false_sharing, 0, false},
	{"ledger", "seeded cheaters", check_ledger, 0, true},
	{"coverage", "intervals of a median, 9 values", check_coverage, 9, true},
	{"coverage", "intervals of a median, 20 values", check_coverage, 20, true},
	{"coverage", "intervals of bytes per task, 9 blocks", check_fit, 0, true},
	{"gate", "first to last start, async", check_gate, ASYNC, false},
	{"gate", "first to last start, threads", check_gate, THREADS, false},
	{"gate", "first to last start, processes", check_gate, PROCESSES, false},
	{"cpu", "CPU time of a known spin, async", check_cpu, ASYNC, false},
	{"cpu", "CPU time of a known spin, threads", check_cpu, THREADS, false},
	{"cpu", "CPU time of a known spin, processes", check_cpu, PROCESSES, false},
	{"timers", "waits of 5 ms", check_timers, 5, false},
	{"timers", "waits of 500 ms", check_timers, 500, false},
	{"switches", "context switches, threads", check_switches, THREADS, false},
	{"switches", "context switches, processes", check_switches, PROCESSES, false},
	{"memory", "256 KiB touched by a task, async", check_touched, ASYNC, false},
	{"memory", "256 KiB touched by a task, threads", check_touched, THREADS, false},
	{"memory", "256 KiB touched by a task, processes", check_touched, PROCESSES, false},
	{"memory", "shared memory is charged once", check_shared, 0, false},
	{"memory", "a thread's kernel stack is seen", check_kernel_stack, 0, false},
	{"latency", "a stopped server, async", check_stall, ASYNC, false},
	{"latency", "a stopped server, threads", check_stall, THREADS, false},
	{"latency", "a stopped server, processes", check_stall, PROCESSES, false},
	{0},
};
