/*
 * Was the advice right? Everything is measured again with five times the blocks, and the model that
 * was named is held against the one that then takes the least CPU.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_VERIFY_H
#define CONCBENCH_HARNESS_ADVISE_VERIFY_H

#include "harness/advise/choice.h"

enum { VERIFY_BLOCKS = 5 /* times those of the advice */ };

enum verdict_of_advice {
	ADVICE_BEST,      /* the named model is the best of the second measurement */
	ADVICE_CLOSE,     /* not told apart from the best, even with five times the blocks */
	ADVICE_SAID_SO,   /* the best is a little better; the advice had not told them apart, and
			     the ratio lies within the interval it gave */
	ADVICE_NONE_FITS, /* none fits, as said */
	ADVICE_NOT_LEAST, /* wrong: another is surely better, and the advice did not allow for it */
	ADVICE_BREAKS,    /* wrong: the named model does not keep the rate or a bound */
	ADVICE_MISSED_FIT, /* wrong: it named none, but one fits */
	ADVICE_VERDICTS
};

struct verification {
	enum verdict_of_advice verdict;
	const char *named, *best;       /* models; NULL = none */
	struct interval stated, afresh; /* CPU of the best over that of the named one */
	char breaks[CELL_BYTES];        /* what the named model does not keep */
};

/* Right, or in one of the ways above wrong? */
bool verification_right(const struct verification *verification);

/*
 *   advised  what the advice was made from, NULL = refused by arithmetic
 *   afresh   the choice from the second measurement, of the same request
 *   Owner    points to names of models in the choices.
 */
void verify(struct verification *verification, const struct choice *advised,
	const struct choice *afresh);

/* "right: named async; thread-pool takes 0.96 [0.94-0.98] of its CPU, said was …", one line. */
void verification_write(const struct verification *verification, char *text, size_t bytes);

#endif
