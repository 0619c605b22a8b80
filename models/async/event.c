/*
 * Event, barrier and wait group.
 */
#include "models/async/event.h"

#include <errno.h>

#include "models/async/task.h"

/* What the waiting calls begin with: outside, interrupted, or 0. */
static int begin(const char *call)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return async_outside(call);
	self->waits = call;
	return async_take_interrupt(self);
}

void async_event_set(struct async_event *event)
{
	event->set = true;
	async_waiters_serve_all(&event->line);
}

void async_event_clear(struct async_event *event)
{
	event->set = false;
}

int async_event_wait(struct async_event *event)
{
	int rc = begin("async_event_wait");

	return rc != 0 || event->set ? rc : async_waiters_wait(&event->line);
}

struct party {
	struct async_waiter waiter; /* first */
	int place;
	bool aborted;
};

int async_barrier_wait(struct async_barrier *barrier)
{
	int rc = begin("async_barrier_wait"), place = 0;
	struct party party = {0};

	if (rc != 0)
		return rc;
	if (barrier->broken)
		return -EPIPE;
	/* counted in the line, which the interrupted have left: places are given when all are here
	 */
	for (struct async_waiter *waiter = barrier->line.first; waiter != NULL;
		waiter = waiter->next)
		((struct party *)(void *)waiter)->place = place++;
	if (place + 1 >= barrier->parties) {
		async_waiters_serve_all(&barrier->line);
		return place;
	}
	rc = async_waiter_wait(&barrier->line, &party.waiter);
	if (rc == 0)
		rc = party.aborted ? -EPIPE : party.place;
	return rc;
}

static void send_away(struct async_barrier *barrier)
{
	for (struct async_waiter *waiter = barrier->line.first; waiter != NULL;
		waiter = waiter->next)
		((struct party *)(void *)waiter)->aborted = true;
	async_waiters_serve_all(&barrier->line);
}

void async_barrier_abort(struct async_barrier *barrier)
{
	barrier->broken = true;
	send_away(barrier);
}

void async_barrier_reset(struct async_barrier *barrier)
{
	send_away(barrier);
	barrier->broken = false;
}

void async_wait_group_add(struct async_wait_group *group, int n)
{
	group->count += n;
}

int async_wait_group_done(struct async_wait_group *group)
{
	if (group->count <= 0)
		return async_misuse(
			-EINVAL, "a wait group's done was called more often than added");
	if (--group->count == 0)
		async_waiters_serve_all(&group->line);
	return 0;
}

int async_wait_group_wait(struct async_wait_group *group)
{
	int rc = begin("async_wait_group_wait");

	return rc != 0 || group->count == 0 ? rc : async_waiters_wait(&group->line);
}
