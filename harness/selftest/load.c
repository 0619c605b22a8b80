/*
 * The load under test: is a generator that does not keep its schedule found out, and do delays that
 * are known come back as they are?
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/load/draw.h"
#include "harness/record_latency.h"
#include "harness/selftest/selftest.h"

enum { MS = 1000 * 1000 };

/*
 * Of every 110 ms the generator gets 10, so that most requests leave late also where others keep
 * the one that stops it waiting: were half of them punctual, a median would rightly be believed.
 */
enum { GOES_MS = 10, STANDS_MS = 100 };

/* The load of the wrapped workload; inherited by the fork. */
static int (*inner_load)(struct orders *orders);

static void pause_ms(int ms)
{
	struct timespec pause = {.tv_nsec = (long)ms * MS};

	nanosleep(&pause, NULL);
}

/* Ends with the load itself. */
static void slow_down(pid_t load)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == load) {
		pause_ms(GOES_MS);
		kill(load, SIGSTOP);
		pause_ms(STANDS_MS);
		kill(load, SIGCONT);
	}
	_exit(0);
}

static int slowed_load(struct orders *orders)
{
	pid_t load = getpid(), child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		slow_down(load);
	int rc = inner_load(orders);
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return rc;
}

/* It is about the schedule, not about anything else that makes an invocation INVALID. */
static bool blames_the_generator(const struct record *record)
{
	return record->status == STATUS_INVALID &&
	       (strstr(record->reason, "the generator was late") != NULL ||
		       strstr(record->reason, "the offered rate was missed") != NULL ||
		       strstr(record->reason, "generator saturated") != NULL);
}

void check_slow_generator(struct line *line, const struct subjects *subjects, int variant)
{
	const char *const params[] = {"connections=8", "rate=800", NULL};
	struct workload slowed = *workload_find("echo");
	struct record record = {0};
	struct plan plan;

	line_expected(line, "INVALID, and that the generator is the reason");
	line_tolerance(line, "none");
	inner_load = slowed.load;
	slowed.load = slowed_load;
	int rc = draft_plan(&plan, &slowed, selftest_models[variant], KIND_TIME, params);
	plan.draft.window_ns = 500 * (uint64_t)MS;
	if (rc == 0)
		rc = subjects->invoke(&plan, &record);
	if (rc != 0)
		line_measured(line, "%s", strerror(-rc));
	else
		line_measured(line, "%s%s%.150s", status_names[record.status],
			record.reason[0] != '\0' ? ": " : "", record.reason);
	line_judge(line, rc == 0 && blames_the_generator(&record));
	record_release(&record);
}

/* Enough that ten lie beyond p99. Equal delays end together: of few tasks, whose replies do not
   queue at the client for a time that matters. */
static const struct {
	const char *tasks;
	uint64_t rounds;
} sizes[] = {[DRAW_FIXED] = {"tasks=16", 64},
	[DRAW_EXPONENTIAL] = {"tasks=256", 5},
	[DRAW_LOGNORMAL] = {"tasks=256", 5},
	[DRAW_BIMODAL] = {"tasks=256", 5}};
static const uint64_t mean_ns = 50 * (uint64_t)MS;

static int compare_ns(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* The delays the window's requests met, in order of size; malloc'd; one request a round. */
static uint64_t *drawn_ns(const struct record *record, enum draw_distribution distribution)
{
	uint64_t count = record->work.tasks * record->work.rounds;
	uint64_t *delays = calloc(count + 1, sizeof(*delays));

	for (uint64_t i = 0; delays != NULL && i < count; i++)
		delays[i] = draw_duration(distribution, mean_ns, record->seed,
			draw_request_id((uint32_t)(i % record->work.tasks),
				record->work.warm_rounds + 1 + i / record->work.tasks));
	if (delays != NULL)
		qsort(delays, count, sizeof(*delays), compare_ns);
	return delays;
}

static void judge_delays(
	struct line *line, const struct record *record, enum draw_distribution distribution)
{
	static const double shares[] = {0.5, 0.95, 0.99};
	const double tolerance = 0.02;
	uint64_t count = record->work.tasks * record->work.rounds;
	uint64_t *delays = drawn_ns(record, distribution);
	double drawn_ms[3] = {0}, told_ms[3] = {0};
	bool near = delays != NULL && count > 0 && record->latency != NULL;

	for (int i = 0; i < 3 && near; i++) {
		struct distribution told = record_distribution(record->latency);
		/* nearest rank, as the histogram's quantile */
		drawn_ms[i] = (double)delays[(uint64_t)ceil(shares[i] * (double)count) - 1] / MS;
		told_ms[i] = distribution_percentile_ns(&told, shares[i]) / MS;
	}
	for (int i = 0; i < 3; i++)
		near = near && told_ms[i] >= drawn_ms[i] * (1 - tolerance) &&
		       told_ms[i] <= drawn_ms[i] * (1 + tolerance);
	line_expected(line, "p50, p95, p99 of %.1f, %.1f, %.1f ms, as drawn", drawn_ms[0],
		drawn_ms[1], drawn_ms[2]);
	line_measured(line, "%.1f, %.1f, %.1f ms", told_ms[0], told_ms[1], told_ms[2]);
	line_judge(line, near);
	free(delays);
}

void check_delays(struct line *line, const struct subjects *subjects, int variant)
{
	char choice[40];
	const char *const params[] = {sizes[variant].tasks, "delay=50ms", choice, NULL};
	struct record record = {0};
	struct plan plan;

	snprintf(choice, sizeof(choice), "distribution=%s", draw_distributions[variant]);
	line_expected(line, "delays of the upstream, %s, as drawn", draw_distributions[variant]);
	line_tolerance(line, "2 %%");
	if (draft_plan(&plan, workload_find("fetch"), "async", KIND_TIME, params) != 0) {
		line_measured(line, "it cannot be planned in this build");
		line_judge(line, false);
		return;
	}
	plan.draft.rounds = sizes[variant].rounds;
	if (selftest_invoke(line, subjects, &plan, &record))
		judge_delays(line, &record, (enum draw_distribution)variant);
	record_release(&record);
}
