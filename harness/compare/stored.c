#include "harness/compare/stored.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BENCHMARK, MODEL, RATIO_OLD, RATIO_NEW, CHANGE, RATE, COLUMNS };
enum { KEY_MAX = 400 };

/* What two groups must share to be the same benchmark. */
static void key_of(const struct group_rows *group, char *key)
{
	size_t end = (size_t)snprintf(key, KEY_MAX, "%s", group->facts->name);

	for (int i = 0; i < group->sample->params_count && end < KEY_MAX; i++)
		end += (size_t)snprintf(key + end, KEY_MAX - end, " %s=%s",
			group->sample->params[i].name, group->sample->params[i].text);
	if (end < KEY_MAX)
		snprintf(key + end, KEY_MAX - end, " on %zu CPUs",
			strlen(group->sample->place.sut_cpus));
}

static bool is_compared(const struct group_rows *group)
{
	return group->kind == KIND_TIME && group->best >= 0;
}

static const struct group_rows *twin(const struct groups *groups, const struct group_rows *of)
{
	char wanted[KEY_MAX], key[KEY_MAX];

	key_of(of, wanted);
	for (int i = 0; i < groups->count; i++) {
		key_of(&groups->groups[i], key);
		if (is_compared(&groups->groups[i]) && strcmp(key, wanted) == 0)
			return &groups->groups[i];
	}
	return NULL;
}

static const struct row *row_of(const struct group_rows *group, const char *model)
{
	for (int i = 0; i < group->rows_count; i++)
		if (strcmp(group->rows[i].model, model) == 0)
			return &group->rows[i];
	return NULL;
}

/* A ratio to the best; "–" for what has none. */
static void set_ratio(struct grid *grid, int at, int column, const struct row *row)
{
	if (row == NULL || row->status != STATUS_OK || !isfinite(row->ratio.middle))
		grid_set(grid, at, column, "–");
	else
		grid_set(grid, at, column, "%.3g", row->ratio.middle);
}

static void set_row(
	struct grid *grid, int at, const struct row *old, const struct row *new, bool same_machine)
{
	set_ratio(grid, at, RATIO_OLD, old);
	set_ratio(grid, at, RATIO_NEW, new);
	if (old->status != STATUS_OK || new->status != STATUS_OK)
		return;
	if (isfinite(old->ratio.middle) && isfinite(new->ratio.middle) && old->ratio.middle > 0)
		grid_set(grid, at, CHANGE, "%+.0f %%",
			100 * (new->ratio.middle / old->ratio.middle - 1));
	if (same_machine && old->round_ns.middle > 0 && new->round_ns.n > 0)
		grid_set(grid, at, RATE, "%+.0f %%",
			100 * (new->round_ns.middle / old->round_ns.middle - 1));
}

/* The rows of one benchmark; the winner of each side is marked. Returns the next free row. */
static int set_group(struct grid *grid, int at, const struct group_rows *old,
	const struct group_rows *new, bool same_machine)
{
	for (int i = 0; i < old->rows_count; i++) {
		const struct row *before = &old->rows[i], *after = row_of(new, before->model);
		if (after == NULL)
			continue;
		grid_set(grid, at, BENCHMARK, "%s", old->facts->name);
		grid_set(grid, at, MODEL, "%s", before->model);
		set_row(grid, at, before, after, same_machine);
		at++;
	}
	return at;
}

static bool is_same_machine(const struct session *const sessions[2])
{
	const struct run_machine *a = &sessions[0]->header.machine;
	const struct run_machine *b = &sessions[1]->header.machine;

	return strcmp(a->host, b->host) == 0 && strcmp(a->cpu, b->cpu) == 0 &&
	       strcmp(a->kernel, b->kernel) == 0 && a->cpus == b->cpus;
}

