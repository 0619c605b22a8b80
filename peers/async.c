/*
 * models/async itself, on the same terms as its peers; what is asleep by the million is in
 * async_sleep.c.
 */
#include <errno.h>

#include "models/async/async.h"
#include "models/async/channel.h"
#include "models/async/executor.h"
#include "models/async/generator.h"
#include "models/async/loop.h"
#include "models/async/stack.h"
#include "models/async/switch.h"
#include "models/async/task.h"
#include "models/async/timeout.h"

#include "peers/peer.h"

static struct async_context here, there;

static void bounce(struct async_registers *from, struct async_registers *self)
{
	(void)from;
	(void)self;
	async_context_arrived(&there);
	for (;;)
		async_context_switch(&there, &here);
}

static void run_switches(long operations)
{
	for (long i = 0; i < operations; i += 2)
		async_context_switch(&here, &there);
}

static double measure_switch(long operations)
{
	static struct async_stack_pool pool;
	struct async_stack *stack;

	if (async_stack_pool_open(&pool, 0) != 0 || (stack = async_stack_take(&pool)) == NULL)
		exit(PEER_SKIP);
	async_context_make(&there, stack->low,
		(size_t)((char *)async_stack_top(stack, 64) - stack->low), bounce);
	return peer_time(run_switches, operations);
}

static struct generator *consumed;

static int echo(struct generator *self, void *arg)
{
	intptr_t value = (intptr_t)arg;
	int rc = 0;

	while (rc == 0)
		rc = generator_yield(self, value, &value);
	return rc;
}

static int deeper(struct generator *self, void *depth)
{
	if (depth == NULL)
		return echo(self, NULL);
	return generator_delegate_new(self, deeper, (void *)((intptr_t)depth - 1), NULL);
}

static void run_sends(long operations)
{
	intptr_t value;

	for (long i = 0; i < operations; i++)
		if (generator_send(consumed, i, &value) != 0 || value != i)
			abort();
}

static double measure_generator_depth(long operations, intptr_t depth)
{
	if (generator_create_primed(&consumed, deeper, (void *)depth) != 0)
		exit(PEER_SKIP);
	double cost = peer_time(run_sends, operations);
	generator_free(consumed);
	return cost;
}

static double measure_generator(long operations)
{
	return measure_generator_depth(operations, 0);
}

static double measure_generator_deep(long operations)
{
	return measure_generator_depth(operations, 10);
}

/* Runs fn(operations) as the main task of a loop with these options; cost is what it found. */
static double cost;

static double on_loop(task_fn *fn, long operations, struct async_options options)
{
	if (async_run_with(fn, &operations, &options) != 0)
		exit(PEER_SKIP);
	return cost;
}

enum { YIELDERS = 2 };

static long yields_left;

static int yielder(void *arg)
{
	(void)arg;
	while (yields_left-- > 0)
		async_yield();
	return 0;
}

static void run_yields(long operations)
{
	struct async_task *tasks[YIELDERS];

	yields_left = operations;
	for (int i = 0; i < YIELDERS; i++)
		tasks[i] = async_spawn(yielder, NULL);
	for (int i = 0; i < YIELDERS; i++)
		async_task_join(tasks[i]);
}

static int yield_main(void *arg)
{
	cost = peer_time(run_yields, *(long *)arg);
	return 0;
}

static double measure_yield(long operations)
{
	return on_loop(yield_main, operations, (struct async_options){0});
}

static int empty(void *arg)
{
	(void)arg;
	return 0;
}

static void run_spawns(long operations)
{
	for (long i = 0; i < operations; i++)
		async_task_join(async_spawn(empty, NULL));
}

static int spawn_main(void *arg)
{
	cost = peer_time(run_spawns, *(long *)arg);
	return 0;
}

static double measure_spawn(long operations)
{
	return on_loop(spawn_main, operations, (struct async_options){0});
}

/* One value from a giver to a taker through an unbuffered channel. */
static struct async_channel channel;
static long taken;

static int take(void *arg)
{
	int rc = 0;

	for (long left = *(long *)arg; left > 0 && rc == 0; left--) {
		intptr_t value;

		rc = async_channel_receive(&channel, &value);
		taken += value;
	}
	return rc;
}

static void run_hand_overs(long operations)
{
	struct async_task *taker = async_spawn(take, &operations);

	for (long i = 0; i < operations; i++)
		if (async_channel_send(&channel, i) != 0)
			abort();
	if (async_task_join(taker) != 0)
		abort();
}

static int channel_main(void *arg)
{
	cost = peer_time(run_hand_overs, *(long *)arg);
	return 0;
}

static double measure_channel(long operations)
{
	return on_loop(channel_main, operations, (struct async_options){0});
}

static int answer(void *arg)
{
	(void)arg;
	return 42;
}

static void run_jobs(long operations)
{
	for (long i = 0; i < operations; i++)
		if (async_run_in_executor(answer, NULL) != 42)
			abort();
}

static int executor_main(void *arg)
{
	cost = peer_time(run_jobs, *(long *)arg);
	return 0;
}

static int executor_cpu_main(void *arg)
{
	long operations = *(long *)arg;

	run_jobs(operations / 10 + 1);
	uint64_t start_ns = peer_now_ns(CLOCK_PROCESS_CPUTIME_ID);
	run_jobs(operations);
	cost = (double)(peer_now_ns(CLOCK_PROCESS_CPUTIME_ID) - start_ns) / (double)operations;
	return 0;
}

static double measure_executor(long operations)
{
	return on_loop(executor_main, operations, (struct async_options){.workers = 1});
}

static double measure_executor_cpu(long operations)
{
	return on_loop(executor_cpu_main, operations, (struct async_options){.workers = 1});
}

enum { LATENESS_SLEEP_NS = 1000000 };

static int lateness_main(void *arg)
{
	long operations = *(long *)arg;
	uint64_t *late_ns = calloc((size_t)operations, sizeof(*late_ns));
	int rc = late_ns == NULL ? -ENOMEM : 0;

	for (long i = 0; i < operations && rc == 0; i++) {
		uint64_t due_ns = peer_now_ns(CLOCK_MONOTONIC) + LATENESS_SLEEP_NS;

		rc = async_sleep_until(due_ns);
		late_ns[i] = peer_now_ns(CLOCK_MONOTONIC) - due_ns;
	}
	if (rc == 0)
		cost = peer_median(late_ns, operations);
	free(late_ns);
	return rc;
}

static double measure_lateness(long operations)
{
	return on_loop(lateness_main, operations, (struct async_options){0});
}

static double measure_lateness_uring(long operations)
{
	return on_loop(lateness_main, operations, (struct async_options){.poller = ASYNC_URING});
}

static const struct peer_row rows[] = {
	{"lateness", 500, measure_lateness},
	{"lateness-uring", 500, measure_lateness_uring},
	{"switch", 40000000, measure_switch},
	{"yield", 10000000, measure_yield},
	{"spawn", 2000000, measure_spawn},
	{"channel", 5000000, measure_channel},
	{"generator", 20000000, measure_generator},
	{"generator-deep", 20000000, measure_generator_deep},
	{"executor", 20000, measure_executor},
	{"executor-cpu", 20000, measure_executor_cpu},
	{NULL, 0, NULL},
};

int main(int argc, char **argv)
{
	return peer_main(argc, argv, rows);
}
