#include "harness/run/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"
#include "harness/run/arguments.h"
#include "harness/run/random.h"
#include "harness/run/repeat.h"
#include "harness/run/stop.h"

enum {
	PADDING_MAX = 4096,
	FAILURES_MAX = 2, /* after that many a cell is given up */
	REPEATS_MAX = 2   /* of a disturbed unit or invocation */
};

/* A spinner that lost more than this share of its CPU to somebody outside: contaminated. */
static const double contaminated = 0.10;

static const uint64_t second_ns = 1000000000u;

struct run_cell {
	bool given_up;
	int failures;
	int last; /* its last record, counted from 1; 0: none */
};

static uint64_t elapsed_ns(const struct run *run)
{
	return run->executor->now_ns(run->executor) - run->start_ns;
}

static bool late(const struct run *run)
{
	return run->budget_ns > 0 && elapsed_ns(run) > run->budget_ns;
}

/* Steps from `from` on that will be made, by kind. */
static void count_left(const struct run *run, int from, int left[KINDS])
{
	memset(left, 0, KINDS * sizeof(left[0]));
	for (int i = from; i < run->plan->steps_count; i++) {
		const struct step *step = &run->plan->steps[i];
		if (!run->cells[step->cell].given_up)
			left[run->plan->cells[step->cell].kind]++;
	}
}

/* What an invocation costs beside its window: as measured so far, a guess before. */
static uint64_t beside_ns(const struct run *run, enum kind kind)
{
	static const uint64_t guess_ms[KINDS] = {150, 2500, 300};

	if (run->made[kind] == 0)
		return guess_ms[kind] * 1000000u;
	return run->spent_ns[kind] / (uint64_t)run->made[kind];
}

static uint64_t left_ns(const struct run *run, int from, int left[KINDS])
{
	uint64_t ns = 0;

	count_left(run, from, left);
	for (int kind = 0; kind < KINDS; kind++)
		ns += (uint64_t)left[kind] * beside_ns(run, (enum kind)kind);
	return ns;
}

/* The window of the block that begins: alike for all its cells, and such that the rest of the plan
   fits into what is left of the budget. */
static void choose_window(struct run *run, int from)
{
	int left[KINDS];
	uint64_t need_ns = left_ns(run, from, left), gone_ns = elapsed_ns(run);
	uint64_t room_ns = run->budget_ns > gone_ns ? run->budget_ns - gone_ns : 0;
	uint64_t window_ns = run->effort->window_max_ns;

	if (run->budget_ns > 0 && left[KIND_TIME] > 0) {
		room_ns = room_ns > need_ns ? room_ns - need_ns : 0;
		window_ns = room_ns / (uint64_t)left[KIND_TIME];
	}
	if (window_ns > run->effort->window_max_ns)
		window_ns = run->effort->window_max_ns;
	if (window_ns < run->effort->window_min_ns)
		window_ns = run->effort->window_min_ns;
	/* whole milliseconds, so that a record's window is a round figure */
	run->window_ns = window_ns / 1000000u * 1000000u;
}

/* Far beyond what a sound invocation takes: sequential may wait for each task in turn. */
static uint64_t deadline_ns(const struct run *run, const struct cell *cell)
{
	const struct param *params = cell->workload->params;
	uint64_t tasks = (uint64_t)cell_tasks(cell), waits_ns = 0, operations = 1;

	for (int i = 0; params[i].name != NULL; i++) {
		if (params[i].kind == PARAM_DURATION)
			waits_ns += (uint64_t)cell->values[i];
		if (strcmp(params[i].name, "operations") == 0)
			operations = (uint64_t)cell->values[i];
	}
	double ns = 60e9 + 20.0 * (double)run->window_ns + 2e6 * (double)tasks +
		    8.0 * (double)tasks * (double)waits_ns * (double)operations;
	return ns > 3600e9 ? 3600 * second_ns : (uint64_t)ns;
}

static void place_record(const struct run *run, const struct step *step, struct record *record)
{
	const struct run_header *header = &run->journal->session.header;
	struct record_place *place = &record->place;

	snprintf(place->session, sizeof(place->session), "%s", header->session);
	snprintf(place->binary_sha256, sizeof(place->binary_sha256), "%s",
		header->build.binary_sha256);
	place->arm[0] = '\0';
	/* as planned, so that siblings are found whatever a guest wrote */
	cell_cpus(&run->plan->cells[step->cell], place->sut_cpus, place->load_cpus);
	place->block = step->block;
	place->slot = step->slot;
	place->order = run->journal->session.records_count;
}

/* What a result means for the cell's further invocations. */
static void learn(struct run *run, const struct step *step, const struct record *record)
{
	struct run_cell *cell = &run->cells[step->cell];

	if (record->status == STATUS_IMPOSSIBLE || record->status == STATUS_LIMIT)
		cell->given_up = true;
	if (record->status == STATUS_FAILED)
		cell->failures++;
	if (cell->failures >= FAILURES_MAX)
		cell->given_up = true;
}

