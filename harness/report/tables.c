/*
 * The table of one benchmark. It is over 400 lines: the table of rounds and that of a load with
 * phases are filled by the same cells, notes and counts.
 */
#include "harness/report/tables.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "harness/params.h"
#include "harness/report/findings.h"
#include "harness/report/notes.h"
#include "harness/report/number.h"

/* Columns of a benchmark's table. */
enum {
	MODEL,
	LEADING,
	RATIO,
	FIRST_PERCENTILE,
	MAXIMUM = FIRST_PERCENTILE + PERCENTILES,
	CPU,
	LOAD_CPU,
	SUM_CPU,
	VOLUNTARY,
	INVOLUNTARY,
	FAIRNESS,
	STALL_P99,
	STALL_MAX,
	USER_BYTES,
	KERNEL_BYTES,
	PEAK,
	INVOCATIONS,
	WALL,
	USER_TIME,
	SYSTEM_TIME,
	COLUMNS
};

static const char *const heads[COLUMNS] = {
	[MODEL] = "model",
	[RATIO] = "× best",
	[FIRST_PERCENTILE + P50] = "p50",
	[FIRST_PERCENTILE + P99] = "p99",
	[FIRST_PERCENTILE + P999] = "p99.9",
	[MAXIMUM] = "max",
	[CPU] = "CPU/op",
	[LOAD_CPU] = "load CPU/op",
	[SUM_CPU] = "sum",
	[VOLUNTARY] = "vol/op",
	[INVOLUNTARY] = "invol/op",
	[FAIRNESS] = "max/min",
	[STALL_P99] = "stall p99",
	[STALL_MAX] = "stall max",
	[USER_BYTES] = "user/task",
	[KERNEL_BYTES] = "kernel/task",
	[PEAK] = "peak",
	[INVOCATIONS] = "n",
	[WALL] = "hyperfine wall",
	[USER_TIME] = "user",
	[SYSTEM_TIME] = "system",
};

/* What a table is built from and into. */
struct building {
	const struct report *report;
	const struct group_rows *group;
	struct grid *grid;
	struct notes *notes;
};

void group_cpus(const struct group_rows *group, char *text, size_t bytes)
{
	cpu_set_t list;
	const char *sut = group->sample->place.sut_cpus;
	int cpus = cpu_list_parse(sut, &list) == 0 ? CPU_COUNT(&list) : 0;

	snprintf(text, bytes, "%son %d CPU%s",
		group->facts->server ? "server "
		: group->facts->load ? "client "
				     : "",
		cpus, cpus == 1 ? "" : "s");
}

void group_sweep(
	const struct session *session, const struct group_rows *group, char *text, size_t bytes)
{
	size_t end = 0;

	text[0] = '\0';
	for (int i = 0; i < group->sample->params_count && end < bytes; i++) {
		const struct record_param *param = &group->sample->params[i];
		if (run_swept(&session->header, param->name))
			end += (size_t)snprintf(
				text + end, bytes - end, " %s=%s", param->name, param->text);
	}
}

const char *row_verdict(const struct row *row)
{
	return row->status == STATUS_IMPOSSIBLE ? "– not possible"
	       : row->status == STATUS_INVALID && strncmp(row->reason, "refused", 7) == 0
		       ? "refused"
		       : status_names[row->status];
}

const char *standing_mark(enum standing standing)
{
	return standing == STANDING_CLOSE ? "≈ " : standing == STANDING_UNKNOWN ? "? " : "";
}

void standing_notes(const struct writer *writer, const struct group_rows *groups, int count)
{
	bool close = false, unknown = false;

	for (int i = 0; i < count; i++) {
		for (int j = 0; groups[i].kind == KIND_TIME && j < groups[i].rows_count; j++) {
			enum standing standing = row_standing(&groups[i], &groups[i].rows[j]);
			close = close || standing == STANDING_CLOSE;
			unknown = unknown || standing == STANDING_UNKNOWN;
		}
	}
	if (close)
		write_note(
			writer, "≈ not separated from the best: the ratio's interval contains 1");
	if (unknown)
		write_note(writer,
			"? cannot be told from the best: fewer than five pairs were measured");
}

static void set_figure(
	const struct building *building, int at, int column, const char *text, double value)
{
	grid_set(building->grid, at, column, "%s", text);
	grid_value(building->grid, at, column, value);
}

