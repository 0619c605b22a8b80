#include "harness/stats/sign.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/binomial.h"
#include "harness/stats/order.h"

double sign_test_above(const double *values, int n, double threshold)
{
	int above = 0;

	for (int i = 0; i < n; i++)
		above += values[i] > threshold;
	return binomial_at_least(above, n, 0.5);
}

double sign_test_below(const double *values, int n, double threshold)
{
	int below = 0;

	for (int i = 0; i < n; i++)
		below += values[i] < threshold;
	return binomial_at_least(below, n, 0.5);
}

/* The rank-th smallest, or from the other end the rank-th largest value; rank from 1. */
static double ranked(const double *values, int n, int rank, int largest)
{
	double *sorted = malloc((size_t)n * sizeof(*sorted));

	if (sorted == NULL)
		return largest ? INFINITY : -INFINITY;
	memcpy(sorted, values, (size_t)n * sizeof(*sorted));
	order_sort(sorted, n);
	double value = largest ? sorted[n - rank] : sorted[rank - 1];
	free(sorted);
	return value;
}

/* The largest rank whose order statistic still bounds the median: P(X < rank) <= 1 - confidence. */
static int bound_rank(int n, double confidence)
{
	int rank = 0;

	while (rank < n && binomial_at_most(rank, n, 0.5) <= 1 - confidence)
		rank++;
	return rank;
}

double sign_upper_bound(const double *values, int n, double confidence)
{
	int rank = bound_rank(n, confidence);

	return rank == 0 ? INFINITY : ranked(values, n, rank, 1);
}

double sign_lower_bound(const double *values, int n, double confidence)
{
	int rank = bound_rank(n, confidence);

	return rank == 0 ? -INFINITY : ranked(values, n, rank, 0);
}
