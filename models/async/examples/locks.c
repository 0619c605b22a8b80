/*
 * A10: a lock makes three tasks of a second take three; a semaphore of two lets two connections in
 * at a time; an event wakes all who wait; a condition wakes who is told. First come, first served.
 */
#include "models/async/async.h"
#include "models/async/event.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"
#include "models/async/lock.h"
#include "models/async/semaphore.h"

enum { TASKS = 3 };

static struct timeline timeline;
static const int numbers[TASKS] = {1, 2, 3};

/* Runs fn with each number, then `and_then`, and waits for all. */
static int run_all(task_fn *fn, int (*and_then)(void))
{
	struct async_task *tasks[TASKS];
	int rc = 0;

	for (int i = 0; i < TASKS; i++) {
		tasks[i] = async_spawn(fn, (void *)(uintptr_t)&numbers[i]);
		if (tasks[i] == NULL)
			return -ENOMEM;
	}
	if (and_then != NULL)
		rc = and_then();
	for (int i = 0; i < TASKS; i++) {
		int ended = async_task_join(tasks[i]);

		rc = rc == 0 ? ended : rc;
	}
	return rc;
}

static struct async_lock lock;

static int holds_lock(void *arg)
{
	int number = *(const int *)arg;
	int rc = async_lock_acquire(&lock);

	if (rc != 0)
		return rc;
	timeline_say(&timeline, "task %d has the lock", number);
	rc = async_sleep_until(timeline_at(&timeline, number));
	timeline_say(&timeline, "task %d releases it", number);
	int released = async_lock_release(&lock);
	return rc != 0 ? rc : released;
}

static struct async_semaphore connections;

/* The first two end after one second, the third, which came in with the first's end, after two. */
static int connects(void *arg)
{
	int number = *(const int *)arg;
	int rc = async_semaphore_acquire(&connections);

	if (rc != 0)
		return rc;
	timeline_say(&timeline, "connection %d opens", number);
	rc = async_sleep_until(timeline_at(&timeline, number < 3 ? 1 : 2));
	timeline_say(&timeline, "connection %d closes", number);
	int released = async_semaphore_release(&connections);
	return rc != 0 ? rc : released;
}

static struct async_event event;

static int waits_for_event(void *arg)
{
	int rc = async_event_wait(&event);

	timeline_say(&timeline, "task %d saw the event", *(const int *)arg);
	return rc;
}

static int sets_event(void)
{
	int rc = async_sleep_until(timeline_at(&timeline, 1));

	timeline_say(&timeline, "event is set");
	async_event_set(&event);
	return rc;
}

static struct async_condition condition;

static int waits_for_condition(void *arg)
{
	int rc = async_lock_acquire(&lock);

	if (rc != 0)
		return rc;
	rc = async_condition_wait(&condition, &lock);
	timeline_say(&timeline, "task %d was told", *(const int *)arg);
	int released = async_lock_release(&lock);
	return rc != 0 ? rc : released;
}

static int tells_one_then_all(void)
{
	int rc = async_sleep_until(timeline_at(&timeline, 1));

	timeline_say(&timeline, "one is told");
	async_condition_notify(&condition, 1);
	if (rc == 0)
		rc = async_sleep_until(timeline_at(&timeline, 2));
	timeline_say(&timeline, "all are told");
	async_condition_notify_all(&condition);
	return rc;
}

static int show_all(void *arg)
{
	FILE *out = arg;

	timeline_begin(&timeline, out);
	int rc = run_all(holds_lock, NULL);
	timeline_begin(&timeline, out);
	connections = (struct async_semaphore){.permits = 2};
	if (rc == 0)
		rc = run_all(connects, NULL);
	timeline_begin(&timeline, out);
	if (rc == 0)
		rc = run_all(waits_for_event, sets_event);
	timeline_begin(&timeline, out);
	return rc != 0 ? rc : run_all(waits_for_condition, tells_one_then_all);
}

int example_locks(FILE *out)
{
	lock = (struct async_lock){0};
	event = (struct async_event){0};
	condition = (struct async_condition){0};
	return async_run(show_all, out);
}