static void set_percentiles(const struct building *building, int at, const struct row *row)
{
	char text[NUMBER_MAX];

	for (int i = 0; i < PERCENTILES; i++) {
		number_format(
			text, sizeof(text), row->percentiles_ns[i], UNIT_DURATION, DIGITS_DEFAULT);
		set_figure(building, at, FIRST_PERCENTILE + i, text, row->percentiles_ns[i]);
	}
	number_format(text, sizeof(text), row->max_ns, UNIT_DURATION, DIGITS_DEFAULT);
	set_figure(building, at, MAXIMUM, text, row->max_ns);
}

static void set_time(const struct building *building, int at, const struct row *row)
{
	const struct group_rows *group = building->group;
	struct grid *grid = building->grid;
	char text[NUMBER_MAX];

	const struct interval *leading = group->by_rate ? &row->rate : &row->round_ns;
	number_interval(text, sizeof(text), leading, group->by_rate ? UNIT_RATE : UNIT_DURATION);
	set_figure(building, at, LEADING, text, leading->middle);
	enum standing standing = row_standing(group, row);
	number_interval(text, sizeof(text), &row->ratio, UNIT_PLAIN);
	grid_set(grid, at, RATIO, "%s%s", standing_mark(standing),
		standing == STANDING_BEST ? "1" : text);
	grid_value(grid, at, RATIO, row->ratio.middle);
	grid_heat(grid, at, RATIO, row->ratio.middle);
	if (group->facts->latency)
		set_percentiles(building, at, row);
	number_middle(text, sizeof(text), &row->cpu_ns, UNIT_DURATION);
	set_figure(building, at, CPU, text, row->cpu_ns.middle);
	if (group->facts->load) {
		number_middle(text, sizeof(text), &row->load_cpu_ns, UNIT_DURATION);
		set_figure(building, at, LOAD_CPU, text, row->load_cpu_ns.middle);
		/* loopback charges either side for the other's work: the sum is what cannot shift
		 */
		number_middle(text, sizeof(text), &row->sum_cpu_ns, UNIT_DURATION);
		set_figure(building, at, SUM_CPU, text, row->sum_cpu_ns.middle);
	}
	number_format(text, sizeof(text), row->voluntary.middle, UNIT_PLAIN, 2);
	set_figure(building, at, VOLUNTARY, text, row->voluntary.middle);
	number_format(text, sizeof(text), row->involuntary.middle, UNIT_PLAIN, 2);
	set_figure(building, at, INVOLUNTARY, text, row->involuntary.middle);
	if (row->stall_max_ns > 0) { /* nor is NaN */
		number_format(text, sizeof(text), row->stall_p99_ns, UNIT_DURATION, DIGITS_DEFAULT);
		set_figure(building, at, STALL_P99, text, row->stall_p99_ns);
		number_format(text, sizeof(text), row->stall_max_ns, UNIT_DURATION, DIGITS_DEFAULT);
		set_figure(building, at, STALL_MAX, text, row->stall_max_ns);
	}
	if (!(row->fairness > 0)) /* nor is NaN */
		return;
	number_format(text, sizeof(text), row->fairness, UNIT_PLAIN, DIGITS_DEFAULT);
	set_figure(building, at, FAIRNESS, isinf(row->fairness) ? "∞" : text, row->fairness);
}

static void set_memory(const struct building *building, int at, const struct row *row)
{
	char text[NUMBER_MAX];

	if (row->user_bytes.n == 0)
		return;
	number_interval(text, sizeof(text), &row->user_bytes, UNIT_BYTES);
	set_figure(building, at, USER_BYTES, text, row->user_bytes.middle);
	number_interval(text, sizeof(text), &row->kernel_bytes, UNIT_BYTES);
	set_figure(building, at, KERNEL_BYTES, text, row->kernel_bytes.middle);
	number_format(text, sizeof(text), row->peak_bytes, UNIT_BYTES, DIGITS_DEFAULT);
	set_figure(building, at, PEAK, text, row->peak_bytes);
}

