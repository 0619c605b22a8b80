/*
 * The load without a harness around it: drives a target for a while and says what it found, for
 * `concbench load` and the search for capacity.
 */
#ifndef CONCBENCH_HARNESS_LOAD_DRIVE_H
#define CONCBENCH_HARNESS_LOAD_DRIVE_H

#include "harness/load/client.h"

struct drive_settings {
	struct client_settings client; /* with a target */
	uint64_t rate_per_s;           /* of an open loop, over all connections; 0: closed loop */
	enum schedule_arrivals arrivals;
	uint64_t duration_ns;
	uint64_t timeout_ns; /* for the first replies, and for the last ones after the duration */
	uint64_t seed;
};

struct drive {
	uint64_t connections; /* that had a reply before the clock ran */
	uint64_t requests, replies,
		on_time;     /* within the duration: on_time, the others just after */
	uint64_t unanswered; /* at the end, beside those of losses */
	uint64_t wrong;      /* replies */
	struct client_losses losses;
	uint64_t sent, received; /* bytes */
	uint64_t wall_ns, cpu_ns, busy_ns;
	struct lane uncorrected, corrected, lag;
	bool open;                        /* loop: there are corrected latencies, and a lag */
	char fault[CLIENT_PROBLEM_MAX];   /* why the figures do not count; "" when they do */
	char problem[CLIENT_PROBLEM_MAX]; /* the first that a connection met; "" */
};

/*
 * Drives. What spoils the figures is said in `fault`: connections that were not established, a
 * wrong reply, an offered rate that was missed, a lag that hides the median, and in an open loop a
 * busy share over 70 %.
 *   drive    some 200 KiB, the caller's
 *   Returns  0, -ECANCELED, -EHOSTDOWN (nothing answered: drive->problem says why), or -errno.
 *   Threads  one at a time.
 */
int drive_run(struct drive *drive, const struct drive_settings *settings)
	__attribute__((warn_unused_result));

#endif
