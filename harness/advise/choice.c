#include "harness/advise/choice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/number.h"

static double all_bytes(const struct group_rows *group, const struct row *row)
{
	int64_t tasks = record_param_value(group->sample, group->facts->concurrency, 0);

	return row->user_bytes.n > 0
		       ? (row->user_bytes.middle + row->kernel_bytes.middle) * (double)tasks
		       : NAN;
}

/* In how many of its invocations the 99th percentile is below the bound. A percentile of all of
   them together has no interval; this tells whether the next ones would keep it too. */
static void count_kept(struct candidate *candidate, uint64_t p99_ns)
{
	const struct row *row = candidate->row;
	struct histogram *histogram = malloc(sizeof(*histogram));

	for (int i = 0; i < row->records_count && histogram != NULL; i++) {
		struct row one = {.records = &row->records[i], .records_count = 1};
		if (row->records[i]->status != STATUS_OK ||
			row_histogram(&one, row->corrected, histogram) != 0 ||
			histogram_count(histogram) == 0)
			continue;
		candidate->of++;
		candidate->kept +=
			histogram_quantile_ns(histogram, percentile_shares[P99]) <= p99_ns;
	}
	free(histogram);
}

/* Of an open loop the ledger has judged every invocation; a closed one is as fast as it can be. */
static bool keeps_rate(const struct group_rows *group, const struct row *row, int64_t rate)
{
	if (record_param_value(group->sample, "rate", 0) > 0)
		return 2 * row->invalid <= row->ok + row->invalid;
	return row->rate.n == 0 || row->rate.middle >= (double)rate;
}

static enum unfit examine(const struct group_rows *group, const struct candidate *candidate,
	const struct request *request)
{
	const struct row *row = candidate->row;

	if (row->status != STATUS_OK || !isfinite(row->cpu_ns.middle))
		return UNFIT_STATUS;
	if (!keeps_rate(group, row, request->rate))
		return UNFIT_RATE;
	if (request->p99_ns > 0 && !(row->percentiles_ns[P99] <= (double)request->p99_ns))
		return UNFIT_P99;
	if (request->memory_bytes > 0 && candidate->memory_bytes > (double)request->memory_bytes)
		return UNFIT_MEMORY;
	if (request->cpus > 0 && row->cpu_ns.middle * (double)request->rate > 1e9 * request->cpus)
		return UNFIT_CPU;
	return FIT;
}

/* Fits, but in so few of its invocations that the next ones may not: fewer than five of six. */
static bool doubtful(const struct candidate *candidate)
{
	return 6 * candidate->kept < 5 * candidate->of;
}

/* Is a at least as good as b in everything, and better in something? What was not measured says
   nothing. */
static bool dominates(const struct candidate *a, const struct candidate *b)
{
	const double as[] = {a->row->cpu_ns.middle, a->row->percentiles_ns[P99], a->memory_bytes};
	const double bs[] = {b->row->cpu_ns.middle, b->row->percentiles_ns[P99], b->memory_bytes};
	bool better = false;

	for (int i = 0; i < 3; i++) {
		if (as[i] > bs[i])
			return false;
		better = better || as[i] < bs[i];
	}
	return better;
}

static void find_front(struct choice *choice)
{
	for (int i = 0; i < choice->count; i++) {
		struct candidate *candidate = &choice->candidates[i];
		candidate->pareto = candidate->unfit == FIT;
		for (int j = 0; j < choice->count && candidate->pareto; j++)
			candidate->pareto = choice->candidates[j].unfit != FIT ||
					    !dominates(&choice->candidates[j], candidate);
	}
}

/* Confidence of one ratio of which all shall hold at once (Bonferroni). */
static double confidence_of(const struct choice *choice)
{
	int compared = 0;

	for (int i = 0; i < choice->count; i++)
		compared += choice->candidates[i].unfit == FIT;
	return compared > 2 ? 1 - 0.05 / (compared - 1) : 0.95;
}

static bool told_apart(const struct interval *ratio)
{
	return ratio->coverage >= 0.9 && !interval_contains(ratio, 1);
}

/* Ratios to the candidate `base`, and who is not told apart from it. */
static void compare_all(struct choice *choice, int base)
{
	double confidence = confidence_of(choice);

	for (int i = 0; i < choice->count; i++) {
		struct candidate *candidate = &choice->candidates[i];
		candidate->tied = false;
		if (candidate->unfit != FIT)
			continue;
		candidate->cpu_ratio =
			row_cpu_ratio(candidate->row, choice->candidates[base].row, confidence);
		candidate->tied = i == base || !told_apart(&candidate->cpu_ratio);
	}
}

static int cheapest(const struct choice *choice, bool untied, bool sure)
{
	int best = -1;

	for (int i = 0; i < choice->count; i++) {
		const struct candidate *candidate = &choice->candidates[i];
		if (candidate->unfit != FIT || (untied && candidate->tied) ||
			(sure && doubtful(candidate)))
			continue;
		if (best < 0 ||
			candidate->row->cpu_ns.middle < choice->candidates[best].row->cpu_ns.middle)
			best = i;
	}
	return best;
}