static void set_hyperfine(const struct building *building, int at, const struct row *row)
{
	const struct hyperfine_result *result = hyperfine_find(
		&building->report->hyperfine, building->group->facts->name, row->model);
	char mean[NUMBER_MAX], stddev[NUMBER_MAX], user[NUMBER_MAX], system[NUMBER_MAX];

	if (result == NULL)
		return;
	if (result->failed) {
		grid_set(building->grid, at, WALL, "failed");
		return;
	}
	number_format(mean, sizeof(mean), result->mean_s * 1e9, UNIT_DURATION, DIGITS_DEFAULT);
	number_format(stddev, sizeof(stddev), result->stddev_s * 1e9, UNIT_DURATION, 2);
	number_format(user, sizeof(user), result->user_s * 1e9, UNIT_DURATION, DIGITS_DEFAULT);
	number_format(
		system, sizeof(system), result->system_s * 1e9, UNIT_DURATION, DIGITS_DEFAULT);
	grid_set(building->grid, at, WALL, "%s ± %s", mean, stddev);
	grid_value(building->grid, at, WALL, result->mean_s * 1e9);
	set_figure(building, at, USER_TIME, user, result->user_s * 1e9);
	set_figure(building, at, SYSTEM_TIME, system, result->system_s * 1e9);
}

/* Which program and version a guest's figures are of; NULL: a model of ours. */
static const struct record_guest *guest_of(const struct row *row)
{
	if (row->records_count == 0 || row->records[0]->guest.program[0] == '\0')
		return NULL;
	return &row->records[0]->guest;
}

/* Appends the number of a note; one that stands there already, once. */
static void add_number(char text[CELL_BYTES], int number)
{
	size_t end = strlen(text);
	char word[16];

	snprintf(word, sizeof(word), " (%d)", number);
	if (strstr(text, word) == NULL)
		snprintf(text + end, CELL_BYTES - end, "%s", word);
}

/* The model's name with the numbers of its notes. */
static void set_model(const struct building *building, int at, const struct row *row)
{
	char text[CELL_BYTES];
	bool refused = row->status == STATUS_INVALID && strcmp(row_verdict(row), "refused") == 0;
	const struct record_guest *guest = guest_of(row);

	snprintf(text, sizeof(text), "%s", row->model);
	if (guest != NULL)
		add_number(text, notes_add(building->notes, "guest: %s (%s)", guest->version,
					 guest->program));
	if (row->status != STATUS_OK)
		add_number(text, notes_add_about(building->notes, row->model, "%s%s%s",
					 refused                            ? ""
					 : row->status == STATUS_IMPOSSIBLE ? "not possible"
									    : row_verdict(row),
					 refused ? "" : ": ", row->reason));
	for (int i = 0; i < row->warnings_count; i++)
		add_number(
			text, notes_add_about(building->notes, row->model, "%s", row->warnings[i]));
	grid_set(building->grid, at, MODEL, "%s", text);
}

static void set_count(const struct building *building, int at, int column, const struct row *row)
{
	if (row->ok == row->records_count)
		grid_set(building->grid, at, column, "%d", row->ok);
	else
		grid_set(building->grid, at, column, "%d/%d", row->ok, row->records_count);
	grid_value(building->grid, at, column, row->ok);
}

static void set_row(const struct building *building, int at, const struct row *row)
{
	set_model(building, at, row);
	if (row->status == STATUS_OK)
		set_time(building, at, row);
	else
		grid_set(building->grid, at, LEADING, "%s", row_verdict(row));
	if (row->status != STATUS_INVALID)
		set_memory(building, at, row);
	set_count(building, at, INVOCATIONS, row);
	set_hyperfine(building, at, row);
	building->grid->strong[at] = building->group->best == at - 1;
}

static void set_heads(const struct building *building)
{
	for (int column = 0; column < COLUMNS; column++)
		if (heads[column] != NULL)
			grid_set(building->grid, 0, column, "%s", heads[column]);
	grid_set(building->grid, 0, LEADING, building->group->by_rate ? "op/s" : "round");
}

