/*
 * sort: one operation is one element of a sort of 64-bit numbers. Each task sorts its part; of two
 * neighbours the second to be done merges both, and so on up, so nobody waits for a merge. Half of
 *the tasks are idle from the first merge on, and the last merge is one task's alone: that is the
 *workload, and why N CPUs do not make it N times as fast.
 *
 *	share   the parts are sorted where they lie, in memory all tasks see
 *	copy    each task copies its part into memory of its own, sorts it there and copies it back
 *
 * The checksum weighs each element by its place, and counts only if the order is right.
 */
#include "bench/sort/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/draw.h"

enum { SORT_TASKS, SORT_ELEMENTS, SORT_DATA };
enum data { SHARE, COPY };
enum { SORT_RUN = 16 };

static const char *const data_names[] = {[SHARE] = "share", [COPY] = "copy", NULL};

static const struct param sort_params[] = {
	[SORT_TASKS] = {"tasks", "tasks that sort: a power of two", PARAM_COUNT, 1, 1024, 4, 4,
		NULL},
	[SORT_ELEMENTS] = {"elements", "numbers to sort", PARAM_COUNT, 1024, 1 << 30, 4096, 1 << 18,
		NULL},
	[SORT_DATA] = {"data", "where the parts are sorted", PARAM_CHOICE, SHARE, COPY, SHARE,
		SHARE, data_names},
	{0},
};

/* In the arena. */
struct sort_shared {
	void *gates;               /* of the family's own */
	const uint64_t *given;     /* the unsorted data */
	uint64_t *data[2];         /* levels of the merge write to one and the other in turn */
	_Atomic uint32_t *arrived; /* [2 * tasks] halves of each merge that are there */
	uint64_t *rounds;          /* [tasks] rounds each task has begun */
	uint64_t *private_data; /* [2 * elements] of the SUT's first process; children inherit it */
	_Atomic uint64_t free_pass; /* task + 1 that may begin the next round without a permit */
};

/* Where the part of a task begins; of the task after the last: where all ends. */
static size_t part_begin(const struct sort_plan *plan, size_t task)
{
	return plan->elements * task / plan->tasks;
}

static void merge(uint64_t *to, const uint64_t *left, size_t left_count, const uint64_t *right,
	size_t right_count)
{
	const uint64_t *left_end = left + left_count, *right_end = right + right_count;

	while (left < left_end && right < right_end)
		*to++ = *right < *left ? *right++ : *left++;
	memcpy(to, left, (size_t)(left_end - left) * sizeof(*left));
	memcpy(to + (left_end - left), right, (size_t)(right_end - right) * sizeof(*right));
}

static void sort_runs(uint64_t *data, size_t count)
{
	for (size_t from = 0; from < count; from += SORT_RUN) {
		size_t end = from + SORT_RUN < count ? from + SORT_RUN : count;
		for (size_t i = from + 1; i < end; i++) {
			uint64_t element = data[i];
			size_t k = i;
			for (; k > from && data[k - 1] > element; k--)
				data[k] = data[k - 1];
			data[k] = element;
		}
	}
}

/* Bottom-up merge sort: no memory to be had, no bad case. The result is in data. */
static void sort_up(uint64_t *data, uint64_t *scratch, size_t count)
{
	uint64_t *from = data, *to = scratch;

	sort_runs(data, count);
	for (size_t width = SORT_RUN; width < count; width *= 2) {
		for (size_t at = 0; at < count; at += 2 * width) {
			size_t left = width < count - at ? width : count - at;
			size_t right = width < count - at - left ? width : count - at - left;
			merge(to + at, from + at, left, from + at + left, right);
		}
		uint64_t *swap = from;
		from = to;
		to = swap;
	}
	if (from != data)
		memcpy(data, from, count * sizeof(*data));
}

struct sort_plan sort_plan(const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	struct sort_plan plan = {.orders = orders,
		.shared = orders->shared,
		.tasks = (size_t)orders->tasks,
		.task = (size_t)slot->index,
		.elements = (size_t)orders->values[SORT_ELEMENTS],
		.copies = orders->values[SORT_DATA] == COPY};

	plan.gates = plan.shared->gates;
	if (plan.copies)
		plan.private_data = plan.shared->private_data + 2 * part_begin(&plan, plan.task);
	return plan;
}

int sort_next_gate(const struct sort_plan *plan)
{
	return (int)(plan->shared->rounds[plan->task] % 2);
}

int sort_begin(const struct sort_plan *plan)
{
	const int gate = sort_next_gate(plan);
	uint64_t pass = plan->task + 1;

	if (plan->shared->rounds[plan->task]++ == 0 ||
		atomic_compare_exchange_strong(&plan->shared->free_pass, &pass, 0))
		return -1;
	return gate;
}

void sort_part(const struct sort_plan *plan)
{
	const size_t from = part_begin(plan, plan->task);
	const size_t count = part_begin(plan, plan->task + 1) - from;
	uint64_t *part = plan->shared->data[0] + from;

	if (plan->copies) {
		memcpy(plan->private_data, plan->shared->given + from, count * sizeof(*part));
		sort_up(plan->private_data, plan->private_data + count, count);
		memcpy(part, plan->private_data, count * sizeof(*part));
	} else {
		memcpy(part, plan->shared->given + from, count * sizeof(*part));
		sort_up(part, plan->shared->data[1] + from, count);
	}
}

