/*
 * Why a row is not the best one: said from the counts per operation, and only where they differ by
 * more than they usually do from one invocation to the next.
 */
#include <math.h>
#include <stdio.h>

#include "harness/report/findings.h"
#include "harness/report/number.h"

/* CPUs kept busy: CPU time per second. */
static double busy(const struct row *row)
{
	return row->cpu_ns.middle * row->rate.middle / 1e9;
}

static double switches(const struct row *row)
{
	return row->voluntary.middle + row->involuntary.middle;
}

/* The side of a comparison: text of both figures. */
struct sides {
	char row[NUMBER_MAX], best[NUMBER_MAX];
};

static struct sides both(double row, double best, enum unit unit)
{
	struct sides sides;

	number_format(sides.row, sizeof(sides.row), row, unit, 2);
	number_format(sides.best, sizeof(sides.best), best, unit, 2);
	return sides;
}

/* What goes with the CPU time: " and 1.0 context switches", and the best's " and 0.00077". */
static void find_cause(
	char *own, char *other, size_t bytes, const struct row *row, const struct row *best)
{
	struct sides sides;

	own[0] = other[0] = '\0';
	if (switches(row) - switches(best) > 0.05 && switches(row) > 2 * switches(best)) {
		sides = both(switches(row), switches(best), UNIT_PLAIN);
		snprintf(own, bytes, " and %s context switches", sides.row);
	} else if (row->faults.middle - best->faults.middle > 0.1 &&
		   row->faults.middle > 2 * best->faults.middle) {
		sides = both(row->faults.middle, best->faults.middle, UNIT_PLAIN);
		snprintf(own, bytes, " and %s page faults", sides.row);
	} else {
		return;
	}
	snprintf(other, bytes, " and %s", sides.best);
}

void finding_why(const struct group_rows *group, const struct row *row, char *text, size_t bytes)
{
	const struct row *best = group->best < 0 ? NULL : &group->rows[group->best];
	struct sides sides;
	char own[2 * NUMBER_MAX], other[2 * NUMBER_MAX];

	text[0] = '\0';
	if (best == NULL || row == best || row_standing(group, row) != STANDING_APART)
		return;
	double cpu = row->cpu_ns.middle / best->cpu_ns.middle;
	if (busy(best) > 1.3 * busy(row) && cpu < 1.3) {
		sides = both(busy(row), busy(best), UNIT_PLAIN);
		snprintf(text, bytes, "%s keeps %s CPUs busy, %s %s", row->model, sides.row,
			best->model, sides.best);
	} else if (cpu > 1.1) {
		sides = both(row->cpu_ns.middle, best->cpu_ns.middle, UNIT_DURATION);
		find_cause(own, other, sizeof(own), row, best);
		snprintf(text, bytes, "an operation takes %s of CPU%s with %s, %s%s with %s",
			sides.row, own, row->model, sides.best, other, best->model);
	} else if (row->run_delay_ns.middle > 1.3 * best->run_delay_ns.middle &&
		   (row->run_delay_ns.middle - best->run_delay_ns.middle) * 10 >
			   1e9 / best->rate.middle) {
		sides = both(row->run_delay_ns.middle, best->run_delay_ns.middle, UNIT_DURATION);
		snprintf(text, bytes, "an operation of %s waits %s for a CPU, one of %s %s",
			row->model, sides.row, best->model, sides.best);
	}
}

enum { MODEL, CPU_TIME, BUSY, SWITCHES, PER_WAKE_UP, FAULTS, RUN_DELAY, COLUMNS };

static void set(struct grid *grid, int at, int column, double value, enum unit unit)
{
	char text[NUMBER_MAX];

	number_format(text, sizeof(text), value, unit, 2);
	grid_set(grid, at, column, "%s", text);
	grid_value(grid, at, column, value);
}

static void set_counts(
	struct grid *grid, int at, const struct group_rows *group, const struct row *row)
{
	grid_set(grid, at, MODEL, "%s", row->model);
	if (row->status != STATUS_OK)
		return;
	set(grid, at, CPU_TIME, row->cpu_ns.middle, UNIT_DURATION);
	if (group->by_rate)
		set(grid, at, BUSY, busy(row), UNIT_PLAIN);
	set(grid, at, SWITCHES, switches(row), UNIT_PLAIN);
	if (row->voluntary.middle > 0)
		set(grid, at, PER_WAKE_UP, 1 / row->voluntary.middle, UNIT_RATE);
	set(grid, at, FAULTS, row->faults.middle, UNIT_PLAIN);
	set(grid, at, RUN_DELAY, row->run_delay_ns.middle, UNIT_DURATION);
	grid->strong[at] = group->best == at - 1;
}

int why_write(const struct writer *writer, const struct group_rows *group)
{
	static const char *const heads[COLUMNS] = {"model", "CPU/op", "CPUs busy", "switches/op",
		"operations per wake-up", "faults/op", "run-queue delay/op"};
	char text[FINDING_BYTES];
	struct grid grid;
	int rc = grid_init(&grid, COLUMNS, group->rows_count, 1);

	if (rc == 0) {
		for (int column = 0; column < COLUMNS; column++)
			grid_set(&grid, 0, column, "%s", heads[column]);
		for (int i = 0; i < group->rows_count; i++)
			set_counts(&grid, i + 1, group, &group->rows[i]);
		grid_squeeze(&grid);
		write_heading(writer, "Why: counts of %s", group->facts->name);
		write_grid(writer, &grid);
		for (int i = 0; i < group->rows_count; i++) {
			finding_why(group, &group->rows[i], text, sizeof(text));
			if (text[0] != '\0')
				write_note(writer, "%s: %s", group->rows[i].model, text);
		}
	}
	grid_free(&grid);
	return rc;
}

void row_command(const struct row *row, char *text, size_t bytes)
{
	const struct record *record = row->records[0];
	size_t end = (size_t)snprintf(
		text, bytes, "concbench exec %s/%s", record->workload, record->model);

	for (int i = 0; i < record->params_count && end < bytes; i++)
		end += (size_t)snprintf(text + end, bytes - end, " -p %s=%s",
			record->params[i].name, record->params[i].text);
	if (end < bytes)
		end += (size_t)snprintf(text + end, bytes - end, " --seed %llu --sut-cpus %s",
			(unsigned long long)record->seed, record->place.sut_cpus);
	if (end < bytes && record->place.load_cpus[0] != '\0')
		snprintf(text + end, bytes - end, " --load-cpus %s", record->place.load_cpus);
}
