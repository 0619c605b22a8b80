/*
 * The wrapped functions. __real_X is weak, since a program that does not wrap X has none.
 */
#include "tests/faults.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>

const char *const fault_names[] = {"fork", "pthread_create", "mmap", "mprotect", "malloc", "calloc",
	"epoll_create1", "epoll_ctl", "eventfd", "timerfd_create", "pipe2", "pidfd_open",
	"memfd_create"};

static struct {
	atomic_int calls;
	int n;
	int error;
} faults[FAULTS];

void fault_set(enum fault fault, int n, int error)
{
	faults[fault].n = n;
	faults[fault].error = error;
	atomic_store(&faults[fault].calls, 0);
}

int fault_calls(enum fault fault)
{
	return atomic_load(&faults[fault].calls);
}

static bool fails(enum fault fault)
{
	if (atomic_fetch_add(&faults[fault].calls, 1) + 1 != faults[fault].n)
		return false;
	errno = faults[fault].error;
	return true;
}

pid_t __real_fork(void) __attribute__((weak));
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	return fails(FAULT_FORK) ? -1 : __real_fork();
}

/* The same with less around it (models/processes/fork.c). */
pid_t __real__Fork(void) __attribute__((weak));
pid_t __wrap__Fork(void);
pid_t __wrap__Fork(void)
{
	return fails(FAULT_FORK) ? -1 : __real__Fork();
}

typedef void *thread_fn(void *);
int __real_pthread_create(pthread_t *, const pthread_attr_t *, thread_fn *, void *)
	__attribute__((weak));
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, thread_fn *, void *);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, thread_fn *fn, void *arg)
{
	if (fails(FAULT_PTHREAD_CREATE))
		return faults[FAULT_PTHREAD_CREATE].error;
	return __real_pthread_create(thread, attr, fn, arg);
}

void *__real_mmap(void *, size_t, int, int, int, off_t) __attribute__((weak));
void *__wrap_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	return fails(FAULT_MMAP) ? MAP_FAILED
				 : __real_mmap(at, bytes, protection, flags, fd, offset);
}

int __real_mprotect(void *, size_t, int) __attribute__((weak));
int __wrap_mprotect(void *, size_t, int);
int __wrap_mprotect(void *at, size_t bytes, int protection)
{
	return fails(FAULT_MPROTECT) ? -1 : __real_mprotect(at, bytes, protection);
}

void *__real_malloc(size_t) __attribute__((weak));
void *__wrap_malloc(size_t);
void *__wrap_malloc(size_t bytes)
{
	return fails(FAULT_MALLOC) ? NULL : __real_malloc(bytes);
}

void *__real_calloc(size_t, size_t) __attribute__((weak));
void *__wrap_calloc(size_t, size_t);
void *__wrap_calloc(size_t count, size_t bytes)
{
	return fails(FAULT_CALLOC) ? NULL : __real_calloc(count, bytes);
}

int __real_epoll_create1(int) __attribute__((weak));
int __wrap_epoll_create1(int);
int __wrap_epoll_create1(int flags)
{
	return fails(FAULT_EPOLL_CREATE1) ? -1 : __real_epoll_create1(flags);
}

int __real_epoll_ctl(int, int, int, struct epoll_event *) __attribute__((weak));
int __wrap_epoll_ctl(int, int, int, struct epoll_event *);
int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	return fails(FAULT_EPOLL_CTL) ? -1 : __real_epoll_ctl(epoll, operation, fd, event);
}

int __real_eventfd(unsigned, int) __attribute__((weak));
int __wrap_eventfd(unsigned, int);
int __wrap_eventfd(unsigned count, int flags)
{
	return fails(FAULT_EVENTFD) ? -1 : __real_eventfd(count, flags);
}

int __real_timerfd_create(int, int) __attribute__((weak));
int __wrap_timerfd_create(int, int);
int __wrap_timerfd_create(int clock, int flags)
{
	return fails(FAULT_TIMERFD_CREATE) ? -1 : __real_timerfd_create(clock, flags);
}

int __real_pipe2(int *, int) __attribute__((weak));
int __wrap_pipe2(int *, int);
int __wrap_pipe2(int *ends, int flags)
{
	return fails(FAULT_PIPE2) ? -1 : __real_pipe2(ends, flags);
}

/* Variadic in the C library, yet every Linux ABI passes six longs alike. */
long __real_syscall(long, long, long, long, long, long, long) __attribute__((weak));
long __wrap_syscall(long, long, long, long, long, long, long);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_pidfd_open && fails(FAULT_PIDFD_OPEN))
		return -1;
	return __real_syscall(number, a, b, c, d, e, f);
}

int __real_memfd_create(const char *name, unsigned flags) __attribute__((weak));
int __wrap_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags)
{
	return fails(FAULT_MEMFD_CREATE) ? -1 : __real_memfd_create(name, flags);
}