int choice_cheapest(const struct choice *choice)
{
	int sure = cheapest(choice, false, true);

	return sure >= 0 ? sure : cheapest(choice, false, false);
}

/* Does no other that fits take surely less CPU? */
static bool is_unbeaten(const struct choice *choice, int i, bool sure)
{
	double confidence = confidence_of(choice);

	for (int j = 0; j < choice->count; j++) {
		const struct candidate *other = &choice->candidates[j];
		if (j == i || other->unfit != FIT || (sure && doubtful(other)))
			continue;
		struct interval ratio =
			row_cpu_ratio(other->row, choice->candidates[i].row, confidence);
		if (told_apart(&ratio) && ratio.middle < 1)
			return false;
	}
	return true;
}

/* Of those that none beats the one with the least memory; `least` where they beat each other in
   turn. */
static int smallest_unbeaten(const struct choice *choice, int least, bool sure)
{
	int chosen = -1;

	for (int i = 0; i < choice->count; i++) {
		const struct candidate *candidate = &choice->candidates[i];
		if (candidate->unfit != FIT || (sure && doubtful(candidate)) ||
			!is_unbeaten(choice, i, sure))
			continue;
		if (chosen < 0 ||
			candidate->memory_bytes < choice->candidates[chosen].memory_bytes ||
			(isnan(choice->candidates[chosen].memory_bytes) &&
				(isfinite(candidate->memory_bytes) || i == least)))
			chosen = i;
	}
	return chosen >= 0 ? chosen : least;
}

const struct candidate *choice_of(const struct choice *choice, const char *model)
{
	for (int i = 0; i < choice->count; i++)
		if (strcmp(choice->candidates[i].row->model, model) == 0)
			return &choice->candidates[i];
	return NULL;
}

static bool same_family(const struct choice *choice, int a, int b)
{
	const struct model *left = model_find(choice->candidates[a].row->model);
	const struct model *right = model_find(choice->candidates[b].row->model);

	return left != NULL && right != NULL && left->family == right->family;
}

void choice_make(
	struct choice *choice, const struct group_rows *group, const struct request *request)
{
	*choice = (struct choice){.group = group, .chosen = -1, .rival = -1};
	for (int i = 0; i < group->rows_count && choice->count < MODELS_SHOWN; i++) {
		struct candidate *candidate = &choice->candidates[choice->count++];
		candidate->row = &group->rows[i];
		candidate->memory_bytes = all_bytes(group, candidate->row);
		if (request->p99_ns > 0)
			count_kept(candidate, request->p99_ns);
		candidate->unfit = examine(group, candidate, request);
	}
	find_front(choice);
	int least = choice_cheapest(choice);
	if (least < 0)
		return;
	choice->chosen = smallest_unbeaten(choice, least, !doubtful(&choice->candidates[least]));
	compare_all(choice, choice->chosen);
	choice->rival = cheapest(choice, true, false);
	/* where nothing is worse, the one to watch is the cheapest of another family */
	for (int i = 0; choice->rival < 0 && i < choice->count; i++)
		if (choice->candidates[i].unfit == FIT && !same_family(choice, i, choice->chosen))
			choice->rival = i;
}

void candidate_say(const struct candidate *candidate, bool chosen, char *text, size_t bytes)
{
	static const char *const reasons[] = {[UNFIT_RATE] = "misses the rate",
		[UNFIT_P99] = "p99 above the bound",
		[UNFIT_MEMORY] = "memory above the bound",
		[UNFIT_CPU] = "needs more CPUs"};

	if (candidate->unfit == UNFIT_STATUS)
		snprintf(text, bytes, "%s", row_verdict(candidate->row));
	else if (candidate->unfit != FIT)
		snprintf(text, bytes, "%s", reasons[candidate->unfit]);
	else
		snprintf(text, bytes, "%s",
			chosen              ? "chosen"
			: candidate->pareto ? "on the front"
					    : "");
	size_t end = strlen(text);
	if (candidate->unfit == FIT && candidate->kept < candidate->of)
		snprintf(text + end, bytes - end, "%sp99 kept in %d of %d", end > 0 ? ", " : "",
			candidate->kept, candidate->of);
}

static void write_chosen(const struct choice *choice, const struct request *request,
	const struct request_facts *facts, const struct writer *writer)
{
	const struct candidate *chosen = &choice->candidates[choice->chosen];
	char cpu[NUMBER_MAX], p99[NUMBER_MAX], memory[NUMBER_MAX];
	double busy = chosen->row->cpu_ns.middle * (double)request->rate / 1e9;

	number_middle(cpu, sizeof(cpu), &chosen->row->cpu_ns, UNIT_DURATION);
	number_format(
		p99, sizeof(p99), chosen->row->percentiles_ns[P99], UNIT_DURATION, DIGITS_DEFAULT);
	number_format(memory, sizeof(memory), chosen->memory_bytes * facts->replicas, UNIT_BYTES,
		DIGITS_DEFAULT);
	write_text(writer,
		"%s: keeps the rate with p99 %s and %s of CPU a request: %.2g CPUs, so %.0f at "
		"most 70 %% busy%s; %s of memory for %lld connections.",
		chosen->row->model, p99, cpu, busy, ceil(busy / 0.7),
		facts->replicas > 1 ? ", as replicas of what was measured" : "", memory,
		(long long)facts->share.concurrency * facts->replicas);
}

