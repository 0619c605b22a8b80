/*
 * The report of concbench load.
 */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/load.h"
#include "harness/measure/distribution.h"
#include "harness/params.h"
#include "harness/report/grid.h"
#include "harness/report/hgrm.h"
#include "harness/report/number.h"

const char *const load_formats[] = {"terminal", "md", "json", "hgrm", NULL};

enum { VIEW, RATE, P50, P90, P99, P999, MAXIMUM, LOAD_CPU, REPLIES, COLUMNS };

static const char *const heads[COLUMNS] = {
	"latency", "op/s", "p50", "p90", "p99", "p99.9", "max", "load CPU/op", "replies"};
static const double shares[COLUMNS] = {
	[P50] = 0.5, [P90] = 0.9, [P99] = 0.99, [P999] = 0.999, [MAXIMUM] = 1};

static struct distribution distribution_of(const struct drive *drive, const struct lane *lane)
{
	return (struct distribution){
		&lane->histogram, lane->max_ns, &drive->lag.histogram, drive->lag.max_ns};
}

static double rate_of(const struct drive *drive)
{
	return drive->wall_ns > 0 ? (double)drive->on_time * 1e9 / (double)drive->wall_ns : NAN;
}

static void set(struct grid *grid, int row, int column, double value, enum unit unit)
{
	char text[NUMBER_MAX];

	number_format(text, sizeof(text), value, unit, DIGITS_DEFAULT);
	grid_set(grid, row, column, "%s", text);
}

static void set_row(struct grid *grid, int row, const char *name, const struct drive *drive,
	const struct lane *lane)
{
	struct distribution latencies = distribution_of(drive, lane);

	grid_set(grid, row, VIEW, "%s", name);
	for (int column = P50; column <= MAXIMUM; column++)
		set(grid, row, column, distribution_percentile_ns(&latencies, shares[column]),
			UNIT_DURATION);
	grid_set(grid, row, REPLIES, "%" PRIu64, histogram_count(&lane->histogram));
}

static void write_table(const struct writer *writer, const struct drive *drive)
{
	struct grid grid;

	if (grid_init(&grid, COLUMNS, drive->open ? 2 : 1, 1) != 0)
		return;
	for (int i = 0; i < COLUMNS; i++)
		grid_set(&grid, 0, i, "%s", heads[i]);
	if (drive->open) {
		set_row(&grid, 1, "corrected", drive, &drive->corrected);
		set_row(&grid, 2, "uncorrected", drive, &drive->uncorrected);
	} else {
		set_row(&grid, 1, "closed loop", drive, &drive->uncorrected);
	}
	set(&grid, 1, RATE, rate_of(drive), UNIT_RATE);
	set(&grid, 1, LOAD_CPU,
		drive->replies > 0 ? (double)drive->cpu_ns / (double)drive->replies : NAN,
		UNIT_DURATION);
	write_grid(writer, &grid);
	grid_free(&grid);
}

static void write_losses(const struct writer *writer, const struct drive *drive)
{
	const struct client_losses *losses = &drive->losses;

	if (losses->errors > 0)
		write_note(writer, "%" PRIu64 " replies with status 400 or more", losses->errors);
	if (losses->refused > 0)
		write_note(writer, "%" PRIu64 " connections not established", losses->refused);
	if (losses->broken > 0)
		write_note(writer,
			"%" PRIu64 " connections broke, %" PRIu64 " requests lost with them",
			losses->broken, losses->unanswered);
	if (losses->renewed > 0)
		write_note(writer, "%" PRIu64 " connections closed by the server and made anew",
			losses->renewed);
	if (drive->unanswered > 0)
		write_note(writer,
			"%" PRIu64 " requests without a reply at the end: the "
			"percentiles are lower bounds",
			drive->unanswered);
	if (drive->problem[0] != '\0')
		write_note(writer, "the first problem: %s", drive->problem);
}

static void write_title(
	const struct writer *writer, const char *url, const struct drive_settings *settings)
{
	char duration[PARAM_TEXT_MAX], loop[96] = "closed loop";

	duration_format(settings->duration_ns, duration, sizeof(duration));
	if (settings->rate_per_s > 0)
		snprintf(loop, sizeof(loop), "open loop, %" PRIu64 " per second, %s, seed %" PRIu64,
			settings->rate_per_s, schedule_names[settings->arrivals], settings->seed);
	write_heading(writer, "%s", url);
	write_text(writer, "%d connections, depth %d, %s, %s", settings->client.connections,
		settings->client.depth, duration, loop);
}

