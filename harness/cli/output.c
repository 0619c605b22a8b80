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
		"there is no format '%.40s'%s%s%s (terminal, md, csv, html, json, hyperfine, "
		"benchstat or github)",
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

int output_report(
	const char *command, const struct report *report, const char *format, const char *path)
{
	bool standard = path == NULL || strcmp(path, "-") == 0;
	FILE *out = standard ? stdout : fopen(path, "we");

	if (out == NULL) {
		cli_error(command, "cannot write %s: %s", path, strerror(errno));
		return EXIT_NOT_MEASURED;
	}
	int rc = report_write(report, (enum report_format)find_format(format), out);
	if (!standard && fclose(out) != 0 && rc == 0)
		rc = -errno;
	/* the reader has seen enough; what is still buffered goes nowhere, without another error */
	if (standard && rc == -EPIPE && freopen("/dev/null", "w", stdout) != NULL)
		rc = 0;
	if (rc == 0)
		return EXIT_FINE;
	cli_error(command, "cannot write %s: %s", standard ? "the report" : path, strerror(-rc));
	return EXIT_NOT_MEASURED;
}
