/*
 * mixed: one operation is one request: wait for a while, as for a database, then compute. A few
 * requests are heavy. On one event loop everybody waits while one computes, so the story is the
 * tail of the light requests; theirs is the only latency recorded.
 *
 * The computation is a number of iterations, not a duration: `calibration` says how many take 1 ms
 * of CPU here, it is measured once per run and recorded, and so all models compute the same. Which
 * requests are heavy and how long each waits is laid out by rank, not drawn: any seed gives the
 * same number of heavy requests and the same sum of waits.
 */
#include "bench/mixed/mixed.h"

#include "bench/draw.h"
#include "harness/measure/clock.h"

enum {
	MIXED_TASKS,
	MIXED_OPERATIONS,
	MIXED_WAIT,
	MIXED_WAITS,
	MIXED_COMPUTE,
	MIXED_HEAVY,
	MIXED_FACTOR,
	MIXED_CALIBRATION
};
enum waits { SPREAD, EQUAL };

static const char *const waits[] = {[SPREAD] = "spread", [EQUAL] = "equal", NULL};

/* The calibration's own default is a round figure of this decade's processors. */
static const struct param mixed_params[] = {
	[MIXED_TASKS] = {"tasks", "requests in progress at once", PARAM_COUNT, 1, 100000, 4, 8,
		NULL},
	[MIXED_OPERATIONS] = {"operations", "requests of each task per round", PARAM_COUNT, 1,
		10000, 5, 10, NULL},
	[MIXED_WAIT] = {"wait", "average wait of a request", PARAM_DURATION, 0, 10000000000, 500000,
		1000000, NULL},
	[MIXED_WAITS] = {"waits", "spread: from half to one and a half of wait", PARAM_CHOICE,
		SPREAD, EQUAL, SPREAD, SPREAD, waits},
	[MIXED_COMPUTE] = {"compute", "computation of a light request", PARAM_DURATION, 0,
		10000000000, 20000, 100000, NULL},
	[MIXED_HEAVY] = {"heavy", "percent of the requests that are heavy", PARAM_COUNT, 0, 100, 10,
		5, NULL},
	[MIXED_FACTOR] = {"factor", "how much more a heavy request computes", PARAM_COUNT, 1, 10000,
		5, 20, NULL},
	[MIXED_CALIBRATION] = {"calibration",
		"iterations that take 1 ms of CPU, measured before a run", PARAM_COUNT, 1,
		1000000000, 500000, 500000, NULL},
	{0},
};

static uint64_t mixed_gcd(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* The nearest number above share x requests that has no factor in common with requests. */
static uint64_t mixed_step(uint64_t requests, double share)
{
	uint64_t step = (uint64_t)((double)requests * share) + 1;

	while (mixed_gcd(step, requests) != 1)
		step++;
	return step;
}

struct mixed_plan mixed_plan(const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	struct mixed_plan plan = {.orders = orders,
		.task = (uint64_t)slot->index,
		.tasks = (uint64_t)orders->tasks,
		.operations = (uint64_t)orders->values[MIXED_OPERATIONS]};

	plan.requests = plan.tasks * plan.operations;
	plan.heavy_requests = (plan.requests * (uint64_t)orders->values[MIXED_HEAVY] + 50) / 100;
	/* Fractional parts of the golden ratio and of the square root of two: multiples of neither
	   fall into a pattern, nor into the other's. */
	plan.heavy_step = mixed_step(plan.requests, 0.6180339887498949);
	plan.wait_step = mixed_step(plan.requests, 0.4142135623730951);
	return plan;
}

/* The place of a request in an order of all of them that looks random: a permutation, since step
   and requests have no common factor. At most 10^9 requests, so the product stays below 2^63. */
static uint64_t mixed_rank(const struct mixed_plan *plan, uint64_t request, uint64_t step)
{
	return (request * step + plan->orders->seed % plan->requests) % plan->requests;
}

struct mixed_request mixed_request(const struct mixed_plan *plan, int operation)
{
	const int64_t *values = plan->orders->values;
	const uint64_t number = (uint64_t)operation * plan->tasks + plan->task;
	struct mixed_request request = {.wait_ns = (uint64_t)values[MIXED_WAIT],
		.value = draw(plan->orders->seed, plan->task, (uint64_t)operation)};

	if (values[MIXED_WAITS] == SPREAD) {
		double rank = (double)mixed_rank(plan, number, plan->wait_step) + 0.5;
		request.wait_ns = (uint64_t)((double)values[MIXED_WAIT] *
					     (0.5 + rank / (double)plan->requests));
	}
	request.heavy = mixed_rank(plan, number, plan->heavy_step) < plan->heavy_requests;
	double compute_ms = (double)values[MIXED_COMPUTE] / 1e6;
	if (request.heavy)
		compute_ms *= (double)values[MIXED_FACTOR];
	request.iterations = (uint64_t)(compute_ms * (double)values[MIXED_CALIBRATION]);
	return request;
}

int mixed_compute(void *arg)
{
	struct mixed_request *request = arg;
	uint64_t value = request->value;

	for (uint64_t i = 0; i < request->iterations; i++) {
		value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9u + i;
	}
	request->value = value;
	return 0;
}

void mixed_end(struct slot *slot, uint64_t start_ns, const struct mixed_request *request)
{
	if (request->heavy) {
		slot_count(slot, 1, 0, request->value);
		slot_chunk(slot, 1, clock_now_ns());
	} else {
		slot_end(slot, start_ns, 0, request->value);
	}
}

/* The fastest of several bursts: whatever interrupts can only slow one down. */
static int64_t mixed_calibrate(void)
{
	enum { BURSTS = 20, ITERATIONS = 500000 };
	uint64_t best_ns = UINT64_MAX;
	struct mixed_request request = {.iterations = ITERATIONS, .value = 1};

	for (int i = 0; i < BURSTS; i++) {
		uint64_t start_ns = clock_now_ns();
		mixed_compute(&request);
		uint64_t taken_ns = clock_now_ns() - start_ns;
		if (taken_ns < best_ns)
			best_ns = taken_ns;
	}
	/* The last value is needed, lest the bursts be left out. */
	__asm__ volatile("" : : "r"(request.value));
	return (int64_t)((double)ITERATIONS * 1e6 / (double)best_ns);
}

static size_t mixed_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return 0;
}

static int mixed_prepare(struct orders *orders)
{
	(void)orders;
	return 0;
}

static void mixed_finish(struct orders *orders)
{
	(void)orders;
}

const struct workload mixed_workload = {
	.name = "mixed",
	.summary = "requests that wait and compute, some of them heavy",
	.kind = "mixed",
	.operation = "one request: wait, then compute",
	.latency_of = "light requests",
	.params = mixed_params,
	.concurrency = MIXED_TASKS,
	.pool = POOL_TASKS,
	.arena_bytes = mixed_arena_bytes,
	.prepare = mixed_prepare,
	.finish = mixed_finish,
	.calibrate = mixed_calibrate,
	.calibrated = MIXED_CALIBRATION,
	.run = {[FAMILY_ASYNC] = mixed_async,
		[FAMILY_STACKLESS] = mixed_stackless,
		[FAMILY_THREADS] = mixed_threads,
		[FAMILY_PROCESSES] = mixed_processes},
};
