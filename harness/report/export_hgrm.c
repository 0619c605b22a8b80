/*
 * Latencies as percentile distributions in the text form of HdrHistogram, which its plotter reads:
 * one distribution per cell, headed by its name in a comment. Values in milliseconds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/report/hgrm.h"
#include "harness/report/report.h"

static int write_row(const struct session *session, const struct group_rows *group,
	const struct row *row, struct row_latencies *latencies, FILE *out)
{
	char swept[300];
	int rc = row_latencies(row, latencies);
	uint64_t count = rc == 0 ? histogram_count(&latencies->merged) : 0;

	if (rc != 0 || count == 0)
		return rc;
	group_sweep(session, group, swept, sizeof(swept));
	fprintf(out, "#[Benchmark = %s/%s%s, ms%s]\n", group->facts->name, row->model, swept,
		row->corrected ? ", from the intended start" : "");
	hgrm_write(out, &latencies->told);
	fputc('\n', out);
	return 0;
}

int export_hgrm(const struct report *report, FILE *out)
{
	struct row_latencies *latencies = malloc(sizeof(*latencies));
	int rc = latencies == NULL ? -ENOMEM : 0;

	for (int i = 0; i < report->groups.count && rc == 0; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		for (int j = 0; j < group->rows_count && rc == 0; j++)
			if (group->kind == KIND_TIME && group->rows[j].status == STATUS_OK)
				rc = write_row(
					report->session, group, &group->rows[j], latencies, out);
	}
	free(latencies);
	return rc;
}
