/*
 * One's own benchmark in C: cases in a table, and concbench around them.
 *
 *	static uint64_t push_pop(struct concbench_task *task)
 *	{
 *		struct ring *ring = task->data;
 *		uint64_t sum = 0;
 *		for (uint64_t i = 0; i < task->operations; i++) {
 *			ring_push(ring, i);
 *			sum += ring_pop(ring);
 *		}
 *		return sum;
 *	}
 *
 *	static const struct concbench_case cases[] = {
 *		{.name = "push-pop", .operation = "one item through the ring", .setup = ring_open,
 *			.run = push_pop},
 *		{0},
 *	};
 *
 *	int main(int argc, char **argv)
 *	{
 *		return concbench_main(argc, argv, cases);
 *	}
 *
 * The loop is the case's own, so that nothing of the harness is timed. The program has the whole
 * command line: `run` prints tables, `compare ./yesterdays` gives a verdict, `exec CASE/MODEL` is
 *one invocation. Beside the cases stands one called nothing, which shows what the harness itself
 *adds.
 *
 * Build: cc mine.c $(pkg-config --cflags --libs concbench)
 */
#ifndef CONCBENCH_H
#define CONCBENCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CONCBENCH_CASES_MAX = 60 };

/* What a function of a case is given, and what it may report beside its result. */
struct concbench_task {
	uint64_t operations; /* to be done, exactly */
	int index, tasks;    /* which task of how many, 0-based */
	uint64_t seed;       /* of the run: the same for every model */
	void *data;          /* what setup returned */
	uint64_t bytes;      /* to be set: bytes worked on in these operations; 0 on entry */
};

/*
 * Does task->operations operations.
 *   Returns  the checksum: the proof of the work, the same in every round and in every model (0 if
 *            there is none). Sums over tasks are compared modulo 2^64.
 *   Threads  run: alone. threads, processes: all tasks of a round at the same time. async: on one
 *            thread, as coroutines of concasync.
 */
typedef uint64_t concbench_fn(struct concbench_task *task);

struct concbench_case {
	const char *name;    /* letters, digits, '-' and '.', below 40; NULL ends the table */
	const char *summary; /* one line; NULL: the operation's */
	const char *
		operation; /* what is counted, "one item through the ring"; NULL: "one operation" */
	uint64_t operations; /* of a task in a round; 0 = 10 000. As many as take above 10 us */
	int tasks;           /* 0 = 1 */
	/*
	 * Untimed, before the tasks exist; NULL: none. What it returns is shared by all tasks; for
	 * processes it must be in shared memory if they write to it. NULL from it is a failure.
	 */
	void *(*setup)(uint64_t seed, int tasks);
	void (*teardown)(void *data); /* NULL: none */
	/* The work, by model; NULL where there is none. run is the model sequential. */
	concbench_fn *run, *async, *threads, *processes;
};

/*
 * The main of a program of benchmarks.
 *   cases    ended by a NULL name; must stay
 *   Returns  the exit status of concbench: 0 fine, 1 the answer is no, 2 wrong use (also a wrong
 *            table of cases, told by name), 3 no verdict, 4 could not measure.
 *   Threads  once, from main, before any thread is started.
 */
int concbench_main(int argc, char **argv, const struct concbench_case *cases);

#ifdef __cplusplus
}
#endif

#endif
