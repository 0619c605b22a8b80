/*
 * What a comparison found, for readers and for programs.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_FINDINGS_H
#define CONCBENCH_HARNESS_COMPARE_FINDINGS_H

#include "harness/compare/compare.h"
#include "harness/report/grid.h"

/*
 * A row per gated (benchmark, metric), notes on everything that could not be seen, and one line
 * with the verdict. stopped  the comparison was interrupted: the verdict so far Returns  0 or
 * -ENOMEM.
 */
int findings_write(const struct writer *writer, const struct comparison *comparison, bool stopped)
	__attribute__((warn_unused_result));

/* One CSV row per quad and metric: benchmark,metric,quad,value,unit. */
void findings_csv(const struct comparison *comparison, FILE *out);

#endif
