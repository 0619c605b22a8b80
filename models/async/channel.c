/*
 * Channels. A task that waits for several stands in several lines with siblings that leave
 * together.
 */
#include "models/async/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "models/async/descriptor.h"
#include "models/async/io.h"
#include "models/async/loop.h"
#include "models/async/task.h"
#include "models/async/timeout.h"

struct meeting {
	struct async_waiter waiter; /* first */
	intptr_t value;
	int rc;
	struct async_select *select; /* NULL: waits for this channel alone */
};

struct async_select {
	struct meeting meetings[ASYNC_CASES_MAX];
	struct meeting *chosen;
};

int async_channel_open(struct async_channel *channel, size_t room)
{
	*channel = (struct async_channel){.room = room};
	if (room > 0 && (channel->buffer = malloc(room * sizeof *channel->buffer)) == NULL)
		return -ENOMEM;
	return 0;
}

void async_channel_free(struct async_channel *channel)
{
	async_channel_close(channel);
	free(channel->buffer);
	channel->buffer = NULL;
	channel->count = channel->room = 0;
}

static inline void meet(struct async_waiter *waiter, intptr_t value, int rc)
{
	struct meeting *meeting = (struct meeting *)(void *)waiter;

	meeting->value = value;
	meeting->rc = rc;
	async_waiter_serve(waiter);
}

/* Returns  -EAGAIN when it would have to wait. */
static inline int try_send(struct async_channel *channel, intptr_t value)
{
	if (channel->closed)
		return -EPIPE;
	if (channel->receivers.first != NULL) {
		meet(channel->receivers.first, value, 0);
		return 0;
	}
	if (channel->count == channel->room)
		return -EAGAIN;
	size_t at = channel->first + channel->count++;
	channel->buffer[at < channel->room ? at : at - channel->room] = value;
	return 0;
}

static inline int try_receive(struct async_channel *channel, intptr_t *value)
{
	struct async_waiter *sender = channel->senders.first;

	if (channel->count > 0) {
		*value = channel->buffer[channel->first];
		channel->first = channel->first + 1 == channel->room ? 0 : channel->first + 1;
		channel->count--;
		if (sender != NULL) {
			size_t at = channel->first + channel->count++;
			channel->buffer[at < channel->room ? at : at - channel->room] =
				((struct meeting *)(void *)sender)->value;
			meet(sender, 0, 0);
		}
		return 0;
	}
	if (sender != NULL) {
		*value = ((struct meeting *)(void *)sender)->value;
		meet(sender, 0, 0);
		return 0;
	}
	return channel->closed ? -EPIPE : -EAGAIN;
}

int async_channel_send(struct async_channel *channel, intptr_t value)
{
	struct async_task *self = async_thread.current;
	struct meeting meeting;

	if (self == NULL)
		return async_outside("async_channel_send");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	int rc = try_send(channel, value);
	if (rc != -EAGAIN)
		return rc;
	meeting.waiter.call = NULL;
	meeting.waiter.sibling = NULL;
	meeting.value = value;
	meeting.rc = 0;
	self->waits = "async_channel_send";
	rc = async_waiter_wait(&channel->senders, &meeting.waiter);
	return rc != 0 ? rc : meeting.rc;
}

int async_channel_receive(struct async_channel *channel, intptr_t *value)
{
	struct async_task *self = async_thread.current;
	struct meeting meeting;

	if (self == NULL)
		return async_outside("async_channel_receive");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	int rc = try_receive(channel, value);
	if (rc != -EAGAIN)
		return rc;
	meeting.waiter.call = NULL;
	meeting.waiter.sibling = NULL;
	meeting.value = 0;
	meeting.rc = 0;
	self->waits = "async_channel_receive";
	rc = async_waiter_wait(&channel->receivers, &meeting.waiter);
	if (rc == 0 && (rc = meeting.rc) == 0)
		*value = meeting.value;
	return rc;
}

int async_channel_close(struct async_channel *channel)
{
	if (channel->closed)
		return -EALREADY;
	channel->closed = true;
	while (channel->senders.first != NULL)
		meet(channel->senders.first, 0, -EPIPE);
	while (channel->receivers.first != NULL)
		meet(channel->receivers.first, 0, -EPIPE);
	return 0;
}

