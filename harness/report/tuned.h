/*
 * What models gain by their best setting, as `concbench find tuning` kept it beside the runs: the
 * tables of `concbench report --tuned`.
 */
#ifndef CONCBENCH_HARNESS_REPORT_TUNED_H
#define CONCBENCH_HARNESS_REPORT_TUNED_H

#include "harness/record.h"
#include "harness/report/tables.h"

/* The kept results, one JSON object per line; the last of a workload, model and setting counts. */
#define TUNED_KEPT "tuning.ndjson"

enum { TUNED_VALUES_MAX = 8, TUNED_WITH_MAX = 160 };

struct tuned_value {
	char value[32];
	struct interval figure; /* rate per second, or ns of a round */
	struct interval ratio;  /* as a speed, over the default */
};

/* One search: a line of the file, which is why it has so many fields. */
struct tuned {
	char workload[RECORD_NAME_MAX], model[RECORD_NAME_MAX], setting[RECORD_NAME_MAX];
	char with[TUNED_WITH_MAX]; /* parameters that were given, "" = the usual ones */
	char effort[16], at[24], host[65];
	bool by_rate;
	struct tuned_value values[TUNED_VALUES_MAX]; /* the first is the default */
	int count, best;                             /* of values; best 0 = the default */
	struct interval plain, tuned, ratio;         /* default, best and their ratio, afresh */
};

/*
 * Appends a search to the results' folder, with when and where it was. The folder is made if it is
 * not there.
 *   Returns  0 or -errno.
 */
int tuned_keep(const char *results, struct tuned *tuned) __attribute__((warn_unused_result));

/*
 * A table for each workload of the report: default and best setting of each model side by side.
 *   path     of the kept results; one that is not there: none was searched, which is said
 *   Returns  0 or -ENOMEM.
 */
int tuned_write(const struct writer *writer, const struct report *report, const char *path)
	__attribute__((warn_unused_result));

#endif
