/*
 * A timeline: lines of what happens, each with the time since its beginning.
 */
#ifndef CONCBENCH_MODELS_ASYNC_EXAMPLES_TIMELINE_H
#define CONCBENCH_MODELS_ASYNC_EXAMPLES_TIMELINE_H

#include <stdint.h>
#include <stdio.h>

enum { SECOND_NS = 10000000 }; /* a second of the notes */

struct timeline {
	FILE *out;
	uint64_t began_ns;
	uint64_t polled_ns;
};

/* Begins, or begins anew. */
void timeline_begin(struct timeline *timeline, FILE *out);

/* "  30 ms  B finishes\n" */
void timeline_say(const struct timeline *timeline, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * When so many seconds of the notes will have passed since the beginning. Examples wait for points
 * in time, not for spans: however busy the machine is, things happen in the same order.
 */
static inline uint64_t timeline_at(const struct timeline *timeline, int seconds)
{
	return timeline->began_ns + (uint64_t)seconds * SECOND_NS;
}

/*
 * The clock of schedulers that poll, ns. For the same reason a pause of the machine between two
 * readings counts as no more than a turn of such a scheduler takes.
 */
uint64_t timeline_poll(struct timeline *timeline);

#endif
