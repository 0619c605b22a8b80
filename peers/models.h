/*
 * What the programs of the comparison of models share: the command line and the one line they
 * print.
 *
 *	PROGRAM WHAT [N]     prints two numbers per operation of WHAT: ns of wall clock, ns of CPU
 *	                     (of the program and the children it has reaped, warm-up and set-up in
 * it)
 *
 * A memory row prints bytes per task twice: the mean over MODELS_LAYOUTS processes of its own,
 * since one draw of the address space decides for all children of a process how many pages
 * they copy and how many page tables they have. What cannot be measured is said on standard
 * error, with exit status 77 (peers/peer.h).
 */
#ifndef CONCBENCH_PEERS_MODELS_H
#define CONCBENCH_PEERS_MODELS_H

#include <sys/resource.h>

#include "peers/peer.h"

enum {
	MODELS_WORKERS = 2,
	MODELS_BATCH = 256,  /* calls submitted before the first result is awaited */
	MODELS_REQUEST = 64, /* bytes, and as many in the reply */
	MODELS_TASKS = 50, /* threads or processes alive at once where they are started and ended */
	MODELS_THREADS = 500, /* idle ones, for memory */
	MODELS_PROCESSES = 100,
	MODELS_LAYOUTS = 8,
	MODELS_STACK_BYTES = 256 * 1024
};

struct models_row {
	const char *what;
	long operations;
	/* Performs so many operations, warm-up and set-up outside, and returns their wall time in
	 * ns. */
	uint64_t (*measure)(long operations);
	/* Or: bytes per task. */
	double (*memory)(void);
};

static inline double models_cpu_ns(void)
{
	struct rusage self, children;
	double us = 0;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	us += 1e6 * (double)(self.ru_utime.tv_sec + self.ru_stime.tv_sec +
			     children.ru_utime.tv_sec + children.ru_stime.tv_sec);
	us += (double)(self.ru_utime.tv_usec + self.ru_stime.tv_usec + children.ru_utime.tv_usec +
		       children.ru_stime.tv_usec);
	return 1000 * us;
}

/* Times run(arg, operations) after a tenth of it. */
static inline uint64_t models_time(
	void (*run)(void *arg, long operations), void *arg, long operations)
{
	run(arg, operations / 10 + 1);
	uint64_t start_ns = peer_now_ns(CLOCK_MONOTONIC);
	run(arg, operations);
	return peer_now_ns(CLOCK_MONOTONIC) - start_ns;
}

/* A field of a file under /proc in KiB, summed over its lines; 0 if there is none. */
static inline long models_field_kib(const char *path, const char *field)
{
	FILE *file = fopen(path, "re");
	char line[256];
	long kib = 0;

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, field, strlen(field)) == 0)
			kib += strtol(line + strlen(field), NULL, 10);
	if (file != NULL)
		fclose(file);
	return kib;
}

/* Proportional set size and page tables of a process, in bytes. */
static inline double models_process_bytes(long pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
	long kib = models_field_kib(path, "Pss:");
	snprintf(path, sizeof path, "/proc/%ld/status", pid);
	return 1024.0 * (double)(kib + models_field_kib(path, "VmPTE:"));
}

/* The row's bytes in a fresh process; below 0 if that failed. */
static inline double models_memory_anew(const char *program, const char *what)
{
	char command[4096];
	double bytes = -1;

	snprintf(command, sizeof command, "exec '%s' %s 1", program, what);
	FILE *output = popen(command, "r");
	if (output != NULL && fscanf(output, "%lf", &bytes) != 1)
		bytes = -1;
	return output != NULL && pclose(output) == 0 ? bytes : -1;
}

static inline int models_print_memory(int argc, char **argv, const struct models_row *row)
{
	double sum = 0;

	if (argc > 2) {
		double bytes = row->memory();
		printf("%.6g %.6g\n", bytes, bytes);
		return 0;
	}
	for (int i = 0; i < MODELS_LAYOUTS; i++) {
		double bytes = models_memory_anew(argv[0], row->what);
		if (bytes < 0)
			return PEER_SKIP;
		sum += bytes;
	}
	printf("%.6g %.6g\n", sum / MODELS_LAYOUTS, sum / MODELS_LAYOUTS);
	return 0;
}

static inline int models_main(int argc, char **argv, const struct models_row *rows)
{
	if (argc < 2) {
		for (; rows->what != NULL; rows++)
			printf("%s\n", rows->what);
		return 2;
	}
	for (; rows->what != NULL; rows++) {
		if (strcmp(rows->what, argv[1]) != 0)
			continue;
		if (rows->memory != NULL)
			return models_print_memory(argc, argv, rows);
		long operations = argc > 2 ? strtol(argv[2], NULL, 10) : rows->operations;
		double wall_ns = (double)rows->measure(operations);
		printf("%.6g %.6g\n", wall_ns / (double)operations,
			models_cpu_ns() / (1.1 * (double)operations));
		return 0;
	}
	fprintf(stderr, "%s: does not measure %s\n", argv[0], argv[1]);
	return PEER_SKIP;
}

#endif
