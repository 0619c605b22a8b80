/*
 * The lines of a run's file that are no records: the header (where, from what and how it was
 * measured; the first line) and events (what happened to the run).
 */
#ifndef CONCBENCH_HARNESS_REPORT_HEADER_H
#define CONCBENCH_HARNESS_REPORT_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "harness/record.h"

enum { RUN_FORMAT = 1 };

/* What tables need to know of a workload; the header carries it, so that a file explains itself. */
struct workload_facts {
	char name[RECORD_NAME_MAX];
	char kind[16];
	char operation[120];
	char latency_of[64];   /* "" = of all operations */
	char concurrency[24];  /* the parameter that is the number of tasks */
	int64_t rate, latency; /* 1: it has one; 0: the schedule decides it, or there is none */
	int64_t load;          /* 1: a load process drives it from CPUs of its own */
	int64_t server;        /* 1: its tasks serve what the load process asks */
};

struct run_machine {
	char host[65], cpu[96], kernel[200], hypervisor[32];
	int64_t cpus; /* online */
	char cpus_allowed[RECORD_CPUS_MAX];
	int64_t memory_bytes;
};

struct run_build {
	char version[24], commit[64], mode[16], compiler[160], flags[600], binary_sha256[65];
};

/* -1 = unlimited */
struct run_limits {
	int64_t processes, files, stack_bytes, locked_bytes, threads_max, pid_max, map_count;
};

struct run_header {
	int64_t concbench_run; /* RUN_FORMAT */
	char session[40];
	char started[24]; /* "2026-11-22T13:41:47Z" */
	struct run_machine machine;
	struct run_build build;
	struct run_limits limits;
	uint64_t seed;
	char effort[16];
	char command[2048];
	char selftest[240];               /* what the last self-test here said; "" in older files */
	char swept[200];                  /* parameters that took several values, "a,b" */
	int64_t planned;                  /* invocations */
	struct workload_facts *workloads; /* malloc'd */
	int workloads_count;
};

enum event_kind {
	EVENT_DISTURBED, /* the records of orders from .. to do not count: the machine was taken
			    away */
	EVENT_WARNING,   /* of the whole run */
	EVENT_END        /* the last line of a run that was not killed; text "" = complete */
};

struct run_event {
	enum event_kind event;
	int64_t from, to;
	double share; /* of a CPU that was taken */
	char text[RECORD_REASON_MAX];
};

/* One JSON line with its newline, malloc'd; NULL without memory. */
char *run_header_to_json(const struct run_header *header);
char *run_event_to_json(const struct run_event *event);

/*
 * Strict, as record_from_json.
 *   Returns  0, -EINVAL with the message, -ENOMEM.
 *   Owner    run_header_release, also after an error.
 */
int run_header_from_json(struct run_header *header, const char *line, size_t bytes, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));
int run_event_from_json(struct run_event *event, const char *line, size_t bytes, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));
void run_header_release(struct run_header *header);

/* The facts of a workload by name; NULL if the header has none. */
const struct workload_facts *run_facts(const struct run_header *header, const char *workload);

#endif
