/*
 * The record of an invocation, from what its processes left in the arena.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/supervisor.h"
#include "harness/params.h"

static void add_param(struct record *record, const struct param *param, int64_t value)
{
	struct record_param *into = &record->params[record->params_count++];

	snprintf(into->name, sizeof(into->name), "%s", param->name);
	param_format(param, value, into->text, sizeof(into->text));
	into->value = value;
}

static void add_params(struct record *record, const struct orders *orders)
{
	const struct param *param = orders->workload->params;

	record->params_count = 0;
	for (int i = 0; param != NULL && param[i].name != NULL && i < PARAMS_MAX; i++)
		add_param(record, &param[i], orders->values[i]);
	for (int i = 0; i < COMMON_PARAMS; i++)
		add_param(record, &common_params[i], orders->common[i]);
}

void result_identify(const struct plan *plan, struct record *record)
{
	const struct orders *orders = &plan->draft;

	record->schema = RECORD_SCHEMA;
	record->kind = orders->kind;
	record->seed = orders->seed;
	record->place = plan->place;
	snprintf(record->workload, sizeof(record->workload), "%s", orders->workload->name);
	snprintf(record->model, sizeof(record->model), "%s", orders->model->name);
	record->guest = plan->guest;
	add_params(record, orders);
	record->work.tasks = (uint64_t)orders->tasks;
	record->memory.peak = -1;
	record->memory.a.cgroup = record->memory.a.cgroup_kernel = -1;
	record->memory.b.cgroup = record->memory.b.cgroup_kernel = -1;
	record->counts = (struct record_counts){-1, -1, -1, ""};
	record->environment.timer_slack_ns = orders->common[COMMON_SLACK];
	record->environment.thp = orders->common[COMMON_THP];
}

static void fill_work(struct record *record, const struct orders *orders)
{
	const struct invocation *invocation = orders->invocation;
	struct record_work *work = &record->work;

	work->rounds = invocation->window_rounds;
	work->warm_rounds = invocation->warm.rounds;
	work->steady = (int64_t)invocation->warm.steady;
	if ((orders->workload->flags & WORKLOAD_SERVER) != 0) {
		work->operations = orders->load->operations;
		work->bytes = orders->load->bytes;
		work->checksum = orders->load->checksum;
		return;
	}
	work->operations = invocation->closed.operations - invocation->opened.operations;
	work->bytes = invocation->closed.bytes - invocation->opened.bytes;
	work->checksum = invocation->closed.checksum - invocation->opened.checksum;
}

/* From the window's opening, not from the task's own start: who is let in late was not served. */
static void fill_fairness(struct record *record, const struct orders *orders)
{
	const struct invocation *invocation = orders->invocation;
	int sharers = 0;

	if (orders->workload->sharers != NULL && invocation->mode == ROUNDS_KEPT)
		sharers = orders->workload->sharers(orders);
	for (int i = 0; sharers > 1 && i < sharers; i++) {
		const struct slot *slot = &orders->slots[i];
		double took_ns = (double)(slot->end_ns - invocation->go_ns);
		double per_s = (double)slot->operations * 1e9 / took_ns;

		if (i == 0 || per_s > record->fairness.fastest_per_s)
			record->fairness.fastest_per_s = per_s;
		if (i == 0 || per_s < record->fairness.slowest_per_s)
			record->fairness.slowest_per_s = per_s;
	}
}

static uint64_t skew_ns(const struct orders *orders)
{
	uint64_t first_ns = UINT64_MAX;
	uint64_t last_ns = 0;

	if (orders->invocation->mode != ROUNDS_KEPT)
		return 0;
	for (uint32_t i = 0; i < orders->invocation->gate.participants; i++) {
		uint64_t start_ns = orders->slots[i].start_ns;

		first_ns = start_ns < first_ns ? start_ns : first_ns;
		last_ns = start_ns > last_ns ? start_ns : last_ns;
	}
	return last_ns - first_ns;
}

/* The SUT between two marks: the coordinators' own readings, and everybody else's. */
static struct account between_marks(
	const struct supervisor *supervisor, enum request from, enum request to)
{
	const struct mark *marks = supervisor->invocation->marks;
	struct account before = supervisor->readings[from].tree;
	struct account after = supervisor->readings[to].tree;

	account_add(&before, &marks[from].after);
	account_add(&after, &marks[to].before);
	return account_between(&before, &after);
}

int64_t account_witness_ns(const struct supervisor *supervisor)
{
	int64_t gate = supervisor->readings[REQUEST_GATE].group_cpu_ns;
	int64_t open = supervisor->readings[REQUEST_OPEN].group_cpu_ns;
	int64_t close = supervisor->readings[REQUEST_CLOSE].group_cpu_ns;
	int64_t passage = supervisor->invocation->mode != ROUNDS_ONCE ? open - gate : 0;

	if (gate < 0 || open < 0 || close <= 0)
		return -1;
	return close - open > passage ? close - open - passage : 0;
}

