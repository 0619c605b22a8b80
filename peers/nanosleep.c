/*
 * How late clock_nanosleep returns, with this thread's timer slack: what a timer of ours is held
 * to.
 */
#include <errno.h>

#include "peers/peer.h"

enum { SLEEP_NS = 1000000 };

static double measure_lateness(long operations)
{
	uint64_t *late_ns = calloc((size_t)operations, sizeof(*late_ns));

	if (late_ns == NULL)
		exit(PEER_SKIP);
	for (long i = 0; i < operations; i++) {
		uint64_t due_ns = peer_now_ns(CLOCK_MONOTONIC) + SLEEP_NS;
		struct timespec due = {.tv_sec = (time_t)(due_ns / 1000000000u),
			.tv_nsec = (long)(due_ns % 1000000000u)};

		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
			;
		late_ns[i] = peer_now_ns(CLOCK_MONOTONIC) - due_ns;
	}
	double median = peer_median(late_ns, operations);
	free(late_ns);
	return median;
}

static const struct peer_row rows[] = {
	{"lateness", 500, measure_lateness},
	{NULL, 0, NULL},
};

int main(int argc, char **argv)
{
	return peer_main(argc, argv, rows);
}
