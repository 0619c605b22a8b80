#include "harness/run/progress.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, LINE_MAX_CHARS = 256 };

void progress_init(struct progress *progress, enum verbosity verbosity)
{
	struct winsize size;

	*progress =
		(struct progress){.out = stderr, .verbosity = verbosity, .width = WIDTH_DEFAULT};
	progress->terminal = isatty(STDERR_FILENO);
	if (progress->terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
		progress->width = size.ws_col;
}

/* "1:05" */
static void clock_text(uint64_t ns, char *text, size_t bytes)
{
	uint64_t seconds = (ns + 500000000u) / 1000000000u;

	if (seconds >= 3600)
		snprintf(text, bytes, "%llu:%02llu:%02llu", (unsigned long long)seconds / 3600,
			(unsigned long long)seconds / 60 % 60, (unsigned long long)seconds % 60);
	else
		snprintf(text, bytes, "%llu:%02llu", (unsigned long long)seconds / 60,
			(unsigned long long)seconds % 60);
}

void progress_at(struct progress *progress, const char *what, bool unit_begins, int done,
	int planned, uint64_t elapsed_ns, uint64_t left_ns)
{
	char line[LINE_MAX_CHARS], elapsed[24], left[24];

	if (progress->out == NULL || progress->verbosity == VERBOSITY_QUIET)
		return;
	if (!progress->terminal && !unit_begins)
		return;
	clock_text(elapsed_ns, elapsed, sizeof(elapsed));
	clock_text(left_ns, left, sizeof(left));
	int percent = planned == 0 ? 100 : (int)(100.0 * done / planned);
	snprintf(line, sizeof(line), "%3d %%  %d of %d  %s  about %s left  %s", percent, done,
		planned, elapsed, left, what);
	if (!progress->terminal) {
		fprintf(progress->out, "%s\n", line);
		return;
	}
	/* one column stays free: a full line would wrap on some terminals */
	fprintf(progress->out, "\r%.*s\033[K", progress->width - 1, line);
	fflush(progress->out);
	progress->dirty = true;
}

void progress_end(struct progress *progress)
{
	if (progress->out != NULL && progress->dirty)
		fputs("\r\033[K", progress->out);
	progress->dirty = false;
}

void progress_say(struct progress *progress, const char *format, ...)
{
	va_list arguments;

	if (progress->out == NULL)
		return;
	progress_end(progress);
	va_start(arguments, format);
	vfprintf(progress->out, format, arguments);
	va_end(arguments);
	fputc('\n', progress->out);
}

void progress_result(struct progress *progress, const struct record *record)
{
	if (record->status != STATUS_OK && progress->verbosity != VERBOSITY_QUIET)
		progress_say(progress, "%s/%s: %s: %s", record->workload, record->model,
			status_names[record->status], record->reason);
	else if (progress->verbosity == VERBOSITY_EVERY)
		progress_say(progress, "%s/%s: %s, %llu operations in %.1f ms", record->workload,
			record->model, status_names[record->status],
			(unsigned long long)record->work.operations,
			(double)record->window.ns / 1e6);
}