bool account_misses_ends(const struct orders *orders)
{
	return orders->model->family == FAMILY_THREADS && orders->model->kind == MODEL_PER_TASK &&
	       (orders->workload->flags & WORKLOAD_MAIN) != 0;
}

/* The window's account, without what passing the gate and reading costs in itself. */
static void fill_window(struct record *record, const struct supervisor *supervisor)
{
	const struct orders *orders = supervisor->orders;
	struct account window = between_marks(supervisor, REQUEST_OPEN, REQUEST_CLOSE);
	struct account passage = {0};

	if (supervisor->invocation->mode != ROUNDS_ONCE)
		passage = between_marks(supervisor, REQUEST_GATE, REQUEST_OPEN);
	window = account_between(&passage, &window);
	if (account_misses_ends(orders) && account_witness_ns(supervisor) >= 0)
		window.cpu_ns = (uint64_t)account_witness_ns(supervisor);
	record->window = (struct record_window){
		.ns = supervisor->invocation->end_ns - supervisor->invocation->go_ns,
		.cpu_ns = window.cpu_ns,
		.user_ns = window.user_ns,
		.system_ns = window.system_ns,
		.voluntary = window.voluntary,
		.involuntary = window.involuntary,
		.minor_faults = window.minor_faults,
		.major_faults = window.major_faults,
		.skew_ns = skew_ns(orders),
		.load_cpu_ns = orders->load->cpu_ns,
		.load_busy_ns = orders->load->busy_ns,
	};
	record->environment.run_delay_ns = window.run_delay_ns;
}

static int fill_chunks(struct record *record, const struct orders *orders)
{
	const struct invocation *invocation = orders->invocation;
	const struct chunks *from = invocation->chunks;
	int count = CHUNK_TASKS_MAX;

	if (invocation->mode != ROUNDS_KEPT)
		count = 1;
	if (invocation->mode == ROUNDS_EACH)
		from = &invocation->round_chunks;
	else if (invocation->mode == ROUNDS_ONCE)
		from = orders->load_chunks;
	if (orders->kind != KIND_TIME || invocation->chunk_operations == 0)
		return 0;
	record->chunk_operations = (int64_t)invocation->chunk_operations;
	record->chunks_ns = calloc((size_t)count * CHUNKS_MAX, sizeof(uint64_t));
	if (record->chunks_ns == NULL)
		return -ENOMEM;
	for (int i = 0; i < count; i++)
		for (uint64_t j = 0; j < from[i].count && j < CHUNKS_MAX; j++)
			record->chunks_ns[record->chunks++] = from[i].ns[j];
	for (int i = 0; i < count; i++)
		record->injected += from[i].injected;
	return 0;
}

static int fill_latency(struct record *record, const struct orders *orders)
{
	const struct invocation *invocation = orders->invocation;
	bool server = (orders->workload->flags & WORKLOAD_SERVER) != 0;
	const struct lane *lanes = server ? orders->load_lanes : invocation->lanes;
	int count = server ? 1 : invocation->lanes_count;
	struct record_latency *latency;

	if (orders->kind != KIND_TIME || (orders->workload->flags & WORKLOAD_NO_LATENCY) != 0)
		return 0;
	record->latency = latency = calloc(1, sizeof(*latency));
	if (latency == NULL)
		return -ENOMEM;
	for (int i = 0; i < count; i++) {
		histogram_merge(&latency->closed, &lanes[i].histogram);
		if (lanes[i].max_ns > latency->max_ns)
			latency->max_ns = lanes[i].max_ns;
	}
	latency->present = histogram_count(&latency->closed) != 0;
	if (server && histogram_count(&orders->load_lanes[LOAD_CORRECTED].histogram) != 0) {
		latency->has_corrected = latency->has_lag = 1;
		latency->corrected = orders->load_lanes[LOAD_CORRECTED].histogram;
		latency->corrected_max_ns = orders->load_lanes[LOAD_CORRECTED].max_ns;
		latency->lag = orders->load_lanes[LOAD_LAG].histogram;
		latency->lag_max_ns = orders->load_lanes[LOAD_LAG].max_ns;
	}
	return 0;
}

static int fill_course(struct record *record, const struct orders *orders)
{
	if (orders->load->course.phases_count == 0)
		return 0;
	record->course = malloc(sizeof(*record->course));
	if (record->course == NULL)
		return -ENOMEM;
	*record->course = orders->load->course;
	return 0;
}

