/*
 * The recorder: what a latency sample costs, and whether two tasks that count slow each other down.
 */
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/slot.h"
#include "harness/selftest/recorder.h"

void check_overhead(struct line *line, const struct subjects *subjects, int variant)
{
	const double most = 1.3;
	struct overhead found;

	(void)variant;
	line_expected(line, "1.00 x two bare clock_gettime calls");
	line_tolerance(line, "<= %.2f", most);
	if (subjects->overhead(&found) != 0) {
		line_measured(line, "out of memory");
		line_judge(line, false);
		return;
	}
	line_measured(line, "%.3f [%.3f, %.3f] (%.1f ns, %d pairs)", found.ratio, found.low,
		found.high, found.sample_ns, found.pairs);
	line_judge(line, found.ratio <= most);
}

enum { COUNTS = 2 * 1000 * 1000, WRITERS = 2, APART_BYTES = 8192 };

struct writer {
	volatile uint64_t *operations;
	pthread_barrier_t *barrier;
	int cpu; /* index among those allowed */
	uint64_t ns;
};

/* Moves the calling thread to the index-th CPU it may use; there may be fewer. */
static void pin(int index)
{
	cpu_set_t allowed, one;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || index-- > 0)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		return;
	}
}

static void *write_counts(void *arg)
{
	struct writer *writer = arg;

	pin(writer->cpu);
	pthread_barrier_wait(writer->barrier);
	uint64_t start_ns = clock_now_ns();
	for (int i = 0; i < COUNTS; i++)
		*writer->operations = *writer->operations + 1;
	writer->ns = clock_now_ns() - start_ns;
	return NULL;
}

double recorder_two_writers_ns(size_t stride_bytes)
{
	char *memory = aligned_alloc(APART_BYTES, 2 * APART_BYTES);
	pthread_barrier_t barrier;
	cpu_set_t before;
	pthread_t thread;

	if (memory == NULL)
		return -1;
	memset(memory, 0, 2 * APART_BYTES);
	pthread_barrier_init(&barrier, NULL, WRITERS);
	void *first = memory + offsetof(struct slot, operations);
	void *second = memory + offsetof(struct slot, operations) + stride_bytes;
	struct writer here = {first, &barrier, 0, 0};
	struct writer there = {second, &barrier, 1, 0};
	int rc = pthread_create(&thread, NULL, write_counts, &there);
	if (rc == 0) {
		sched_getaffinity(0, sizeof(before), &before);
		write_counts(&here);
		sched_setaffinity(0, sizeof(before), &before);
		pthread_join(thread, NULL);
	}
	pthread_barrier_destroy(&barrier);
	free(memory);
	return rc == 0 ? (double)(here.ns + there.ns) / (WRITERS * (double)COUNTS) : -1;
}

/* Neighbouring slots against slots on pages of their own, in pairs; the best pair has least noise.
 */
void check_false_sharing(struct line *line, const struct subjects *subjects, int variant)
{
	enum { PAIRS = 7 };
	const double most = 1.3;
	double best = -1, near_ns = 0, far_ns = 0;

	(void)variant;
	for (int i = 0; i < PAIRS; i++) {
		double near = subjects->two_writers_ns(sizeof(struct slot));
		double far = subjects->two_writers_ns(APART_BYTES);

		if (near <= 0 || far <= 0 || (best > 0 && near / far >= best))
			continue;
		best = near / far;
		near_ns = near;
		far_ns = far;
	}
	line_expected(line, "1.00 x slots on pages of their own");
	line_measured(line, "%.2f (%.2f against %.2f ns a count)", best, near_ns, far_ns);
	line_tolerance(line, "<= %.2f", most);
	line_judge(line, best > 0 && best <= most);
}
