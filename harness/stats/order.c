#include "harness/stats/order.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

void order_sort(double *values, int n)
{
	for (int i = 0; i < n; i++)
		assert(!isnan(values[i]));
	if (n > 1)
		qsort(values, (size_t)n, sizeof(*values), ascending);
}

double order_median(const double *sorted, int n)
{
	if (n <= 0)
		return NAN;
	return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* Median of |value - centre|; centre 0 and shift false: of the values themselves. */
static double median_around(const double *values, int n, double centre, int absolute)
{
	double *copy = n > 0 ? malloc((size_t)n * sizeof(*copy)) : NULL;
	double median = NAN;

	if (copy == NULL)
		return NAN;
	for (int i = 0; i < n; i++)
		copy[i] = absolute ? fabs(values[i] - centre) : values[i];
	order_sort(copy, n);
	median = order_median(copy, n);
	free(copy);
	return median;
}

double order_median_of(const double *values, int n)
{
	return median_around(values, n, 0, 0);
}

double order_mad(const double *values, int n)
{
	double centre = order_median_of(values, n);

	return isnan(centre) ? NAN : median_around(values, n, centre, 1);
}
