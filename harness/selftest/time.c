/*
 * Times and counts of whole invocations against what is known of them.
 */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "harness/selftest/selftest.h"

enum { MS = 1000 * 1000 };

static bool plan_fails(struct line *line, int rc)
{
	if (rc == 0)
		return false;
	line_measured(line, "it cannot be planned in this build");
	line_judge(line, false);
	return true;
}

/* The best of a few: a start that was late because of others proves nothing against the gate. */
void check_gate(struct line *line, const struct subjects *subjects, int variant)
{
	enum { TRIES = 5, MOST_NS = 10 * MS };
	const char *const params[] = {"tasks=64", "hold=50ms", NULL};
	uint64_t best_ns = UINT64_MAX;
	struct record record;
	struct plan plan;

	line_expected(line, "64 tasks start together");
	line_tolerance(line, "0 < skew <= %d ms", MOST_NS / MS);
	if (plan_fails(line, draft_plan(&plan, workload_find("idle"), selftest_models[variant],
				     KIND_TIME, params)))
		return;
	for (int i = 0; i < TRIES && best_ns > MOST_NS; i++) {
		bool done = selftest_invoke(line, subjects, &plan, &record);

		if (done && record.window.skew_ns < best_ns)
			best_ns = record.window.skew_ns;
		record_release(&record);
		if (!done)
			return;
	}
	line_measured(line, "%.3f ms from the first to the last", (double)best_ns / MS);
	line_judge(line, best_ns > 0 && best_ns <= MOST_NS);
}

enum { SPIN_TASKS, SPIN_TIME };

static const struct param spin_params[] = {
	[SPIN_TASKS] = {"tasks", "tasks", PARAM_COUNT, 1, 64, 2, 2, NULL},
	[SPIN_TIME] = {"time", "CPU time of an operation", PARAM_DURATION, 1000, 1000000000,
		20 * MS, 20 * MS, NULL},
	{0},
};

static uint64_t thread_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Counts as bytes what it has really used: the last reading is a little beyond the aim. */
static int spin_task(void *arg)
{
	struct slot *slot = arg;

	while (slot_round(slot)) {
		uint64_t start_ns = slot_begin(slot);
		uint64_t begin_ns = thread_cpu_ns();
		uint64_t used_ns;

		do
			used_ns = thread_cpu_ns() - begin_ns;
		while (used_ns < (uint64_t)slot->orders->values[SPIN_TIME]);
		slot_end(slot, start_ns, used_ns, 1);
	}
	return slot_result(slot);
}

static int spin_run(struct orders *orders)
{
	return crew_run(orders, spin_task);
}

static const struct workload spin_workload = {
	.name = "spin",
	.summary = "tasks that use a known time of CPU",
	.kind = "CPU",
	.operation = "one spin",
	.params = spin_params,
	.concurrency = SPIN_TASKS,
	.flags = WORKLOAD_MEET,
	.pool = POOL_TASKS,
	.run = {[FAMILY_ASYNC] = spin_run,
		[FAMILY_THREADS] = spin_run,
		[FAMILY_PROCESSES] = spin_run},
};

void check_cpu(struct line *line, const struct subjects *subjects, int variant)
{
	const char *const params[] = {NULL};
	const double most_percent = 2;
	struct record record;
	struct plan plan;

	line_expected(line, "the spun time");
	line_tolerance(line, "+-%.0f %%", most_percent);
	if (plan_fails(line,
		    draft_plan(&plan, &spin_workload, selftest_models[variant], KIND_TIME, params)))
		return;
	plan.draft.rounds = 10;
	if (selftest_invoke(line, subjects, &plan, &record)) {
		double spun_ms = (double)record.work.bytes / MS;
		double read_ms = (double)record.window.cpu_ns / MS;
		double apart = 100 * (read_ms / spun_ms - 1);

		line_expected(line, "%.1f ms spun", spun_ms);
		line_measured(line, "%.1f ms (%+.2f %%)", read_ms, apart);
		line_judge(line, fabs(apart) <= most_percent);
	}
	record_release(&record);
}

/* How late the least late of a few waits is; NaN when the line says why not. */
static double lateness_us(
	struct line *line, const struct subjects *subjects, const char *model, int wait_ms)
{
	enum { WAITS = 2 };
	char wait[32];
	const char *const params[] = {"tasks=1", "operations=1", wait, "touch=0", NULL};
	struct record record;
	struct plan plan;
	uint64_t best_ns = UINT64_MAX;

	snprintf(wait, sizeof(wait), "wait=%dms", wait_ms);
	if (plan_fails(line, draft_plan(&plan, workload_find("sleep"), model, KIND_TIME, params)))
		return NAN;
	plan.draft.rounds = 1; /* of one wait: the largest latency is that wait, and it is exact */
	for (int i = 0; i < WAITS; i++) {
		bool done = selftest_invoke(line, subjects, &plan, &record);

		if (done && record.latency != NULL && record.latency->max_ns < best_ns)
			best_ns = record.latency->max_ns;
		record_release(&record);
		if (!done)
			return NAN;
	}
	if (best_ns == UINT64_MAX) {
		line_measured(line, "sleep/%s: no wait was recorded", model);
		line_judge(line, false);
		return NAN;
	}
	return (double)best_ns / 1000 - wait_ms * 1000.0;
}

/*
 * The same precision for all models: a loop that waits in milliseconds, or by the kernel's 0.1 %
 * rule of long timeouts, would be late where the others are not.
 *   variant  the wait in ms
 */
void check_timers(struct line *line, const struct subjects *subjects, int variant)
{
	const double most_us = 250;
	double late_us[SELFTEST_MODELS];
	double low = INFINITY, high = -INFINITY;

	line_expected(line, "equally late in all families");
	line_tolerance(line, "within %.0f us, none early", most_us);
	for (int i = 0; i < SELFTEST_MODELS; i++) {
		late_us[i] = lateness_us(line, subjects, selftest_models[i], variant);
		if (isnan(late_us[i]))
			return;
		low = fmin(low, late_us[i]);
		high = fmax(high, late_us[i]);
	}
	line_measured(line, "%s %.0f, %s %.0f, %s %.0f us", selftest_models[0], late_us[0],
		selftest_models[1], late_us[1], selftest_models[2], late_us[2]);
	line_judge(line, low >= 0 && high - low <= most_us);
}

/* In one invocation, so that both count the same switches. */
void check_switches(struct line *line, const struct subjects *subjects, int variant)
{
	const char *const params[] = {"operations=200", NULL};
	const double most_percent = 5;
	struct record record;
	struct plan plan;

	line_expected(line, "as many as perf counts");
	line_tolerance(line, "+-%.0f %%", most_percent);
	if (plan_fails(line, draft_plan(&plan, workload_find("switch"), selftest_models[variant],
				     KIND_COUNTS, params)))
		return;
	plan.draft.rounds = 10;
	if (selftest_invoke(line, subjects, &plan, &record)) {
		double ours = (double)(record.window.voluntary + record.window.involuntary);
		double perf = (double)record.counts.switches;

		line_expected(line, "%.0f by perf", perf);
		line_measured(line, "%.0f", ours);
		line_judge(line, perf > 0 && fabs(ours - perf) <= most_percent / 100 * perf);
		if (record.counts.switches < 0) {
			line_expected(line, "as many as perf counts");
			line_measured(line, "%s", record.counts.source);
			line->verdict = LINE_NOT_HERE;
		}
	}
	record_release(&record);
}
