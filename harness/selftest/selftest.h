/*
 * The self-test: is the harness right? Each line measures something whose truth is known by other
 * means, and says what was expected, what was measured, how far it may be off, and the verdict.
 *
 * What a line examines it reaches through struct subjects, so that a test can put a broken one in
 * its place and see the line fail: a check that cannot fail proves nothing.
 */
#ifndef CONCBENCH_HARNESS_SELFTEST_SELFTEST_H
#define CONCBENCH_HARNESS_SELFTEST_SELFTEST_H

#include <stddef.h>
#include <stdint.h>

#include "harness/measure/calm.h"
#include "harness/measure/draft.h"
#include "harness/measure/overhead.h"
#include "harness/selftest/bare.h"
#include "harness/stats/fit.h"

enum { LINE_TEXT_MAX = 200 };

enum line_verdict {
	LINE_OK,
	LINE_FAILED,
	LINE_NOT_HERE,  /* this machine does not let it be examined; measured says why */
	LINE_UNDECIDED, /* it failed, but others used the CPUs so much that this says nothing; or
			   there was no time left for it */
	LINE_VERDICTS
};

struct line {
	char expected[LINE_TEXT_MAX], measured[LINE_TEXT_MAX], tolerance[LINE_TEXT_MAX];
	enum line_verdict verdict;
};

/* What is examined. */
struct subjects {
	uint64_t (*now_ns)(void);
	void (*record)(struct lane *lane, uint64_t ns);
	int (*overhead)(struct overhead *overhead);
	/* ns per operation of two threads that each count in a slot, the slots so far apart */
	double (*two_writers_ns)(size_t stride_bytes);
	struct interval (*interval)(const double *values, int n, double confidence);
	const char *(*difference)(const struct record *a, const struct record *b);
	/* bytes per task from points of several sizes and blocks */
	struct interval (*slopes)(const struct fit_point *points, int n, double confidence);
	int (*invoke)(const struct plan *plan, struct record *record);
	int (*bare_fork)(int children, struct bare *bare);
	double (*others)(const struct calm *begin); /* what others took of the CPUs */
	int stops; /* of a server, one a second; few prove less, but sooner */
};
extern const struct subjects selftest_subjects; /* the real ones */

struct check {
	const char *part; /* as on the command line; several lines may share it */
	const char *subject;
	void (*run)(struct line *line, const struct subjects *subjects, int variant);
	int variant;      /* the check's own: which model, which case */
	bool is_computed; /* by arithmetic alone: whatever else runs cannot excuse it */
	int seconds;      /* about what one try takes; 0: less than one */
};
extern const struct check selftest_checks[]; /* ended by a NULL part */

/* The time of a self-test, for all its lines together. */
struct patience {
	uint64_t (*now_ns)(void);
	uint64_t until_ns; /* a try that would end later does not begin */
	uint64_t first_ns; /* what the first tries of the lines to come take; they come first */
};

/*
 * From now on, so that even the worst case ends within two minutes.
 *   part  the lines that will be run; NULL: all
 */
void patience_begin(struct patience *patience, const char *part);

/*
 * Runs a check. What fails is tried again, twice: other programs can make a right figure look wrong
 * for a moment, while a broken subject stays broken; but only while there is patience for it. If
 * others took more than CALM_MOST of the CPUs each time, or there was no time for the line, it is
 * undecided.
 */
void selftest_run(const struct check *check, const struct subjects *subjects,
	struct patience *patience, struct line *line);

/*
 * The checks, by file. Each fills the whole line; verdict and texts, no output.
 *   Threads  one at a time, from a process with one thread and no children.
 */
void check_clock_steps(struct line *line, const struct subjects *subjects, int variant);
void check_clock_rate(struct line *line, const struct subjects *subjects, int variant);
void check_histogram(struct line *line, const struct subjects *subjects, int variant);
void check_overhead(struct line *line, const struct subjects *subjects, int variant);
void check_false_sharing(struct line *line, const struct subjects *subjects, int variant);
void check_coverage(struct line *line, const struct subjects *subjects, int variant);
void check_fit(struct line *line, const struct subjects *subjects, int variant);
void check_ledger(struct line *line, const struct subjects *subjects, int variant);
void check_gate(struct line *line, const struct subjects *subjects, int variant);
void check_cpu(struct line *line, const struct subjects *subjects, int variant);
void check_timers(struct line *line, const struct subjects *subjects, int variant);
void check_switches(struct line *line, const struct subjects *subjects, int variant);
void check_touched(struct line *line, const struct subjects *subjects, int variant);
void check_shared(struct line *line, const struct subjects *subjects, int variant);
void check_kernel_stack(struct line *line, const struct subjects *subjects, int variant);
void check_bare_fork(struct line *line, const struct subjects *subjects, int variant);
void check_slow_generator(struct line *line, const struct subjects *subjects, int variant);
void check_delays(struct line *line, const struct subjects *subjects, int variant);
void check_stall(struct line *line, const struct subjects *subjects, int variant);

/* One field of the line, cut to its room. */
void line_expected(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void line_measured(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void line_tolerance(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void line_judge(struct line *line, bool passed);

/* The models lines are repeated for: one of each family that has a stack. */
enum { SELFTEST_MODELS = 3 };
extern const char *const selftest_models[SELFTEST_MODELS];

/*
 * Runs a plan, again up to three times in 5 s while it is not ok; leaves the line FAILED with the
 * reason if it stays so. Returns  true when the record is ok; the caller releases it in both cases.
 */
bool selftest_invoke(struct line *line, const struct subjects *subjects, const struct plan *plan,
	struct record *record);

#endif
