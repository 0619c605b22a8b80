/*
 * Which model for a request, from the rows of a table that measured it: of those that keep the rate
 * and every bound, the one that takes the least CPU per request; where several are not told apart,
 * the one with the least memory.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_CHOICE_H
#define CONCBENCH_HARNESS_ADVISE_CHOICE_H

#include "harness/advise/request.h"
#include "harness/report/tables.h"

/* Why a model is not to be chosen. */
enum unfit { FIT, UNFIT_STATUS, UNFIT_P99, UNFIT_MEMORY, UNFIT_CPU };

struct candidate {
	const struct row *row;
	enum unfit unfit;
	double memory_bytes;       /* of all tasks; NaN where it was not measured */
	bool pareto;               /* none is better in p99, CPU and memory at once */
	struct interval cpu_ratio; /* its CPU per request over the chosen one's */
	bool tied;                 /* not told apart from the chosen one */
};

struct choice {
	const struct group_rows *group;
	struct candidate candidates[MODELS_SHOWN];
	int count;
	int chosen; /* of candidates, -1 = no model fits */
	int rival;  /* the cheapest of the others that fit and do not tie, else one of another
		       family; -1 = none */
};

void choice_make(
	struct choice *choice, const struct group_rows *group, const struct request *request);

/* The three lines (two of them) and what the choice rests on, as sentences. */
void choice_write(const struct choice *choice, const struct request *request,
	const struct request_facts *facts, const struct writer *writer);

/* All candidates: what each costs, what does not fit, the Pareto front. 0 or -ENOMEM. */
int choice_table(const struct choice *choice, const struct writer *writer)
	__attribute__((warn_unused_result));

#endif
