/*
 * The arguments of concbench exec: what they say (exec_arguments.c), and what that means for the
 * workload and model they name (exec_orders.c).
 */
#ifndef CONCBENCH_HARNESS_CLI_EXEC_H
#define CONCBENCH_HARNESS_CLI_EXEC_H

#include "harness/guest/guest.h"
#include "harness/measure/supervisor.h"

enum { EXEC_NAMES_MAX = 64, EXEC_ERROR_MAX = 480 };

/* What the arguments say; parameters wait until the workload is known. */
struct exec_arguments {
	struct plan plan;
	const char *target;
	const char *params[EXEC_NAMES_MAX];
	int params_count;
	const char *concurrency;
	bool smoke, sut_given, load_given, interface, help;
	int record_fd;
	/* of --guest; NULL: the model is ours */
	const char *guest;
	struct guest_about about;
	struct model model;
};

/* Reads the command line. Returns 0, or EXIT_WRONG_USE with a message printed. */
int exec_read_arguments(struct exec_arguments *arguments, int argc, char **argv);

/*
 * Completes the plan: workload, model, parameters, placement, workers of a pool. Returns 0, or
 * EXIT_WRONG_USE with a message printed.
 */
int exec_complete_plan(struct exec_arguments *arguments);

#endif
