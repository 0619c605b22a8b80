/*
 * The facts of this machine, build and moment that a run's header carries.
 */
#ifndef CONCBENCH_HARNESS_RUN_MACHINE_H
#define CONCBENCH_HARNESS_RUN_MACHINE_H

#include "harness/report/header.h"
#include "harness/run/plan.h"

/*
 * Fills everything but seed, effort, command, swept and planned. What cannot be found out is "" or
 * -1. Threads  one at a time.
 */
void machine_describe(struct run_header *header);

/*
 * Adds what tables need to know of the workloads of a plan.
 *   Returns  0 or -ENOMEM.   Owner: run_header_release.
 */
int machine_add_workloads(struct run_header *header, const struct run_plan *plan)
	__attribute__((warn_unused_result));

/* The command line as one text that a shell would take, quoted where it must be. */
void machine_command(struct run_header *header, int argc, char *const *argv);

#endif
