/*
 * spawn: one operation is one task created and ended. A round creates all tasks and waits for all.
 *
 *	warm   the crew stays open: stacks, workers and the kernel's caches are used again
 *	cold   every round opens a crew and joins it: what the first tasks of a program cost
 *
 * A fork also copies the page tables of whatever its parent has written; dirty makes the parent as
 * large as a real one. Each task marks its own cell, so the checksum proves that every task ran
 *exactly once, and operations are counted from the marks, not from the orders.
 */
#include "bench/spawn/spawn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/draw.h"

enum { SPAWN_TASKS, SPAWN_START, SPAWN_DIRTY };
enum start { WARM, COLD };

static const char *const starts[] = {[WARM] = "warm", [COLD] = "cold", NULL};

static const struct param spawn_params[] = {
	[SPAWN_TASKS] = {"tasks", "tasks created, then waited for, per round", PARAM_COUNT, 1,
		1000000, 16, 200, NULL},
	[SPAWN_START] = {"start", "whether the crew stays open between rounds", PARAM_CHOICE, WARM,
		COLD, WARM, WARM, starts},
	[SPAWN_DIRTY] = {"dirty", "memory the parent has written before it spawns", PARAM_BYTES, 0,
		16ll << 30, 0, 0, NULL},
	{0},
};

/* In the arena. */
struct spawn_shared {
	void *dirty;     /* private memory of the SUT's first process, NULL without */
	uint64_t runs[]; /* [tasks] how often each ran in this round */
};

static int spawn_task(void *arg)
{
	uint64_t *runs = arg;

	(*runs)++;
	return 0;
}

/* Moves the marks of a round into the counters. */
static void spawn_count(struct orders *orders, struct slot *slot)
{
	uint64_t *runs = ((struct spawn_shared *)orders->shared)->runs;
	uint64_t operations = 0, checksum = 0;

	for (int i = 0; i < orders->tasks; i++) {
		operations += runs[i];
		checksum += runs[i] * draw(orders->seed, (uint64_t)i, 0);
		runs[i] = 0;
	}
	slot_count(slot, operations, 0, checksum);
	slot_chunk(slot, operations, slot_begin(slot));
}

static int spawn_all(struct crew *crew, struct orders *orders)
{
	struct spawn_shared *shared = orders->shared;
	int rc = 0;

	for (int i = 0; i < orders->tasks && rc == 0; i++)
		rc = crew_spawn(crew, spawn_task, &shared->runs[i]);
	return rc == 0 ? 0 : crew_limit(orders, crew, rc);
}

static int spawn_open(struct crew *crew, struct orders *orders)
{
	int rc = crew_open_for(crew, orders, orders->tasks);

	return rc == 0 ? 0 : crew_limit(orders, crew, rc);
}

static int spawn_warm(struct orders *orders, struct slot *slot)
{
	struct crew crew;
	int rc = spawn_open(&crew, orders);

	while (rc == 0 && slot_round(slot)) {
		rc = spawn_all(&crew, orders);
		if (rc == 0)
			rc = crew_drain(&crew);
		spawn_count(orders, slot);
	}
	return crew_verdict(orders, &crew, crew_join(&crew, rc));
}

static int spawn_cold(struct orders *orders, struct slot *slot)
{
	struct crew crew;
	int rc = 0;

	while (rc == 0 && slot_round(slot)) {
		rc = spawn_open(&crew, orders);
		if (rc == 0)
			rc = spawn_all(&crew, orders);
		rc = crew_verdict(orders, &crew, crew_join(&crew, rc));
		spawn_count(orders, slot);
	}
	return rc;
}

static int spawn_rounds(struct orders *orders)
{
	struct slot *slot = &orders->slots[0];

	slot->rc = orders->values[SPAWN_START] == COLD ? spawn_cold(orders, slot)
						       : spawn_warm(orders, slot);
	return slot_result(slot);
}

static size_t spawn_arena_bytes(const struct orders *orders)
{
	return sizeof(struct spawn_shared) + (size_t)orders->tasks * sizeof(uint64_t);
}

static int spawn_prepare(struct orders *orders)
{
	const size_t dirty_bytes = (size_t)orders->values[SPAWN_DIRTY];
	struct spawn_shared *shared = arena_take(orders->arena, spawn_arena_bytes(orders));

	if (shared == NULL)
		return -ENOMEM;
	orders->shared = shared;
	if (dirty_bytes == 0)
		return 0;
	void *dirty =
		mmap(NULL, dirty_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (dirty == MAP_FAILED)
		return -errno;
	shared->dirty = dirty;
	memset(dirty, 1, dirty_bytes);
	return 0;
}

static void spawn_finish(struct orders *orders)
{
	struct spawn_shared *shared = orders->shared;

	if (shared != NULL && shared->dirty != NULL)
		munmap(shared->dirty, (size_t)orders->values[SPAWN_DIRTY]);
	orders->shared = NULL;
}

const struct workload spawn_workload = {
	.name = "spawn",
	.summary = "create and end empty tasks",
	.kind = "primitive",
	.operation = "one task created and ended",
	.params = spawn_params,
	.concurrency = SPAWN_TASKS,
	.flags = WORKLOAD_MAIN | WORKLOAD_NO_LATENCY | WORKLOAD_FAULTS,
	.pool = POOL_CPUS,
	.arena_bytes = spawn_arena_bytes,
	.prepare = spawn_prepare,
	.finish = spawn_finish,
	.run = {[FAMILY_ASYNC] = spawn_rounds,
		[FAMILY_STACKLESS] = spawn_rounds,
		[FAMILY_THREADS] = spawn_rounds,
		[FAMILY_PROCESSES] = spawn_rounds},
};
