#include "harness/compare/verdict.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/holm.h"
#include "harness/stats/order.h"
#include "harness/stats/power.h"
#include "harness/stats/sign.h"

const char *const verdict_names[] = {"REGRESSED", "INCONCLUSIVE", "EQUIVALENT", "IMPROVED"};

const double verdict_alpha = 0.01, verdict_power = 0.95, verdict_blind = 0.10;

static const double confidence = 0.95;
static const double reserve = 1.3;       /* a pilot's noise is an estimate itself */
static const double narrow_power = 0.99; /* of normal noise, this takes as many as the reserve */
static const double mad_sigma = 1.4826;  /* of a normal distribution */

/* A change as the scale the values are on, and back. */
static double to_value(const struct finding *finding, double change)
{
	return finding->ratio ? log1p(change) : change;
}

static double to_change(const struct finding *finding, double value)
{
	return finding->ratio ? expm1(value) : value;
}

static double noise(const struct finding *finding)
{
	return finding->n < 2 ? NAN : mad_sigma * order_mad(finding->values, finding->n);
}

/*
 * Half the distance between the bounds that decide: so much do as many values differ from the
 * middle as may not lie beyond a threshold. The middle is that of the outer tenths, not the median:
 * of two modes the median is in the one that has more, and to stop when that looks narrow favours a
 * verdict.
 */
static double half_width(const double *values, int n, double alpha)
{
	double *sorted = malloc((size_t)n * sizeof(*sorted) + 1);
	int critical = power_critical(n, alpha), tenth = n / 10;

	if (sorted == NULL || critical > n) {
		free(sorted);
		return INFINITY;
	}
	memcpy(sorted, values, (size_t)n * sizeof(*sorted));
	order_sort(sorted, n);
	double middle = (sorted[tenth] + sorted[n - 1 - tenth]) / 2;
	for (int i = 0; i < n; i++)
		sorted[i] = fabs(sorted[i] - middle);
	order_sort(sorted, n);
	double half = sorted[2 * critical - n - 1];
	free(sorted);
	return half;
}

/* The same as a share of what lets the target be found. */
static double width(const struct finding *finding, int tests)
{
	double alpha = verdict_alpha / (tests > 0 ? tests : 1);
	double bound = normal_quantile(1 - alpha);
	double shift = to_value(finding, finding->target) - to_value(finding, finding->margin);

	return half_width(finding->values, finding->n, alpha) *
	       (bound + normal_quantile(narrow_power)) / (shift * bound);
}

bool verdict_is_narrow(const struct finding *finding, int tests)
{
	return width(finding, tests) <= 1;
}

/* Were the noise normal. */
static int needed_at_least(const struct finding *finding, int tests)
{
	double sigma = noise(finding);
	double shift = to_value(finding, finding->target) - to_value(finding, finding->margin);

	if (isnan(sigma))
		return POWER_N_MAX;
	/* noise below a thousandth of the shift: any significant n will do */
	return power_needed(sigma > 0 ? fmin(shift / sigma, 30) : 30,
		verdict_alpha / (tests > 0 ? tests : 1), verdict_power);
}

/* Long tails take more than their middle lets expect. */
static int needed(const struct finding *finding, int tests)
{
	int quads = needed_at_least(finding, tests);
	double share = finding->n < quads ? 0 : width(finding, tests);
	double more = fmin(POWER_N_MAX, ceil(finding->n * share * share));
	return more > quads ? (int)more : quads;
}

int verdict_plan(const struct finding *pilot, int tests)
{
	int quads = needed_at_least(pilot, tests);
	double more = ceil(quads * reserve);

	return more > POWER_N_MAX ? POWER_N_MAX : more > pilot->n ? (int)more : pilot->n;
}

static void describe(struct finding *finding, int tests)
{
	double sigma = noise(finding);
	double shift = power_detectable(
		finding->n, verdict_alpha / (tests > 0 ? tests : 1), verdict_power);

	finding->change = interval_median(finding->values, finding->n, confidence);
	finding->change.middle = to_change(finding, finding->change.middle);
	finding->change.low = to_change(finding, finding->change.low);
	finding->change.high = to_change(finding, finding->change.high);
	finding->upper =
		to_change(finding, sign_upper_bound(finding->values, finding->n, confidence));
	finding->sigma = isnan(sigma) ? NAN : to_change(finding, sigma);
	finding->needed = needed(finding, tests);
	finding->detectable =
		isnan(sigma) || isinf(shift)
			? INFINITY
			: to_change(finding, to_value(finding, finding->margin) + shift * sigma);
}

static void decide(struct finding *finding, double worse, double better)
{
	finding->p = worse;
	if (worse <= verdict_alpha)
		finding->verdict = VERDICT_REGRESSED;
	else if (better <= verdict_alpha)
		finding->verdict = VERDICT_IMPROVED;
	else if (finding->upper < finding->target && !(finding->lost > verdict_blind))
		finding->verdict = VERDICT_EQUIVALENT;
	else
		finding->verdict = VERDICT_INCONCLUSIVE;
}

/* Raw p values of one direction, gated findings adjusted as one family, the others by themselves.
 */
static int adjust(const struct finding *findings, int count, bool worse, double *p)
{
	double *family = calloc((size_t)count + 1, sizeof(*family));
	double *adjusted = calloc((size_t)count + 1, sizeof(*adjusted));
	int members = 0, rc = family == NULL || adjusted == NULL ? -ENOMEM : 0;

	for (int i = 0; i < count && rc == 0; i++) {
		const struct finding *finding = &findings[i];
		double margin = to_value(finding, finding->margin);
		p[i] = worse ? sign_test_above(finding->values, finding->n, margin)
			     : sign_test_below(finding->values, finding->n, -margin);
		if (finding->gated)
			family[members++] = p[i];
	}
	if (rc == 0)
		rc = holm_adjust(family, members, adjusted);
	for (int i = 0, member = 0; i < count && rc == 0; i++)
		if (findings[i].gated)
			p[i] = adjusted[member++];
	free(family);
	free(adjusted);
	return rc;
}

int verdict_judge(struct finding *findings, int count)
{
	double *worse = calloc((size_t)count + 1, sizeof(*worse));
	double *better = calloc((size_t)count + 1, sizeof(*better));
	int tests = 0, rc = worse == NULL || better == NULL ? -ENOMEM : 0;

	for (int i = 0; i < count; i++)
		tests += findings[i].gated;
	if (rc == 0)
		rc = adjust(findings, count, true, worse);
	if (rc == 0)
		rc = adjust(findings, count, false, better);
	for (int i = 0; i < count && rc == 0; i++) {
		describe(&findings[i], tests);
		decide(&findings[i], worse[i], better[i]);
	}
	free(worse);
	free(better);
	return rc;
}
