#include "harness/run/spinner.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "harness/measure/clock.h"

enum { SPIN_NS = 10000000 };

/* Time this thread has waited for a CPU while it could run: second figure of schedstat. */
static int run_delay_ns(uint64_t *delay)
{
	unsigned long long cpu, waited;
	FILE *file = fopen("/proc/thread-self/schedstat", "re");
	int fields = file == NULL ? 0 : fscanf(file, "%llu %llu", &cpu, &waited);

	if (file != NULL)
		fclose(file);
	*delay = fields == 2 ? waited : 0;
	return fields == 2 ? 0 : -1;
}

static uint64_t thread_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* What was taken from outside, and the share that was waited for behind tasks of this machine. */
static double spin_here(double *waited)
{
	uint64_t delay_before, delay_after, now_ns;

	*waited = 0;
	if (run_delay_ns(&delay_before) != 0)
		return 0;
	uint64_t start_ns = clock_now_ns(), cpu_before = thread_cpu_ns();
	do
		now_ns = clock_now_ns();
	while (now_ns - start_ns < SPIN_NS);
	uint64_t cpu_after = thread_cpu_ns();
	uint64_t wall_ns = clock_now_ns() - start_ns;
	run_delay_ns(&delay_after);
	*waited = (double)(delay_after - delay_before) / (double)wall_ns;
	double taken = (double)wall_ns - (double)(cpu_after - cpu_before) -
		       (double)(delay_after - delay_before);
	return taken > 0 ? taken / (double)wall_ns : 0;
}

double spinner_share(const cpu_set_t *cpus, double *waited)
{
	cpu_set_t before, one;
	double worst = 0, most = 0;

	if (waited != NULL)
		*waited = 0;

	if (sched_getaffinity(0, sizeof(before), &before) != 0)
		return 0;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, cpus))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) != 0)
			continue;
		double here, share = spin_here(&here);
		worst = share > worst ? share : worst;
		most = here > most ? here : most;
	}
	sched_setaffinity(0, sizeof(before), &before);
	if (waited != NULL)
		*waited = most;
	return worst;
}
