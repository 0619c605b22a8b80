/*
 * A19: two long processes with progress, awaited and not awaited. Who is not awaited is cancelled
 * when the loop closes, and reported.
 */
#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"

enum { STEPS = 3 };

static struct timeline timeline;

static void told(void *arg, const char *line)
{
	(void)arg;
	timeline_say(&timeline, "debug: %s", line);
}

static int process(void *arg)
{
	int rc = 0;

	for (int step = 1; step <= STEPS && rc == 0; step++) {
		rc = async_sleep_until(timeline_at(&timeline, step));
		if (rc == 0)
			timeline_say(&timeline, "%s: %d %%", (const char *)arg, 100 * step / STEPS);
		else
			timeline_say(&timeline, "%s: cancelled", (const char *)arg);
	}
	return rc;
}

/* arg: whether to await them. */
static int simulate(void *arg)
{
	struct async_task *first = async_spawn_named(process, "first", "first");
	struct async_task *second = async_spawn_named(process, "second", "second");

	if (first == NULL || second == NULL)
		return -ENOMEM;
	if (arg == NULL) {
		async_yield(); /* they start, and that was it */
		return 0;
	}
	int rc = async_task_join(first);
	return rc != 0 ? rc : async_task_join(second);
}

static int run_with_reports(FILE *out, void *await)
{
	const struct async_options options = {.debug = true};
	struct async_task_options main_options = {.name = "main"};
	struct async_loop *loop;
	int rc = async_loop_open(&loop, &options);

	if (rc != 0)
		return rc;
	loop->debug->report = told;
	loop->debug->slow_ns = UINT64_MAX;
	timeline_begin(&timeline, out);
	main_options.loop = loop;
	struct async_task *task = async_spawn_with(simulate, await, &main_options);
	rc = task == NULL ? -ENOMEM : (int)async_run_until_complete(loop, &task->future);
	async_task_detach(task);
	size_t left = async_loop_close(loop);
	fprintf(out, "tasks left over: %zu\n", left);
	return rc;
}

int example_simulator(FILE *out)
{
	static char yes;
	int rc = run_with_reports(out, &yes);

	return rc != 0 ? rc : run_with_reports(out, NULL);
}
