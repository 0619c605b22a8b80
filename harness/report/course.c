/*
 * Courses in tables. See course.h.
 */
#include "harness/report/course.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/group.h"
#include "harness/report/number.h"

typedef double course_fn(const struct course *course, int phase);

static double goodput(const struct course *course, int phase)
{
	return course_goodput(&course->phases[phase]);
}

static double p99_ns(const struct course *course, int phase)
{
	int64_t ns = course->phases[phase].p99_ns;

	return ns < 0 ? NAN : (double)ns;
}

static double capacity(const struct course *course, int phase)
{
	(void)phase;
	return course->capacity_per_s == 0 ? NAN : (double)course->capacity_per_s;
}

static double shed(const struct course *course, int phase)
{
	double sum = 0;

	for (phase = 0; phase < course->phases_count; phase++)
		sum += (double)course->phases[phase].shed;
	return sum;
}

/* The phases of which goodput and latency are told: not that in which a server ends. */
static int told_phases(const struct course *course)
{
	return (int)course->phases_count - (course->drain_ns != COURSE_NA);
}

/* Lost while a server ended that had been told to. */
static uint64_t last_lost_of(const struct course *course)
{
	return course->drain_ns == COURSE_NA ? 0 : course->last_lost;
}

static double lost(const struct course *course, int phase)
{
	(void)phase;
	return (double)(course->lost - last_lost_of(course));
}

static double last_lost(const struct course *course, int phase)
{
	(void)phase;
	return (double)last_lost_of(course);
}

/* Whoever drains refuses on purpose. */
static double refused(const struct course *course, int phase)
{
	double sum = 0;

	for (phase = 0; phase < told_phases(course); phase++)
		sum += (double)course->phases[phase].refused;
	return sum;
}

static double waiting(const struct course *course, int phase)
{
	double most = 0;

	for (phase = 0; phase < course->phases_count; phase++)
		most = fmax(most, (double)course->phases[phase].waiting);
	return most;
}

static double broken(const struct course *course, int phase)
{
	(void)phase;
	return (double)course->broken;
}

/* How long was waited for what did not come: the last of them. */
static double waited_ns(const struct course *course)
{
	return (double)course->phases[told_phases(course) - 1].span_ns;
}

static double recovery_ns(const struct course *course, int phase)
{
	(void)phase;
	if (course->recovery_ns == COURSE_NEVER)
		return waited_ns(course);
	return course->recovery_ns < 0 ? NAN : (double)course->recovery_ns;
}

static double drain_ns(const struct course *course, int phase)
{
	(void)phase;
	return course->drain_ns < 0 ? NAN : (double)course->drain_ns;
}

static struct interval over(const struct row *row, course_fn *value, int phase)
{
	double *values = malloc(sizeof(*values) * (size_t)(row->ok + 1));
	int n = 0;

	for (int i = 0; i < row->records_count && values != NULL; i++) {
		const struct record *record = row->records[i];
		if (record->status == STATUS_OK && record->course != NULL &&
			phase < record->course->phases_count &&
			isfinite(value(record->course, phase)))
			values[n++] = value(record->course, phase);
	}
	struct interval interval = interval_median(values, n, 0.95);
	free(values);
	return interval;
}

void row_course_compute(struct row *row)
{
	struct row_course *course = &row->course;
	int never = 0;

	for (int i = row->records_count - 1; i >= 0; i--) {
		const struct record *record = row->records[i];
		if (record->status != STATUS_OK || record->course == NULL)
			continue;
		course->sample = record->course;
		never += record->course->recovery_ns == COURSE_NEVER;
	}
	for (int i = 0; i < COURSE_PHASES_MAX; i++) {
		course->goodput[i] = over(row, goodput, i);
		course->p99_ns[i] = over(row, p99_ns, i);
	}
	course->capacity = over(row, capacity, 0);
	course->shed = over(row, shed, 0);
	course->lost = over(row, lost, 0);
	course->last_lost = over(row, last_lost, 0);
	course->refused = over(row, refused, 0);
	course->waiting = over(row, waiting, 0);
	course->broken = over(row, broken, 0);
	course->recovery_ns = over(row, recovery_ns, 0);
	course->drain_ns = over(row, drain_ns, 0);
	course->never = never > 0 && 2 * never >= course->recovery_ns.n;
}

const struct row *group_course(const struct group_rows *group)
{
	for (int i = 0; i < group->rows_count; i++)
		if (group->kind == KIND_TIME && group->rows[i].course.sample != NULL)
			return &group->rows[i];
	return NULL;
}

/* Behind the phases' two columns each. */
enum { CAPACITY, SHED, LOST, REFUSED, WAITING, BROKEN, RECOVERY, LAST_LOST, DRAIN, SUMS };

static const char *const heads[SUMS] = {
	[CAPACITY] = "capacity/s",
	[SHED] = "shed",
	[LOST] = "lost",
	[REFUSED] = "refused",
	[WAITING] = "waiting",
	[BROKEN] = "broken",
	[RECOVERY] = "recovered",
	[LAST_LOST] = "lost in drain",
	[DRAIN] = "drained",
};

int course_columns(const struct row *sample)
{
	return 2 * (int)sample->course.sample->phases_count + SUMS;
}

