/*
 * The clock: fine enough, never backwards, and as fast as the kernel's unadjusted one.
 */
#include <time.h>

#include "harness/selftest/selftest.h"

enum { READINGS = 1000 * 1000, STEP_MOST_NS = 100, OVERHEAD_MOST_NS = 1000 };

void check_clock_steps(struct line *line, const struct subjects *subjects, int variant)
{
	uint64_t first_ns = subjects->now_ns();
	uint64_t last_ns = first_ns;
	uint64_t finest_ns = UINT64_MAX;
	int backwards = 0;

	(void)variant;
	for (int i = 0; i < READINGS; i++) {
		uint64_t now_ns = subjects->now_ns();

		backwards += now_ns < last_ns;
		if (now_ns > last_ns && now_ns - last_ns < finest_ns)
			finest_ns = now_ns - last_ns;
		last_ns = now_ns;
	}
	double each_ns = (double)(last_ns - first_ns) / READINGS;
	line_expected(line, "0 steps back");
	line_measured(line, "%d steps back, finest step %llu ns, %.1f ns a reading", backwards,
		(unsigned long long)finest_ns, each_ns);
	line_tolerance(line, "0; step <= %d ns, reading <= %d ns", STEP_MOST_NS, OVERHEAD_MOST_NS);
	line_judge(
		line, backwards == 0 && finest_ns <= STEP_MOST_NS && each_ns <= OVERHEAD_MOST_NS);
}

static uint64_t raw_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Both clocks at one moment: between two readings of the one that nothing came between. */
static void read_both(const struct subjects *subjects, uint64_t *ours_ns, uint64_t *raw)
{
	enum { TRIES = 10000, CLOSE_NS = 5000 };
	uint64_t after = 0;

	for (int i = 0; i < TRIES && (i == 0 || after - *raw > CLOSE_NS); i++) {
		*raw = raw_ns();
		*ours_ns = subjects->now_ns();
		after = raw_ns();
	}
}

/* How far apart two clocks are after a wait; the kernel slews the adjusted one by 0.05 % at most.
 */
void check_clock_rate(struct line *line, const struct subjects *subjects, int variant)
{
	enum { WAIT_MS = 200 };
	const double most_percent = 0.2;
	struct timespec wait = {.tv_nsec = WAIT_MS * 1000000};
	uint64_t ours_ns, raw, ours_end_ns, raw_end;

	(void)variant;
	read_both(subjects, &ours_ns, &raw);
	nanosleep(&wait, NULL);
	read_both(subjects, &ours_end_ns, &raw_end);
	ours_ns = ours_end_ns - ours_ns;
	raw = raw_end - raw;
	double apart = 100.0 * ((double)ours_ns / (double)raw - 1);
	line_expected(line, "%.3f ms by the unadjusted clock", (double)raw / 1e6);
	line_measured(line, "%.3f ms (%+.3f %%)", (double)ours_ns / 1e6, apart);
	line_tolerance(line, "+-%.1f %%", most_percent);
	line_judge(line, apart <= most_percent && apart >= -most_percent);
}
