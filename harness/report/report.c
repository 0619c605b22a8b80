#include "harness/report/report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/demo/demo.h"
#include "harness/report/findings.h"
#include "harness/report/html.h"
#include "harness/report/number.h"
#include "harness/report/tuned.h"

const char *const report_format_names[] = {"terminal", "md", "csv", "json", "hyperfine",
	"benchstat", "github", "html", "tsv", "svg", "png", "junit", "hgrm", NULL};

int report_make(struct report *report, const struct session *session, const char *folder)
{
	char path[PATH_MAX] = "";

	memset(report, 0, sizeof(*report));
	report->session = session;
	report->charts = true;
	if (folder != NULL)
		snprintf(path, sizeof(path), "%s/hyperfine.json", folder);
	int rc = hyperfine_read(&report->hyperfine, path);
	if (rc == 0 && folder != NULL && asprintf(&report->demos, "%s/../" DEMO_KEPT, folder) < 0)
		rc = -ENOMEM;
	if (rc == 0 && folder != NULL && asprintf(&report->tuning, "%s/../" TUNED_KEPT, folder) < 0)
		rc = -ENOMEM;
	return rc == 0 ? groups_make(&report->groups, session) : rc;
}

void report_free(struct report *report)
{
	groups_free(&report->groups);
	hyperfine_free(&report->hyperfine);
	free(report->demos);
	free(report->tuning);
}

void report_origin(const struct report *report, const struct writer *writer)
{
	const struct session *session = report->session;
	const struct run_header *header = &session->header;
	const struct run_machine *machine = &header->machine;
	char memory[NUMBER_MAX];

	number_format(memory, sizeof(memory), (double)machine->memory_bytes, UNIT_BYTES, 3);
	write_heading(writer, "concbench run %s", header->session);
	write_text(writer, "%s, %lld CPUs%s%s%s, %s, %s; allowed CPUs %s",
		machine->cpu[0] == '\0' ? "unknown CPU" : machine->cpu, (long long)machine->cpus,
		machine->hypervisor[0] == '\0' ? "" : " (", machine->hypervisor,
		machine->hypervisor[0] == '\0' ? "" : ")", memory, machine->kernel,
		machine->cpus_allowed);
	write_text(writer, "concbench %s, commit %s, %s, %s", header->build.version,
		header->build.commit, header->build.compiler, header->build.flags);
	write_text(writer, "%s (effort %s, seed %llu, %s)", header->command, header->effort,
		(unsigned long long)header->seed, header->started);
	if (header->selftest[0] != '\0')
		write_text(writer, "selftest: %s", header->selftest);
}

void report_warnings(const struct report *report, const struct writer *writer)
{
	const struct session *session = report->session;
	int disturbed = 0, units = 0;

	if (session->cut[0] != '\0')
		write_note(writer, "warning: %s", session->cut);
	for (int i = 0; i < session->events_count; i++) {
		const struct run_event *event = &session->events[i];
		if (event->event == EVENT_WARNING ||
			(event->event == EVENT_END && event->text[0] != '\0'))
			write_note(writer, "warning: %s", event->text);
		units += event->event == EVENT_DISTURBED;
	}
	for (int i = 0; i < session->records_count; i++)
		disturbed += session->records[i].status == STATUS_DISTURBED;
	char times[32] = "";
	if (units > 1)
		snprintf(times, sizeof(times), " %d times", units);
	if (disturbed > 0)
		write_note(writer,
			"warning: %d invocations were disturbed and do not count (the machine was "
			"taken away%s); they were repeated where there was time",
			disturbed, times);
	if (session_end(session) == NULL && session->cut[0] == '\0')
		write_note(writer, "warning: the run did not come to its end");
	if (strcmp(session->header.build.mode, "release") != 0)
		write_note(writer, "warning: a %s build was measured, its figures say nothing",
			session->header.build.mode);
}

/* What intervals are worth: distinct numbers of values and their coverage. */
static void write_coverage(const struct writer *writer, const struct groups *groups)
{
	int seen[32], count = 0, ratios = 0;
	double least = 1;
	char text[400] = "";

	for (int i = 0; i < groups->count; i++) {
		const struct group_rows *group = &groups->groups[i];
		double miss = 0;
		int compared = 0;
		for (int j = 0; j < group->rows_count; j++) {
			const struct row *row = &group->rows[j];
			const int values[] = {row->cpu_ns.n, row->user_bytes.n};
			const double coverage[] = {row->cpu_ns.coverage, row->user_bytes.coverage};
			for (int k = 0; k < 2; k++) {
				bool known = values[k] < 1 || count == 32;
				for (int m = 0; m < count; m++)
					known = known || seen[m] == values[k];
				if (known)
					continue;
				seen[count++] = values[k];
				size_t end = strlen(text);
				if (values[k] > 1)
					snprintf(text + end, sizeof(text) - end,
						"%s%.1f %% (n = %d)", end > 0 ? ", " : "",
						coverage[k] * 100, values[k]);
			}
			if (j != group->best && row->ratio.n > 1) {
				miss += 1 - row->ratio.coverage;
				compared++;
			}
		}
		if (compared > 0)
			least = 1 - miss < least ? 1 - miss : least;
		ratios += compared;
	}
	if (text[0] == '\0' && count > 0)
		write_note(writer, "one invocation each: there are no intervals");
	if (text[0] != '\0')
		write_note(writer,
			"[low–high] is an exact interval for the median over n invocations; it "
			"covers "
			"it with %s",
			text);
	if (ratios > 0)
		write_note(writer,
			"× best: the median of ratios of invocations that ran next to each other; "
			"all "
			"intervals of a table hold at once with at least %.0f %%",
			least > 0 ? least * 100 : 0);
}

