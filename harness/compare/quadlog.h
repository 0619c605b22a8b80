/*
 * The figures behind every quad as rows of a CSV file that is only ever appended to: what a
 *campaign of many comparisons leaves behind, so that any rule can be tried on the same data
 *afterwards.
 *
 *	suite,injection,share,benchmark,quad,first,state,wall1,…,wall4,cpu1,…,stall1,…,total1,…
 *
 * suite is the comparison's seed; injection what was asked for ("none", "5%"), share what was
 *really done more in this benchmark; first the arm that began (ABBA or BAAB); state "kept",
 *"dropped" (contaminated) or, in a comparison's last row, its verdict, with the seconds that it
 *took in place of the first figure. Figures are per operation, in the order of time, empty where
 *there is none; canaries are left out where something is injected: wall (median chunk), cpu and
 *total in ns, stall a share.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_QUADLOG_H
#define CONCBENCH_HARNESS_COMPARE_QUADLOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/compare/compare.h"
#include "harness/compare/quad.h"

enum { LOGGED_WALL, LOGGED_CPU, LOGGED_STALL, LOGGED_TOTAL, LOGGED };
enum { QUADLOG_TEXT_MAX = 24 };

struct quad_row {
	uint64_t suite;
	char injection[QUADLOG_TEXT_MAX];
	double share;
	char benchmark[2 * RECORD_NAME_MAX + 8]; /* "end": the comparison's last row */
	int quad;
	enum arm first;
	char state[QUADLOG_TEXT_MAX];
	double values[LOGGED][QUAD]; /* NaN: none */
};

extern const char quadlog_end[],
	quadlog_canary[]; /* benchmark of the last row; canaries begin so */

/*
 * Opens a file to append to; an empty or new one gets its heading.
 *   Returns  NULL with errno; EINVAL: it is no such file.   Owner: fclose.
 */
FILE *quadlog_open(const char *path);

/* Appends a row by one write. 0 or -errno. */
int quadlog_write(FILE *out, const struct quad_row *row) __attribute__((warn_unused_result));

/*
 * Reads one row.
 *   line     without its newline
 *   Returns  0 or -EINVAL.
 */
int quadlog_parse(struct quad_row *row, const char *line) __attribute__((warn_unused_result));

/*
 * Reads a whole file, adding to *rows.
 *   error    one line with the line's number, on failure
 *   Returns  0; -EINVAL damaged or foreign; other -errno.   Owner: free(*rows), also after an
 * error.
 */
int quadlog_read(const char *path, struct quad_row **rows, int *count, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

#endif
