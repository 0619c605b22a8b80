/*
 * The HTML document: the verdict first, then the matrix, a section for each benchmark, and what it
 * was measured on.
 */
#include "harness/report/html.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/report/chart.h"
#include "harness/report/findings.h"
#include "harness/report/html_demos.h"
#include "harness/report/html_guests.h"
#include "harness/report/number.h"
#include "harness/report/report.h"

/* What the parts of the document are written from and into. */
struct document {
	const struct report *report;
	struct charts charts;
	struct writer writer;
	FILE *out;
};

static void write_top(const struct document *document)
{
	const struct run_header *header = &document->report->session->header;
	FILE *out = document->out;

	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<title>concbench ",
		out);
	html_text(out, header->session);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", html_style);
	fputs("<a class=\"skip\" href=\"#matrix\">Skip to the matrix</a>\n<header>\n", out);
	fputs("<p class=\"brand\">concbench</p>\n"
	      "<h1>Which concurrency model, at what cost?</h1>\n<p class=\"origin\">",
		out);
	html_text(out, header->machine.cpu[0] == '\0' ? "unknown CPU" : header->machine.cpu);
	fprintf(out, ", %lld CPUs, ", (long long)header->machine.cpus);
	html_text(out, header->machine.kernel);
	fputs(" · ", out);
	html_text(out, header->started);
	fprintf(out, " · %d invocations, effort %s</p>\n</header>\n<main>\n",
		document->report->session->records_count, header->effort);
}

static void write_verdict(const struct document *document)
{
	struct findings findings;

	findings_make(&findings, document->report);
	fputs("<section id=\"verdict\" class=\"verdict\">\n<h2>The verdict</h2>\n", document->out);
	if (findings.count == 0)
		html_element(document->out, "p", NULL,
			"Nothing can be told apart in this run: there is no comparison in it, or "
			"too few invocations.");
	else
		fputs("<ol>\n", document->out);
	for (int i = 0; i < findings.count; i++)
		html_element(document->out, "li", NULL, findings.text[i]);
	if (findings.count > 0)
		fputs("</ol>\n", document->out);
	report_warnings(document->report, &document->writer);
	fputs("</section>\n", document->out);
}

static void group_anchor(const struct document *document, int i, char *anchor, size_t bytes)
{
	const struct group_rows *group = &document->report->groups.groups[i];
	char sweep[120], name[240];

	group_sweep(document->report->session, group, sweep, sizeof(sweep));
	snprintf(name, sizeof(name), "w%d %s%s", i, group->facts->name, sweep);
	html_anchor(anchor, bytes, name);
}

static void write_contents(const struct document *document)
{
	const struct groups *groups = &document->report->groups;

	fputs("<nav aria-label=\"Workloads\"><label class=\"filter\">Show only "
	      "<input type=\"search\" id=\"filter\" placeholder=\"a workload or a model\" "
	      "autocomplete=\"off\"></label>\n<p id=\"shown\" role=\"status\"></p>\n<ul>\n",
		document->out);
	for (int i = 0; i < groups->count; i++) {
		char anchor[160], sweep[120];
		if (groups->groups[i].kind != KIND_TIME)
			continue;
		group_anchor(document, i, anchor, sizeof(anchor));
		group_sweep(document->report->session, &groups->groups[i], sweep, sizeof(sweep));
		fprintf(document->out, "<li><a href=\"#%s\">", anchor);
		html_text(document->out, groups->groups[i].facts->name);
		html_text(document->out, sweep);
		fputs("</a></li>\n", document->out);
	}
	fputs("</ul></nav>\n", document->out);
}

/* What makes each row again, as a shell takes it. */
static void write_commands(const struct document *document, const struct group_rows *group)
{
	FILE *out = document->out;

	fputs("<details><summary>Commands that make these rows again</summary>\n<dl>\n", out);
	for (int i = 0; i < group->rows_count; i++) {
		char command[1024];
		row_command(&group->rows[i], command, sizeof(command));
		html_element(out, "dt", NULL, group->rows[i].model);
		fputs("<dd>", out);
		html_element(out, "code", NULL, command);
		fputs("</dd>", out);
	}
	fputs("</dl></details>\n", out);
}

static int write_group(const struct document *document, int i)
{
	const struct group_rows *group = &document->report->groups.groups[i];
	char anchor[160];

	group_anchor(document, i, anchor, sizeof(anchor));
	fprintf(document->out, "<section class=\"workload\" id=\"%s\">\n", anchor);
	int rc = table_write(&document->writer, document->report, group);
	charts_write(&document->charts, i, document->out);
	struct writer inner = document->writer;
	inner.depth = 1;
	if (rc == 0)
		rc = why_write(&inner, group);
	write_commands(document, group);
	fputs("</section>\n", document->out);
	return rc;
}

static int write_rest(const struct document *document)
{
	const struct writer *writer = &document->writer;
	int rc;

	fputs("<section id=\"scaling\">\n", document->out);
	rc = scaling_write(writer, document->report);
	charts_write(&document->charts, CHARTS_OF_RUN, document->out);
	fputs("</section>\n", document->out);
	if (document->report->tuned) {
		fputs("<section id=\"tuned\">\n", document->out);
		rc = rc == 0 ? report_tuned(writer, document->report) : rc;
		fputs("</section>\n", document->out);
	}
	if (rc == 0)
		rc = html_guests(document->out, document->report);
	if (rc == 0)
		rc = html_demos(document->out,
			document->report->demos != NULL ? document->report->demos : "");
	fputs("<section id=\"legend\">\n", document->out);
	report_legend(document->report, writer);
	fputs("</section>\n<section id=\"machine\">\n", document->out);
	report_origin(document->report, writer);
	if (document->charts.missing[0] != '\0')
		write_text(writer, "%s", document->charts.missing);
	fputs("</section>\n", document->out);
	return rc;
}

static int write_document(const struct document *document)
{
	const struct groups *groups = &document->report->groups;

	write_top(document);
	charts_definitions(&document->charts, document->out);
	write_verdict(document);
	fputs("<section id=\"matrix\">\n", document->out);
	int rc = matrix_write(&document->writer, document->report);
	fputs("</section>\n", document->out);
	write_contents(document);
	for (int i = 0; i < groups->count && rc == 0; i++)
		if (groups->groups[i].kind == KIND_TIME)
			rc = write_group(document, i);
	if (rc == 0)
		rc = write_rest(document);
	fprintf(document->out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", html_script);
	return rc;
}

int export_html(const struct report *report, FILE *out)
{
	struct document document = {
		.report = report, .out = out, .writer = writer_for(out, WRITER_HTML)};
	int rc = report->charts ? charts_make(&document.charts, report) : 0;

	if (rc == 0 && report->charts)
		rc = charts_draw(&document.charts, CHART_SVG);
	if (!report->charts)
		snprintf(document.charts.missing, sizeof(document.charts.missing),
			"There are no charts in this report: they were not asked for.");
	if (rc == 0)
		rc = write_document(&document);
	charts_free(&document.charts);
	return rc;
}
