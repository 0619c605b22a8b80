#include "harness/compare/counted.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/compare/command.h"
#include "harness/params.h"
#include "harness/run/arguments.h"
#include "harness/run/stop.h"

const double counted_exact = 0.001, counted_margin = 0.005;

static const char *const kind_texts[COUNTED_KINDS] = {"instructions", "system calls", "switches"};

/* Rounds of a counted window: enough that opening it is little against them. */
enum { ROUNDS = 50 };

void counted_judge(struct counted *counted)
{
	const double *base = counted->base, *head = counted->head;
	double low = fmin(base[0], base[1]), apart = fabs(base[0] - base[1]);
	double heads = fabs(head[0] - head[1]);

	/* what never happens on either side is as exact as can be */
	counted->exact = low >= 0 && apart <= counted_exact * low && heads <= counted_exact * low;
	counted->change = low > 0       ? (head[0] + head[1]) / (base[0] + base[1]) - 1
			  : head[0] > 0 ? INFINITY
					: 0;
	if (!counted->exact)
		counted->verdict = VERDICT_INCONCLUSIVE;
	else if (counted->change > counted_margin)
		counted->verdict = VERDICT_REGRESSED;
	else if (counted->change < -counted_margin)
		counted->verdict = VERDICT_IMPROVED;
	else
		counted->verdict = VERDICT_EQUIVALENT;
}

static void miss(struct counted *counted, const char *reason)
{
	if (!counted->missing)
		snprintf(counted->reason, sizeof(counted->reason), "%s", reason);
	counted->missing = true;
}

/* The sum of the line "totals: N" of a callgrind file. */
static double read_totals(const char *path)
{
	char line[4096];
	double totals = 0, value;
	FILE *file = fopen(path, "re");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "totals: %lf", &value) == 1)
			totals += value;
	if (file != NULL)
		fclose(file);
	return totals;
}

