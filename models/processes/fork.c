/*
 * The one place that forks, and what goes with it: who is waited for, who dies with whom.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/processes/processes.h"

/* The sanitizers know of fork only. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__GLIBC__) && !defined(SANITIZED)
#if __GLIBC_PREREQ(2, 34)
#include <sys/single_threaded.h>
#define FORK_ALONE 1
#endif
#endif

/* Only what is buffered: flushing locks a stream, and a page written between two forks is copied.
 */
static void flush(FILE *stream)
{
	if (__fpending(stream) != 0)
		fflush(stream);
}

/*
 * Makes the child end with its parent, which may have ended before the call.
 *
 * On x86-64 without the C library's functions: a child has no page of the library's text until it
 * runs it, and these may lie far from those that a fork runs anyway. Each such page fault costs
 * about 5 % of a fork.
 *   Returns  whether the parent lives.
 */
static inline bool die_with(pid_t parent)
{
#if defined(__x86_64__)
	long rc = SYS_prctl, found = SYS_getppid;

	__asm__ volatile("syscall"
			 : "+a"(rc)
			 : "D"((long)PR_SET_PDEATHSIG), "S"((long)SIGKILL), "d"(0L)
			 : "rcx", "r11", "memory");
	__asm__ volatile("syscall" : "+a"(found) : : "rcx", "r11", "memory");
	return found == parent;
#else
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent;
#endif
}

/*
 * fork(2) and nothing else where there is one thread. The C library's fork also takes and resets
 * the locks that other threads may hold; in the child that is three pages copied for nothing.
 */
static pid_t fork_one(void)
{
#ifdef FORK_ALONE
	if (__libc_single_threaded)
		return _Fork();
#endif
	return fork();
}

int PROCESS_CHILD process_fork(int (*body)(void *arg), void *arg, pid_t *pid)
{
	pid_t parent = getpid();

	flush(stdout);
	flush(stderr);
	pid_t child = fork_one();
	if (child < 0)
		return -errno;
	if (child == 0) {
		_exit(die_with(parent) ? body(arg) : 1);
	}
	*pid = child;
	return 0;
}

void process_want_children(struct sigaction *before)
{
	struct sigaction wanted = {.sa_handler = SIG_DFL};

	sigaction(SIGCHLD, NULL, before);
	if (before->sa_handler == SIG_IGN || (before->sa_flags & SA_NOCLDWAIT) != 0)
		sigaction(SIGCHLD, &wanted, NULL);
}

void process_restore_children(const struct sigaction *before)
{
	if (before->sa_handler == SIG_IGN || (before->sa_flags & SA_NOCLDWAIT) != 0)
		sigaction(SIGCHLD, before, NULL);
}
