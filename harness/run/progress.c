#include "harness/run/progress.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, HEIGHT_DEFAULT = 24, WIDTH_LEAST = 20, HEIGHT_LEAST = 4 };

/* As it is now: a window may have been resized since. */
static void measure_terminal(struct progress *progress)
{
	struct winsize size;

	if (ioctl(fileno(progress->out), TIOCGWINSZ, &size) != 0)
		return;
	if (size.ws_col > 0)
		progress->width = size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col;
	if (size.ws_row > 0)
		progress->height = size.ws_row < HEIGHT_LEAST ? HEIGHT_LEAST : size.ws_row;
}

void progress_init(struct progress *progress, enum verbosity verbosity)
{
	const char *term = getenv("TERM");
	bool moves = term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;

	*progress = (struct progress){.out = stderr,
		.terminal = moves && isatty(STDERR_FILENO),
		.verbosity = verbosity,
		.width = WIDTH_DEFAULT,
		.height = HEIGHT_DEFAULT};
	setlocale(LC_CTYPE, "");
	progress->live.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void draw(struct progress *progress)
{
	measure_terminal(progress);
	live_draw(
		&progress->live, progress->out, progress->line, progress->width, progress->height);
}

static void clear(struct progress *progress)
{
	if (progress->out == NULL || !progress->terminal)
		return;
	measure_terminal(progress);
	live_clear(&progress->live, progress->out, progress->width);
	fflush(progress->out);
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
	char line[PROGRESS_LINE_MAX], elapsed[24], left[24];

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
	memcpy(progress->line, line, sizeof(line));
	draw(progress);
}

void progress_end(struct progress *progress)
{
	clear(progress);
	live_free(&progress->live);
	progress->line[0] = '\0';
}

void progress_say(struct progress *progress, const char *format, ...)
{
	va_list arguments;

	if (progress->out == NULL)
		return;
	clear(progress);
	va_start(arguments, format);
	vfprintf(progress->out, format, arguments);
	va_end(arguments);
	fputc('\n', progress->out);
}

void progress_result(struct progress *progress, const struct record *record)
{
	if (progress->out != NULL && progress->terminal && progress->verbosity != VERBOSITY_QUIET)
		live_add(&progress->live, record);
	if (record->status != STATUS_OK && progress->verbosity != VERBOSITY_QUIET)
		progress_say(progress, "%s/%s: %s: %s", record->workload, record->model,
			status_names[record->status], record->reason);
	else if (progress->verbosity == VERBOSITY_EVERY)
		progress_say(progress, "%s/%s: %s, %llu operations in %.1f ms", record->workload,
			record->model, status_names[record->status],
			(unsigned long long)record->work.operations,
			(double)record->window.ns / 1e6);
	if (progress->line[0] != '\0' && progress->verbosity != VERBOSITY_QUIET)
		draw(progress);
}