/* Sums and removes the dumps that callgrind has left before the window's close. */
static double take_dumps(const char *folder)
{
	double sum = 0;
	DIR *open = opendir(folder);

	for (struct dirent *entry; open != NULL && (entry = readdir(open)) != NULL;) {
		char path[600];
		size_t bytes = strlen(entry->d_name);
		if (strncmp(entry->d_name, "callgrind.", 10) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		/* the first part of a process ends where the window closes */
		if (bytes > 2 && strcmp(entry->d_name + bytes - 2, ".1") == 0)
			sum += read_totals(path);
		unlink(path);
	}
	if (open != NULL)
		closedir(open);
	return sum;
}

static int read_record(const char *path, struct record *record, char *why, size_t bytes)
{
	char *line = NULL;
	size_t room = 0;
	FILE *file = fopen(path, "re");
	ssize_t got = file == NULL ? -1 : getline(&line, &room, file);
	int rc = got > 0 ? record_from_json(
				   record, line, (size_t)got - (line[got - 1] == '\n'), why, bytes)
			 : -EINVAL;

	if (got <= 0)
		snprintf(why, bytes, "it wrote no record");
	free(line);
	if (file != NULL)
		fclose(file);
	unlink(path);
	return rc;
}

/* The command line of an invocation, with valgrind before it or without, its record to a file. */
static int run(const struct cell *cell, const char *program, const char *folder, bool callgrind,
	struct record *record, char *why, size_t bytes)
{
	struct invocation_request request = {.cell = cell, .seed = 1, .rounds = ROUNDS};
	char record_path[200], log[200], out[200], script[] = "exec 9>\"$0\"; exec \"$@\"";
	char *argv[200] = {"sh", "-c", script, record_path};
	char *const tool[] = {"valgrind", "--tool=callgrind", out, "--zero-before=coordinate_open",
		"--zero-before=coordinate_warm", "--dump-before=coordinate_close"};
	struct arguments arguments;
	int at = 4;

	memset(record, 0, sizeof(*record));
	snprintf(record_path, sizeof(record_path), "%s/record", folder);
	snprintf(log, sizeof(log), "%s/log", folder);
	snprintf(out, sizeof(out), "--callgrind-out-file=%s/callgrind.%%p", folder);
	int rc = arguments_make(&arguments, &request, 9);
	for (size_t i = 0; i < sizeof(tool) / sizeof(tool[0]) && callgrind; i++)
		argv[at++] = tool[i];
	argv[at++] = (char *)program;
	for (int i = 1; rc == 0 && arguments.argv[i] != NULL && at < 198; i++)
		argv[at++] = arguments.argv[i];
	int status = rc == 0 ? command_run(log, argv, why, bytes) : rc;
	arguments_free(&arguments);
	if (rc != 0)
		return rc;
	if (status == 127 || status == -ENOENT) {
		snprintf(
			why, bytes, "valgrind is not installed (Debian: apt-get install valgrind)");
		return -EINVAL;
	}
	rc = read_record(record_path, record, why, bytes);
	if (rc == 0 && record->status != STATUS_OK) {
		snprintf(why, bytes, "%s: %.150s", status_names[record->status], record->reason);
		rc = -EINVAL;
	}
	return rc;
}

/* Instructions per operation of one invocation, into counted's figure. */
static int count_instructions(struct counted *counted, const struct cell *cell, const char *program,
	const char *folder, double *figure)
{
	char why[RECORD_REASON_MAX] = "";
	struct record record;
	int rc;

	take_dumps(folder);
	rc = run(cell, program, folder, true, &record, why, sizeof(why));
	double sum = take_dumps(folder);
	if (rc == 0 && record.work.operations > 0)
		*figure = sum / (double)record.work.operations;
	if (rc == 0 && sum <= 0)
		miss(counted, "callgrind saw no window");
	else if (rc == -EINVAL)
		miss(counted, why);
	record_release(&record);
	return rc == -ENOMEM ? rc : 0;
}

/* System calls and switches per operation. */
static int count_calls(struct counted *calls, struct counted *switches, const struct cell *cell,
	const char *program, const char *folder, double *call, double *change)
{
	struct cell other = *cell;
	char why[RECORD_REASON_MAX] = "";
	struct record record;

	other.kind = KIND_COUNTS;
	int rc = run(&other, program, folder, false, &record, why, sizeof(why));
	double operations = (double)record.work.operations;
	*call = *change = NAN;
	if (rc == 0 && record.counts.system_calls >= 0)
		*call = (double)record.counts.system_calls / operations;
	else
		miss(calls, rc == 0 ? record.counts.source : why);
	if (rc == 0 && record.counts.switches >= 0)
		*change = (double)record.counts.switches / operations;
	else
		miss(switches, rc == 0 ? record.counts.source : why);
	record_release(&record);
	return rc == -ENOMEM ? rc : 0;
}

/* All kinds of one cell: base and head in turns, twice each. */
static int measure_cell(struct counted *counted, const struct cell *cell,
	const char *const programs[ARMS], const char *folder)
{
	bool forks = cell->model->family == FAMILY_PROCESSES;
	int rc = 0;

	for (int kind = 0; kind < COUNTED_KINDS; kind++) {
		memset(&counted[kind], 0, sizeof(counted[kind]));
		counted[kind].kind = (enum count_kind)kind;
		snprintf(counted[kind].name, sizeof(counted[kind].name), "%s/%s",
			cell->workload->name, cell->model->name);
	}
	if (forks)
		miss(&counted[0], "what forked tasks execute is not in the count");
	for (int i = 0; i < 2 * ARMS && rc == 0; i++) {
		enum arm arm = i == 1 || i == 2 ? ARM_HEAD : ARM_BASE;
		struct counted *calls = &counted[COUNTED_SYSTEM_CALLS];
		struct counted *switches = &counted[COUNTED_SWITCHES];
		double *into[COUNTED_KINDS];
		for (int kind = 0; kind < COUNTED_KINDS; kind++)
			into[kind] = arm == ARM_BASE ? &counted[kind].base[i / 2]
						     : &counted[kind].head[i / 2];
		if (!counted[0].missing)
			rc = count_instructions(&counted[0], cell, programs[arm], folder, into[0]);
		if (rc == 0)
			rc = count_calls(calls, switches, cell, programs[arm], folder,
				into[COUNTED_SYSTEM_CALLS], into[COUNTED_SWITCHES]);
		rc = stop_signal() != 0 ? -EINTR : rc;
	}
	for (int kind = 0; kind < COUNTED_KINDS && rc == 0; kind++)
		counted_judge(&counted[kind]);
	return rc;
}

int counted_measure(struct counted *counted, const struct run_plan *plan,
	const char *const programs[ARMS], const char *folder)
{
	int count = 0, rc = 0;

	for (int i = 0; i < plan->cells_count && rc == 0; i++) {
		if (plan->cells[i].kind != KIND_TIME)
			continue;
		rc = measure_cell(&counted[count], &plan->cells[i], programs, folder);
		count += rc == 0 ? COUNTED_KINDS : 0;
	}
	return rc != 0 ? rc : count;
}

int counted_write(const struct writer *writer, const struct counted *counted, int count)
{
	static const char *const heads[] = {
		"benchmark", "count", "verdict", "change", "base", "head", "repeats"};
	enum { BENCHMARK, COUNT, VERDICT, CHANGE, BASE, HEAD, REPEATS, COLUMNS };
	struct grid grid;
	int at = 1, rc = grid_init(&grid, COLUMNS, count, 2);

	for (int i = 0; i < COLUMNS && rc == 0; i++)
		grid_set(&grid, 0, i, "%s", heads[i]);
	for (int i = 0; i < count && rc == 0; i++) {
		const struct counted *one = &counted[i];
		if (one->missing)
			continue;
		grid_set(&grid, at, BENCHMARK, "%s", one->name);
		grid_set(&grid, at, COUNT, "%s", kind_texts[one->kind]);
		grid_set(&grid, at, VERDICT, one->exact ? "%s" : "(%s)",
			verdict_names[one->verdict]);
		grid_set(&grid, at, CHANGE, "%+.2f %%", 100 * one->change);
		grid_set(&grid, at, BASE, "%.5g/op", one->base[0]);
		grid_set(&grid, at, HEAD, "%.5g/op", one->head[0]);
		grid_set(&grid, at++, REPEATS, "%s", one->exact ? "exactly" : "not exactly");
	}
	if (rc == 0 && at > 1) {
		grid.rows = at - 1;
		write_grid(writer, &grid);
	}
	grid_free(&grid);
	for (int i = 0; i < count && rc == 0; i++)
		if (counted[i].missing)
			write_note(writer, "%s %s: not counted: %s", counted[i].name,
				kind_texts[counted[i].kind], counted[i].reason);
	return rc;
}

/* What decides: instructions that repeat. */
static bool decides(const struct counted *counted)
{
	return counted->kind == COUNTED_INSTRUCTIONS && !counted->missing && counted->exact;
}

bool counted_regressed(const struct counted *counted, int count)
{
	for (int i = 0; i < count; i++)
		if (decides(&counted[i]) && counted[i].verdict == VERDICT_REGRESSED)
			return true;
	return false;
}

bool counted_none(const struct counted *counted, int count)
{
	for (int i = 0; i < count; i++)
		if (decides(&counted[i]))
			return false;
	return true;
}