void course_heads(struct grid *grid, int first, const struct row *sample)
{
	const struct course *course = sample->course.sample;
	int phases = (int)course->phases_count;

	for (int i = 0; i < phases; i++) {
		grid_set(grid, 0, first + i, "%s", course->phases[i].name);
		grid_set(grid, 0, first + phases + i, "p99 %s", course->phases[i].name);
	}
	for (int i = 0; i < SUMS; i++)
		grid_set(grid, 0, first + 2 * phases + i, "%s", heads[i]);
}

static void set(
	struct grid *grid, int at, int column, const struct interval *interval, enum unit unit)
{
	char text[NUMBER_MAX];

	number_interval(text, sizeof(text), interval, unit);
	grid_set(grid, at, column, "%s", text);
	grid_value(grid, at, column, interval->middle);
}

/* Whole numbers, exactly. */
static void set_count(struct grid *grid, int at, int column, const struct interval *interval)
{
	if (interval->n > 1 && interval->low < interval->high)
		grid_set(grid, at, column, "%.0f [%.0f–%.0f]", interval->middle, interval->low,
			interval->high);
	else if (interval->n > 0)
		grid_set(grid, at, column, "%.0f", interval->middle);
	grid_value(grid, at, column, interval->middle);
}

void course_figures(struct grid *grid, int at, int first, const struct row *row)
{
	const struct row_course *course = &row->course;
	int phases = (int)course->sample->phases_count, sums = first + 2 * phases;
	bool crashes = course->sample->drain_ns != COURSE_NA;

	for (int i = 0; i < told_phases(course->sample); i++) {
		set(grid, at, first + i, &course->goodput[i], UNIT_RATE);
		set(grid, at, first + phases + i, &course->p99_ns[i], UNIT_DURATION);
	}
	if (course->capacity.n > 0)
		set(grid, at, sums + CAPACITY, &course->capacity, UNIT_RATE);
	if (!crashes) {
		set_count(grid, at, sums + SHED, &course->shed);
		set_count(grid, at, sums + WAITING, &course->waiting);
	} else {
		set_count(grid, at, sums + LOST, &course->lost);
		set_count(grid, at, sums + REFUSED, &course->refused);
		set_count(grid, at, sums + BROKEN, &course->broken);
		set_count(grid, at, sums + LAST_LOST, &course->last_lost);
		set(grid, at, sums + DRAIN, &course->drain_ns, UNIT_DURATION);
	}
	char text[NUMBER_MAX];
	number_interval(text, sizeof(text), &course->recovery_ns, UNIT_DURATION);
	grid_set(grid, at, sums + RECOVERY, "%s%s", course->never ? "≥ " : "", text);
	grid_value(grid, at, sums + RECOVERY, course->recovery_ns.middle);
}

/* More columns than a line of a screen has are no line. */
enum { SLICES_SHOWN = 24 };

static int line_write(const struct writer *writer, const struct group_rows *group)
{
	const struct course *sample = group_course(group)->course.sample;
	int slices = (int)sample->slices_count, rows = 0, at = 1;
	char text[NUMBER_MAX];
	struct grid grid;

	for (int i = 0; i < group->rows_count; i++)
		rows += group->rows[i].course.sample != NULL;
	if (slices == 0 || slices > SLICES_SHOWN)
		return 0;
	int rc = grid_init(&grid, slices + 1, rows, 1);
	for (int i = 0; i < slices && rc == 0; i++) {
		number_format(text, sizeof(text), (double)i * (double)sample->slice_ns,
			UNIT_DURATION, DIGITS_DEFAULT);
		grid_set(&grid, 0, i + 1, "%s", i == 0 ? "0" : text);
	}
	if (rc == 0)
		grid_set(&grid, 0, 0, "p99 from");
	for (int i = 0; i < group->rows_count && rc == 0; i++) {
		const struct course *course = group->rows[i].course.sample;
		if (course == NULL)
			continue;
		grid_set(&grid, at, 0, "%s", group->rows[i].model);
		for (int j = 0; j < slices && j < course->slices_count; j++) {
			double ns =
				course->slice_p99_ns[j] < 0 ? NAN : (double)course->slice_p99_ns[j];
			number_format(text, sizeof(text), ns, UNIT_DURATION, 2);
			grid_set(&grid, at, j + 1, "%s", text);
			grid_value(&grid, at, j + 1, ns);
		}
		at++;
	}
	if (rc == 0)
		write_grid(writer, &grid);
	grid_free(&grid);
	return rc;
}

int course_remarks(const struct writer *writer, const struct group_rows *group)
{
	const struct course *sample = group_course(group)->course.sample;
	char text[NUMBER_MAX];

	write_note(writer,
		"a phase's column is its goodput: requests per second that were answered%s, by the "
		"phase in which they were intended; p99 counts from there, too",
		sample->deadline_ns > 0 ? " by their deadline" : "");
	if (sample->capacity_per_s > 0)
		write_note(writer, "capacity: %s", sample->capacity_from);
	if (sample->drain_ns != COURSE_NA) {
		write_note(writer, "lost: requests that were sent and never answered; refused: "
				   "connections that "
				   "were not established before the drain; recovered: from the "
				   "kill until every "
				   "connection that broke has had a reply again");
	} else {
		number_format(text, sizeof(text), (double)sample->slice_ns, UNIT_DURATION,
			DIGITS_DEFAULT);
		write_note(writer,
			"waiting: most requests that were due and not yet answered; recovered: "
			"from "
			"the end of the overload to the first %s whose p99 is at most twice that "
			"of "
			"the first phase and 1 ms; 0: at once",
			text);
	}
	return line_write(writer, group);
}
