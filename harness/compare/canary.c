#include "harness/compare/canary.h"

#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/clock.h"

enum { STEPS = 1000000, TRIPS = 200 };

double canary_arithmetic(void)
{
	uint64_t start_ns = clock_now_ns();
	volatile uint64_t out;
	uint64_t value = 1;

	for (int i = 0; i < STEPS; i++)
		value = value * 6364136223846793005u + 1442695040888963407u;
	out = value;
	(void)out;
	return (double)(clock_now_ns() - start_ns);
}

/* The child: sends back what it gets until the other end is closed. */
static void echo(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1)
		if (write(to, &byte, 1) != 1)
			break;
	_exit(0);
}

static double trips(int to, int from)
{
	char byte = 'c';
	uint64_t start_ns = 0;

	/* the first ones wake it up */
	for (int i = -10; i < TRIPS; i++) {
		if (i == 0)
			start_ns = clock_now_ns();
		if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
			return NAN;
	}
	return (double)(clock_now_ns() - start_ns);
}

double canary_pipe(void)
{
	int there[2], back[2];
	cpu_set_t before, one;
	double ns = NAN;

	if (pipe2(there, 0) != 0)
		return NAN;
	if (pipe2(back, 0) != 0) {
		close(there[0]);
		close(there[1]);
		return NAN;
	}
	sched_getaffinity(0, sizeof(before), &before);
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &before))
			CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	pid_t child = fork();
	if (child == 0) {
		close(there[1]);
		close(back[0]);
		echo(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	if (child > 0)
		ns = trips(there[1], back[0]);
	close(there[1]);
	close(back[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	sched_setaffinity(0, sizeof(before), &before);
	return ns;
}
