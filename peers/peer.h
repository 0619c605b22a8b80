/*
 * What the small programs of the runtime comparison share: a clock, the command line and the one
 * line they print.
 *
 *	PROGRAM WHAT [N]     prints one number, the cost of one operation of WHAT
 *
 * Times are ns of wall clock for a single thread that never waits (switch, yield, spawn,
 * channel, generator, executor), ns late in the median for lateness, ns of CPU where the program
 *waits (sleep), bytes for sleep-memory. Every program warms up with a tenth of its operations and
 * prints nothing else on standard output. A program that cannot measure says why on standard
 * error and exits with 77.
 */
#ifndef CONCBENCH_PEERS_PEER_H
#define CONCBENCH_PEERS_PEER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PEER_SKIP = 77 };

static inline uint64_t peer_now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Bytes this process holds now: resident, page tables; from /proc/self/status. */
static inline long peer_memory_bytes(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];
	long resident = 0, tables = 0;

	while (status != NULL && fgets(line, sizeof line, status) != NULL) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			resident = strtol(line + 6, NULL, 10);
		if (strncmp(line, "VmPTE:", 6) == 0)
			tables = strtol(line + 6, NULL, 10);
	}
	if (status != NULL)
		fclose(status);
	return (resident + tables) * 1024;
}

static inline int peer_compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* The median of values, which are sorted by it: one that the machine held up does not decide. */
static inline double peer_median(uint64_t *values, long count)
{
	if (count == 0)
		return 0;
	qsort(values, (size_t)count, sizeof(*values), peer_compare);
	return count % 2 ? (double)values[count / 2]
			 : ((double)values[count / 2 - 1] + (double)values[count / 2]) / 2;
}

/* One row of a program: what it measures, how often by default, how. */
struct peer_row {
	const char *what;
	long operations;
	/* Performs that many operations and returns the cost of one. */
	double (*measure)(long operations);
};

static inline int peer_main(int argc, char **argv, const struct peer_row *rows)
{
	if (argc < 2) {
		for (; rows->what != NULL; rows++)
			printf("%s\n", rows->what);
		return 2;
	}
	for (; rows->what != NULL; rows++) {
		if (strcmp(rows->what, argv[1]) != 0)
			continue;
		long operations = argc > 2 ? strtol(argv[2], NULL, 10) : rows->operations;
		printf("%.6g\n", rows->measure(operations));
		return 0;
	}
	fprintf(stderr, "%s: does not measure %s\n", argv[0], argv[1]);
	return PEER_SKIP;
}

/* ns of wall clock per operation of run(operations), after a warm-up of a tenth. */
static inline double peer_time(void (*run)(long operations), long operations)
{
	run(operations / 10 + 1);
	uint64_t start_ns = peer_now_ns(CLOCK_MONOTONIC);
	run(operations);
	return (double)(peer_now_ns(CLOCK_MONOTONIC) - start_ns) / (double)operations;
}

#endif
