/*
 * follow: a reader takes lines of a log that come one by one, each so long after the one before it,
 * by an asynchronous generator, which lets others run while it waits, or by a plain one, which does
 * not. Or it computes at once what it would do with all lines, by itself or in a pool, as the model
 * is. The other tasks on the loop wait for points in time; theirs is the only latency. One
 * operation is one line, or one such wait.
 */
#include "bench/block_until.h"
#include "bench/demo/demo.h"
#include "bench/draw.h"
#include "models/async/async.h"
#include "models/async/generator.h"

enum { FOLLOW_TASKS, FOLLOW_LINES, FOLLOW_EVERY, FOLLOW_READER, FOLLOW_COMPUTE };
enum reader { READER_ASYNC, READER_PLAIN, READER_COMPUTE };

static const char *const readers[] = {
	[READER_ASYNC] = "async", [READER_PLAIN] = "plain", [READER_COMPUTE] = "compute", NULL};

static const struct param follow_params[] = {
	[FOLLOW_TASKS] = {"tasks", "the reader, and the others on its loop", PARAM_COUNT, 1, 10000,
		1, 1, NULL},
	[FOLLOW_LINES] = {"lines", "lines per round, and waits of each of the others", PARAM_COUNT,
		1, 1000000, 10, 10, NULL},
	[FOLLOW_EVERY] = {"every", "between two lines, and length of a wait", PARAM_DURATION, 1000,
		3600000000000, 1000000, 1000000, NULL},
	[FOLLOW_READER] = {"reader", "async: its generator awaits; plain: it blocks; compute",
		PARAM_CHOICE, READER_ASYNC, READER_COMPUTE, READER_ASYNC, READER_ASYNC, readers},
	[FOLLOW_COMPUTE] = {"compute", "how long the reader computes, where it does",
		PARAM_DURATION, 0, 60000000000, 100000000, 100000000, NULL},
	{0},
};

/* Yields the number of each line when it has come. */
static int log_lines(struct generator *self, void *arg)
{
	const struct slot *slot = arg;
	const int64_t *values = slot->orders->values;
	int rc = 0;

	for (intptr_t i = 0; i < values[FOLLOW_LINES] && rc == 0; i++) {
		uint64_t comes_ns = slot_begin(slot) + (uint64_t)values[FOLLOW_EVERY];
		rc = values[FOLLOW_READER] == READER_PLAIN ? block_until(comes_ns)
							   : async_sleep_until(comes_ns);
		if (rc == 0)
			rc = generator_yield(self, i, NULL);
	}
	return rc;
}

/* Until a point in time, for what is asked is how long it keeps a loop from its work. */
static int compute(void *arg)
{
	const uint64_t *until_ns = arg;

	while (slot_begin(NULL) < *until_ns)
		;
	return 0;
}

static int compute_all(struct slot *slot)
{
	const struct orders *orders = slot->orders;
	uint64_t until_ns = slot_begin(slot) + (uint64_t)orders->values[FOLLOW_COMPUTE];
	int rc = async_compute(compute, &until_ns);

	for (int64_t i = 0; i < orders->values[FOLLOW_LINES]; i++)
		slot_count(slot, 1, 0, draw(orders->seed, 0, (uint64_t)i));
	async_yield();
	return rc;
}

static int read_log(struct slot *slot)
{
	struct generator *lines;
	intptr_t line;

	if (slot->orders->values[FOLLOW_READER] == READER_COMPUTE)
		return compute_all(slot);
	int rc = generator_create(&lines, log_lines, slot);

	while (rc == 0 && (rc = generator_next(lines, &line)) == GENERATOR_YIELDED)
		slot_count(slot, 1, 0, draw(slot->orders->seed, 0, (uint64_t)line));
	generator_free(lines);
	/* at the end of the log, however it was read, it is the others' turn */
	async_yield();
	return rc < 0 ? rc : 0;
}

static int tick(struct slot *slot)
{
	const struct orders *orders = slot->orders;
	int rc = 0;

	for (int64_t i = 0; i < orders->values[FOLLOW_LINES] && rc == 0; i++) {
		uint64_t start_ns = slot_begin(slot);
		rc = async_sleep_until(start_ns + (uint64_t)orders->values[FOLLOW_EVERY]);
		if (rc == 0)
			slot_end(slot, start_ns, 0,
				draw(orders->seed, (uint64_t)slot->index, (uint64_t)i));
	}
	return rc;
}

static int follow_task(void *arg)
{
	struct slot *slot = arg;

	while (slot->rc == 0 && slot_round(slot))
		slot->rc = slot->index == 0 ? read_log(slot) : tick(slot);
	return slot_result(slot);
}

static int follow_async(struct orders *orders)
{
	return crew_run(orders, follow_task);
}

static size_t follow_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return 0;
}

static int follow_prepare(struct orders *orders)
{
	(void)orders;
	return 0;
}

static void follow_finish(struct orders *orders)
{
	(void)orders;
}

const struct workload follow_workload = {
	.name = "follow",
	.summary = "a reader of a log beside others on the same loop",
	.kind = "I/O",
	.operation = "one line, or one wait of another task",
	.latency_of = "the others' waits",
	.params = follow_params,
	.concurrency = FOLLOW_TASKS,
	.flags = WORKLOAD_MEET | WORKLOAD_NO_CHUNKS,
	.pool = POOL_TASKS,
	.arena_bytes = follow_arena_bytes,
	.prepare = follow_prepare,
	.finish = follow_finish,
	.run = {[FAMILY_ASYNC] = follow_async},
	.why_not = {[FAMILY_STACKLESS] = "generators are written with stacks",
		[FAMILY_THREADS] = "generators belong to coroutines",
		[FAMILY_PROCESSES] = "generators belong to coroutines"},
};
