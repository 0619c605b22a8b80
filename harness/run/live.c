/*
 * The live table: see live.h. A screen is drawn from its first line on; before it is drawn again
 * the cursor goes up by the lines that the last one takes at the terminal's width of now, for a
 * terminal that has become narrower has folded them.
 */
#include "harness/run/live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/number.h"
#include "harness/stats/interval.h"

static const double confidence = 0.95;

/* Columns a text takes: characters, not bytes; none of ours is wide. */
static int columns_of(const char *text, size_t bytes)
{
	int columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* Which table a record belongs to: its workload's own parameters, which come before the common
   ones; the first of those is the pool's size, which differs among models. */
static void title_of(const struct record *record, char title[LIVE_TITLE_MAX])
{
	int end = snprintf(title, LIVE_TITLE_MAX, "%s%s", record->workload,
		record->kind == KIND_MEMORY ? ", memory" : "");

	if (record->place.sut_cpus[0] != '\0')
		end += snprintf(title + end, (size_t)(LIVE_TITLE_MAX - end), ", CPUs %s",
			record->place.sut_cpus);
	for (int i = 0; i < record->params_count && end < LIVE_TITLE_MAX; i++) {
		if (strcmp(record->params[i].name, common_params[0].name) == 0)
			break;
		end += snprintf(title + end, (size_t)(LIVE_TITLE_MAX - end), "%s %s %s",
			i == 0 ? ":" : ",", record->params[i].name, record->params[i].text);
	}
}

/* The figure of a record: its rate, the length of a round where the schedule decides the rate, or
   bytes per task. NaN: none. */
static double value_of(const struct record *record, const char **what)
{
	const struct workload *workload = workload_find(record->workload);
	double ns = (double)record->window.ns;
	double value;

	if (record->kind == KIND_MEMORY) {
		*what = "per task";
		value = record->memory.user_per_task + record->memory.kernel_per_task;
	} else if (workload != NULL && (workload->flags & WORKLOAD_NO_RATE) != 0) {
		*what = "round";
		value = ns / (double)record->work.rounds;
	} else {
		*what = "op/s";
		value = (double)record->work.operations * 1e9 / ns;
	}
	return record->status == STATUS_OK && value > 0 ? value : NAN;
}

static struct live_row *row_of(struct live *live, const char *title, const char *model)
{
	for (int i = 0; i < live->rows_count; i++)
		if (strcmp(live->rows[i].title, title) == 0 &&
			strcmp(live->rows[i].model, model) == 0)
			return &live->rows[i];
	if (live->rows_count == live->rows_room) {
		int room = live->rows_room == 0 ? 64 : 2 * live->rows_room;
		struct live_row *rows = realloc(live->rows, (size_t)room * sizeof(*rows));
		if (rows == NULL)
			return NULL;
		live->rows = rows;
		live->rows_room = room;
	}
	struct live_row *row = &live->rows[live->rows_count++];
	*row = (struct live_row){.count = 0};
	snprintf(row->title, sizeof(row->title), "%s", title);
	snprintf(row->model, sizeof(row->model), "%s", model);
	return row;
}

void live_add(struct live *live, const struct record *record)
{
	char title[LIVE_TITLE_MAX];
	const char *what;
	double value = value_of(record, &what);

	title_of(record, title);
	struct live_row *row = row_of(live, title, record->model);
	if (row == NULL)
		return;
	row->what = what;
	if (isfinite(value))
		row->values[row->count++ % LIVE_VALUES] = value;
	else
		snprintf(row->trouble, sizeof(row->trouble), "%s", status_names[record->status]);
	memcpy(live->title, title, sizeof(title));
}

static void set_row(struct grid *grid, int at, const struct live_row *row)
{
	enum unit unit = strcmp(row->what, "op/s") == 0    ? UNIT_RATE
			 : strcmp(row->what, "round") == 0 ? UNIT_DURATION
							   : UNIT_BYTES;
	int n = row->count < LIVE_VALUES ? row->count : LIVE_VALUES;
	char text[NUMBER_MAX];

	grid_set(grid, at, 0, "%s", row->model);
	grid_set(grid, at, 3, "%d", row->count);
	grid_set(grid, at, 4, "%s", row->trouble);
	if (n == 0)
		return;
	struct interval interval = interval_median(row->values, n, confidence);
	number_interval(text, sizeof(text), &interval, unit);
	grid_set(grid, at, 1, "%s", text);
	if (n > 1)
		grid_set(grid, at, 2, "±%.1f %%",
			50 * (interval.high - interval.low) / interval.middle);
}

/* The table as text, its title first; "" where there is none. malloc'd, NULL without memory. */
static char *table_text(const struct live *live, int width)
{
	struct grid grid = {0};
	char *text = NULL;
	size_t bytes = 0;
	int rows = 0;
	FILE *out = open_memstream(&text, &bytes);

	for (int i = 0; i < live->rows_count; i++)
		rows += strcmp(live->rows[i].title, live->title) == 0;
	if (out != NULL && rows > 0 && grid_init(&grid, 5, rows, 1) == 0) {
		struct writer writer = {
			.out = out, .format = WRITER_TERMINAL, .width = width, .utf8 = live->utf8};
		int at = 1;
		grid_set(&grid, 0, 0, "model");
		grid_set(&grid, 0, 2, "width");
		grid_set(&grid, 0, 3, "n");
		for (int i = 0; i < live->rows_count; i++) {
			if (strcmp(live->rows[i].title, live->title) != 0)
				continue;
			grid_set(&grid, 0, 1, "%s", live->rows[i].what);
			set_row(&grid, at++, &live->rows[i]);
		}
		grid_squeeze(&grid);
		fprintf(out, "%s\n", live->title);
		write_grid(&writer, &grid);
	}
	grid_free(&grid);
	if (out != NULL)
		fclose(out);
	return text;
}

/* Lines that the last drawing takes at this width; the cursor is in the last of them. */
static int lines_above(const struct live *live, int width)
{
	int lines = 0;

	for (int i = 0; i < live->drawn_count; i++)
		lines += live->drawn[i] <= width ? 1 : (live->drawn[i] + width - 1) / width;
	return lines > 0 ? lines - 1 : 0;
}

static void go_to_begin(const struct live *live, FILE *out, int width)
{
	int lines = lines_above(live, width);

	if (lines > 0)
		fprintf(out, "\033[%dA", lines);
	fputc('\r', out);
}

void live_clear(struct live *live, FILE *out, int width)
{
	if (live->drawn_count == 0)
		return;
	go_to_begin(live, out, width);
	fputs("\033[J", out);
	live->drawn_count = 0;
}

/* One line, cut to the width; one column stays free: a full line would wrap on some terminals. */
static void draw_line(
	struct live *live, FILE *out, const char *text, size_t bytes, int width, bool last)
{
	while (bytes > 0 && columns_of(text, bytes) > width - 1)
		bytes--;
	while (bytes > 0 && ((unsigned char)text[bytes] & 0xc0) == 0x80)
		bytes--; /* no half characters */
	fprintf(out, "%.*s\033[K%s", (int)bytes, text, last ? "" : "\n");
	live->drawn[live->drawn_count++] = columns_of(text, bytes);
}

void live_draw(struct live *live, FILE *out, const char *line, int width, int height)
{
	char *text = live->title[0] == '\0' ? NULL : table_text(live, width - 1);
	int most = height - 1 < LIVE_LINES ? height - 1 : LIVE_LINES;

	go_to_begin(live, out, width);
	live->drawn_count = 0;
	for (const char *at = text; at != NULL && *at != '\0' && live->drawn_count < most - 1;) {
		size_t bytes = strcspn(at, "\n");
		draw_line(live, out, at, bytes, width, false);
		at += bytes + (at[bytes] == '\n');
	}
	draw_line(live, out, line, strlen(line), width, true);
	/* below the last line may be what a longer table has left */
	fputs("\033[J", out);
	fflush(out);
	free(text);
}

void live_free(struct live *live)
{
	free(live->rows);
	*live = (struct live){.utf8 = live->utf8};
}
