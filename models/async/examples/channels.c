/*
 * X1: Go's goroutine and channel: the send meets the receive. Then select: what is ready, the
 * default case, a timeout.
 */
#include "models/async/async.h"
#include "models/async/channel.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"

static struct timeline timeline;
static struct async_channel channel, other;

static int sends(void *arg)
{
	(void)arg;
	timeline_say(&timeline, "goroutine sends 42");
	int rc = async_channel_send(&channel, 42);
	timeline_say(&timeline, "goroutine goes on");
	return rc;
}

static int meet(void)
{
	struct async_task *goroutine = async_spawn(sends, NULL);
	intptr_t value = 0;

	if (goroutine == NULL)
		return -ENOMEM;
	int rc = async_sleep_until(timeline_at(&timeline, 1)); /* the sender waits meanwhile */
	timeline_say(&timeline, "main receives");
	if (rc == 0)
		rc = async_channel_receive(&channel, &value);
	timeline_say(&timeline, "main got %ld", (long)value);
	int sent = async_task_join(goroutine);
	return rc != 0 ? rc : sent;
}

static void tell(int chosen, const struct async_case *cases)
{
	if (chosen == -EAGAIN)
		timeline_say(&timeline, "select: default");
	else if (chosen == -ETIMEDOUT)
		timeline_say(&timeline, "select: timeout");
	else
		timeline_say(
			&timeline, "select: case %d, value %ld", chosen, (long)cases[chosen].value);
}

static int choose(void)
{
	struct async_case cases[] = {{.kind = ASYNC_RECEIVE, .channel = &channel},
		{.kind = ASYNC_RECEIVE, .channel = &other}};
	struct async_task *goroutine;

	tell(async_select(cases, 2, 0), cases);
	tell(async_select(cases, 2, SECOND_NS), cases);
	goroutine = async_spawn(sends, NULL);
	if (goroutine == NULL)
		return -ENOMEM;
	tell(async_select(cases, 2, ASYNC_FOREVER), cases);
	return async_task_join(goroutine);
}

static int run(void *arg)
{
	(void)arg;
	int rc = meet();

	return rc != 0 ? rc : choose();
}

int example_channels(FILE *out)
{
	channel = (struct async_channel){0};
	other = (struct async_channel){0};
	timeline_begin(&timeline, out);
	return async_run(run, NULL);
}
