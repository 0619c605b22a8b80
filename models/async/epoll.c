/*
 * The epoll poller: each descriptor registered once, edge-triggered, in both directions.
 */
#include "models/async/poller.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "models/async/loop.h"

enum { EVENTS = 64 }; /* what wakes together is still in the cache when it runs */

struct epoll {
	struct async_poller poller; /* first */
	int fd, wake_fd;
	bool no_pwait2; /* before Linux 5.11: milliseconds only */
	struct epoll_event events[EVENTS];
};

static int wait_ms(struct epoll *epoll, uint64_t timeout_ns)
{
	uint64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0); /* up: never early */

	return epoll_wait(epoll->fd, epoll->events, EVENTS,
		timeout_ns == UINT64_MAX ? -1
		: ms > 1000000000        ? 1000000000
					 : (int)ms);
}

static int wait_ns(struct epoll *epoll, uint64_t timeout_ns)
{
	struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
		.tv_nsec = (long)(timeout_ns % 1000000000)};

	if (timeout_ns == 0 || timeout_ns == UINT64_MAX || epoll->no_pwait2)
		return wait_ms(epoll, timeout_ns);
	int n = epoll_pwait2(epoll->fd, epoll->events, EVENTS, &timeout, NULL);
	if (n >= 0 || (errno != ENOSYS && errno != EPERM))
		return n;
	epoll->no_pwait2 = true;
	return wait_ms(epoll, timeout_ns);
}

/*
 * What an event leads to is a chain (the descriptor, the waiter on its task's stack, the task at
 * the top of that), and with many connections none of it is in the caches any more: all chains of
 * a batch are followed at once, a step at a time, instead of one after the other. (Not inlined it
 * would be a function without an effect to gcc, and left out.)
 */
static inline __attribute__((always_inline)) void fetch(
	const struct async_descriptor *table, const struct epoll_event *events, int n)
{
	enum {
		LINE = 64,
		BELOW = LINE,
		ABOVE = 3 * LINE /* the frames to which its task returns */
	};

	for (int i = 0; i < n; i++)
		if (events[i].data.fd >= 0)
			__builtin_prefetch(&table[events[i].data.fd]);
	for (int i = 0; i < n; i++) {
		const struct async_waiter *waiter =
			events[i].data.fd < 0 ? NULL : table[events[i].data.fd].readers.first;

		for (int at = -BELOW; waiter != NULL && at < ABOVE; at += LINE)
			__builtin_prefetch((const char *)waiter + at);
	}
	for (int i = 0; i < n; i++) {
		const struct async_waiter *waiter =
			events[i].data.fd < 0 ? NULL : table[events[i].data.fd].readers.first;

		if (waiter != NULL && waiter->task != NULL)
			__builtin_prefetch(waiter->task, 1);
	}
}

static int epoll_poll(struct async_poller *poller, uint64_t timeout_ns)
{
	struct epoll *epoll = (struct epoll *)poller;
	struct async_descriptor *table = poller->loop->descriptors.table;
	int n = wait_ns(epoll, timeout_ns);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n > 1)
		fetch(table, epoll->events, n);
	for (int i = 0; i < n; i++) {
		int fd = epoll->events[i].data.fd;

		if (fd >= 0) /* the wake-up's own is -1: edge-triggered, it need not be read */
			async_descriptor_edge(&table[fd], epoll->events[i].events);
	}
	return 0;
}

static int epoll_add(struct async_poller *poller, int fd)
{
	struct epoll *epoll = (struct epoll *)poller;
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET, .data.fd = fd};

	if (epoll_ctl(epoll->fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	if (errno != EEXIST) /* closed behind our back, and opened again as the same file */
		return -errno;
	return epoll_ctl(epoll->fd, EPOLL_CTL_MOD, fd, &event) == 0 ? 0 : -errno;
}

static void epoll_remove(struct async_poller *poller, int fd)
{
	struct epoll *epoll = (struct epoll *)poller;

	epoll_ctl(epoll->fd, EPOLL_CTL_DEL, fd, &(struct epoll_event){0});
}

static void epoll_wake(struct async_poller *poller)
{
	struct epoll *epoll = (struct epoll *)poller;
	int tries = 3; /* EAGAIN says that it is awake; with any other error it would sleep on */

	while (write(epoll->wake_fd, &(uint64_t){1}, sizeof(uint64_t)) < 0 && errno != EAGAIN &&
		--tries > 0)
		;
}

static void epoll_close(struct async_poller *poller)
{
	struct epoll *epoll = (struct epoll *)poller;

	if (epoll->wake_fd >= 0)
		close(epoll->wake_fd);
	if (epoll->fd >= 0)
		close(epoll->fd);
	free(epoll);
}

int async_epoll_open(struct async_poller **poller, struct async_loop *loop)
{
	struct epoll *epoll = calloc(1, sizeof *epoll);

	if (epoll == NULL)
		return -ENOMEM;
	epoll->poller = (struct async_poller){
		epoll_poll, epoll_add, epoll_remove, epoll_wake, epoll_close, loop, false};
	epoll->wake_fd = -1;
	int rc = 0;
	epoll->fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll->fd < 0)
		rc = -errno;
	if (rc == 0 && (epoll->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		rc = -errno;
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = -1};
	if (rc == 0 && epoll_ctl(epoll->fd, EPOLL_CTL_ADD, epoll->wake_fd, &event) != 0)
		rc = -errno;
	if (rc != 0) {
		epoll_close(&epoll->poller);
		return rc;
	}
	*poller = &epoll->poller;
	return 0;
}