/* One of the siblings was served: the others leave their lines, and the task goes on. */
static void select_served(struct async_waiter *waiter)
{
	struct meeting *meeting = (struct meeting *)(void *)waiter;

	meeting->select->chosen = meeting;
	for (struct async_waiter *each = waiter->task->waiter; each != NULL; each = each->sibling)
		async_waiters_remove(each);
	async_wake(waiter->task, 0);
}

static int try_case(struct async_case *each)
{
	struct pollfd now = {
		.fd = each->fd, .events = each->kind == ASYNC_READABLE ? POLLIN : POLLOUT};

	switch (each->kind) {
	case ASYNC_SEND:
		return try_send(each->channel, each->value);
	case ASYNC_RECEIVE:
		return try_receive(each->channel, &each->value);
	case ASYNC_READABLE:
	case ASYNC_WRITABLE:
		break;
	}
	int n = poll(&now, 1, 0);
	if (n < 0 && errno != EINTR)
		return -errno;
	return n <= 0 ? -EAGAIN : (now.revents & POLLNVAL) != 0 ? -EBADF : 0;
}

/* In which line a case waits. */
static int line_of(struct async_case *each, struct async_waiters **line)
{
	struct async_descriptor *descriptor;

	if (each->kind == ASYNC_SEND || each->kind == ASYNC_RECEIVE) {
		*line = each->kind == ASYNC_SEND ? &each->channel->senders
						 : &each->channel->receivers;
		return 0;
	}
	int rc = async_descriptor_register(async_thread.loop, each->fd, &descriptor);
	if (rc == 0)
		*line = each->kind == ASYNC_READABLE ? &descriptor->readers : &descriptor->writers;
	return rc;
}

static int stand_in_lines(struct async_select *select, struct async_case *cases, int n)
{
	struct async_task *self = async_thread.current;
	struct async_waiters *lines[ASYNC_CASES_MAX];

	for (int i = 0; i < n; i++) {
		int rc = line_of(&cases[i], &lines[i]);
		if (rc != 0)
			return rc;
	}
	for (int i = 0; i < n; i++) {
		select->meetings[i] = (struct meeting){
			.waiter = {.task = self,
				.call = select_served,
				.sibling = i + 1 < n ? &select->meetings[i + 1].waiter : NULL},
			.value = cases[i].value,
			.select = select};
		async_waiters_push(lines[i], &select->meetings[i].waiter);
	}
	self->waiter = n > 0 ? &select->meetings[0].waiter : NULL;
	self->waits = "async_select";
	int rc = async_park(self, ASYNC_PARKED);
	self->waiter = NULL;
	return rc;
}

static int select_until(struct async_case *cases, int n, uint64_t timeout_ns)
{
	struct async_select select = {.chosen = NULL};
	struct async_timeout limit = {.task = NULL};
	int rc = 0;

	if (timeout_ns != ASYNC_FOREVER)
		rc = async_timeout_begin(&limit, timeout_ns);
	if (rc == 0)
		rc = stand_in_lines(&select, cases, n);
	async_timeout_end(&limit);
	if (rc != 0)
		return rc;
	int index = (int)(select.chosen - select.meetings);
	cases[index].rc = select.chosen->rc;
	if (cases[index].kind == ASYNC_RECEIVE)
		cases[index].value = select.chosen->value;
	return index;
}

int async_select(struct async_case *cases, int n, uint64_t timeout_ns)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return async_outside("async_select");
	if (n > ASYNC_CASES_MAX || n < 0)
		return -EINVAL;
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	unsigned start = n > 0 ? self->loop->selects++ % (unsigned)n : 0;
	for (int k = 0; k < n; k++) {
		int i = (int)((start + (unsigned)k) % (unsigned)n);
		int rc = try_case(&cases[i]);

		if (rc == -EAGAIN)
			continue;
		if (rc != 0 && rc != -EPIPE)
			return rc;
		cases[i].rc = rc;
		return i;
	}
	return timeout_ns == 0 ? -EAGAIN : select_until(cases, n, timeout_ns);
}
