/*
 * Which model for a request, from the rows of a table that measured it: of those that keep the rate
 * and every bound, the one that takes the least CPU per request; where several are not told apart,
 * the one with the least memory. No model is chosen beside which another takes surely less CPU.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_CHOICE_H
#define CONCBENCH_HARNESS_ADVISE_CHOICE_H

#include "harness/advise/request.h"
#include "harness/report/tables.h"

/* Why a model is not to be chosen. */
enum unfit { FIT, UNFIT_STATUS, UNFIT_RATE, UNFIT_P99, UNFIT_MEMORY, UNFIT_CPU };

struct candidate {
	const struct row *row;
	enum unfit unfit;
	double memory_bytes; /* of all tasks; NaN where it was not measured */
	int kept, of;        /* invocations whose own p99 keeps the bound; of all that count */
	bool pareto;         /* none is better in p99, CPU and memory at once */
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

/*
 *   request  what one replica is asked for
 *   Owner    points into the group, which must outlive it.
 */
void choice_make(
	struct choice *choice, const struct group_rows *group, const struct request *request);

/* The candidate of a model; NULL where it was not measured. */
const struct candidate *choice_of(const struct choice *choice, const char *model);

/* What the last column says of a candidate: "chosen", "on the front", what it does not keep. */
void candidate_say(const struct candidate *candidate, bool chosen, char *text, size_t bytes);

/* Of all that fit the one of the least CPU per request, bounds kept; -1 = none fits. */
int choice_cheapest(const struct choice *choice);

/* The three lines (two of them) and what the choice rests on, as sentences. */
void choice_write(const struct choice *choice, const struct request *request,
	const struct request_facts *facts, const struct writer *writer);

/* All candidates: what each costs, what does not fit, the Pareto front. 0 or -ENOMEM. */
int choice_table(const struct choice *choice, const struct writer *writer)
	__attribute__((warn_unused_result));

#endif
