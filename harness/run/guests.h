/*
 * Guests among the arguments of a run: programs in other languages, columns beside our models.
 */
#ifndef CONCBENCH_HARNESS_RUN_GUESTS_H
#define CONCBENCH_HARNESS_RUN_GUESTS_H

#include "harness/guest/guest.h"
#include "harness/run/plan.h"

enum { GUESTS_MAX = 4, GUEST_REFUSAL_MAX = 480 };

struct guests {
	struct guest_about abouts[GUESTS_MAX];
	int count;
	struct model models[MODELS_MAX + 1];  /* ours, then the guests' */
	const char *programs[MODELS_MAX + 1]; /* of each row; NULL: ours */
	const char *refusals[MODELS_MAX + 1]; /* of each row; NULL: it can be measured */
	char reasons[GUESTS_MAX][GUEST_REFUSAL_MAX];
	char **selectors; /* what else was among the arguments */
	int selectors_count;
};

/*
 * Takes the programs out of the arguments, asks each what it is and adds its models to ours. One
 * that cannot say what it is (it crashes, hangs, speaks another version) becomes one model named
 * after its file, whose cells are refused: nothing else suffers.
 *   Returns  0; -EINVAL with the message (not a program, too many, a name taken), -ENOMEM.
 *   Owner    guests_free, also after an error; plans made of the tables are used before.
 */
int guests_take(struct guests *guests, char *const *arguments, int count, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));
void guests_free(struct guests *guests);

#endif
