/*
 * Debug mode.
 */
#include "models/async/debug.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "models/async/dump.h"
#include "models/async/loop.h"

bool async_debug_wanted(void)
{
	const char *text = getenv("CONCBENCH_ASYNC_DEBUG");

	return text != NULL && *text != '\0' && strcmp(text, "0") != 0;
}

int async_debug_enable(struct async_loop *loop)
{
	if (loop->debug == NULL)
		loop->debug = calloc(1, sizeof *loop->debug);
	if (loop->debug == NULL)
		return -ENOMEM;
	loop->debug->slow_ns = ASYNC_SLOW_NS;
	for (int i = 0; i < 1 + ASYNC_POOLS; i++)
		loop->stacks[i].paint = true;
	loop->ready.budget = 0; /* from now on the hub sees every resumption */
	async_dump_watch(loop);
	return 0;
}

void async_debug_report(struct async_debug *debug, const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (debug->report != NULL)
		debug->report(debug->report_arg, line);
	else
		fprintf(stderr, "async: %s\n", line);
}

void async_debug_resume(struct async_loop *loop, struct async_task *task)
{
	if (loop->debug->trace)
		async_debug_report(loop->debug, "run '%s' after %s", async_task_name(task),
			!task->started        ? "spawn"
			: task->waits != NULL ? task->waits
					      : "async_yield");
	task->waits = NULL;
	loop->debug->running = task;
	loop->debug->began_ns = async_now_ns();
}

void async_debug_returned(struct async_loop *loop)
{
	struct async_debug *debug = loop->debug;

	if (debug->running == NULL)
		return;
	uint64_t held_ns = async_now_ns() - debug->began_ns;
	if (held_ns >= debug->slow_ns) {
		debug->slow++;
		async_debug_report(debug, "slow: '%s' held the loop for %" PRIu64 ".%" PRIu64 " ms",
			async_task_name(debug->running), held_ns / 1000000, held_ns / 100000 % 10);
	}
	debug->running = NULL;
}

void async_debug_ended(struct async_loop *loop, struct async_task *task, int rc)
{
	if (loop->debug->running == task)
		async_debug_returned(loop);
	if (rc < 0 && rc != -ECANCELED && task->detached) {
		loop->debug->failed++;
		async_debug_report(loop->debug, "'%s' failed and nobody will see it: %s",
			async_task_name(task), strerror(-rc));
	}
}

void async_debug_closing(struct async_loop *loop)
{
	for (struct async_task *task = loop->alive; task != NULL; task = task->alive_next) {
		loop->debug->unawaited++;
		async_debug_report(loop->debug, "'%s' was never awaited: %s when its loop closed",
			async_task_name(task), task->started ? "cancelled" : "not even started");
	}
}
