/*
 * A12: a blocking call sent to a thread of the pool; the loop goes on ticking. Around it what
 * Python calls an asynchronous context manager: entering and leaving both may wait.
 */
#include <stdatomic.h>
#include <time.h>

#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"

enum { TICKS = 3 };

static struct timeline timeline;
static _Atomic int ticks;

/*
 * Blocks its thread for three seconds, and, lest a machine that pauses confuses the order, until
 * the loop has ticked that often.
 */
static int blocking_call(void *arg)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	(void)arg;
	while (async_now_ns() < timeline_at(&timeline, TICKS) || atomic_load(&ticks) < TICKS)
		nanosleep(&pause, NULL);
	return 7;
}

static int tick(void *arg)
{
	int rc = 0;

	(void)arg;
	for (int i = 1; i <= TICKS && rc == 0; i++) {
		rc = async_sleep_until(timeline_at(&timeline, i));
		timeline_say(&timeline, "tick %d", i);
		atomic_store(&ticks, i);
	}
	return rc;
}

static int enter(void)
{
	timeline_say(&timeline, "enter");
	return async_sleep(SECOND_NS / 10);
}

static int leave(void)
{
	int rc = async_sleep(SECOND_NS / 10);

	timeline_say(&timeline, "leave");
	return rc;
}

static int offload(void *arg)
{
	int rc = enter();
	struct async_task *ticker = async_spawn(tick, arg);

	if (ticker == NULL)
		return -ENOMEM;
	timeline_say(&timeline, "blocking call goes to the pool");
	if (rc == 0)
		rc = async_run_in_executor(blocking_call, NULL);
	timeline_say(&timeline, "it has returned %d", rc);
	rc = leave();
	int ticked = async_task_join(ticker);
	return rc != 0 ? rc : ticked;
}

int example_executor(FILE *out)
{
	atomic_store(&ticks, 0);
	timeline_begin(&timeline, out);
	return async_run(offload, NULL);
}
