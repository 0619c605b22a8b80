/*
 * Honest latency: every process of the server is stopped periodically under an open loop. Requests
 * that were due meanwhile have waited, and a figure that leaves their waiting out lies by omission.
 */
#include "harness/record_latency.h"
#include "harness/selftest/selftest.h"
#include "harness/selftest/stall.h"

/* The load is at most 2 % of what one CPU answers, so that what has queued is gone at once. */
enum { MS = 1000 * 1000, STOP_MS = 100, PERIOD_MS = 1000 };

/* How far a percentile may be from what the stops make it. */
static const double tolerance = 0.05;

/*
 * Of a period of w a share f = s/w of the requests falls into the stop of s, and waits between 0
 * and s: the quantile q of all is s (1 - (1 - q)/f) = s - (1 - q) w.
 */
static double expected_ms(double quantile, double stop_ms)
{
	return stop_ms - (1 - quantile) * PERIOD_MS;
}

static double quantile_ms(const struct histogram *histogram, double quantile)
{
	return (double)histogram_quantile_ns(histogram, quantile) / MS;
}

static bool is_near(double value, double expected)
{
	return value >= (1 - tolerance) * expected && value <= (1 + tolerance) * expected;
}

/* A generator that was late itself proves nothing. */
static bool are_hidden(struct line *line, const struct distribution *told)
{
	char text[200];

	if (!distribution_hides(told, 0.99) && !distribution_hides(told, 0.95))
		return false;
	distribution_hidden(told, text, sizeof(text));
	line_measured(line, "%s", text);
	line_judge(line, false);
	return true;
}

static void judge_stops(struct line *line, const struct record_latency *latency, int stops)
{
	bool corrected = latency != NULL && latency->has_corrected;
	struct distribution told = {0};

	if (corrected)
		told = record_distribution(latency);
	if (corrected && are_hidden(line, &told))
		return;
	double p99_ms = corrected ? distribution_percentile_ns(&told, 0.99) / MS : 0;
	double p95_ms = corrected ? distribution_percentile_ns(&told, 0.95) / MS : 0;
	double stop_ms = stall_count() > 0 ? (double)stall_took_ns() / MS / stall_count() : 0;

	/* stops of another length would make another truth: that is then nobody's lie, but no proof
	 */
	bool as_planned = stall_count() == stops && is_near(stop_ms, STOP_MS);
	line_measured(line,
		"%.1f and %.1f ms (uncorrected, the lie: %.2f and %.2f ms), %d stops of %.1f ms",
		p99_ms, p95_ms, latency != NULL ? quantile_ms(&latency->closed, 0.99) : 0,
		latency != NULL ? quantile_ms(&latency->closed, 0.95) : 0, stall_count(), stop_ms);
	line_judge(line, as_planned && is_near(p99_ms, expected_ms(0.99, STOP_MS)) &&
				 is_near(p95_ms, expected_ms(0.95, STOP_MS)));
}

void check_stall(struct line *line, const struct subjects *subjects, int variant)
{
	const char *const params[] = {"connections=8", "rate=800", "pool=8", NULL};
	struct stall stall;
	struct record record;

	line_expected(line, "p99 %.0f and p95 %.0f ms over %d stops of %d ms, one a second",
		expected_ms(0.99, STOP_MS), expected_ms(0.95, STOP_MS), subjects->stops, STOP_MS);
	line_tolerance(line, "5 %%");
	if (stall_plan(&stall, selftest_models[variant], params, subjects->stops, STOP_MS,
		    PERIOD_MS) != 0) {
		line_measured(line, "it cannot be planned in this build");
		line_judge(line, false);
		stall_release(&stall);
		return;
	}
	if (selftest_invoke(line, subjects, &stall.plan, &record))
		judge_stops(line, record.latency, subjects->stops);
	record_release(&record);
	stall_release(&stall);
}