static int invoke_once(struct run *run, const struct step *step, struct record *record)
{
	const struct cell *cell = &run->plan->cells[step->cell];
	struct invocation_request request = {.cell = cell,
		.seed = run->plan->seed,
		.window_ns = run->window_ns,
		.settle_ns = run->effort->settle_ns,
		.deadline_ns = deadline_ns(run, cell),
		.padding = (int)random_below(&run->random, PADDING_MAX)};
	uint64_t start_ns = run->executor->now_ns(run->executor);
	int rc = 0;

	memset(record, 0, sizeof(*record));
	if (cell->refusal != NULL)
		executor_fail(record, &request, STATUS_FAILED, "%s", cell->refusal);
	else if (cell->workload->load != NULL && CPU_COUNT(&cell->load) == 0)
		executor_fail(record, &request, STATUS_IMPOSSIBLE,
			"needs 2 CPUs: the load runs on CPUs of its own");
	else
		rc = run->executor->invoke(run->executor, &request, record);
	if (rc != 0)
		return rc;
	uint64_t took_ns = run->executor->now_ns(run->executor) - start_ns;
	uint64_t window_ns = cell->kind == KIND_MEMORY ? 0 : run->window_ns;
	if (record->status != STATUS_IMPOSSIBLE) {
		run->spent_ns[cell->kind] += took_ns > window_ns ? took_ns - window_ns : 0;
		run->made[cell->kind]++;
	}
	place_record(run, step, record);
	rc = journal_record(run->journal, record);
	run->cells[step->cell].last = run->journal->session.records_count;
	progress_result(run->progress, record);
	learn(run, step, record);
	return rc;
}

/* An invocation, again if it says itself that it was disturbed. */
static int invoke(struct run *run, const struct step *step)
{
	enum status status = STATUS_DISTURBED;
	int rc = 0;

	for (int i = 0; i <= REPEATS_MAX && rc == 0 && status == STATUS_DISTURBED; i++) {
		struct record record;
		run->repeated += i > 0;
		rc = invoke_once(run, step, &record);
		status = record.status;
		record_release(&record);
	}
	return rc;
}

static void show(struct run *run, int at, bool unit_begins)
{
	const struct step *step = &run->plan->steps[at];
	const struct cell *cell = &run->plan->cells[step->cell];
	char what[2 * RECORD_NAME_MAX];
	int left[KINDS];
	uint64_t ns = left_ns(run, at, left) + (uint64_t)left[KIND_TIME] * run->window_ns;

	snprintf(what, sizeof(what), run->progress->terminal ? "%s/%s%s" : "%s%.0s%s",
		cell->workload->name, cell->model->name,
		cell->kind == KIND_MEMORY ? " (memory)" : "");
	progress_at(run->progress, what, unit_begins, run->done, run->plan->steps_count,
		elapsed_ns(run), ns);
}

static double spin(struct run *run, int from)
{
	const struct cell *cell = &run->plan->cells[run->plan->steps[from].cell];
	cpu_set_t cpus = cell->sut;

	if (cell->workload->load != NULL)
		CPU_OR(&cpus, &cpus, &cell->load);
	return run->executor->spin(run->executor, &cpus, NULL);
}

/* The steps of a unit, once. */
static int unit_once(struct run *run, int from, int to, bool again)
{
	int rc = 0;

	for (int i = from; i < to && rc == 0; i++) {
		if (stop_signal() != 0)
			return -EINTR;
		show(run, i, i == from);
		if (!run->cells[run->plan->steps[i].cell].given_up) {
			run->repeated += again;
			rc = invoke(run, &run->plan->steps[i]);
		}
		run->done += !again;
	}
	return rc;
}

/* A unit between two spins; if the machine was taken away meanwhile, all of it once more. */
static int unit(struct run *run, int from, int to)
{
	for (int i = 0;; i++) {
		int first = run->journal->session.records_count;
		double share = spin(run, from);
		int rc = unit_once(run, from, to, i > 0);
		int last = run->journal->session.records_count - 1;
		double after = rc == 0 && last >= first ? spin(run, from) : 0;
		share = after > share ? after : share;
		if (rc != 0 || last < first || share <= contaminated)
			return rc;
		struct run_event event = {
			.event = EVENT_DISTURBED, .from = first, .to = last, .share = share};
		rc = journal_event(run->journal, &event);
		progress_say(run->progress, "%.0f %% of a CPU was taken from outside: %s",
			share * 100, i < REPEATS_MAX ? "measured again" : "given up");
		if (rc != 0 || i == REPEATS_MAX || late(run))
			return rc;
	}
}

