/*
 * Signals, children and names: what plain programs wait for by blocking.
 */
#ifndef CONCBENCH_MODELS_ASYNC_PROCESS_H
#define CONCBENCH_MODELS_ASYNC_PROCESS_H

#include <netdb.h>
#include <signal.h>
#include <sys/types.h>

/* Signals that are taken by tasks instead of handlers. */
struct async_signals {
	int fd; /* signalfd */
	sigset_t before;
};

/*
 * From now on the signals of the set wait for async_signals_wait. They are blocked in this thread;
 * other threads of the program must block them, too (the executor's do).
 *   Returns  0, -errno.
 *   Owner    async_signals_close, by the same thread.
 */
int async_signals_open(struct async_signals *signals, const sigset_t *set)
	__attribute__((warn_unused_result));
void async_signals_close(struct async_signals *signals);

/*
 * Waits for one of them.
 *   Returns  the signal's number; -ECANCELED, -ETIMEDOUT: none was taken.
 */
int async_signals_wait(struct async_signals *signals);

/*
 * Waits for the end of a child and reaps it.
 *   status   as of waitpid; NULL if of no interest
 *   Returns  0; -ECHILD; -ECANCELED, -ETIMEDOUT: the child goes on and is not reaped.
 */
int async_wait_child(pid_t pid, int *status);

/*
 * getaddrinfo(3) on a thread of the executor.
 *   Returns  0 with *result for freeaddrinfo; an EAI_ code (see gai_strerror), which is negative
 * and not an errno; or -errno below -1000 of the executor: -1000 - errno.
 */
int async_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
	struct addrinfo **result);

#endif
