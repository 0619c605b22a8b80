/*
 * A request for advice: so many requests per second that wait and compute. What can be said of it
 * without measuring: Little's law and the CPUs it needs.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_REQUEST_H
#define CONCBENCH_HARNESS_ADVISE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/run/sweep.h"

struct request {
	int64_t rate;     /* requests per second, > 0 */
	uint64_t wait_ns; /* of a request: for a database, another service */
	uint64_t compute_ns;
	int64_t concurrency;   /* connections; 0 = twice what Little's law asks for */
	uint64_t memory_bytes; /* for all tasks; 0 = no bound */
	uint64_t p99_ns;       /* 0 = no bound */
	int cpus;              /* for the service; 0 = as many as it needs */
};

enum { REQUEST_TEXT = 400 };

/* What follows from the request alone. */
struct request_facts {
	bool feasible;
	double in_progress;   /* requests at once on average: rate x (wait + compute) */
	double cpus;          /* that computation alone keeps busy */
	int replicas;         /* that this machine's share of CPUs stands for, at most 70 % busy */
	struct request share; /* what one of them is asked for: this is measured */
	char reason[REQUEST_TEXT], way_out[REQUEST_TEXT]; /* where it is not feasible */
};

/*
 *   cpus_here  CPUs that a server is measured on
 *   Threads    any.
 */
void request_examine(const struct request *request, int cpus_here, struct request_facts *facts);

enum { REQUEST_SWEEPS = 4 };

/* The request as parameters of the workload that is measured: rate, wait, compute, and requests of
   a connection in a round such that a round takes about 25 ms; and the number of connections as
   text. */
void request_params(const struct request *request, struct sweep sweeps[REQUEST_SWEEPS],
	char *concurrency, size_t bytes);

#endif