static int fill_stalls(struct record *record, const struct orders *orders)
{
	if (orders->kind != KIND_TIME || histogram_count(&orders->stalls->histogram) == 0)
		return 0;
	record->stalls = malloc(sizeof(*record->stalls));
	if (record->stalls == NULL)
		return -ENOMEM;
	*record->stalls = *orders->stalls;
	return 0;
}

static void fill_memory(struct record *record, const struct supervisor *supervisor)
{
	const struct record_memory_point *a = &supervisor->memory.a;
	const struct record_memory_point *b = &supervisor->memory.b;
	double tasks = (double)supervisor->orders->tasks;
	int64_t kernel;

	if (!supervisor->memory.measured)
		return;
	record->memory = supervisor->memory;
	if (a->cgroup_kernel >= 0 && b->cgroup_kernel >= 0)
		kernel = b->cgroup_kernel + b->accepted - (a->cgroup_kernel + a->accepted);
	else
		kernel = b->page_tables + b->kernel_stacks + b->slab -
			 (a->page_tables + a->kernel_stacks + a->slab);
	record->memory.user_per_task = (double)(b->pss - a->pss) / tasks;
	record->memory.kernel_per_task = (double)kernel / tasks;
}

/* As the window's account: without the harness's own, which the passage has shown. */
static int64_t net_count(const struct supervisor *supervisor, int event)
{
	int64_t gate = supervisor->readings[REQUEST_GATE].counts[event];
	int64_t open = supervisor->readings[REQUEST_OPEN].counts[event];
	int64_t close = supervisor->readings[REQUEST_CLOSE].counts[event];
	int64_t own = supervisor->invocation->mode != ROUNDS_ONCE ? open - gate : 0;

	if (open < 0 || close < 0)
		return -1;
	return close - open > own ? close - open - own : 0;
}

static void fill_counts(struct record *record, const struct supervisor *supervisor)
{
	if (supervisor->orders->kind != KIND_COUNTS || !supervisor->invocation->ended)
		return;
	record->counts.system_calls = net_count(supervisor, COUNT_SYSTEM_CALLS);
	record->counts.switches = net_count(supervisor, COUNT_SWITCHES);
	record->counts.instructions = net_count(supervisor, COUNT_INSTRUCTIONS);
	memcpy(record->counts.source, supervisor->counts.source, sizeof(record->counts.source));
}

static void fill_environment(struct record *record, const struct supervisor *supervisor)
{
	const struct environment *open = &supervisor->readings[REQUEST_OPEN].environment;
	const struct environment *close = &supervisor->readings[REQUEST_CLOSE].environment;
	struct record_environment *into = &record->environment;

	memcpy(into->autogroup, supervisor->described.autogroup, sizeof(into->autogroup));
	memcpy(into->cgroup, supervisor->described.cgroup, sizeof(into->cgroup));
	memcpy(into->cpu_max, supervisor->described.cpu_max, sizeof(into->cpu_max));
	into->listen_overflows =
		supervisor->end.listen_overflows - supervisor->begin.listen_overflows;
	into->tcp_timeouts = supervisor->end.tcp_timeouts - supervisor->begin.tcp_timeouts;
	into->tcp_retransmits = supervisor->end.tcp_retransmits - supervisor->begin.tcp_retransmits;
	if (!supervisor->invocation->ended)
		return;
	into->stolen_ns = close->stolen_ns - open->stolen_ns;
	into->pressure_cpu_us = close->pressure_us - open->pressure_us;
	into->throttled_ns = close->throttled_ns - open->throttled_ns;
}

int result_fill(const struct supervisor *supervisor, struct record *record)
{
	const struct child *root = &supervisor->root;
	int rc = 0;

	add_params(record, supervisor->orders);
	if (root->ended) {
		record->process.wall_ns = root->ended_ns - root->forked_ns;
		record->process.cpu_ns = root->cpu_ns;
	}
	fill_environment(record, supervisor);
	judge_end(record, supervisor);
	fill_memory(record, supervisor);
	if (!supervisor->invocation->ended)
		return 0;
	fill_work(record, supervisor->orders);
	fill_fairness(record, supervisor->orders);
	fill_window(record, supervisor);
	fill_counts(record, supervisor);
	rc = fill_chunks(record, supervisor->orders);
	if (rc == 0)
		rc = fill_latency(record, supervisor->orders);
	if (rc == 0)
		rc = fill_course(record, supervisor->orders);
	if (rc == 0)
		rc = fill_stalls(record, supervisor->orders);
	judge_begin(record, &supervisor->begin);
	judge_numbers(record, supervisor->orders);
	judge_account(record, supervisor);
	return rc;
}
