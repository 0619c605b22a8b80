#include "harness/advise/verify.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/report/number.h"

static const bool right[ADVICE_VERDICTS] = {[ADVICE_BEST] = true,
	[ADVICE_CLOSE] = true,
	[ADVICE_SAID_SO] = true,
	[ADVICE_NONE_FITS] = true};

bool verification_right(const struct verification *verification)
{
	return right[verification->verdict];
}

/* With as many pairs as the second measurement has, an interval of 95 % for this one ratio. */
static enum verdict_of_advice compare(struct verification *verification,
	const struct candidate *stated, const struct candidate *named, const struct candidate *best)
{
	verification->afresh = row_cpu_ratio(best->row, named->row, 0.95);
	if (stated != NULL && stated->unfit == FIT)
		verification->stated = stated->cpu_ratio;
	if (best == named)
		return ADVICE_BEST;
	if (interval_contains(&verification->afresh, 1))
		return ADVICE_CLOSE;
	bool within = stated != NULL && stated->unfit == FIT && stated->tied &&
		      verification->afresh.high >= stated->cpu_ratio.low;
	return within ? ADVICE_SAID_SO : ADVICE_NOT_LEAST;
}

void verify(struct verification *verification, const struct choice *advised,
	const struct choice *afresh)
{
	static const struct interval none = {.middle = NAN, .low = NAN, .high = NAN};
	int best = choice_cheapest(afresh);

	*verification = (struct verification){.stated = none, .afresh = none};
	if (best >= 0)
		verification->best = afresh->candidates[best].row->model;
	if (advised == NULL || advised->chosen < 0) {
		verification->verdict = best < 0 ? ADVICE_NONE_FITS : ADVICE_MISSED_FIT;
		return;
	}
	verification->named = advised->candidates[advised->chosen].row->model;
	const struct candidate *named = choice_of(afresh, verification->named);
	if (named == NULL || named->unfit != FIT) {
		verification->verdict = ADVICE_BREAKS;
		if (named != NULL)
			candidate_say(
				named, false, verification->breaks, sizeof(verification->breaks));
		return;
	}
	verification->verdict = compare(verification, choice_of(advised, verification->best), named,
		&afresh->candidates[best]);
}

static const char *const endings[ADVICE_VERDICTS] = {[ADVICE_BEST] = "it takes the least CPU",
	[ADVICE_CLOSE] = "not told apart from it",
	[ADVICE_SAID_SO] = "that it may be so was said",
	[ADVICE_NONE_FITS] = "no model fits, as said",
	[ADVICE_NOT_LEAST] = "which was not said",
	[ADVICE_BREAKS] = "it does not fit",
	[ADVICE_MISSED_FIT] = "which fits"};

void verification_write(const struct verification *verification, char *text, size_t bytes)
{
	char stated[NUMBER_MAX], afresh[NUMBER_MAX];
	const char *ending = endings[verification->verdict];
	int end =
		snprintf(text, bytes, "%s: ", verification_right(verification) ? "right" : "WRONG");

	if (end < 0 || (size_t)end >= bytes)
		return;
	text += end;
	bytes -= (size_t)end;
	number_interval(stated, sizeof(stated), &verification->stated, UNIT_PLAIN);
	number_interval(afresh, sizeof(afresh), &verification->afresh, UNIT_PLAIN);
	switch (verification->verdict) {
	case ADVICE_NONE_FITS:
		snprintf(text, bytes, "%s", ending);
		break;
	case ADVICE_MISSED_FIT:
		snprintf(text, bytes, "none was named beside %s, %s", verification->best, ending);
		break;
	case ADVICE_BEST:
		snprintf(text, bytes, "%s was named, %s", verification->named, ending);
		break;
	case ADVICE_BREAKS:
		snprintf(text, bytes, "%s was named, %s: %s", verification->named, ending,
			verification->breaks);
		break;
	default:
		snprintf(text, bytes, "%s was named; %s takes %s of its CPU (said was %s), %s",
			verification->named, verification->best, afresh, stated, ending);
	}
}
