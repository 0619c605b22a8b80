/*
 * A3: spawning does not run a task, waiting does. Of two deadlines that are equal the one armed
 * first comes first, so the order is defined: the creator, then the task of six seconds.
 */
#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"

static struct timeline timeline;

static int work(void *arg)
{
	int seconds = *(int *)arg;

	timeline_say(&timeline, "task of %d starts", seconds);
	int rc = async_sleep_until(timeline_at(&timeline, seconds));
	timeline_say(&timeline, "task of %d is done", seconds);
	return rc;
}

static int create(void *arg)
{
	static int six = 6, three = 3;
	struct async_task *first = async_spawn(work, &six);
	struct async_task *second = async_spawn(work, &three);

	(void)arg;
	if (first == NULL || second == NULL)
		return -ENOMEM;
	timeline_say(&timeline, "two tasks created, creator sleeps 6");
	int rc = async_sleep_until(timeline_at(&timeline, 6));
	timeline_say(&timeline, "creator goes on");
	if (rc == 0)
		rc = async_task_join(first);
	return rc != 0 ? rc : async_task_join(second);
}

int example_create_task(FILE *out)
{
	timeline_begin(&timeline, out);
	return async_run(create, NULL);
}
