/*
 * A run as JUnit XML: a case per cell, so that a CI's dashboard shows which ones have no figure.
 */
#include <stdio.h>

#include "harness/report/report.h"

static void xml_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '<')
			fputs("&lt;", out);
		else if (c == '&')
			fputs("&amp;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else
			fputc(c >= 0x20 ? c : ' ', out);
	}
}

/* The element that says why there is no figure; NULL where there is one. */
static const char *element_of(const struct row *row)
{
	switch (row->status) {
	case STATUS_OK:
		return NULL;
	case STATUS_LIMIT:
	case STATUS_IMPOSSIBLE:
		return "skipped";
	case STATUS_INVALID:
		return "failure";
	default:
		return "error";
	}
}

static void write_case(const struct session *session, const struct group_rows *group,
	const struct row *row, FILE *out)
{
	const char *element = element_of(row);
	char swept[300];

	group_sweep(session, group, swept, sizeof(swept));
	fprintf(out, "  <testcase classname=\"%s%s", group->facts->name,
		group->kind == KIND_MEMORY ? " memory" : "");
	xml_text(out, swept);
	fprintf(out, "\" name=\"%s\"", row->model);
	if (element == NULL) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, "><%s message=\"%s: ", element, status_names[row->status]);
	xml_text(out, row->reason);
	fputs("\"/></testcase>\n", out);
}

int export_junit(const struct report *report, FILE *out)
{
	const struct groups *groups = &report->groups;
	int cells = 0, counts[STATUSES] = {0};

	for (int i = 0; i < groups->count; i++)
		for (int j = 0; j < groups->groups[i].rows_count; j++, cells++)
			counts[groups->groups[i].rows[j].status]++;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	fprintf(out,
		"<testsuite name=\"concbench run\" tests=\"%d\" failures=\"%d\" skipped=\"%d\" "
		"errors=\"%d\" timestamp=\"%.19s\">\n",
		cells, counts[STATUS_INVALID], counts[STATUS_LIMIT] + counts[STATUS_IMPOSSIBLE],
		counts[STATUS_FAILED] + counts[STATUS_DISTURBED], report->session->header.started);
	for (int i = 0; i < groups->count; i++)
		for (int j = 0; j < groups->groups[i].rows_count; j++)
			write_case(report->session, &groups->groups[i], &groups->groups[i].rows[j],
				out);
	fputs("</testsuite>\n", out);
	return 0;
}
