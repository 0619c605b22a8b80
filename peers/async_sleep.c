/*
 * models/async with very many asleep at once, each kind of task: memory of each, or CPU time of
 * each from its start to its end.
 */
#include <errno.h>

#include "models/async/async.h"
#include "models/async/loop.h"
#include "models/async/stackless.h"
#include "models/async/task.h"

#include "peers/peer.h"

/* Runs fn(operations) as the main task of a loop with these options; cost is what it found. */
static double cost;

static double on_loop(task_fn *fn, long operations, struct async_options options)
{
	if (async_run_with(fn, &operations, &options) != 0)
		exit(PEER_SKIP);
	return cost;
}

/* Many asleep at once until one deadline, each woken once; what is asked is known by `asked`. */
static struct {
	uint64_t deadline_ns;
	long count, asleep, late, woken;
	bool memory;
	size_t stack_bytes;
	long bytes_before;
	uint64_t cpu_before_ns;
} sleepers;

enum { SETTLE_MS = 4000 }; /* the most a machine may take to start them all */

static uint64_t settle_ns(void)
{
	const char *text = getenv("PEER_SETTLE_MS");

	return (uint64_t)(text != NULL ? atol(text) : SETTLE_MS) * 1000000u;
}

static int sleeper(void *arg)
{
	(void)arg;
	sleepers.late += peer_now_ns(CLOCK_MONOTONIC) >= sleepers.deadline_ns;
	sleepers.asleep++;
	int rc = async_sleep_until(sleepers.deadline_ns);
	sleepers.woken++;
	return rc;
}

static int stackless_sleeper(void *arg)
{
	struct stackless *self = stackless_self();

	(void)arg;
	STACKLESS_BEGIN(self);
	sleepers.late += peer_now_ns(CLOCK_MONOTONIC) >= sleepers.deadline_ns;
	sleepers.asleep++;
	STACKLESS_AWAIT(self, stackless_sleep_until(self, sleepers.deadline_ns));
	sleepers.woken++;
	STACKLESS_END;
	return self->rc;
}

static void begin_sleep(long count)
{
	sleepers.count = count;
	sleepers.bytes_before = peer_memory_bytes();
	sleepers.cpu_before_ns = peer_now_ns(CLOCK_PROCESS_CPUTIME_ID);
	sleepers.deadline_ns = peer_now_ns(CLOCK_MONOTONIC) + settle_ns();
}

/* Waits until all are asleep, then, if CPU time is asked for, until all have been woken. */
static int finish_sleep(void)
{
	while (sleepers.asleep < sleepers.count)
		async_yield();
	if (sleepers.memory) {
		cost = (double)(peer_memory_bytes() - sleepers.bytes_before) /
		       (double)sleepers.count;
		printf("%.6g\n", cost);
		exit(0); /* nobody needs to be woken */
	}
	int rc = async_sleep_until(sleepers.deadline_ns);
	while (sleepers.woken < sleepers.count)
		async_yield();
	cost = (double)(peer_now_ns(CLOCK_PROCESS_CPUTIME_ID) - sleepers.cpu_before_ns) /
	       (double)sleepers.count;
	if (sleepers.late > 0)
		fprintf(stderr, "async: not all were asleep at once\n");
	return sleepers.late > 0 ? -ETIME : rc;
}

static int sleep_main(void *arg)
{
	struct async_task_options options = {
		.name = "sleeper", .stack_bytes = sleepers.stack_bytes};

	begin_sleep(*(long *)arg);
	for (long i = 0; i < sleepers.count; i++) {
		struct async_task *task = async_spawn_with(sleeper, NULL, &options);

		if (task == NULL)
			return -ENOMEM;
		async_task_detach(task);
	}
	return finish_sleep();
}

static int stackless_main(void *arg)
{
	struct stackless_set set;

	begin_sleep(*(long *)arg);
	int rc = stackless_open(&set, NULL);
	for (long i = 0; i < sleepers.count && rc == 0; i++)
		rc = stackless_spawn(&set, stackless_sleeper, NULL, 0, NULL);
	if (rc == 0)
		rc = finish_sleep();
	return rc != 0 ? rc : stackless_close(&set);
}

enum { SMALL_STACK_BYTES = 1024 };

static double measure_sleep(long count)
{
	return on_loop(sleep_main, count, (struct async_options){0});
}

static double measure_sleep_small(long count)
{
	sleepers.stack_bytes = SMALL_STACK_BYTES;
	return measure_sleep(count);
}

static double measure_sleep_stackless(long count)
{
	return on_loop(stackless_main, count, (struct async_options){0});
}

static double measure_memory(long count)
{
	sleepers.memory = true;
	return measure_sleep(count);
}

static double measure_memory_small(long count)
{
	sleepers.memory = true;
	return measure_sleep_small(count);
}

static double measure_memory_stackless(long count)
{
	sleepers.memory = true;
	return measure_sleep_stackless(count);
}

static const struct peer_row rows[] = {
	{"sleep", 1000000, measure_sleep},
	{"sleep-small", 1000000, measure_sleep_small},
	{"sleep-stackless", 1000000, measure_sleep_stackless},
	{"sleep-memory", 1000000, measure_memory},
	{"sleep-memory-small", 1000000, measure_memory_small},
	{"sleep-memory-stackless", 1000000, measure_memory_stackless},
	{NULL, 0, NULL},
};

int main(int argc, char **argv)
{
	return peer_main(argc, argv, rows);
}