static uint64_t sort_checksum(const uint64_t *data, size_t count)
{
	uint64_t checksum = 0, disorder = 0;

	for (size_t i = 0; i < count; i++) {
		checksum += data[i] * (2 * i + 1);
		disorder += i > 0 && data[i - 1] > data[i];
	}
	return disorder == 0 ? checksum : 0;
}

/* Returns  whether the task made the last merge; *from is the array with the result. */
static bool sort_ascend(const struct sort_plan *plan, size_t *from)
{
	struct sort_shared *shared = plan->shared;
	size_t first = plan->task;

	*from = 0;
	for (size_t width = 1; width < plan->tasks; width *= 2, *from = !*from) {
		first -= first % (2 * width);
		/* Merges are numbered as in a heap: 1 is the last one, its halves 2 and 3. */
		_Atomic uint32_t *arrived = &shared->arrived[(plan->tasks + first) / (2 * width)];
		if (atomic_fetch_add(arrived, 1) == 0)
			return false;
		atomic_store(arrived, 0);
		const size_t begin = part_begin(plan, first);
		const size_t middle = part_begin(plan, first + width);
		const size_t end = part_begin(plan, first + 2 * width);
		merge(shared->data[!*from] + begin, shared->data[*from] + begin, middle - begin,
			shared->data[*from] + middle, end - middle);
	}
	return true;
}

uint64_t sort_merge(struct slot *slot, const struct sort_plan *plan)
{
	const size_t part = part_begin(plan, plan->task + 1) - part_begin(plan, plan->task);
	size_t from;
	const bool last = sort_ascend(plan, &from);

	slot_count(slot, part, part * sizeof(uint64_t),
		last ? sort_checksum(plan->shared->data[from], plan->elements) : 0);
	slot_chunk(slot, part, slot_begin(slot));
	if (!last)
		return 0;
	atomic_store(&plan->shared->free_pass, plan->task + 1);
	return plan->tasks - 1;
}

void *sort_gates(const struct orders *orders)
{
	return ((const struct sort_shared *)orders->shared)->gates;
}

static size_t sort_data_bytes(const struct orders *orders)
{
	return (size_t)orders->values[SORT_ELEMENTS] * sizeof(uint64_t);
}

static size_t sort_arena_bytes(const struct orders *orders)
{
	return sizeof(struct sort_shared) + 3 * sort_data_bytes(orders) + SORT_GATES_ROOM +
	       (size_t)orders->tasks * (sizeof(uint64_t) + 2 * sizeof(uint32_t)) + 7 * 128;
}

static int sort_prepare(struct orders *orders)
{
	const size_t tasks = (size_t)orders->tasks;
	const size_t bytes = sort_data_bytes(orders);
	struct sort_shared *shared = arena_take(orders->arena, sizeof(*shared));

	if (shared == NULL)
		return -ENOMEM;
	uint64_t *given = arena_take(orders->arena, bytes);
	shared->given = given;
	shared->data[0] = arena_take(orders->arena, bytes);
	shared->data[1] = arena_take(orders->arena, bytes);
	shared->gates = arena_take(orders->arena, SORT_GATES_ROOM);
	shared->arrived = arena_take(orders->arena, 2 * tasks * sizeof(uint32_t));
	shared->rounds = arena_take(orders->arena, tasks * sizeof(uint64_t));
	if (shared->rounds == NULL || given == NULL)
		return -ENOMEM;
	orders->shared = shared;
	if ((tasks & (tasks - 1)) != 0) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "%zu tasks are no power of two", tasks);
		return -EINVAL;
	}
	for (size_t i = 0; i < bytes / sizeof(uint64_t); i++)
		given[i] = draw(orders->seed, 0, i);
	if (orders->values[SORT_DATA] != COPY)
		return 0;
	shared->private_data = malloc(2 * bytes);
	if (shared->private_data == NULL)
		return -ENOMEM;
	memset(shared->private_data, 1, 2 * bytes);
	return 0;
}

static void sort_finish(struct orders *orders)
{
	struct sort_shared *shared = orders->shared;

	if (shared != NULL)
		free(shared->private_data);
	orders->shared = NULL;
}

const struct workload sort_workload = {
	.name = "sort",
	.summary = "a parallel merge sort of shared data",
	.kind = "CPU",
	.operation = "one element sorted",
	.params = sort_params,
	.concurrency = SORT_TASKS,
	.flags = WORKLOAD_SHARE | WORKLOAD_NO_LATENCY | WORKLOAD_FAULTS,
	.pool = POOL_CPUS,
	.arena_bytes = sort_arena_bytes,
	.prepare = sort_prepare,
	.finish = sort_finish,
	.run = {[FAMILY_ASYNC] = sort_async,
		[FAMILY_THREADS] = sort_threads,
		[FAMILY_PROCESSES] = sort_processes},
	.why_not = {[FAMILY_STACKLESS] = "computes without waiting: a frame changes nothing"},
};
