/*
 * lock: one operation is one critical section on a lock that all tasks share: work inside it, work
 * outside it, both given as iterations. The section counts in plain memory; at the end the count
 * must be the sum of what the tasks have passed, or the lock has let two in at once.
 *
 * On one event loop nobody is ever interrupted inside a section that does not wait, so the lock is
 * never contended there: the figure is the price of taking it, and says nothing about contention.
 */
#include "bench/lock/lock.h"

#include <errno.h>

#include "bench/draw.h"

enum { LOCK_TASKS, LOCK_OPERATIONS, LOCK_INSIDE, LOCK_OUTSIDE };
/* Of each task, in a line of its own: sections it has passed over its life, and counted so far. */
enum { PASSED, COUNTED, PASSED_WORDS = 16 };

static const struct param lock_params[] = {
	[LOCK_TASKS] = {"tasks", "tasks that want the lock", PARAM_COUNT, 1, 10000, 4, 4, NULL},
	[LOCK_OPERATIONS] = {"operations", "sections of each task per round", PARAM_COUNT, 1,
		10000000, 50, 1000, NULL},
	[LOCK_INSIDE] = {"inside", "iterations of work inside the section", PARAM_COUNT, 0,
		1000000000, 10, 50, NULL},
	[LOCK_OUTSIDE] = {"outside", "iterations of work between two sections", PARAM_COUNT, 0,
		1000000000, 10, 50, NULL},
	{0},
};

/* In the arena. What the lock protects is plain memory: a lock that lets two in loses a count. */
struct lock_shared {
	void *lock;       /* of the family's own */
	uint64_t *passed; /* [tasks][PASSED_WORDS] */
	volatile uint64_t sections __attribute__((aligned(128)));
};

struct lock_plan lock_plan(const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	struct lock_shared *shared = orders->shared;

	return (struct lock_plan){.shared = shared,
		.operations = (int)orders->values[LOCK_OPERATIONS],
		.inside = (uint64_t)orders->values[LOCK_INSIDE],
		.outside = (uint64_t)orders->values[LOCK_OUTSIDE],
		.seed = orders->seed,
		.task = (uint64_t)slot->index,
		.passed = &shared->passed[slot->index * PASSED_WORDS]};
}

void lock_count(struct slot *slot, const struct lock_plan *plan, uint64_t proof)
{
	const uint64_t operations = plan->passed[PASSED] - plan->passed[COUNTED];

	plan->passed[COUNTED] = plan->passed[PASSED];
	slot_count(slot, operations, 0, proof);
	slot_chunk(slot, operations, slot_begin(slot));
}

void *lock_memory(const struct orders *orders)
{
	return ((const struct lock_shared *)orders->shared)->lock;
}

static uint64_t lock_work(uint64_t value, uint64_t iterations)
{
	for (uint64_t i = 0; i < iterations; i++)
		value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9u + i;
	return value;
}

void lock_inside(const struct lock_plan *plan)
{
	const uint64_t sections = plan->shared->sections;

	/* Work that depends on what was read and decides what is written: it stays between the two.
	 */
	uint64_t worked = lock_work(sections, plan->inside);
	__asm__ volatile("" : "+r"(worked));
	plan->shared->sections = sections + 1;
	plan->passed[PASSED]++;
}

uint64_t lock_outside(const struct lock_plan *plan, int operation)
{
	return lock_work(draw(plan->seed, plan->task, (uint64_t)operation), plan->outside);
}

int lock_verified(struct orders *orders, int rc)
{
	const struct lock_shared *shared = orders->shared;
	uint64_t passed = 0;

	for (int i = 0; i < orders->tasks; i++)
		passed += shared->passed[i * PASSED_WORDS + PASSED];
	if (rc != 0 || passed == shared->sections)
		return rc;
	orders_verdict(orders, STATUS_INVALID, "%llu sections were passed and %llu counted",
		(unsigned long long)passed, (unsigned long long)shared->sections);
	return -EIO;
}

static size_t lock_arena_bytes(const struct orders *orders)
{
	return sizeof(struct lock_shared) + LOCK_ROOM +
	       (size_t)orders->tasks * PASSED_WORDS * sizeof(uint64_t) + 3 * 128;
}

static int lock_prepare(struct orders *orders)
{
	struct lock_shared *shared = arena_take(orders->arena, sizeof(*shared));

	if (shared == NULL)
		return -ENOMEM;
	shared->lock = arena_take(orders->arena, LOCK_ROOM);
	shared->passed =
		arena_take(orders->arena, (size_t)orders->tasks * PASSED_WORDS * sizeof(uint64_t));
	if (shared->lock == NULL || shared->passed == NULL)
		return -ENOMEM;
	orders->shared = shared;
	return 0;
}

static void lock_finish(struct orders *orders)
{
	orders->shared = NULL;
}

static int lock_sharers(const struct orders *orders)
{
	return orders->tasks;
}

const struct workload lock_workload = {
	.name = "lock",
	.summary = "critical sections on one lock; one event loop has no contention",
	.kind = "primitive",
	.operation = "one critical section",
	.params = lock_params,
	.concurrency = LOCK_TASKS,
	.flags = WORKLOAD_SHARE | WORKLOAD_NO_LATENCY,
	.pool = POOL_TASKS,
	.arena_bytes = lock_arena_bytes,
	.sharers = lock_sharers,
	.prepare = lock_prepare,
	.finish = lock_finish,
	.run = {[FAMILY_ASYNC] = lock_async,
		[FAMILY_THREADS] = lock_threads,
		[FAMILY_PROCESSES] = lock_processes},
	.why_not = {[FAMILY_STACKLESS] = "not written for state machines"},
};
