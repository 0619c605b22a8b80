/*
 * What every model must have done, computed by a test once more.
 */
#ifndef CONCBENCH_TESTS_EXPECTED_H
#define CONCBENCH_TESTS_EXPECTED_H

#include "tests/invoke.h"

struct work {
	uint64_t operations, bytes, checksum; /* per round */
};

struct expected {
	const char *workload;
	struct work (*work)(const struct record *record); /* by the record's parameters */
	const char *extra[4]; /* parameters beside the smoke size's, ended by NULL */
	bool not_everywhere;  /* some models or machines cannot, and say so */
};

/* The numbers that workloads draw: SplitMix64's finalizer, once per argument. */
uint64_t number_of(uint64_t task, uint64_t operation);

/* A parameter of the record; a missing one fails the test. */
uint64_t value_of(const struct record *record, const char *name);

/* Invokes the workload in every model that runs here and compares what the records say. */
void every_model_does(const struct expected *expected, exec_fn *exec);

#endif
