/*
 * Random programs of spawn, await, cancel, timeout, queue, lock, semaphore, channel, select and
 * event, drawn from a seed, with a model beside them of what must hold: every item is put and got
 * at most once and none is lost, locks exclude, permits come back, every clean-up runs once, and
 * when all is shut down nobody is left waiting.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_RANDOM_PROGRAM_H
#define CONCBENCH_TESTS_MODELS_ASYNC_RANDOM_PROGRAM_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/models/async/in_loop.h"

enum { WORKERS = 8, STEPS = 12, ITEMS = 4096, PERMITS = 2 };

enum item_state { ITEM_UNUSED, ITEM_OFFERED, ITEM_PUT, ITEM_GOT };

struct world {
	uint64_t seed;
	struct async_queue queue;
	struct async_channel channel;
	struct async_lock lock;
	struct async_semaphore semaphore;
	struct async_event event;
	struct async_task *workers[WORKERS];
	unsigned char items[ITEMS];
	int item, inside, admitted, deferred, cleaned, in_queue, wrong;
};

static inline uint64_t draw(struct world *world, uint64_t n)
{
	world->seed = world->seed * 6364136223846793005u + 1442695040888963407u;
	return (world->seed >> 33) % n;
}

#define expect(world, what)                                                                \
	do                                                                                 \
		if (!(what)) {                                                             \
			(world)->wrong = __LINE__;                                         \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
		}                                                                          \
	while (0)

/* An item is offered, then passed or not: between the two a getter may already have it. */
static inline int offer(struct world *world)
{
	int item = world->item++ % ITEMS;
	world->items[item] = ITEM_OFFERED;
	return item;
}

static inline void passed(struct world *world, int item, int rc)
{
	if (rc == 0)
		expect(world, world->items[item] == ITEM_OFFERED || world->items[item] == ITEM_GOT);
	else
		expect(world, world->items[item] == ITEM_OFFERED);
	if (rc == 0 && world->items[item] == ITEM_OFFERED)
		world->items[item] = ITEM_PUT;
	else if (rc != 0)
		world->items[item] = ITEM_UNUSED;
}

static inline void got(struct world *world, intptr_t item)
{
	expect(world, item >= 0 && item < ITEMS);
	expect(world, world->items[item] == ITEM_PUT || world->items[item] == ITEM_OFFERED);
	world->items[item] = ITEM_GOT;
}

static inline int step_lock(struct world *world)
{
	int rc = async_lock_acquire(&world->lock);
	if (rc != 0)
		return rc;
	expect(world, ++world->inside == 1);
	rc = draw(world, 2) == 0 ? async_sleep(draw(world, 20000)) : async_sleep(0);
	expect(world, --world->inside == 0);
	expect(world, async_lock_release(&world->lock) == 0);
	return rc;
}

static inline int step_semaphore(struct world *world)
{
	int rc = async_semaphore_acquire(&world->semaphore);
	if (rc != 0)
		return rc;
	expect(world, ++world->admitted <= PERMITS);
	rc = async_sleep(0);
	world->admitted--;
	expect(world, async_semaphore_release(&world->semaphore) == 0);
	return rc;
}

static inline int step_select(struct world *world)
{
	int item = offer(world);
	struct async_case cases[2] = {
		{.kind = ASYNC_SEND, .channel = &world->channel, .value = item},
		{.kind = ASYNC_RECEIVE, .channel = &world->channel}};
	int chosen = async_select(cases, 2, draw(world, 3) == 0 ? 0 : draw(world, 30000));
	passed(world, item, chosen == 0 ? cases[0].rc : -EAGAIN);
	if (chosen == 1 && cases[1].rc == 0)
		got(world, cases[1].value);
	return chosen < 0 && chosen != -EAGAIN && chosen != -ETIMEDOUT ? chosen : 0;
}

static inline int step_item(struct world *world, uint64_t kind)
{
	intptr_t taken;
	int rc, item;

	switch (kind) {
	case 0:
		item = offer(world);
		rc = async_queue_put(&world->queue, item);
		passed(world, item, rc);
		return rc;
	case 1:
		rc = async_queue_get(&world->queue, &taken);
		break;
	case 2:
		item = offer(world);
		rc = async_channel_send(&world->channel, item);
		passed(world, item, rc);
		return rc;
	default:
		rc = async_channel_receive(&world->channel, &taken);
		break;
	}
	if (rc == 0)
		got(world, taken);
	return rc;
}

static inline void count_clean_up(void *arg)
{
	((struct world *)arg)->cleaned++;
}

static inline int child(void *arg)
{
	struct world *world = arg;
	world->deferred++;
	if (async_defer(count_clean_up, world) != 0)
		world->deferred--;
	int rc = step_item(world, draw(world, 4));
	return rc != 0 ? rc : async_sleep(0);
}

static inline int step_child(struct world *world)
{
	struct async_task *task = async_spawn(child, world);
	if (task == NULL)
		return -ENOMEM;
	if (draw(world, 3) == 0)
		async_task_cancel(task);
	if (draw(world, 4) == 0) {
		async_task_detach(task);
		return 0;
	}
	return async_task_join(task);
}