static void report_table(const struct writer *writer, const char *url,
	const struct drive_settings *settings, const struct drive *drive)
{
	double busy = drive->wall_ns > 0 ? (double)drive->busy_ns / (double)drive->wall_ns : 0;
	struct distribution corrected = distribution_of(drive, &drive->corrected);
	char hidden[200];

	write_title(writer, url, settings);
	if (drive->fault[0] != '\0')
		write_text(writer, "INVALID: %s", drive->fault);
	write_table(writer, drive);
	write_note(writer,
		"sent %.1f MB, received %.1f MB; the generator was busy %.0f %% of the "
		"time",
		(double)drive->sent / 1e6, (double)drive->received / 1e6, busy * 100);
	if (drive->open)
		write_note(writer, "corrected: from the intended start");
	if (drive->open && distribution_hidden(&corrected, hidden, sizeof(hidden)))
		write_note(writer, "%s", hidden);
	write_losses(writer, drive);
}

static json_t *json_lane(const struct drive *drive, const struct lane *lane)
{
	json_t *object = json_object();
	char *packed = histogram_pack(&lane->histogram);
	struct distribution latencies = distribution_of(drive, lane);

	for (int i = P50; i <= MAXIMUM; i++) {
		double ns = distribution_percentile_ns(&latencies, shares[i]);
		json_object_set_new(
			object, heads[i], isnan(ns) ? json_null() : json_integer((json_int_t)ns));
	}
	json_object_set_new(object, "histogram", json_string(packed != NULL ? packed : ""));
	free(packed);
	return object;
}

static void report_json(FILE *out, const char *url, const struct drive_settings *settings,
	const struct drive *drive)
{
	const struct client_losses *losses = &drive->losses;
	json_t *object = json_pack("{s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:f, s:I, s:I, s:I, s:I}",
		"url", url, "status", drive->fault[0] == '\0' ? "ok" : "INVALID", "reason",
		drive->fault, "connections", settings->client.connections, "depth",
		settings->client.depth, "duration_ns", (json_int_t)settings->duration_ns,
		"rate_per_s", (json_int_t)settings->rate_per_s, "op_per_s", rate_of(drive),
		"replies", (json_int_t)drive->replies, "wall_ns", (json_int_t)drive->wall_ns,
		"cpu_ns", (json_int_t)drive->cpu_ns, "busy_ns", (json_int_t)drive->busy_ns);

	if (object == NULL)
		return;
	json_object_set_new(object, "lost",
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "wrong", (json_int_t)drive->wrong,
			"refused", (json_int_t)losses->refused, "broken",
			(json_int_t)losses->broken, "unanswered",
			(json_int_t)losses->unanswered + (json_int_t)drive->unanswered, "renewed",
			(json_int_t)losses->renewed, "errors", (json_int_t)losses->errors, "bytes",
			(json_int_t)drive->received));
	json_object_set_new(object, drive->open ? "uncorrected" : "closed",
		json_lane(drive, &drive->uncorrected));
	if (drive->open)
		json_object_set_new(object, "corrected", json_lane(drive, &drive->corrected));
	json_dumpf(object, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(object);
}

void load_report(FILE *out, enum load_format format, const char *url,
	const struct drive_settings *settings, const struct drive *drive)
{
	struct distribution latencies =
		distribution_of(drive, drive->open ? &drive->corrected : &drive->uncorrected);
	struct writer writer =
		writer_for(out, format == LOAD_MARKDOWN ? WRITER_MARKDOWN : WRITER_TERMINAL);

	if (format == LOAD_HGRM)
		hgrm_write(out, &latencies);
	else if (format == LOAD_JSON)
		report_json(out, url, settings, drive);
	else
		report_table(&writer, url, settings, drive);
}

void load_plan(FILE *out, const char *url, const struct drive_settings *settings)
{
	char duration[PARAM_TEXT_MAX], timeout[PARAM_TEXT_MAX];

	duration_format(settings->duration_ns, duration, sizeof(duration));
	duration_format(settings->timeout_ns, timeout, sizeof(timeout));
	fprintf(out, "%s: %d connections, %d request%s in flight on each, for %s\n", url,
		settings->client.connections, settings->client.depth,
		settings->client.depth == 1 ? "" : "s", duration);
	if (settings->rate_per_s > 0)
		fprintf(out,
			"open loop: %" PRIu64 " requests per second over all connections, %s "
			"arrivals, %.0f requests; latencies from the intended start\n",
			settings->rate_per_s, schedule_names[settings->arrivals],
			(double)settings->rate_per_s * (double)settings->duration_ns / 1e9);
	else
		fprintf(out, "closed loop: a connection sends again when it has its reply\n");
	fprintf(out, "at most %s more for the first replies and the last ones; nothing was sent\n",
		timeout);
}
