/*
 * A zygote: a process forked while memory is still clean, which forks others on request. What the
 * owner has touched since does not have to be copied, nor is it seen.
 */
#ifndef CONCBENCH_MODELS_PROCESSES_ZYGOTE_H
#define CONCBENCH_MODELS_PROCESSES_ZYGOTE_H

#include <sys/types.h>

#include "models/processes/processes.h"

struct zygote {
	pid_t pid;
	int socket;
};

/*
 * Forks the zygote.
 *   Returns  0 or -errno.   Owner: zygote_close.   Threads: the owner has one.
 */
int zygote_open(struct zygote *zygote) __attribute__((warn_unused_result));

/*
 * Has the zygote fork a child that runs body(arg) as process_fork does. The child sees memory as it
 * was at zygote_open, and memory mapped shared before; arg points there.
 *   Returns  0 and the pid, which is not the caller's child; -errno of the fork; -EPIPE if the
 *            zygote is dead.
 */
int zygote_spawn(struct zygote *zygote, int (*body)(void *arg), void *arg, pid_t *pid)
	__attribute__((warn_unused_result));

/*
 * Waits for the end of one of its children, which stays a zombie of the zygote until then.
 *   status   as waitpid tells it
 *   Returns  0 and the pid, -ECHILD if it has none, -EPIPE if the zygote is dead, and with it all.
 */
int zygote_wait(struct zygote *zygote, pid_t *pid, int *status) __attribute__((warn_unused_result));

/* Ends the zygote and with it its children. */
void zygote_close(struct zygote *zygote);

#endif
