/*
 * Channels and select, Go's: a value passes from one task to another; without a buffer both meet.
 *
 *	struct async_channel channel = {0};              unbuffered
 *	async_channel_send(&channel, 42);                in one task
 *	async_channel_receive(&channel, &value);         in another
 */
#ifndef CONCBENCH_MODELS_ASYNC_CHANNEL_H
#define CONCBENCH_MODELS_ASYNC_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/async/future.h"

/* All-zero is an open channel without a buffer. */
struct async_channel {
	intptr_t *buffer;
	size_t room, first, count;
	bool closed;
	struct async_waiters senders, receivers;
};

/* Makes a channel with room for that many values. Returns  0, -ENOMEM. Owner: async_channel_free.
 */
int async_channel_open(struct async_channel *channel, size_t room)
	__attribute__((warn_unused_result));
void async_channel_free(struct async_channel *channel);

/*
 * Returns  send: 0, -EPIPE on a closed channel; receive: 0, -EPIPE once it is closed and empty;
 *          -ECANCELED, -ETIMEDOUT: nothing has passed.
 */
int async_channel_send(struct async_channel *channel, intptr_t value)
	__attribute__((warn_unused_result));
int async_channel_receive(struct async_channel *channel, intptr_t *value)
	__attribute__((warn_unused_result));

/* No more sends; what is buffered can be received. Returns  0, -EALREADY. */
int async_channel_close(struct async_channel *channel);

enum async_case_kind { ASYNC_SEND, ASYNC_RECEIVE, ASYNC_READABLE, ASYNC_WRITABLE };

/* One thing to wait for. */
struct async_case {
	enum async_case_kind kind;
	struct async_channel *channel;
	int fd;         /* ASYNC_READABLE, ASYNC_WRITABLE */
	intptr_t value; /* to send; received */
	int rc;         /* of the case chosen: 0, or -EPIPE when the channel is closed */
};

enum { ASYNC_CASES_MAX = 16 };
#define ASYNC_FOREVER UINT64_MAX

/*
 * Waits until one of the cases can go on, and does that one only. If several can, one after the
 * other gets its turn.
 *   timeout_ns  0: the default case, do not wait; or ASYNC_FOREVER
 *   Returns     the index of the case, its rc set; -EAGAIN (nothing ready, timeout 0), -ETIMEDOUT,
 *               -ECANCELED, -EINVAL (more than ASYNC_CASES_MAX), -errno of a descriptor.
 */
int async_select(struct async_case *cases, int n, uint64_t timeout_ns);

#endif