void report_legend(const struct report *report, const struct writer *writer)
{
	write_heading(writer, "How to read");
	write_coverage(writer, &report->groups);
	write_note(writer,
		"percentiles are of the merged histograms of all invocations (bucket width under "
		"1 %%), n/a below 10 samples beyond them");
	write_note(writer,
		"CPU/op is the CPU time of the whole process tree under test in the window, load "
		"excluded (sum: with it); vol/op and invol/op are its context switches");
	write_note(writer, "user/task and kernel/task are measured in invocations of their own: "
			   "proportional set "
			   "size, and what the kernel holds for the tasks (slope over the sizes "
			   "where there are "
			   "several); peak is the sampled maximum of the tree");
	write_note(writer, "hyperfine: %s",
		report->hyperfine.missing[0] != '\0'
			? report->hyperfine.missing
			: "whole processes at smoke size, start and end included: mean ± σ of wall "
			  "time, user and system CPU");
}

int report_tuned(const struct writer *writer, const struct report *report)
{
	return report->tuned
		       ? tuned_write(writer, report, report->tuning != NULL ? report->tuning : "")
		       : 0;
}

int report_write_with(const struct report *report, const struct writer *writer)
{
	const struct groups *groups = &report->groups;
	int rc = 0;

	report_origin(report, writer);
	report_warnings(report, writer);
	for (int i = 0; i < groups->count && rc == 0; i++)
		if (groups->groups[i].kind == KIND_TIME)
			rc = table_write(writer, report, &groups->groups[i]);
	if (rc == 0)
		rc = report_tuned(writer, report);
	if (rc == 0)
		rc = breakdown_write(writer, report);
	if (rc == 0)
		rc = scaling_write(writer, report);
	if (rc == 0 && groups->count > 0)
		report_legend(report, writer);
	/* last, because that is what a reader of a terminal sees first */
	if (rc == 0)
		rc = matrix_write(writer, report);
	if (rc == 0)
		findings_print(writer, report);
	return rc;
}

bool report_is_excerpt(enum report_format format)
{
	return format == REPORT_TSV || format == REPORT_SVG || format == REPORT_PNG;
}

int report_write(const struct report *report, enum report_format format, FILE *out)
{
	struct writer writer =
		writer_for(out, format == REPORT_MARKDOWN ? WRITER_MARKDOWN : WRITER_TERMINAL);
	int rc;

	errno = 0;
	switch (format) {
	case REPORT_CSV:
		rc = export_csv(report, out);
		break;
	case REPORT_JSON:
		rc = export_json(report, out);
		break;
	case REPORT_HYPERFINE:
		rc = export_hyperfine(report, out);
		break;
	case REPORT_BENCHSTAT:
		rc = export_benchstat(report, out);
		break;
	case REPORT_GITHUB:
		rc = export_github(report, out);
		break;
	case REPORT_JUNIT:
		rc = export_junit(report, out);
		break;
	case REPORT_HGRM:
		rc = export_hgrm(report, out);
		break;
	case REPORT_HTML:
		rc = export_html(report, out);
		break;
	default:
		rc = report_write_with(report, &writer);
		break;
	}
	if (rc == 0 && (fflush(out) != 0 || ferror(out)))
		rc = errno != 0 ? -errno : -EIO;
	return rc;
}

static int save(const struct report *report, enum report_format format, const char *path)
{
	FILE *file = fopen(path, "we");
	int rc = file == NULL ? -errno : report_write(report, format, file);

	if (file != NULL && fclose(file) != 0 && rc == 0)
		rc = -errno;
	/* half a file is worse than none */
	if (rc != 0)
		unlink(path);
	return rc;
}

int report_save(const struct report *report, const char *folder, char *error, size_t error_bytes)
{
	static const struct {
		const char *name;
		enum report_format format;
	} files[] = {{"report.md", REPORT_MARKDOWN}, {"report.csv", REPORT_CSV},
		{"report.html", REPORT_HTML}};
	int rc = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && rc == 0; i++) {
		snprintf(error, error_bytes, "%s/%s", folder, files[i].name);
		rc = save(report, files[i].format, error);
	}
	return rc;
}
