/*
 * What calibrate has found out about a class of machines: how noisy every (benchmark, metric) pair
 * and the canaries are, what could be seen, and how many alarms were false. One file per class
 * (processor, CPUs, virtualisation, kernel, label of the runner), so that runners of one kind share
 * it.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_CALIBRATION_H
#define CONCBENCH_HARNESS_COMPARE_CALIBRATION_H

#include "harness/compare/compare.h"

struct calibrated_pair {
	char name[2 * RECORD_NAME_MAX + 24]; /* "echo/threads wall" */
	double sigma;                        /* of a quad, as a change; mean of the suites */
	double detectable;                   /* the least change that could be seen; mean */
	int suites;
};

enum { CALIBRATED_MAX = COMPARED_MAX * METRICS, CALIBRATION_CLASS_MAX = 400 };

struct calibration {
	char class[CALIBRATION_CLASS_MAX];
	int suites, alarms, contaminated;
	double canary_sigma[CANARIES]; /* of log-ratios */
	struct calibrated_pair pairs[CALIBRATED_MAX];
	int count;
};

extern const char calibration_folder[]; /* "results/calibration" */

/*
 * Reads the calibration of this machine's class.
 *   Returns  0; -ENOENT: there is none, calibration->class is set and the rest empty; -EINVAL: the
 *            file is damaged, with the message.
 */
int calibration_read(struct calibration *calibration, const char *folder, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

/* Adds a comparison of copies that went to its end. */
void calibration_take(struct calibration *calibration, const struct comparison *comparison);

/* Writes it back, whole or not at all. 0 or -errno. */
int calibration_write(const struct calibration *calibration, const char *folder)
	__attribute__((warn_unused_result));

/* NULL if the pair was not calibrated. */
const struct calibrated_pair *calibration_find(
	const struct calibration *calibration, const char *benchmark, enum metric metric);

#endif
