/*
 * Honest latency: every process of the server is stopped in the middle of an open loop. Requests
 * that were due meanwhile have waited, and a figure that leaves their waiting out lies by omission.
 */
#include "harness/selftest/selftest.h"
#include "harness/selftest/stall.h"

enum { MS = 1000 * 1000, STALL_MS = 200, WINDOW_MS = 1000 };

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
	struct stall stall;
	struct record record;

	line_expected(line, "p99 over a stall of %d ms", STALL_MS);
	line_tolerance(line, "-15 .. +25 %%");
	if (stall_plan(&stall, selftest_models[variant], params, STALL_MS, WINDOW_MS) != 0) {
		line_measured(line, "it cannot be planned in this build");
		line_judge(line, false);
		stall_release(&stall);
		return;
	}
	if (selftest_invoke(line, subjects, &stall.plan, &record))
		judge_stall(line, &record, (double)stall_took_ns() / MS);
	record_release(&record);
	stall_release(&stall);
}