static inline int nothing_blocking(void *arg)
{
	(void)arg;
	return 0;
}

static int step(struct world *world, int depth);

static inline int step_in_scope(struct world *world, int depth)
{
	struct async_timeout limit;
	int rc = async_timeout_begin(&limit, draw(world, 30000));
	if (rc != 0)
		return rc;
	rc = step(world, depth + 1);
	if (async_timeout_end(&limit) && rc == -ETIMEDOUT)
		rc = 0;
	return rc;
}

static int step(struct world *world, int depth)
{
	uint64_t kind = draw(world, 200);

	if (kind == 0)
		return async_run_in_executor(nothing_blocking, NULL);
	switch (kind % 13) {
	case 0:
		async_yield();
		return 0;
	case 1:
		return async_sleep(draw(world, 20000));
	case 2:
	case 3:
		return step_item(world, draw(world, 4));
	case 4:
		return step_lock(world);
	case 5:
		return step_semaphore(world);
	case 6:
	case 7:
		return step_select(world);
	case 8:
		return step_child(world);
	case 9:
		return depth < 3 ? step_in_scope(world, depth) : 0;
	case 10:
		return draw(world, 4) == 0 ? async_event_wait(&world->event) : 0;
	default: {
		struct async_task *other = world->workers[draw(world, WORKERS)];
		if (draw(world, 4) == 0)
			async_task_cancel(other);
		return 0;
	}
	}
}

static int worker(void *arg)
{
	struct world *world = arg;
	int rc = 0;

	world->deferred++;
	if (async_defer(count_clean_up, world) != 0)
		world->deferred--;
	for (int i = 0; i < STEPS; i++) {
		rc = step(world, 0);
		if (rc == -ECANCELED && draw(world, 2) == 0)
			return rc; /* the other half handle it and go on */
	}
	return rc;
}

static inline void check_end(struct world *world)
{
	intptr_t item;

	while (async_queue_get_nowait(&world->queue, &item) == 0)
		got(world, item);
	for (int i = 0; i < ITEMS; i++)
		expect(world, world->items[i] == ITEM_UNUSED || world->items[i] == ITEM_GOT);
	expect(world, world->channel.count == 0 || world->channel.room > 0);
	expect(world, world->lock.owner == NULL && world->lock.line.first == NULL);
	expect(world, world->semaphore.permits == PERMITS && world->semaphore.line.first == NULL);
	expect(world, world->queue.getters.first == NULL && world->queue.putters.first == NULL);
	expect(world,
		world->channel.senders.first == NULL && world->channel.receivers.first == NULL);
	expect(world, world->deferred == world->cleaned);
	expect(world, async_loop_current()->alive_count == 1);
	expect(world, async_loop_current()->timers.count <= 1); /* the limit's own */
}

static int program(void *arg)
{
	struct world *world = arg;
	struct async_timeout limit;
	intptr_t value;

	must(async_queue_open(&world->queue, draw(world, 4), (enum async_queue_order)draw(world, 3),
		     NULL) == 0);
	must(async_channel_open(&world->channel, draw(world, 3)) == 0);
	world->semaphore.permits = PERMITS;
	for (int i = 0; i < WORKERS; i++)
		must((world->workers[i] = async_spawn(worker, world)) != NULL);
	must(async_sleep(draw(world, 100000)) == 0);
	must(async_timeout_begin(&limit, 30000000000u) ==
		0); /* a hang becomes an error with a seed */
	async_queue_shutdown(&world->queue, false);
	async_event_set(&world->event);
	async_channel_close(&world->channel);
	while (async_channel_receive(&world->channel, &value) == 0)
		got(world, value);
	for (int i = 0; i < WORKERS; i++) {
		int64_t rc = async_await(&world->workers[i]->future);
		expect(world, rc <= 0 && !limit.expired);
	}
	for (int i = 0; i < 1000 && async_loop_current()->alive_count > 1; i++)
		must(async_sleep(100000) == 0); /* detached children */
	check_end(world);
	for (int i = 0; i < WORKERS; i++)
		async_task_detach(world->workers[i]);
	async_timeout_end(&limit);
	async_queue_close(&world->queue);
	async_channel_free(&world->channel);
	return world->wrong != 0 ? -EPROTO : 0;
}

/* Runs n programs from that seed on. Returns  the seed of the first that went wrong, or 0. */
static inline uint64_t run_programs(uint64_t seed, int n, enum async_poller_kind poller)
{
	static struct world world;
	struct async_options options = {.poller = poller};

	for (int i = 0; i < n; i++, seed++) {
		world = (struct world){.seed = seed};
		int rc = async_run_with(program, &world, &options);
		if (rc == -ENOSYS)
			return 0;
		if (rc != 0) {
			fprintf(stderr, "random program with seed %llu: %d\n",
				(unsigned long long)seed, rc);
			return seed;
		}
	}
	return 0;
}

#endif
