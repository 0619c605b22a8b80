/*
 * What the last whole self-test said, kept so that every run can say it too: a run is believed as
 * far as its harness is, and testing anew each time would take longer than many runs.
 */
#ifndef CONCBENCH_HARNESS_SELFTEST_VERDICT_H
#define CONCBENCH_HARNESS_SELFTEST_VERDICT_H

#include <stddef.h>
#include <stdint.h>

enum { VERDICT_TEXT_MAX = 240 };

/* The sum of the lines of one self-test. */
struct selftest_sum {
	int64_t lines, failed, undecided, not_here;
	char parts[120]; /* of those that failed, or else are undecided: "cpu, gate" */
};

/*
 * Keeps the sum with this machine, its boot, this program and the date.
 *   results  the folder of the runs; made if it is not there
 *   Returns  0 or -errno.
 */
int selftest_keep(const char *results, const struct selftest_sum *sum)
	__attribute__((warn_unused_result));

/*
 * The verdict in words for the header of a run: "passed, 27 lines, 2026-11-22T17:20:00Z", or that
 * this program was not tested here since the machine was started. Never fails: a file that cannot
 * be read is no test.
 */
void selftest_verdict(const char *results, char text[VERDICT_TEXT_MAX]);

#endif
