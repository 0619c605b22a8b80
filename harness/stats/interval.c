#include "harness/stats/interval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/binomial.h"
#include "harness/stats/order.h"

double interval_coverage(int n, int rank)
{
	if (rank < 1 || 2 * rank > n)
		return 0;
	return 1 - 2 * binomial_at_most(rank - 1, n, 0.5);
}

int interval_rank(int n, double confidence)
{
	int rank = 0;

	while (interval_coverage(n, rank + 1) >= confidence)
		rank++;
	return rank;
}

struct interval interval_median(const double *values, int n, double confidence)
{
	struct interval interval = {.middle = NAN, .low = NAN, .high = NAN, .n = n > 0 ? n : 0};
	double *sorted = n > 0 ? malloc((size_t)n * sizeof(*sorted)) : NULL;

	if (sorted == NULL)
		return interval;
	memcpy(sorted, values, (size_t)n * sizeof(*sorted));
	order_sort(sorted, n);
	int rank = interval_rank(n, confidence);
	if (rank == 0)
		rank = 1;
	interval.middle = order_median(sorted, n);
	interval.low = sorted[rank - 1];
	interval.high = sorted[n - rank];
	interval.coverage = interval_coverage(n, rank);
	free(sorted);
	return interval;
}

bool interval_contains(const struct interval *interval, double value)
{
	return interval->low <= value && value <= interval->high;
}
