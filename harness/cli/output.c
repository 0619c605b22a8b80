#include "harness/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/params.h"
#include "harness/report/excerpt.h"

static int find_format(const char *name)
{
	for (int i = 0; i < REPORT_FORMATS; i++)
		if (name != NULL && strcmp(report_format_names[i], name) == 0)
			return i;
	return name == NULL ? REPORT_TERMINAL : -1;
}

int output_check(const char *command, const char *format)
{
	if (find_format(format) >= 0)
		return EXIT_FINE;
	const char *near = nearest_name(format, report_format_names);
	return cli_wrong_use(command,
		"there is no format '%.40s'%s%s%s (terminal, md, html, csv, json, hyperfine, "
		"benchstat, github, junit, hgrm; tsv, svg or png of one --table)",
		format, near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
		near == NULL ? "" : "?");
}

int output_writable(const char *command, const char *path)
{
	struct stat there;
	int fd, rc = 0;

	if (path == NULL || strcmp(path, "-") == 0)
		return EXIT_FINE;
	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode)) {
		/* to open a pipe is to wait for its reader, or to be the writer it waits for */
		if (access(path, W_OK) != 0)
			rc = -errno;
	} else {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		bool made = fd >= 0;
		if (fd < 0 && errno == EEXIST)
			fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0)
			rc = -errno;
		else
			close(fd);
		if (made)
			unlink(path);
	}
	if (rc == 0)
		return EXIT_FINE;
	cli_error(command, "cannot write %s: %s", path, strerror(-rc));
	return EXIT_NOT_MEASURED;
}

int output_check_whole(const char *command, const char *format)
{
	int status = output_check(command, format);

	if (status == EXIT_FINE && report_is_excerpt((enum report_format)find_format(format)))
		return cli_wrong_use(command,
			"--format %s is of one table of a past run (concbench report --table NAME)",
			format);
	return status;
}

/* Writes to a stream: 0, an exit status after a line on stderr, or -errno. */
typedef int write_fn(FILE *out, void *arg);

/* Opens, writes, closes; a reader that has gone is no error. */
static int print(const char *command, const char *path, write_fn *write, void *arg)
{
	bool standard = path == NULL || strcmp(path, "-") == 0;
	FILE *out = standard ? stdout : fopen(path, "we");

	if (out == NULL) {
		cli_error(command, "cannot write %s: %s", path, strerror(errno));
		return EXIT_NOT_MEASURED;
	}
	int rc = write(out, arg);
	if (!standard && fclose(out) != 0 && rc == 0)
		rc = -errno;
	/* the reader has seen enough; what is still buffered goes nowhere, without another error */
	if (standard && rc == -EPIPE && freopen("/dev/null", "w", stdout) != NULL)
		rc = 0;
	if (rc >= 0)
		return rc;
	cli_error(command, "cannot write %s: %s", standard ? "the report" : path, strerror(-rc));
	return EXIT_NOT_MEASURED;
}

/* What is written, and how. */
struct job {
	const char *command;
	const struct report *report;
	const struct output_choice *choice;
};

static int write_whole(FILE *out, void *arg)
{
	const struct job *job = arg;

	return report_write(job->report, (enum report_format)find_format(job->choice->format), out);
}

int output_report(
	const char *command, const struct report *report, const char *format, const char *path)
{
	struct output_choice choice = {.format = format, .path = path};
	struct job job = {.command = command, .report = report, .choice = &choice};

	return print(command, path, write_whole, &job);
}

/* A table as text; an exit status where it is none, or -errno. */
static int write_table(FILE *out, const struct job *job, enum writer_format format)
{
	struct writer writer = writer_for(out, format);
	int count = excerpt_tables(job->report, job->choice->table, &writer);

	if (count == 0)
		return cli_wrong_use(
			job->command, "there is no table of %s in this run", job->choice->table);
	errno = 0;
	return count < 0 ? count : fflush(out) != 0 || ferror(out) ? errno != 0 ? -errno : -EIO : 0;
}

static int write_part(FILE *out, void *arg)
{
	const struct job *job = arg;
	int format = find_format(job->choice->format);
	char error[400];

	if (format == REPORT_TERMINAL)
		return write_table(out, job, WRITER_TERMINAL);
	if (format == REPORT_MARKDOWN)
		return write_table(out, job, WRITER_MARKDOWN);
	if (format == REPORT_TSV)
		return write_table(out, job, WRITER_TSV);
	int rc = excerpt_chart(job->report, job->choice->table, job->choice->chart,
		format == REPORT_PNG ? CHART_PNG : CHART_SVG, out, error, sizeof(error));
	if (rc == -ENOENT)
		return cli_wrong_use(job->command, "%s", error);
	if (rc == -ENOTSUP) {
		cli_error(job->command, "%s", error);
		return EXIT_NOT_MEASURED;
	}
	return rc;
}

int output_excerpt(
	const char *command, const struct report *report, const struct output_choice *choice)
{
	struct job job = {.command = command, .report = report, .choice = choice};

	return print(command, choice->path, write_part, &job);
}
