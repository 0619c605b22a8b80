/*
 * Fault injection: the n-th call of a wrapped function fails.
 *
 * A test file names what it wraps in a line of its own: wrap: fork mmap, as a C comment. Everything
 * linked into that program then calls through here, in children and threads as well.
 */
#ifndef CONCBENCH_TESTS_FAULTS_H
#define CONCBENCH_TESTS_FAULTS_H

enum fault {
	FAULT_FORK,
	FAULT_PTHREAD_CREATE,
	FAULT_MMAP,
	FAULT_MPROTECT,
	FAULT_MALLOC,
	FAULT_CALLOC,
	FAULT_EPOLL_CREATE1,
	FAULT_EPOLL_CTL,
	FAULT_EVENTFD,
	FAULT_TIMERFD_CREATE,
	FAULT_PIPE2,
	FAULT_PIDFD_OPEN, /* wrap: syscall */
	FAULT_MEMFD_CREATE,
	FAULTS
};

/* The function's name, for messages. */
extern const char *const fault_names[];

/*
 * From now on the n-th call (1 = the next) fails with that errno, the others work.
 *   n        0: none fails
 *   Threads  before tasks start.
 */
void fault_set(enum fault fault, int n, int error);

/* Calls since fault_set. */
int fault_calls(enum fault fault);

#endif