/* "threads takes 1.07 [1.04–1.09] times its CPU, …; async-uring is not told apart from it." */
static void write_others(const struct choice *choice, const struct writer *writer)
{
	char text[1200] = "", ratio[NUMBER_MAX];
	size_t end = 0;

	for (int i = 0; i < choice->count && end < sizeof(text); i++) {
		const struct candidate *other = &choice->candidates[i];
		if (other->unfit != FIT || other->tied)
			continue;
		number_interval(ratio, sizeof(ratio), &other->cpu_ratio, UNIT_PLAIN);
		end += (size_t)snprintf(text + end, sizeof(text) - end, "%s%s %s%s",
			end > 0 ? ", " : "", other->row->model, ratio,
			end > 0 ? "" : " times its CPU a request");
	}
	bool first = true;
	for (int i = 0; i < choice->count && end < sizeof(text); i++) {
		if (!choice->candidates[i].tied || i == choice->chosen)
			continue;
		end += (size_t)snprintf(text + end, sizeof(text) - end, "%s%s%s",
			!first    ? ", "
			: end > 0 ? "; "
				  : "",
			first ? "in CPU not told apart from it: " : "",
			choice->candidates[i].row->model);
		first = false;
	}
	if (end > 0)
		write_text(writer, "Beside it: %s (95 %%, all at once).", text);
	else
		write_text(writer, "No other model keeps the rate and the bounds.");
}

void choice_write(const struct choice *choice, const struct request *request,
	const struct request_facts *facts, const struct writer *writer)
{
	if (choice->chosen < 0) {
		write_text(writer, "No model that was measured keeps the rate and the bounds:");
		for (int i = 0; i < choice->count; i++) {
			char text[CELL_BYTES];
			const struct candidate *candidate = &choice->candidates[i];
			candidate_say(candidate, false, text, sizeof(text));
			write_note(writer, "%s: %s%s%s", candidate->row->model, text,
				candidate->row->reason[0] != '\0' ? ": " : "",
				candidate->row->reason);
		}
		if (facts->cpus < 0.5 * facts->replicas)
			write_text(writer,
				"Computation alone keeps no CPU half busy: where it is the rate "
				"that all of them miss, other load on this machine may be why "
				"(concbench doctor tells).");
		return;
	}
	write_chosen(choice, request, facts, writer);
	write_others(choice, writer);
}

enum { MODEL, CPU, RATIO, TAIL, MEMORY, SAID, COLUMNS };

int choice_table(const struct choice *choice, const struct writer *writer)
{
	static const char *const heads[COLUMNS] = {
		"model", "CPU/request", "x chosen", "p99", "memory of all", "verdict"};
	char text[CELL_BYTES];
	struct grid grid;
	int rc = grid_init(&grid, COLUMNS, choice->count, 1);

	for (int column = 0; column < COLUMNS && rc == 0; column++)
		grid_set(&grid, 0, column, "%s", heads[column]);
	for (int i = 0; i < choice->count && rc == 0; i++) {
		const struct candidate *candidate = &choice->candidates[i];
		const struct row *row = candidate->row;
		grid_set(&grid, i + 1, MODEL, "%s", row->model);
		candidate_say(candidate, i == choice->chosen, text, sizeof(text));
		grid_set(&grid, i + 1, SAID, "%s", text);
		grid.strong[i + 1] = i == choice->chosen;
		if (row->status != STATUS_OK)
			continue;
		number_interval(text, sizeof(text), &row->cpu_ns, UNIT_DURATION);
		grid_set(&grid, i + 1, CPU, "%s", text);
		number_interval(text, sizeof(text), &candidate->cpu_ratio, UNIT_PLAIN);
		if (candidate->unfit == FIT)
			grid_set(&grid, i + 1, RATIO, "%s%s",
				candidate->tied && i != choice->chosen ? "≈ " : "",
				i == choice->chosen ? "1" : text);
		number_format(text, sizeof(text), row->percentiles_ns[P99], UNIT_DURATION,
			DIGITS_DEFAULT);
		grid_set(&grid, i + 1, TAIL, "%s", text);
		number_format(
			text, sizeof(text), candidate->memory_bytes, UNIT_BYTES, DIGITS_DEFAULT);
		grid_set(&grid, i + 1, MEMORY, "%s", text);
	}
	if (rc == 0)
		write_grid(writer, &grid);
	grid_free(&grid);
	return rc;
}