/* Once per run, so that all siblings compute the same. */
static void calibrate(struct run *run)
{
	struct run_plan *plan = run->plan;

	for (int i = 0; i < plan->cells_count; i++) {
		const struct workload *workload = plan->cells[i].workload;
		if (workload->calibrate == NULL ||
			(i > 0 && plan->cells[i - 1].workload == workload))
			continue;
		int64_t value = run->executor->calibrate(run->executor, &plan->cells[i]);
		const struct param *param = &workload->params[workload->calibrated];
		for (int j = i; j < plan->cells_count && plan->cells[j].workload == workload; j++) {
			int64_t *at = &plan->cells[j].values[workload->calibrated];
			/* another value than the defaults is the user's */
			if (*at == param->usual || *at == param->smoke)
				*at = value;
		}
	}
}

/* Marks the cells whose figure of memory is wide. Returns how many, -ENOMEM. */
static int mark_wide(struct run *run, bool *wide)
{
	const struct run_plan *plan = run->plan;
	int *records = calloc((size_t)plan->cells_count + 1, sizeof(*records));

	if (records == NULL)
		return -ENOMEM;
	for (int i = 0; i < plan->cells_count; i++)
		records[i] = run->cells[i].given_up || plan->cells[i].kind != KIND_MEMORY
				     ? -1
				     : run->cells[i].last - 1;
	int count = repeat_wide(&run->journal->session, records, plan->cells_count, wide);
	free(records);
	return count;
}

/* A block of memory that was not planned, whole or not at all: a slope needs all its sizes. */
static int more_memory(struct run *run, const bool *wide, int block, uint64_t *random)
{
	struct run_plan *plan = run->plan;
	int from = plan->steps_count;
	int count = schedule_more(plan, wide, block, random);
	int rc = count < 0 ? count : 0;

	run->added += count > 0 ? count : 0;
	for (int to; from < plan->steps_count && rc == 0; from = to) {
		to = plan_unit_end(plan, from);
		rc = unit(run, from, to);
	}
	return rc;
}

/*
 * Memory again, block by block, where the interval of a figure is wide: until it is not, the effort
 * allows no more, or the budget has no room for another block.
 */
static int repeat_memory(struct run *run)
{
	const struct effort *effort = run->effort;
	bool *wide = calloc((size_t)run->plan->cells_count + 1, sizeof(*wide));
	uint64_t random = run->plan->seed ^ 0x6d656d6f7279u; /* "memory": not the plan's draws */
	int rc = wide == NULL ? -ENOMEM : 0;

	for (int i = 0; i < effort->memory_more && rc == 0; i++) {
		int count = mark_wide(run, wide);
		rc = count < 0 ? count : 0;
		uint64_t need_ns = count > 0 ? (uint64_t)count * beside_ns(run, KIND_MEMORY) : 0;
		if (count <= 0 ||
			(run->budget_ns > 0 && elapsed_ns(run) + need_ns > run->budget_ns))
			break;
		if (i == 0)
			progress_say(run->progress,
				"memory per task is wider than +-%.0f %% in %d cells: measured "
				"again",
				100 * memory_spread_most, count);
		rc = more_memory(run, wide, effort->memory_blocks + i, &random);
	}
	free(wide);
	return rc;
}

static int run_units(struct run *run)
{
	const struct run_plan *plan = run->plan;
	int block = -1, rc = 0;

	for (int from = 0, to; from < plan->steps_count && rc == 0; from = to) {
		to = plan_unit_end(plan, from);
		if (late(run)) {
			run->left_out = plan->steps_count - from;
			break;
		}
		if (plan->steps[from].block != block)
			choose_window(run, from);
		block = plan->steps[from].block;
		rc = unit(run, from, to);
	}
	return rc == 0 && run->left_out == 0 ? repeat_memory(run) : rc;
}

/* The last lines of the file: what was left out, how it ended. */
static int finish(struct run *run, int rc)
{
	struct run_event end = {.event = EVENT_END, .from = -1, .to = -1};

	if (run->left_out > 0) {
		struct run_event warning = {.event = EVENT_WARNING, .from = -1, .to = -1};
		char budget[PARAM_TEXT_MAX];
		duration_format(run->budget_ns, budget, sizeof(budget));
		snprintf(warning.text, sizeof(warning.text),
			"the budget of %s was used up: %d of %d invocations were left out", budget,
			run->left_out, run->plan->steps_count);
		rc = journal_event(run->journal, &warning);
	}
	if (rc == -EINTR)
		snprintf(end.text, sizeof(end.text), "stopped by %s after %d of %d invocations",
			strsignal(stop_signal()), run->done, run->plan->steps_count);
	int last = rc == 0 || rc == -EINTR ? journal_event(run->journal, &end) : 0;
	return rc != 0 ? rc : last;
}

int run_execute(struct run *run)
{
	run->cells = calloc((size_t)run->plan->cells_count + 1, sizeof(*run->cells));
	if (run->cells == NULL)
		return -ENOMEM;
	run->random = run->plan->seed;
	run->start_ns = run->executor->now_ns(run->executor);
	calibrate(run);
	int rc = finish(run, run_units(run));
	progress_end(run->progress);
	free(run->cells);
	run->cells = NULL;
	return rc;
}
