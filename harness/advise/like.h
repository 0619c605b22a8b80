/*
 * A request estimated from a running service, by what /proc tells of its process and of those it
 * has started.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_LIKE_H
#define CONCBENCH_HARNESS_ADVISE_LIKE_H

#include <sys/types.h>

#include "harness/advise/request.h"

/* What was seen. */
struct like {
	double cpu_per_s; /* CPUs kept busy, children that it reaped included */
	int processes, threads;
	int sockets;    /* an inherited one counts once */
	double seconds; /* watched for */
};

/*
 * Watches a process for a while.
 *   Returns  0, -ESRCH (no such process), -EACCES (another user's), -errno, -ENOMEM.
 */
int like_watch(pid_t pid, double seconds, struct like *like) __attribute__((warn_unused_result));

/*
 * Completes a request of known rate: computation is the CPU time of a request; the number at once
 * is that of its threads or connections, whichever is more, and what is left of their time is
 * taken as waiting, which makes the wait an upper bound. What the caller gave stays.
 */
void like_complete(const struct like *like, struct request *request);

#endif
