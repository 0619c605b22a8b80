/*
 * The list of charts, and the one gnuplot that draws it: it reads all scripts from a file and
 * writes all drawings, one after the other, to a pipe.
 */
#include "harness/report/chart.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/report/chart_style.h"
#include "harness/report/html.h"

/* More drawings than a reader looks at; each is some 10 KB of the document. */
enum { CHARTS_MAX = 160 };

static const char no_program[] =
	"There are no charts in this report: gnuplot is not installed (Debian: apt-get install "
	"gnuplot-nox).";

struct chart *chart_begin(struct charts *charts, const char *about, int group, FILE **script)
{
	if (charts->count == charts->room) {
		int room = charts->room == 0 ? 16 : charts->room * 2;
		struct chart *grown = realloc(charts->list, (size_t)room * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		charts->list = grown;
		charts->room = room;
	}
	struct chart *chart = &charts->list[charts->count];
	*chart = (struct chart){.about = about, .group = group};
	*script = open_memstream(&chart->script, &chart->script_bytes);
	if (*script == NULL)
		return NULL;
	charts->count++;
	return chart;
}

int chart_end(struct chart *chart, FILE *script, int rc)
{
	(void)chart;
	return fclose(script) != 0 && rc == 0 ? -ENOMEM : rc;
}

int charts_make(struct charts *charts, const struct report *report)
{
	int rc = 0;

	*charts = (struct charts){.count = 0};
	for (int i = 0; i < report->groups.count && rc == 0; i++) {
		if (report->groups.groups[i].kind != KIND_TIME || charts->count >= CHARTS_MAX)
			continue;
		rc = chart_throughput(charts, report, i);
		if (rc == 0)
			rc = chart_latency(charts, report, i);
		if (rc == 0)
			rc = chart_cpu(charts, report, i);
		if (rc == 0)
			rc = chart_memory(charts, report, i);
		if (rc == 0)
			rc = chart_sweep(charts, report, i);
		if (rc == 0)
			rc = chart_scaling(charts, report, i);
	}
	return rc;
}

void charts_free(struct charts *charts)
{
	for (int i = 0; i < charts->count; i++) {
		free(charts->list[i].script);
		free(charts->list[i].drawing);
	}
	free(charts->list);
	*charts = (struct charts){.count = 0};
}

/* A file without a name with all scripts; its descriptor or -errno. */
static int write_scripts(const struct charts *charts, enum chart_format format)
{
	int fd = memfd_create("charts", MFD_CLOEXEC);
	int copy = fd < 0 ? -1 : dup(fd);
	FILE *file = copy < 0 ? NULL : fdopen(copy, "w");
	int rc = file == NULL ? -errno : 0;

	for (int i = 0; i < charts->count && rc == 0; i++) {
		chart_style(&charts->list[i], i, format == CHART_PNG, file);
		fwrite(charts->list[i].script, 1, charts->list[i].script_bytes, file);
	}
	if (file != NULL && fclose(file) != 0 && rc == 0)
		rc = -errno;
	else if (file == NULL && copy >= 0)
		close(copy);
	if (rc == 0 && lseek(fd, 0, SEEK_SET) < 0)
		rc = -errno;
	if (rc != 0 && fd >= 0)
		close(fd);
	return rc != 0 ? rc : fd;
}

static int start_gnuplot(pid_t *pid, int script, int drawing)
{
	static char program[] = "gnuplot";
	char *arguments[] = {program, NULL};
	posix_spawn_file_actions_t actions;
	int rc = -posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	rc = -posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO);
	if (rc == 0)
		rc = -posix_spawn_file_actions_adddup2(&actions, drawing, STDOUT_FILENO);
	if (rc == 0)
		rc = -posix_spawn_file_actions_addopen(
			&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (rc == 0)
		rc = -posix_spawnp(pid, program, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* Everything until the end, malloc'd with a zero behind it. */
static char *read_all(int fd, size_t *bytes)
{
	char *text = NULL;
	FILE *memory = open_memstream(&text, bytes);
	char block[65536];
	ssize_t got;

	while (memory != NULL &&
		((got = read(fd, block, sizeof(block))) > 0 || (got < 0 && errno == EINTR)))
		if (got > 0)
			fwrite(block, 1, (size_t)got, memory);
	if (memory == NULL || fclose(memory) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* Which chart a drawing is of: one that gnuplot could not make must not shift the others. */
static int number_of(const char *drawing, enum chart_format format)
{
	const char *title = strstr(drawing, "<title>n");

	if (format == CHART_PNG)
		return 0;
	return title == NULL ? -1 : atoi(title + strlen("<title>n"));
}

static int take(struct charts *charts, enum chart_format format, const char *at, size_t bytes)
{
	char *drawing = malloc(bytes + 1);

	if (drawing == NULL)
		return -ENOMEM;
	memcpy(drawing, at, bytes);
	drawing[bytes] = '\0';
	int number = number_of(drawing, format);
	if (number < 0 || number >= charts->count || charts->list[number].drawing != NULL) {
		free(drawing);
		return 0;
	}
	charts->list[number].drawing = drawing;
	charts->list[number].drawing_bytes = bytes;
	return 0;
}

/* Gives each chart its part of what gnuplot wrote. */
static int share_out(
	struct charts *charts, enum chart_format format, const char *text, size_t bytes)
{
	const char *mark = format == CHART_PNG ? "\x89PNG\r\n" : "<?xml";
	size_t length = strlen(mark);
	const char *end = text + bytes, *at = memmem(text, bytes, mark, length);
	int rc = 0, drawn = 0;

	while (at != NULL && rc == 0) {
		const char *next = memmem(at + length, (size_t)(end - at) - length, mark, length);
		rc = take(charts, format, at, (size_t)((next == NULL ? end : next) - at));
		at = next;
	}
	for (int i = 0; i < charts->count; i++)
		drawn += charts->list[i].drawing != NULL;
	if (drawn < charts->count)
		snprintf(charts->missing, sizeof(charts->missing),
			"gnuplot has drawn %d of %d charts.", drawn, charts->count);
	return rc;
}

int charts_draw(struct charts *charts, enum chart_format format)
{
	int ends[2] = {-1, -1}, status = 0;
	char *text = NULL;
	size_t bytes = 0;
	pid_t pid = -1;

	if (charts->count == 0)
		return 0;
	int script = write_scripts(charts, format);
	int rc = script < 0 ? script : 0;
	if (rc == 0 && pipe2(ends, O_CLOEXEC) != 0)
		rc = -errno;
	if (rc == 0)
		rc = start_gnuplot(&pid, script, ends[1]);
	if (ends[1] >= 0)
		close(ends[1]);
	if (rc == 0) {
		text = read_all(ends[0], &bytes);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	if (script >= 0)
		close(script);
	if (ends[0] >= 0)
		close(ends[0]);
	if (rc == 0 && text == NULL)
		return -ENOMEM;
	/* what cannot be started exits with 127 where spawn cannot tell by itself */
	if (rc == -ENOENT || (rc == 0 && bytes == 0 && WEXITSTATUS(status) == 127))
		snprintf(charts->missing, sizeof(charts->missing), "%s", no_program);
	else if (rc != 0)
		snprintf(charts->missing, sizeof(charts->missing),
			"There are no charts in this report: gnuplot cannot be run: %s.",
			strerror(-rc));
	else
		rc = share_out(charts, format, text, bytes);
	free(text);
	return rc == -ENOMEM || charts->missing[0] == '\0' ? rc : 0;
}

void charts_definitions(const struct charts *charts, FILE *out)
{
	for (int i = 0; i < charts->count; i++) {
		if (charts->list[i].drawing != NULL) {
			chart_definitions(&charts->list[i], out);
			return;
		}
	}
}

void charts_write(const struct charts *charts, int group, FILE *out)
{
	bool any = false;

	for (int i = 0; i < charts->count; i++) {
		const struct chart *chart = &charts->list[i];
		if (chart->group != group || chart->drawing == NULL)
			continue;
		if (!any)
			fputs("<div class=\"charts\">\n", out);
		any = true;
		fputs("<figure>", out);
		html_element(out, "figcaption", NULL, chart->title);
		chart_inline(chart, i, out);
		fputs("</figure>\n", out);
	}
	if (any)
		fputs("</div>\n", out);
}
