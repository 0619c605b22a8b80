/*
 * A18: a blocking call inside of a coroutine. The loop stalls, nobody else ticks; debug mode names
 * the coroutine and how long it held the loop.
 */
#include <time.h>

#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"

static struct timeline timeline;

static void told(void *arg, const char *line)
{
	(void)arg;
	timeline_say(&timeline, "debug: %s", line);
}

static int tick(void *arg)
{
	int rc = 0;

	(void)arg;
	for (int i = 1; i <= 2 && rc == 0; i++) {
		rc = async_sleep_until(timeline_at(&timeline, i));
		timeline_say(&timeline, "tick %d", i);
	}
	return rc;
}

static int blocks(void *arg)
{
	const struct timespec three_seconds = {.tv_nsec = 3 * SECOND_NS};

	(void)arg;
	timeline_say(&timeline, "blocking call starts");
	nanosleep(&three_seconds, NULL);
	timeline_say(&timeline, "blocking call ends");
	return 0;
}

static int stall(void *arg)
{
	struct async_task *blocker = async_spawn(blocks, arg);
	struct async_task *ticker = async_spawn(tick, arg);
	int rc = async_debug_enable(async_loop_current());

	if (rc != 0 || ticker == NULL || blocker == NULL)
		return -ENOMEM;
	async_loop_current()->debug->slow_ns = 2 * SECOND_NS;
	async_loop_current()->debug->report = told;
	rc = async_task_join(blocker);
	return rc != 0 ? rc : async_task_join(ticker);
}

int example_blocking(FILE *out)
{
	timeline_begin(&timeline, out);
	return async_run(stall, NULL);
}
