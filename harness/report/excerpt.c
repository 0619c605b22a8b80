#include "harness/report/excerpt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/findings.h"

static bool is_of(const struct group_rows *group, const char *name)
{
	return group->kind == KIND_TIME && strcmp(group->facts->name, name) == 0;
}

/* A table that stands alone has nothing beside it that says what it shows. */
static void say(const struct group_rows *group, const struct writer *writer)
{
	char text[FINDING_BYTES];

	finding_of_group(group, text, sizeof(text));
	if (text[0] != '\0')
		write_note(writer, "in short: %s", text);
}

int excerpt_tables(const struct report *report, const char *name, const struct writer *writer)
{
	int rc = 0, count = 0;

	if (strcmp(name, "matrix") == 0) {
		rc = matrix_write(writer, report);
		return rc == 0 ? 1 : rc;
	}
	for (int i = 0; i < report->groups.count && rc == 0; i++) {
		if (!is_of(&report->groups.groups[i], name))
			continue;
		rc = table_write(writer, report, &report->groups.groups[i]);
		if (rc == 0)
			say(&report->groups.groups[i], writer);
		count++;
	}
	return rc == 0 ? count : rc;
}

/* Leaves one chart in the list. */
static bool choose(
	struct charts *charts, const struct report *report, const char *name, const char *about)
{
	int chosen = -1;

	for (int i = 0; i < charts->count; i++) {
		const struct chart *chart = &charts->list[i];
		if (chart->group < 0 || !is_of(&report->groups.groups[chart->group], name))
			continue;
		if (about != NULL ? strcmp(chart->about, about) != 0
				  : chosen >= 0 && strcmp(chart->about, "sweep") != 0)
			continue;
		if (chosen < 0 || about == NULL)
			chosen = i;
	}
	if (chosen < 0)
		return false;
	struct chart kept = charts->list[chosen];
	charts->list[chosen] = charts->list[0];
	charts->list[0] = kept;
	for (int i = 1; i < charts->count; i++)
		free(charts->list[i].script);
	charts->count = 1;
	return true;
}

int excerpt_chart(const struct report *report, const char *name, const char *about,
	enum chart_format format, FILE *out, char *error, size_t error_bytes)
{
	struct charts charts;
	int rc = charts_make(&charts, report);

	if (rc == 0 && !choose(&charts, report, name, about)) {
		snprintf(error, error_bytes, "there is no chart of %s%s%s", name,
			about == NULL ? "" : " about ", about == NULL ? "" : about);
		rc = -ENOENT;
	}
	if (rc == 0)
		rc = charts_draw(&charts, format);
	if (rc == 0 && charts.list[0].drawing == NULL) {
		snprintf(error, error_bytes, "%s", charts.missing);
		rc = -ENOTSUP;
	}
	if (rc == 0)
		fwrite(charts.list[0].drawing, 1, charts.list[0].drawing_bytes, out);
	charts_free(&charts);
	return rc;
}

int excerpt_why(const struct report *report, const char *workload, const char *model,
	const struct writer *writer)
{
	int rc = 0, count = 0;

	for (int i = 0; i < report->groups.count && rc == 0; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		bool found = model == NULL;
		if (!is_of(group, workload))
			continue;
		for (int j = 0; j < group->rows_count && !found; j++)
			found = strcmp(group->rows[j].model, model) == 0;
		if (!found)
			continue;
		rc = why_write(writer, group);
		count++;
	}
	return rc == 0 ? count : rc;
}
