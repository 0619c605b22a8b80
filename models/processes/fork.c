/*
 * The one place that forks, and what goes with it: who is waited for, who dies with whom.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/processes/processes.h"

/* Only what is buffered: flushing locks a stream, and a page written between two forks is copied.
 */
static void flush(FILE *stream)
{
	if (__fpending(stream) != 0)
		fflush(stream);
}

/*
 * prctl(PR_SET_PDEATHSIG, signal) without the C library's function: a child has no page of the
 * library's text until it runs it, and that function is far from those that a fork runs anyway, so
 * that every child would pay a page fault for it.
 */
static inline void die_with_parent(int signal)
{
#if defined(__x86_64__)
	long rc = SYS_prctl;

	__asm__ volatile("syscall"
			 : "+a"(rc)
			 : "D"((long)PR_SET_PDEATHSIG), "S"((long)signal), "d"(0L)
			 : "rcx", "r11", "memory");
#else
	prctl(PR_SET_PDEATHSIG, signal);
#endif
}

int process_fork(int (*body)(void *arg), void *arg, pid_t *pid)
{
	pid_t parent = getpid();

	flush(stdout);
	flush(stderr);
	pid_t child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		die_with_parent(SIGKILL);
		/* The parent may have ended before the call above. */
		_exit(getppid() == parent ? body(arg) : 1);
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
