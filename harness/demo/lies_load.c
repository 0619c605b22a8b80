/*
 * Lies of the load: what a generator leaves out, and what it takes from the server.
 */
#include <errno.h>
#include <math.h>
#include <sched.h>

#include "harness/demo/lies.h"
#include "harness/measure/draft.h"
#include "harness/record_latency.h"
#include "harness/selftest/stall.h"

enum { MS = 1000 * 1000 };

/* -EAGAIN when the invocation was no good. */
static int invoke(
	const struct demo_setting *setting, const struct plan *plan, struct record *record)
{
	int rc = setting->invoke(plan, record);

	return rc == 0 && record->status != STATUS_OK ? -EAGAIN : rc;
}

/* An invocation that was no good proves nothing, either way. */
static int unmeasured(struct demo_result *result, int rc)
{
	if (rc != -EAGAIN)
		return rc;
	demo_undecided(result, "the server could not be measured on this machine just now");
	return 0;
}

/* The p99 of echo while the server is stopped once; how long it was stopped. */
static int stalled_p99(const struct demo_setting *setting, const char *rate, double *p99_ns,
	double *stall_ns, double *window_ns)
{
	const char *const params[] = {"connections=8", rate, NULL};
	struct record record = {0};
	struct stall stall;
	int rc = stall_plan(&stall, "async", params, 1, setting->smoke ? 100 : 200,
		setting->smoke ? 500 : 1000);

	if (rc == 0)
		rc = invoke(setting, &stall.plan, &record);
	if (rc == 0 && record.latency != NULL) {
		struct distribution latencies = record_distribution(record.latency);

		*p99_ns = distribution_percentile_ns(&latencies, 0.99);
		*stall_ns = (double)stall_took_ns();
		*window_ns = (double)record.window.ns;
		rc = isnan(*p99_ns) ? -EAGAIN : 0;
	}
	record_release(&record);
	stall_release(&stall);
	return rc;
}

int lie_closed_loop(struct demo_result *result, const struct demo_setting *setting)
{
	double wrong_ns = 0, right_ns = 0, stall_ns = 0, window_ns = 0;
	int rc = stalled_p99(setting, "rate=0", &wrong_ns, &stall_ns, &window_ns);

	if (rc == 0)
		rc = stalled_p99(setting, "rate=2000", &right_ns, &stall_ns, &window_ns);
	if (rc != 0)
		return unmeasured(result, rc);
	demo_add(result, DEMO_WRONG, wrong_ns, UNIT_DURATION,
		"p99 of 8 connections that each send when the last answer has come; the server "
		"was stopped once for %.0f ms",
		stall_ns / MS);
	demo_add(result, DEMO_RIGHT, right_ns, UNIT_DURATION,
		"p99 of 2000 requests a second from the time each was due; the same stop");
	demo_expect(result, "right / (stop - 1 % of the window)",
		right_ns / (stall_ns - 0.01 * window_ns), 0.85, 1.25,
		"all requests due in the stop waited, evenly from all of it to nothing");
	demo_expect(result, "wrong / right", wrong_ns / right_ns, 0, 0.25,
		"of thousands of requests only the 8 in flight met the stop");
	return 0;
}

struct rate {
	double per_s, sut_ns, load_ns; /* operations, CPU time an operation */
};

/* The first and the last CPU this process may use; false where that is the same. */
static bool two_cpus(cpu_set_t *first, cpu_set_t *last)
{
	cpu_set_t allowed;
	int low = -1, high = -1;

	CPU_ZERO(first);
	CPU_ZERO(last);
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return false;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed)) {
			low = low < 0 ? cpu : low;
			high = cpu;
		}
	if (low == high)
		return false;
	CPU_SET(low, first);
	CPU_SET(high, last);
	return true;
}

/* Echo with server and load on these CPUs. */
static int measure(const struct demo_setting *setting, const cpu_set_t *server,
	const cpu_set_t *load, struct rate *rate)
{
	static const char *const params[] = {"connections=16", NULL};
	struct record record = {0};
	struct plan plan;
	int rc = draft_plan(&plan, workload_find("echo"), "async", KIND_TIME, params);

	if (rc != 0)
		return rc;
	plan.draft.sut_cpus = *server;
	plan.draft.load_cpus = *load;
	plan.draft.window_ns = (setting->smoke ? 50 : 300) * (uint64_t)MS;
	rc = invoke(setting, &plan, &record);
	double operations = (double)record.work.operations;
	if (rc == 0)
		*rate = (struct rate){operations * 1e9 / (double)record.window.ns,
			(double)record.window.cpu_ns / operations,
			(double)record.window.load_cpu_ns / operations};
	record_release(&record);
	return rc;
}

/* The faster of two: others on the machine can only make either slower. */
static struct rate faster(struct rate a, struct rate b)
{
	return a.per_s >= b.per_s ? a : b;
}

/* Both placements, alternately, so that what others do meanwhile meets both. */
static int measure_both(const struct demo_setting *setting, const cpu_set_t *first,
	const cpu_set_t *last, struct rate *wrong, struct rate *right)
{
	enum { TIMES = 3 };
	int rc = 0;

	*wrong = *right = (struct rate){0};
	for (int i = 0; i < TIMES && rc == 0; i++) {
		struct rate same = {0}, apart = {0};

		rc = measure(setting, first, first, &same);
		if (rc == 0)
			rc = measure(setting, first, last, &apart);
		*wrong = faster(*wrong, same);
		*right = faster(*right, apart);
	}
	return rc;
}

int lie_same_cpu(struct demo_result *result, const struct demo_setting *setting)
{
	struct rate wrong, right;
	cpu_set_t first, last;

	if (!two_cpus(&first, &last)) {
		demo_not_here(result, "needs two CPUs");
		return 0;
	}
	int rc = measure_both(setting, &first, &last, &wrong, &right);
	if (rc != 0)
		return unmeasured(result, rc);
	demo_add(result, DEMO_WRONG, wrong.per_s, UNIT_RATE,
		"requests a second of an echo server on one CPU; the load runs on the same one");
	demo_add(result, DEMO_RIGHT, right.per_s, UNIT_RATE,
		"the same with the load on a CPU of its own");
	demo_add(result, DEMO_PLAIN, right.sut_ns, UNIT_DURATION,
		"CPU time of the server for a request");
	demo_add(result, DEMO_PLAIN, right.load_ns, UNIT_DURATION,
		"CPU time of the load for a request");
	demo_expect(result, "wrong x (server + load CPU time)",
		wrong.per_s * (right.sut_ns + right.load_ns) / 1e9, 0.7, 1.6,
		"one CPU must do both, so a request takes the sum");
	demo_expect(result, "wrong / right", wrong.per_s / right.per_s, 0.3, 0.9,
		"half, where both sides cost alike");
	return 0;
}
