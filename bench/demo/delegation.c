/*
 * delegation: one operation is one value that comes out of a generator below so many others. Each
 * of those either delegates to the next one, `yield from`, or takes each value and yields it again.
 * The values' sum is the checksum: it is the same both ways and at any depth.
 */
#include "bench/demo/demo.h"
#include "models/async/generator.h"

enum { DELEGATION_TASKS, DELEGATION_VALUES, DELEGATION_DEPTH, DELEGATION_WAY };
enum way { WAY_DELEGATE, WAY_LOOP };

static const char *const ways[] = {[WAY_DELEGATE] = "delegate", [WAY_LOOP] = "loop", NULL};

static const struct param delegation_params[] = {
	[DELEGATION_TASKS] = {"tasks", "consumers, each with generators of its own", PARAM_COUNT, 1,
		1000, 1, 1, NULL},
	[DELEGATION_VALUES] = {"values", "values of each task per round", PARAM_COUNT, 1, 100000000,
		20000, 20000, NULL},
	[DELEGATION_DEPTH] = {"depth", "generators above the one that makes the values",
		PARAM_COUNT, 0, 100, 1, 1, NULL},
	[DELEGATION_WAY] = {"way", "delegate: yield from; loop: take each value, yield it again",
		PARAM_CHOICE, WAY_DELEGATE, WAY_LOOP, WAY_DELEGATE, WAY_DELEGATE, ways},
	{0},
};

/* A generator of a chain; what is below it, in its own frame, lives while its body does. */
struct level {
	int64_t values;
	int below;
	bool delegate;
};

static int pass_on(struct generator *self, struct generator *below)
{
	intptr_t value;
	int rc;

	while ((rc = generator_next(below, &value)) == GENERATOR_YIELDED) {
		rc = generator_yield(self, value, NULL);
		if (rc != 0)
			return rc;
	}
	return rc < 0 ? rc : 0;
}

static int level_body(struct generator *self, void *arg)
{
	const struct level *level = arg;
	struct level below = *level;
	struct generator *source;
	int rc = 0;

	below.below--;
	for (intptr_t i = 1; level->below == 0 && i <= level->values && rc == 0; i++)
		rc = generator_yield(self, i, NULL);
	if (level->below == 0)
		return rc;
	if (level->delegate)
		return generator_delegate_new(self, level_body, &below, NULL);
	rc = generator_create(&source, level_body, &below);
	if (rc == 0)
		rc = generator_defer(self, generator_free_cleanup, source);
	return rc != 0 ? rc : pass_on(self, source);
}

static int consume(struct slot *slot, struct level *top)
{
	struct generator *generator;
	uint64_t count = 0, sum = 0;
	intptr_t value;
	int rc = generator_create(&generator, level_body, top);

	if (rc != 0)
		return rc;
	while ((rc = generator_next(generator, &value)) == GENERATOR_YIELDED) {
		count++;
		sum += (uint64_t)value;
	}
	generator_free(generator);
	slot_count(slot, count, 0, sum);
	slot_chunk(slot, count, slot_begin(slot));
	return rc < 0 ? rc : 0;
}

static int delegation_task(void *arg)
{
	struct slot *slot = arg;
	const int64_t *values = slot->orders->values;
	struct level top = {.values = values[DELEGATION_VALUES],
		.below = (int)values[DELEGATION_DEPTH],
		.delegate = values[DELEGATION_WAY] == WAY_DELEGATE};

	while (slot->rc == 0 && slot_round(slot))
		slot->rc = consume(slot, &top);
	return slot_result(slot);
}

static int delegation_async(struct orders *orders)
{
	return crew_run(orders, delegation_task);
}

static size_t delegation_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return 0;
}

static int delegation_prepare(struct orders *orders)
{
	(void)orders;
	return 0;
}

static void delegation_finish(struct orders *orders)
{
	(void)orders;
}

const struct workload delegation_workload = {
	.name = "delegation",
	.summary = "values out of nested generators",
	.kind = "primitive",
	.operation = "one value through all generators",
	.params = delegation_params,
	.concurrency = DELEGATION_TASKS,
	.flags = WORKLOAD_NO_LATENCY,
	.pool = POOL_TASKS,
	.arena_bytes = delegation_arena_bytes,
	.prepare = delegation_prepare,
	.finish = delegation_finish,
	.run = {[FAMILY_ASYNC] = delegation_async},
	.why_not = {[FAMILY_STACKLESS] = "generators are written with stacks",
		[FAMILY_THREADS] = "generators belong to coroutines",
		[FAMILY_PROCESSES] = "generators belong to coroutines"},
};
