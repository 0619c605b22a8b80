/*
 * echo for stackless coroutines: a frame per connection, and one buffer for all of them on the
 * stack that they share while they run. Only what a full socket would not take moves to memory of
 * its own until it does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench/echo/echo.h"
#include "models/async/async.h"
#include "models/async/stackless.h"

/* What outlives a wait. */
struct echo_frame {
	int fd;
	int others;         /* connections accepted for other tasks */
	uint32_t got, sent; /* bytes in hand, and how many of them are on their way back */
	char *rest;         /* those that are not; NULL: nothing waits */
	size_t part;        /* of the request that is not complete yet */
};

_Static_assert(sizeof(struct echo_frame) <= STACKLESS_CREW_LOCALS, "it lies in the frame");

static int accept_one(const struct echo *echo)
{
	int fd;

	do
		fd = accept4(echo->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	return fd < 0 ? -errno : fd;
}

/* What another task has accepted. */
static int take_one(const struct echo *echo)
{
	int fd = -1;
	ssize_t got;

	do
		got = recv(echo->hands[0], &fd, sizeof(fd), MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return echo_given(fd, got < 0 ? -errno : got);
}

static int source_of(const struct slot *slot, const struct echo *echo)
{
	return echo_is_given(slot, echo) ? echo->hands[0] : echo->listener;
}

static int get_one(const struct slot *slot, const struct echo *echo)
{
	return echo_is_given(slot, echo) ? take_one(echo) : accept_one(echo);
}

/* Hands over what was accepted for another; it is no longer in the frame then. */
static int give_one(const struct echo *echo, struct echo_frame *my)
{
	ssize_t sent;

	do
		sent = send(echo->hands[1], &my->fd, sizeof(my->fd), MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	my->fd = -1;
	my->others++;
	return 0;
}

static ssize_t receive(struct echo_frame *my, char *buffer, size_t bytes)
{
	ssize_t got;

	do
		got = recv(my->fd, buffer, bytes, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	my->got = (uint32_t)got;
	my->sent = 0;
	return got;
}

/* Sends from what was received; -EAGAIN: the socket is full, the others are kept in my->rest. */
static int reply(struct echo_frame *my, const char *received)
{
	while (my->sent < my->got) {
		ssize_t sent = send(my->fd, received + my->sent, my->got - my->sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR)
			break;
		my->sent += sent > 0 ? (uint32_t)sent : 0;
	}
	int rc = my->sent < my->got ? -errno : 0;
	if (rc == -EAGAIN && my->rest == NULL && received != NULL) {
		my->rest = malloc(my->got);
		if (my->rest == NULL)
			return -ENOMEM;
		memcpy(my->rest, received, my->got);
	} else if (rc != -EAGAIN) {
		free(my->rest);
		my->rest = NULL;
	}
	return rc;
}

static int end(struct slot *slot, struct echo_frame *my)
{
	free(my->rest);
	if (my->fd >= 0)
		async_close(my->fd);
	return slot_result(slot);
}

int echo_stackless_task(void *arg)
{
	struct stackless *self = stackless_self();
	struct echo_frame *my = stackless_locals(self);
	struct slot *slot = arg;
	const struct echo *echo = slot->orders->shared;
	char buffer[ECHO_BUFFER_BYTES];
	ssize_t got;

	STACKLESS_BEGIN(self);
	do {
		while ((my->fd = get_one(slot, echo)) == -EAGAIN) {
			STACKLESS_AWAIT(self, stackless_readable(self, source_of(slot, echo)));
			if (self->rc != 0) {
				my->fd = self->rc;
				break;
			}
		}
		stackless_pass_on(self, source_of(slot, echo));
		slot->rc = my->fd < 0 ? my->fd : 0;
		while (slot->rc == 0 && my->fd >= 0 && my->others < echo_others(slot, echo)) {
			slot->rc = give_one(echo, my);
			if (slot->rc == -EAGAIN) {
				STACKLESS_AWAIT(self, stackless_writable(self, echo->hands[1]));
				slot->rc = self->rc;
			}
		}
	} while (slot->rc == 0 && my->fd < 0);
	if (slot->rc == 0)
		slot->rc = echo_accepted(slot, echo, my->fd);
	while (slot->rc == 0) {
		got = receive(my, buffer, sizeof(buffer));
		if (got == 0)
			break;
		if (got == -EAGAIN) {
			STACKLESS_AWAIT(self, stackless_readable(self, my->fd));
			slot->rc = self->rc;
			continue;
		}
		slot->rc = got < 0 ? (int)got : reply(my, buffer);
		while (slot->rc == -EAGAIN) {
			STACKLESS_AWAIT(self, stackless_writable(self, my->fd));
			slot->rc = self->rc != 0 ? self->rc : reply(my, my->rest);
		}
		if (slot->rc != 0)
			break;
		echo_count(slot, echo, my->got, &my->part);
		/* a short read has emptied the socket: asking again would only hear so */
		if (my->got < sizeof(buffer)) {
			STACKLESS_AWAIT(self, stackless_readable(self, my->fd));
			slot->rc = self->rc;
		}
	}
	STACKLESS_END;
	return end(slot, my);
}

int echo_stackless(struct orders *orders)
{
	return crew_run(orders, echo_stackless_task);
}
