/*
 * Waiting for another process, which may be killed and never come: waits end when the invocation is
 * over. Tasks that share a process need no such thing, they end together.
 */
#ifndef CONCBENCH_BENCH_PROCESS_AWAIT_H
#define CONCBENCH_BENCH_PROCESS_AWAIT_H

#include <errno.h>

#include "harness/workload.h"
#include "models/processes/processes.h"

/* How long a wait goes on before it looks around; longer than any that is worth measuring. */
enum { AWAIT_NS = 100000000 };

/* Whether to wait on after that result. */
static inline bool await_again(const struct orders *orders, int *rc)
{
	if (*rc == -ETIMEDOUT && coordinate_cancelled(orders))
		*rc = -ECANCELED;
	return *rc == -ETIMEDOUT;
}

/* Each returns what the family's call returns, or -ECANCELED once the invocation is over. */

static inline int await_permit(const struct orders *orders, struct process_semaphore *semaphore)
{
	int rc;

	do
		rc = process_semaphore_acquire(semaphore, AWAIT_NS);
	while (await_again(orders, &rc));
	return rc;
}

static inline int await_event(const struct orders *orders, struct process_event *event)
{
	int rc;

	do
		rc = process_event_wait(event, AWAIT_NS);
	while (await_again(orders, &rc));
	return rc;
}

static inline int await_put(
	const struct orders *orders, struct process_queue *queue, const void *item)
{
	int rc;

	do
		rc = process_queue_put(queue, item, AWAIT_NS);
	while (await_again(orders, &rc));
	return rc;
}

static inline int await_get(const struct orders *orders, struct process_queue *queue, void *item)
{
	int rc;

	do
		rc = process_queue_get(queue, item, AWAIT_NS);
	while (await_again(orders, &rc));
	return rc;
}

#endif