static int write_runs(
	const struct writer *writer, const struct groups groups[2], struct stored_summary *summary)
{
	static const char *const heads[COLUMNS] = {"benchmark", "model", "× best, old",
		"× best, new", "change of it", "duration, measured apart"};
	struct grid grid;
	int rows = 0, at = 1;

	for (int i = 0; i < groups[0].count; i++)
		rows += groups[0].groups[i].rows_count;
	int rc = grid_init(&grid, COLUMNS, rows, 2);
	for (int i = 0; i < COLUMNS && rc == 0; i++)
		grid_set(&grid, 0, i, "%s", heads[i]);
	for (int i = 0; i < groups[0].count && rc == 0; i++) {
		const struct group_rows *old = &groups[0].groups[i];
		const struct group_rows *new = is_compared(old) ? twin(&groups[1], old) : NULL;
		summary->lost += is_compared(old) && new == NULL;
		if (new == NULL)
			continue;
		const char *winner = old->rows[old->best].model, *now = new->rows[new->best].model;
		summary->benchmarks++;
		at = set_group(&grid, at, old, new, summary->same_machine);
		if (strcmp(winner, now) == 0)
			continue;
		summary->changed++;
		/* a winner that its runner-up was not separated from is no news */
		const struct row *runner = row_of(new, winner);
		bool close = runner != NULL && row_standing(new, runner) != STANDING_APART;
		write_note(writer, "%s: the winner was %s and is %s%s", old->facts->name, winner,
			now, close ? ", but the two are not separated" : "");
	}
	if (rc == 0 && at > 1) {
		grid.rows = at - 1;
		grid_squeeze(&grid);
		write_grid(writer, &grid);
	}
	grid_free(&grid);
	return rc;
}

int stored_runs(const struct writer *writer, const struct session *const sessions[2],
	struct stored_summary *summary)
{
	struct groups groups[2] = {{.groups = NULL}, {.groups = NULL}};
	int rc = 0;

	memset(summary, 0, sizeof(*summary));
	summary->same_machine = is_same_machine(sessions);
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = groups_make(&groups[i], sessions[i]);
	if (rc == 0)
		rc = write_runs(writer, groups, summary);
	for (int i = 0; i < 2; i++)
		groups_free(&groups[i]);
	return rc;
}

int stored_hyperfine(const struct writer *writer, const struct hyperfine *const files[2],
	struct stored_summary *summary)
{
	static const char *const heads[] = {"command", "mean, old", "mean, new", "measured apart"};
	enum { COMMAND, OLD, NEW, APART, HYPERFINE_COLUMNS };
	const char *best[2] = {NULL, NULL};
	double least[2] = {INFINITY, INFINITY};
	struct grid grid;
	int at = 1, rc = grid_init(&grid, HYPERFINE_COLUMNS, files[0]->count, 1);

	memset(summary, 0, sizeof(*summary));
	for (int i = 0; i < HYPERFINE_COLUMNS && rc == 0; i++)
		grid_set(&grid, 0, i, "%s", heads[i]);
	for (int i = 0; i < files[0]->count && rc == 0; i++) {
		const struct hyperfine_result *old = &files[0]->results[i], *new = NULL;
		for (int j = 0; j < files[1]->count && new == NULL; j++)
			if (strcmp(files[1]->results[j].name, old->name) == 0)
				new = &files[1]->results[j];
		if (new == NULL) {
			summary->lost++;
			continue;
		}
		grid_set(&grid, at, COMMAND, "%s", old->name);
		grid_set(&grid, at, OLD, "%.4g s", old->mean_s);
		grid_set(&grid, at, NEW, "%.4g s", new->mean_s);
		grid_set(&grid, at++, APART, "%+.1f %%", 100 * (new->mean_s / old->mean_s - 1));
		const double means[2] = {old->mean_s, new->mean_s};
		for (int side = 0; side < 2; side++)
			if (means[side] < least[side]) {
				least[side] = means[side];
				best[side] = old->name;
			}
	}
	/* all commands of a file stand for one benchmark: which of them wins */
	summary->benchmarks = at > 1;
	summary->changed = at > 1 && best[0] != best[1];
	if (rc == 0 && at > 1) {
		grid.rows = at - 1;
		write_grid(writer, &grid);
	}
	grid_free(&grid);
	return rc;
}

void stored_verdict(const struct writer *writer, const struct stored_summary *summary)
{
	if (summary->lost > 0)
		write_note(writer, "%d benchmark%s of the old file %s not in the new one",
			summary->lost, summary->lost == 1 ? "" : "s",
			summary->lost == 1 ? "is" : "are");
	write_note(writer,
		summary->same_machine
			? "measured apart, so drift of the machine is in every difference; for a "
			  "verdict compare the two programs"
			: "different machines, or not known to be the same: only orderings and "
			  "ratios "
			  "between models are shown");
	write_text(writer, "ADVISORY, no verdict: the winner changes in %d of %d benchmark%s",
		summary->changed, summary->benchmarks, summary->benchmarks == 1 ? "" : "s");
}
