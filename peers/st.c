/*
 * State Threads: yield, spawn + join, hand-over.
 *
 * The library has no yield call. Its cheapest way to let the next runnable thread go on and come
 * back after it is to signal the condition one waits on and wait: one pass through the run queue
 * and one switch, which is what our yield does.
 */
#include <st.h>

#include "peers/peer.h"

enum { YIELDERS = 2, STACK_BYTES = 64 * 1024 };

static st_cond_t turn;
static long yields_left;

static void *yielder(void *arg)
{
	(void)arg;
	while (yields_left-- > 0) {
		st_cond_signal(turn);
		st_cond_wait(turn);
	}
	st_cond_broadcast(turn);
	return NULL;
}

static void run_yields(long operations)
{
	st_thread_t threads[YIELDERS];

	yields_left = operations;
	for (int i = 0; i < YIELDERS; i++)
		threads[i] = st_thread_create(yielder, NULL, 1, STACK_BYTES);
	for (int i = 0; i < YIELDERS; i++)
		st_thread_join(threads[i], NULL);
}

static double measure_yield(long operations)
{
	turn = st_cond_new();
	return peer_time(run_yields, operations);
}

static void *empty(void *arg)
{
	return arg;
}

static void run_spawns(long operations)
{
	for (long i = 0; i < operations; i++)
		st_thread_join(st_thread_create(empty, NULL, 1, STACK_BYTES), NULL);
}

static double measure_spawn(long operations)
{
	return peer_time(run_spawns, operations);
}

/* One value from a giver to a taker, then an empty slot back: one hand-over per value. */
static st_cond_t filled, emptied;
static long slot, taken;
static int full;

static void *take(void *arg)
{
	for (long left = (long)arg; left > 0; left--) {
		while (!full)
			st_cond_wait(filled);
		taken += slot;
		full = 0;
		st_cond_signal(emptied);
	}
	return NULL;
}

static void run_hand_overs(long operations)
{
	st_thread_t taker = st_thread_create(take, (void *)operations, 1, STACK_BYTES);

	for (long i = 0; i < operations; i++) {
		while (full)
			st_cond_wait(emptied);
		slot = i;
		full = 1;
		st_cond_signal(filled);
	}
	st_thread_join(taker, NULL);
}

static double measure_hand_over(long operations)
{
	filled = st_cond_new();
	emptied = st_cond_new();
	return peer_time(run_hand_overs, operations);
}

static const struct peer_row rows[] = {
	{"yield", 10000000, measure_yield},
	{"spawn", 2000000, measure_spawn},
	{"channel", 5000000, measure_hand_over},
	{NULL, 0, NULL},
};

int main(int argc, char **argv)
{
	if (st_init() != 0) {
		fprintf(stderr, "st: st_init failed\n");
		return PEER_SKIP;
	}
	return peer_main(argc, argv, rows);
}
