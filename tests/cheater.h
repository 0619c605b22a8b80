/*
 * Cheaters: one cell of a workload does less than its siblings, or says more, and the ledger must
 * tell it from an honest one.
 *
 * A test file wraps slot_stretch and slot_turn for what any task can misreport, and what else its
 * own cheats need: they look at the variable cheat.
 */
#ifndef CONCBENCH_TESTS_CHEATER_H
#define CONCBENCH_TESTS_CHEATER_H

#include "tests/invoke.h"

enum cheat {
	HONEST,
	/* in what the first task reports of a stretch */
	REPORTS_ONE_OPERATION_LESS,
	REPORTS_ONE_OPERATION_TWICE,
	REPORTS_ONE_BYTE_LESS,
	REPORTS_ANOTHER_RESULT,
	CHEATS /* from here on a test file's own: in what the family does */
};

/* What is wrong with the cell; set before it is invoked, so all its processes have it. */
extern int cheat;

struct cheater {
	const char *workload;
	int cheat;
	const char *differs_in; /* NULL: the cell itself must find out */
	const char *extra[2];   /* parameters beside the smoke size's, ended by NULL */
};

/* Invokes the cheater in every model that runs here; one that is not told fails the test. */
void cheater_is_told(const struct cheater *cheater, exec_fn *exec);

#endif