/* Lines below the grid that concern the table, not a row. */
static void write_remarks(const struct writer *writer, const struct group_rows *group)
{
	char why[FINDING_BYTES] = "";
	const struct row *behind = finding_outrun(group);

	if (behind != NULL)
		finding_why(group, behind, why, sizeof(why));
	if (why[0] != '\0')
		write_note(writer, "why: %s", why);
	standing_notes(writer, group, 1);
	if (group->rows_count == 1)
		write_note(writer, "no sibling did the same work: nothing to compare it with");
	if (!group->facts->rate)
		write_note(writer,
			"the schedule decides the rate, so the duration of a round is shown");
	if (group->facts->latency_of[0] != '\0')
		write_note(writer, "latency is that of %s", group->facts->latency_of);
	for (int i = 0; i < group->rows_count; i++) {
		if (group->rows[i].status == STATUS_OK && group->rows[i].fairness > 0) {
			write_note(writer, "max/min is the fairness: operations per second of the "
					   "fastest task "
					   "over those of the slowest");
			break;
		}
	}
	for (int i = 0; i < group->rows_count; i++) {
		if (group->rows[i].status == STATUS_OK && group->rows[i].stall_max_ns > 0) {
			write_note(writer, "stall: how late an event loop ran a coroutine that was "
					   "due; a timer's own lateness is in it");
			break;
		}
	}
	for (int i = 0; i < group->rows_count; i++) {
		if (group->rows[i].status == STATUS_OK && group->rows[i].corrected) {
			write_note(writer, "latency counts from the intended start of a request");
			break;
		}
	}
}

static bool is_common(const char *name)
{
	for (int i = 0; i < COMMON_PARAMS; i++)
		if (strcmp(common_params[i].name, name) == 0)
			return true;
	return false;
}

/* "tasks 1k, hold 1ms; thread-pool has 2 workers": the workload's own parameters as used, and those
   that models resolve for themselves. */
static void describe_params(const struct group_rows *group, char *text, size_t bytes)
{
	const char *pool = common_params[COMMON_POOL].name;
	size_t end = 0;

	text[0] = '\0';
	for (int i = 0; i < group->sample->params_count && end < bytes; i++) {
		const struct record_param *param = &group->sample->params[i];
		if (!is_common(param->name))
			end += (size_t)snprintf(text + end, bytes - end, "%s%s %s",
				i > 0 ? ", " : "", param->name, param->text);
	}
	for (int i = 0; i < group->rows_count && end < bytes; i++) {
		long long workers = record_param_value(group->rows[i].records[0], pool, 0);
		if (workers > 0)
			end += (size_t)snprintf(text + end, bytes - end, "; %s: %lld workers",
				group->rows[i].model, workers);
	}
}

/* The table of a load with phases. */
static int course_table(struct building *building)
{
	const struct group_rows *group = building->group;
	const struct row *sample = group_course(group);
	int last = 1 + course_columns(sample);
	int rc = grid_init(building->grid, last + 1, group->rows_count, 1);

	if (rc != 0)
		return rc;
	grid_set(building->grid, 0, MODEL, "model");
	course_heads(building->grid, 1, sample);
	grid_set(building->grid, 0, last, "n");
	for (int i = 0; i < group->rows_count; i++) {
		const struct row *row = &group->rows[i];
		set_model(building, i + 1, row);
		if (row->status == STATUS_OK && row->course.sample != NULL)
			course_figures(building->grid, i + 1, 1, row);
		else
			grid_set(building->grid, i + 1, 1, "%s", row_verdict(row));
		set_count(building, i + 1, last, row);
	}
	return 0;
}

static int round_table(struct building *building)
{
	int rc = grid_init(building->grid, COLUMNS, building->group->rows_count, 1);

	if (rc != 0)
		return rc;
	set_heads(building);
	for (int i = 0; i < building->group->rows_count; i++)
		set_row(building, i + 1, &building->group->rows[i]);
	return 0;
}

int table_write(
	const struct writer *writer, const struct report *report, const struct group_rows *group)
{
	struct grid grid;
	struct notes notes = {.count = 0};
	char cpus[48], sweep[120], params[600];
	struct building building = {
		.report = report, .group = group, .grid = &grid, .notes = &notes};
	bool course = group_course(group) != NULL;
	int rc = course ? course_table(&building) : round_table(&building);

	if (rc == 0) {
		grid_squeeze(&grid);
		group_cpus(group, cpus, sizeof(cpus));
		group_sweep(report->session, group, sweep, sizeof(sweep));
		describe_params(group, params, sizeof(params));
		write_heading(writer, "%s%s, %s: %s", group->facts->name, sweep, cpus,
			group->facts->operation);
		write_text(writer, "%s", params);
		write_grid(writer, &grid);
		notes_write(writer, &notes);
		if (course)
			rc = course_remarks(writer, group);
		else
			write_remarks(writer, group);
	}
	grid_free(&grid);
	return rc;
}
