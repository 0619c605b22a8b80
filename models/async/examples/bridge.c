/*
 * S4: a bridge between the worlds. A bare generator cannot be awaited; wrapped, one that polls
 * works on the real loop and the others go on beside it.
 */
#include <errno.h>

#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"
#include "models/async/bridge.h"

static struct timeline timeline;

static int polls_for_three_seconds(struct generator *self, void *arg)
{
	uint64_t until_ns = timeline_at(&timeline, 3);
	int rc = 0;

	(void)arg;
	timeline_say(&timeline, "old coroutine starts to poll");
	while (rc == 0 && timeline_poll(&timeline) < until_ns)
		rc = generator_yield(self, GENERATOR_NOTHING, NULL);
	if (rc == 0)
		timeline_say(&timeline, "old coroutine is done");
	return rc != 0 ? rc : generator_return(self, 42);
}

static int ticks(void *arg)
{
	int rc = 0;

	(void)arg;
	for (int i = 1; i <= 2 && rc == 0; i++) {
		rc = async_sleep_until(timeline_at(&timeline, i));
		if (rc == 0)
			timeline_say(&timeline, "tick %d", i);
	}
	return rc;
}

static int cross(void *arg)
{
	struct generator *old;
	intptr_t result;
	int rc = generator_create(&old, polls_for_three_seconds, arg);

	if (rc != 0)
		return rc;
	rc = async_await_generator(old, &result);
	timeline_say(&timeline, "%s: %s", rc == -EPERM ? "error" : "?", async_explain());
	struct async_task *ticker = async_spawn(ticks, NULL);
	rc = async_await_generator(generator_as_coroutine(old), &result);
	timeline_say(&timeline, "result %ld", (long)result);
	generator_free(old);
	if (ticker != NULL)
		(void)async_task_join(ticker);
	return rc;
}

int example_bridge(FILE *out)
{
	timeline_begin(&timeline, out);
	return async_run(cross, NULL);
}
