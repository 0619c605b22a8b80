/*
 * What others took of the CPUs: see calm.h.
 */
#include "harness/measure/calm.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/measure/tree.h"

enum { SECOND_NS = 1000 * 1000 * 1000, US = 1000 };

/* user, nice, system, interrupts and what the host took; not idle, not waiting for disks. */
static int64_t all_ns(void)
{
	char text[512];
	int64_t user, nice, system, idle, iowait, irq, softirq, steal;

	/* the first line is the sum of all CPUs; what does not fit is not needed */
	if (proc_read(AT_FDCWD, "/proc/stat", text, sizeof(text)) <= 0 ||
		sscanf(text,
			"cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
			" %" SCNd64 " %" SCNd64,
			&user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
		return -1;
	return (user + nice + system + irq + softirq + steal) * (SECOND_NS / sysconf(_SC_CLK_TCK));
}

static int64_t used_ns(int who)
{
	struct rusage usage = {0};

	getrusage(who, &usage);
	return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND_NS +
	       ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * US;
}

void calm_begin(struct calm *begin)
{
	begin->wall_ns = clock_now_ns();
	begin->all_ns = all_ns();
	begin->own_ns = used_ns(RUSAGE_SELF) + used_ns(RUSAGE_CHILDREN);
}

double calm_others(const struct calm *begin)
{
	struct calm now;

	calm_begin(&now);
	double capacity_ns =
		(double)(now.wall_ns - begin->wall_ns) * (double)sysconf(_SC_NPROCESSORS_ONLN);
	double others_ns = (double)(now.all_ns - begin->all_ns - (now.own_ns - begin->own_ns));

	if (begin->all_ns < 0 || now.all_ns < 0 || capacity_ns <= 0 || others_ns <= 0)
		return 0;
	return others_ns > capacity_ns ? 1 : others_ns / capacity_ns;
}
