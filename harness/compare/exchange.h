/*
 * The findings of a comparison for a CI: JUnit XML, and GitHub's workflow commands with a job
 * summary.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_EXCHANGE_H
#define CONCBENCH_HARNESS_COMPARE_EXCHANGE_H

#include <stdio.h>

#include "harness/compare/compare.h"

/*
 * A test case per gated (benchmark, metric): a regression is a failure, an inconclusive one is
 * skipped, a benchmark without figures or a contaminated session is an error.
 */
void exchange_junit(const struct comparison *comparison, FILE *out);

/*
 * Annotations: an error per regression, a warning per pair that is inconclusive or was not
 * measured, at most nine and one that counts the rest.
 */
void exchange_annotations(const struct comparison *comparison, FILE *out);

#endif
