/*
 * A1: three waits at the same time take as long as the longest one, and the results come in the
 * order of the arguments.
 */
#include "models/async/async.h"
#include "models/async/combine.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"

enum { PARTS = 3 };

struct part {
	const char *name;
	int seconds;
};

static struct timeline timeline;

static int work(void *arg)
{
	const struct part *part = arg;

	timeline_say(&timeline, "%s starts", part->name);
	int rc = async_sleep_until(timeline_at(&timeline, part->seconds));
	timeline_say(&timeline, "%s finishes", part->name);
	return rc != 0 ? rc : part->seconds;
}

static int gather(void *arg)
{
	static struct part parts[PARTS] = {{"A", 2}, {"B", 1}, {"C", 3}};
	struct async_future *futures[PARTS];
	struct async_task *tasks[PARTS];
	int64_t results[PARTS];

	(void)arg;
	for (int i = 0; i < PARTS; i++) {
		tasks[i] = async_spawn(work, &parts[i]);
		if (tasks[i] == NULL)
			return -ENOMEM;
		futures[i] = &tasks[i]->future;
	}
	int rc = async_gather(futures, PARTS, results, ASYNC_FIRST_ERROR);
	timeline_say(&timeline, "results %ld %ld %ld", (long)results[0], (long)results[1],
		(long)results[2]);
	for (int i = 0; i < PARTS; i++)
		async_task_detach(tasks[i]);
	return rc;
}

int example_gather(FILE *out)
{
	timeline_begin(&timeline, out);
	return async_run(gather, NULL);
}
