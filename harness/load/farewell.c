/*
 * The end of a server. See farewell.h.
 */
#include "harness/load/farewell.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "harness/workload.h"

enum { TURNS_MAX = 3000 /* of a millisecond: a task that computes is waited for */ };

void farewell_say(struct farewell *farewell, struct orders *orders, enum endpoint_family family)
{
	struct timespec pause = {.tv_nsec = 1000000};
	uint32_t number;

	if (orders_await(orders, &number) != 0)
		return;
	atomic_store(&farewell->said, true);
	/* which task gets a connection is not for us to choose: as many as it takes */
	for (int turn = 0; turn < TURNS_MAX && atomic_load(&farewell->heard) < orders->tasks;
		turn++) {
		for (int i = atomic_load(&farewell->heard); i < orders->tasks; i++) {
			int fd = endpoint_connect(family, number, false);
			if (fd == -ECONNREFUSED || fd == -ETIMEDOUT)
				return; /* nobody is left */
			if (fd >= 0)
				close(fd);
		}
		nanosleep(&pause, NULL);
	}
}
