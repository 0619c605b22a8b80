/*
 * The options of concbench advise.
 */
#ifndef CONCBENCH_HARNESS_CLI_ADVISE_H
#define CONCBENCH_HARNESS_CLI_ADVISE_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/advise/request.h"
#include "harness/report/report.h"
#include "harness/run/placement.h"

struct advise_options {
	struct request request;
	struct placement placement;
	pid_t like;       /* 0 = none */
	const char *from; /* a stored run, NULL = measure */
	uint64_t seed, budget_ns;
	bool dry_run, no_crossovers, verify, help;
};

/* Reads and checks them; complains itself. An exit status. */
int advise_read_options(struct advise_options *options, int argc, char **argv);

/*
 * A stored run, read and made a report of; complains itself (report.c).
 *   Returns  an exit status.   Owner: cli_close_run, also after an error.
 */
int cli_read_run(
	const char *command, const char *run, struct session *session, struct report *report);
void cli_close_run(struct session *session, struct report *report);

#endif
