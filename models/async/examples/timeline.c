/*
 * Timelines of examples.
 */
#include "models/async/examples/timeline.h"

#include <stdarg.h>

#include "models/async/loop.h"

void timeline_begin(struct timeline *timeline, FILE *out)
{
	timeline->out = out;
	timeline->began_ns = async_now_ns();
	timeline->polled_ns = timeline->began_ns;
}

void timeline_say(const struct timeline *timeline, const char *format, ...)
{
	uint64_t ms = (async_now_ns() - timeline->began_ns) / 1000000;
	va_list arguments;

	fprintf(timeline->out, "%4llu ms  ", (unsigned long long)ms);
	va_start(arguments, format);
	vfprintf(timeline->out, format, arguments);
	va_end(arguments);
	fputc('\n', timeline->out);
}

uint64_t timeline_poll(struct timeline *timeline)
{
	enum { TURN_NS = 1000 };
	uint64_t now_ns = async_now_ns();

	timeline->polled_ns += TURN_NS;
	if (timeline->polled_ns > now_ns)
		timeline->polled_ns = now_ns;
	return timeline->polled_ns;
}
