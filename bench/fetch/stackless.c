/*
 * fetch for stackless coroutines: a frame per connection; the reply is checked in a buffer on the
 * stack that they share while they run.
 */
#include <errno.h>
#include <sys/socket.h>

#include "bench/fetch/fetch.h"
#include "models/async/stackless.h"

/* What outlives a wait; the request follows from the task's number. */
struct fetch_frame {
	uint64_t start_ns;
	size_t done;  /* bytes sent of the request, then those received of the reply */
	int64_t left; /* requests of the round */
};

_Static_assert(sizeof(struct fetch_frame) <= STACKLESS_CREW_LOCALS, "it lies in the frame");

/* What the socket takes of the rest of the request. Returns  0: all of it, -EAGAIN, -errno. */
static int ask(
	const struct slot *slot, struct fetch_frame *my, const struct message_header *request)
{
	int fd = fetch_shared(slot)->tasks[slot->index].fd;

	while (my->done < sizeof(*request)) {
		ssize_t sent = send(fd, (const char *)request + my->done,
			sizeof(*request) - my->done, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR)
			return -errno;
		my->done += sent > 0 ? (size_t)sent : 0;
	}
	return 0;
}

/* What is there of the rest of the reply. Returns  0: it is complete, -EAGAIN, -errno. */
static int hear(struct slot *slot, struct fetch_frame *my, const struct message_header *request)
{
	const struct fetch *fetch = fetch_shared(slot);
	char buffer[FETCH_BUFFER_BYTES];
	int rc = 0;

	while (rc == 0 && my->done < fetch->messages.bytes) {
		ssize_t got =
			recv(fetch->tasks[slot->index].fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (got == 0)
			return -ECONNRESET; /* the upstream never closes first */
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			rc = fetch_check(slot, request, my->done, buffer, (size_t)got);
		my->done += got > 0 ? (size_t)got : 0;
	}
	return rc;
}

int fetch_stackless_task(void *arg)
{
	struct stackless *self = stackless_self();
	struct fetch_frame *my = stackless_locals(self);
	struct slot *slot = arg;
	const struct fetch *fetch = fetch_shared(slot);
	const int fd = fetch->tasks[slot->index].fd;
	struct message_header request = fetch_current(slot);
	enum slot_turn turn;

	STACKLESS_BEGIN(self);
	while (slot->rc == 0 && (turn = slot_turn(slot)) != SLOT_OVER) {
		if (turn == SLOT_WAIT)
			STACKLESS_AWAIT(
				self, stackless_word(self, slot_gate(slot), slot->gate_word));
		else
			my->left = fetch->requests;
		for (; slot->rc == 0 && my->left > 0; my->left--) {
			my->start_ns = slot_begin(slot);
			request = fetch_request(slot);
			my->done = 0;
			while ((slot->rc = ask(slot, my, &request)) == -EAGAIN)
				STACKLESS_AWAIT(self, stackless_writable(self, fd));
			my->done = 0;
			while (slot->rc == 0 || slot->rc == -EAGAIN) {
				STACKLESS_AWAIT(self, stackless_readable(self, fd));
				if ((slot->rc = self->rc) == 0)
					slot->rc = hear(slot, my, &request);
				if (slot->rc == 0)
					break;
			}
			if (slot->rc == 0)
				slot_end(slot, my->start_ns, fetch->messages.bytes,
					fetch_checksum(slot, &request));
		}
	}
	STACKLESS_END;
	return slot_result(slot);
}

int fetch_stackless(struct orders *orders)
{
	return crew_run(orders, fetch_stackless_task);
}
