/*
 * What a loop waits with: epoll, or io_uring. Chosen when the loop is opened.
 */
#ifndef CONCBENCH_MODELS_ASYNC_POLLER_H
#define CONCBENCH_MODELS_ASYNC_POLLER_H

#include <stdbool.h>
#include <stdint.h>

struct async_loop;
struct async_descriptor;

struct async_poller {
	/* Waits at most timeout_ns (UINT64_MAX: for ever, 0: not at all) and wakes whom events
	 * concern. */
	int (*wait)(struct async_poller *poller, uint64_t timeout_ns);
	/* Lets edges of fd come, both directions. 0 or -errno. */
	int (*add)(struct async_poller *poller, int fd);
	/* No further edges of fd. */
	void (*remove)(struct async_poller *poller, int fd);
	/* Ends a wait in progress or the next one; any thread. */
	void (*wake)(struct async_poller *poller);
	void (*close)(struct async_poller *poller);
	struct async_loop *loop;
	bool is_uring;
};

/* Each: 0 with a poller for close to free, or -errno. */
int async_epoll_open(struct async_poller **poller, struct async_loop *loop)
	__attribute__((warn_unused_result));
int async_uring_open(struct async_poller **poller, struct async_loop *loop)
	__attribute__((warn_unused_result));

/*
 * How long to wait for a deadline `left_ns` away. The kernel lets timeouts of polls be late by 0.1
 * % however fine the timer slack: beyond 10 ms it is asked for 99 % first and for the rest then.
 */
static inline uint64_t async_poll_timeout(uint64_t left_ns)
{
	return left_ns > 10000000 && left_ns != UINT64_MAX ? left_ns - left_ns / 100 : left_ns;
}

#endif
