/*
 * concbench doctor: what of this machine would spoil a measurement, each with its fix. Exit status
 * 0 when nothing does, else 1. A note is not a fault: something is measured in another way or left
 * out, and the tables say so.
 */
#include "harness/cli/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"

static const char *const level_names[] = {
	[LEVEL_OK] = "ok",
	[LEVEL_NOTE] = "note",
	[LEVEL_BAD] = "BAD",
};

void finding_say(struct finding *finding, enum level level, const char *format, ...)
{
	va_list arguments;

	finding->level = level;
	va_start(arguments, format);
	vsnprintf(finding->text, sizeof finding->text, format, arguments);
	va_end(arguments);
}

void finding_fix(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->fix, sizeof finding->fix, format, arguments);
	va_end(arguments);
}

int doctor_read(const struct doctor *doctor, const char *path, char *text, size_t bytes)
{
	char full[512];

	snprintf(full, sizeof full, "%s%s", doctor->root, path);
	int fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t got = read(fd, text, bytes - 1);
	int rc = got < 0 ? -errno : 0;
	close(fd);
	if (rc != 0)
		return rc;
	text[got] = '\0';
	if (got > 0 && text[got - 1] == '\n')
		text[got - 1] = '\0';
	return 0;
}

int64_t doctor_number(const struct doctor *doctor, const char *path, int64_t fallback)
{
	char text[256], *end;

	if (doctor_read(doctor, path, text, sizeof text) != 0)
		return fallback;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	return end == text || errno != 0 ? fallback : number;
}

static void look(const struct doctor *doctor, const struct check *checks, int counts[])
{
	for (; checks->name != NULL; checks++) {
		struct finding finding = {.level = LEVEL_OK};
		if (checks->needs_machine && doctor->root[0] != '\0')
			continue;
		checks->look(doctor, &finding);
		cli_print("%-4s  %-10s  %s\n", level_names[finding.level], checks->name,
			finding.text);
		if (finding.fix[0] != '\0' && finding.level != LEVEL_OK)
			cli_print("%18sfix: %s\n", "", finding.fix);
		/* some checks watch the machine for a moment: show the others at once */
		fflush(stdout);
		counts[finding.level]++;
	}
}

int doctor_main(int argc, char **argv)
{
	struct doctor doctor = {.root = ""};
	int counts[LEVEL_BAD + 1] = {0};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--root") == 0 && i + 1 < argc)
			doctor.root = argv[++i];
		else
			return cli_wrong_use("doctor",
				"unknown argument '%.60s' (it takes none, or --root FOLDER "
				"to read the /proc and /sys of another machine)",
				argv[i]);
	}
	look(&doctor, doctor_file_checks, counts);
	look(&doctor, doctor_kernel_checks, counts);
	cli_print("\n%d ok, %d note%s, %d BAD: %s\n", counts[LEVEL_OK], counts[LEVEL_NOTE],
		counts[LEVEL_NOTE] == 1 ? "" : "s", counts[LEVEL_BAD],
		counts[LEVEL_BAD] == 0
			? "nothing here spoils a measurement"
			: "measure after the fixes, or read the figures with this in mind");
	return counts[LEVEL_BAD] == 0 ? EXIT_FINE : EXIT_ANSWER_NO;
}
