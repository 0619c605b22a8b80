/*
 * S3: the same program in four generations. Two fetches of 2 and 1 seconds at the same time:
 *
 *	1  generators that delegate, on a scheduler of one's own, which polls
 *	2  generators marked as coroutines: they yield the time they wait for, and the loop sleeps
 *	3  the early event loop: tasks drive generators, which yield the futures they wait for
 *	4  async and await: tasks with stacks of their own, which just wait
 */
#include <errno.h>

#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"
#include "models/async/generator.h"
#include "models/async/loop.h"
#include "models/async/task.h"
#include "models/async/timeout.h"

enum { FETCHES = 2 };

struct fetch {
	struct timeline *timeline;
	const char *name;
	int seconds;
	generator_fn *wait; /* how this generation of generators waits */
};

static int fetch_generator(struct generator *self, void *arg)
{
	struct fetch *mine = arg;

	timeline_say(mine->timeline, "%s starts", mine->name);
	int rc = generator_delegate_new(self, mine->wait, mine, NULL);
	if (rc == 0)
		timeline_say(mine->timeline, "%s finishes", mine->name);
	return rc;
}

static int make(struct generator **generators, struct fetch *fetches, generator_fn *wait)
{
	int rc = 0;

	for (int i = 0; i < FETCHES && rc == 0; i++) {
		fetches[i].wait = wait;
		rc = generator_create(&generators[i], fetch_generator, &fetches[i]);
	}
	return rc;
}

static void unmake(struct generator **generators)
{
	for (int i = 0; i < FETCHES; i++)
		generator_free(generators[i]);
}

static uint64_t end_ns(const struct fetch *fetch)
{
	return timeline_at(fetch->timeline, fetch->seconds);
}

/* 1: asks the clock again and again. */
static int wait_polling(struct generator *self, void *arg)
{
	const struct fetch *mine = arg;
	uint64_t until_ns = end_ns(mine);
	int rc = 0;

	while (rc == 0 && timeline_poll(mine->timeline) < until_ns)
		rc = generator_yield(self, GENERATOR_NOTHING, NULL);
	return rc;
}

static int by_own_scheduler(struct fetch *fetches)
{
	struct generator *generators[FETCHES] = {NULL};
	int rc = make(generators, fetches, wait_polling);

	for (int alive = rc == 0 ? FETCHES : 0; alive > 0;)
		for (int i = 0; i < FETCHES; i++) {
			intptr_t value;

			if (generator_state(generators[i]) != GENERATOR_CLOSED &&
				generator_next(generators[i], &value) != GENERATOR_YIELDED)
				alive--;
		}
	unmake(generators);
	return rc;
}

/* 2: says until when, once. */
static int wait_marked(struct generator *self, void *arg)
{
	return generator_yield(self, (intptr_t)end_ns(arg), NULL);
}

static void sleep_until(uint64_t deadline_ns)
{
	struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000),
		.tv_nsec = (long)(deadline_ns % 1000000000)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR)
		;
}

static int by_marked_generators(struct fetch *fetches)
{
	struct generator *generators[FETCHES] = {NULL};
	intptr_t due_ns[FETCHES] = {0};
	int rc = make(generators, fetches, wait_marked);

	for (int alive = rc == 0 ? FETCHES : 0; alive > 0;) {
		int next = 0;

		for (int i = 1; i < FETCHES; i++)
			if (due_ns[i] < due_ns[next])
				next = i;
		sleep_until((uint64_t)due_ns[next]);
		if (generator_next(generators[next], &due_ns[next]) != GENERATOR_YIELDED) {
			due_ns[next] = INTPTR_MAX;
			alive--;
		}
	}
	unmake(generators);
	return rc;
}

static int sleeper(void *arg)
{
	return async_sleep_until(end_ns(arg));
}

/* 3: says for which future. */
static int wait_future(struct generator *self, void *arg)
{
	struct async_task *timer = async_spawn(sleeper, arg);

	if (timer == NULL)
		return -errno;
	int rc = generator_yield(self, (intptr_t)&timer->future, NULL);
	async_task_detach(timer);
	return rc;
}

/* What a Task was then: drives a generator by awaiting the futures it yields. */
static int drive(void *arg)
{
	struct generator *generator = arg;
	intptr_t future;
	int rc;

	while ((rc = generator_next(generator, &future)) == GENERATOR_YIELDED)
		(void)async_await((struct async_future *)future);
	return rc < 0 ? rc : 0;
}

static int spawn_and_await(task_fn *fn, void *const *args)
{
	struct async_task *tasks[FETCHES];
	int rc = 0;

	for (int i = 0; i < FETCHES; i++)
		tasks[i] = async_spawn(fn, args[i]);
	for (int i = 0; i < FETCHES; i++)
		if (tasks[i] != NULL)
			rc = async_task_join(tasks[i]);
		else
			rc = -ENOMEM;
	return rc;
}

static int by_early_loop(void *arg)
{
	struct generator *generators[FETCHES] = {NULL};
	int rc = make(generators, arg, wait_future);

	if (rc == 0)
		rc = spawn_and_await(drive, (void *const *)generators);
	unmake(generators);
	return rc;
}

/* 4: just waits. */
static int fetch_task(void *arg)
{
	const struct fetch *mine = arg;

	timeline_say(mine->timeline, "%s starts", mine->name);
	int rc = async_sleep_until(end_ns(mine));
	if (rc == 0)
		timeline_say(mine->timeline, "%s finishes", mine->name);
	return rc;
}

static int by_async_and_await(void *arg)
{
	struct fetch *fetches = arg;

	return spawn_and_await(fetch_task, (void *const[]){&fetches[0], &fetches[1]});
}

int example_generations(FILE *out)
{
	struct timeline timeline;
	struct fetch fetches[FETCHES] = {{&timeline, "A", 2, NULL}, {&timeline, "B", 1, NULL}};
	int rc = 0;

	for (int generation = 1; generation <= 4 && rc == 0; generation++) {
		fprintf(out, "generation %d\n", generation);
		timeline_begin(&timeline, out);
		if (generation == 1)
			rc = by_own_scheduler(fetches);
		else if (generation == 2)
			rc = by_marked_generators(fetches);
		else
			rc = async_run(
				generation == 3 ? by_early_loop : by_async_and_await, fetches);
	}
	return rc;
}
