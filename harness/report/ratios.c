/*
 * Ratios of siblings, from pairs that ran next to each other; see stats/pairs.h.
 */
#include "harness/report/group.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/stats/pairs.h"

/* Coverage that an interval needs to tell two rows apart: reached with five pairs. */
static const double least_coverage = 0.9;

enum standing row_standing(const struct group_rows *group, const struct row *row)
{
	if (row->status != STATUS_OK || group->best < 0 || row->ratio.n < 1)
		return STANDING_NONE;
	if (row == &group->rows[group->best])
		return STANDING_BEST;
	if (row->ratio.coverage < least_coverage)
		return STANDING_UNKNOWN;
	return interval_contains(&row->ratio, 1) ? STANDING_CLOSE : STANDING_APART;
}

static double leading(const struct row *row, bool by_rate)
{
	/* a shorter round is better: as a speed */
	return by_rate ? row->rate.middle : 1 / row->round_ns.middle;
}

int row_half(const struct row *row, int i)
{
	const struct record *record = row->records[i];

	/* a mirror's slot is the larger of the block's two */
	for (int j = 0; j < row->records_count; j++)
		if (row->records[j]->place.block == record->place.block &&
			row->records[j]->place.slot < record->place.slot)
			return 1;
	return 0;
}

/* The row's leading figures by pair; n of them. */
static int collect(const struct row *row, bool by_rate, struct paired *values)
{
	int n = 0;

	for (int i = 0; i < row->records_count; i++) {
		const struct record *record = row->records[i];
		if (record->status != STATUS_OK || (by_rate && !record_has_rate(record)))
			continue;
		double work =
			by_rate ? (double)record->work.operations : (double)record->work.rounds;
		values[n++] =
			(struct paired){.key = pair_key(record->place.block, row_half(row, i)),
				.value = work / (double)record->window.ns};
	}
	return n;
}

struct interval row_ratio(const struct row *row, const struct row *base, bool by_rate)
{
	struct paired *values = calloc((size_t)row->records_count + 1, sizeof(*values));
	struct paired *bases = calloc((size_t)base->records_count + 1, sizeof(*bases));
	struct interval ratio = {.middle = NAN, .low = NAN, .high = NAN};

	if (values != NULL && bases != NULL && !isnan(leading(row, by_rate)) &&
		!isnan(leading(base, by_rate)))
		ratio = pairs_ratio(values, collect(row, by_rate, values), bases,
			collect(base, by_rate, bases), 0.95);
	free(values);
	free(bases);
	return ratio;
}

/* CPU time per operation by pair. */
static int collect_cpu(const struct row *row, struct paired *values)
{
	int n = 0;

	for (int i = 0; i < row->records_count; i++) {
		const struct record *record = row->records[i];
		if (record->status == STATUS_OK && record->work.operations > 0)
			values[n++] = (struct paired){
				.key = pair_key(record->place.block, row_half(row, i)),
				.value = (double)record->window.cpu_ns /
					 (double)record->work.operations};
	}
	return n;
}

struct interval row_cpu_ratio(const struct row *row, const struct row *base, double confidence)
{
	struct paired *values = calloc((size_t)row->records_count + 1, sizeof(*values));
	struct paired *bases = calloc((size_t)base->records_count + 1, sizeof(*bases));
	struct interval ratio = {.middle = NAN, .low = NAN, .high = NAN};

	if (values != NULL && bases != NULL)
		ratio = pairs_ratio(values, collect_cpu(row, values), bases,
			collect_cpu(base, bases), confidence);
	free(values);
	free(bases);
	return ratio;
}

int group_compare(struct group_rows *group)
{
	int compared = 0, most = 1;

	group->by_rate = group->facts->rate;
	group->best = -1;
	for (int i = 0; i < group->rows_count; i++) {
		const struct row *row = &group->rows[i];
		most = row->records_count > most ? row->records_count : most;
		if (row->status != STATUS_OK)
			continue;
		/* a row without a figure is no best and has no ratio */
		if (isnan(leading(row, group->by_rate)))
			continue;
		compared++;
		if (group->best < 0 || leading(row, group->by_rate) >
					       leading(&group->rows[group->best], group->by_rate))
			group->best = i;
	}
	struct paired *values = calloc((size_t)most, sizeof(*values));
	struct paired *best = calloc((size_t)most, sizeof(*best));
	int best_n = group->best < 0 || best == NULL
			     ? 0
			     : collect(&group->rows[group->best], group->by_rate, best);
	/* 95 % for all ratios of the table at once (Bonferroni), as far as the pairs reach */
	double confidence = compared > 2 ? 1 - 0.05 / (compared - 1) : 0.95;
	for (int i = 0; i < group->rows_count && values != NULL && best != NULL; i++) {
		struct row *row = &group->rows[i];
		if (row->status != STATUS_OK || isnan(leading(row, group->by_rate)))
			continue;
		int n = collect(row, group->by_rate, values);
		row->ratio = pairs_ratio(values, n, best, best_n, confidence);
	}
	int rc = values == NULL || best == NULL ? -ENOMEM : 0;
	free(values);
	free(best);
	return rc;
}
