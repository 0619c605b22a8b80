/*
 * Guests among the arguments of a run: programs in other languages, columns beside our models.
 */
#ifndef CONCBENCH_HARNESS_RUN_GUESTS_H
#define CONCBENCH_HARNESS_RUN_GUESTS_H

#include "harness/guest/guest.h"
#include "harness/run/plan.h"

enum { GUESTS_MAX = 4 };

struct guests {
	struct guest_about abouts[GUESTS_MAX];
	int count;
	struct model models[MODELS_MAX + 1];  /* ours, then the guests' */
	const char *programs[MODELS_MAX + 1]; /* of each row; NULL: ours */
	char **selectors;                     /* what else was among the arguments */
	int selectors_count;
};

/*
 * Takes the programs out of the arguments, asks each what it is and adds its models to ours.
 *   Returns  0; -EINVAL with the message (no guest, too many, a name taken), -ENOMEM.
 *   Owner    guests_free, also after an error; plans made of the tables are used before.
 */
int guests_take(struct guests *guests, char *const *arguments, int count, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));
void guests_free(struct guests *guests);

#endif
