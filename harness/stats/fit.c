#include "harness/stats/fit.h"

#include <math.h>
#include <stdlib.h>

#include "harness/stats/order.h"

double fit_slope(const struct fit_point *points, int n)
{
	double *slopes = n > 1 ? malloc((size_t)n * (size_t)(n - 1) / 2 * sizeof(*slopes)) : NULL;
	int count = 0;

	if (slopes == NULL)
		return NAN;
	for (int i = 0; i < n; i++)
		for (int j = i + 1; j < n; j++)
			if (points[i].x != points[j].x)
				slopes[count++] =
					(points[j].y - points[i].y) / (points[j].x - points[i].x);
	order_sort(slopes, count);
	double slope = order_median(slopes, count);
	free(slopes);
	return slope;
}

double fit_intercept(const struct fit_point *points, int n, double slope)
{
	double *rest = n > 0 ? malloc((size_t)n * sizeof(*rest)) : NULL;

	if (rest == NULL || isnan(slope)) {
		free(rest);
		return NAN;
	}
	for (int i = 0; i < n; i++)
		rest[i] = points[i].y - slope * points[i].x;
	double intercept = order_median_of(rest, n);
	free(rest);
	return intercept;
}

static int by_group(const void *a, const void *b)
{
	const struct fit_point *left = a, *right = b;

	return (left->group > right->group) - (left->group < right->group);
}

struct interval fit_slopes(const struct fit_point *points, int n, double confidence)
{
	struct fit_point *sorted = n > 0 ? malloc((size_t)n * sizeof(*sorted)) : NULL;
	double *slopes = n > 0 ? malloc((size_t)n * sizeof(*slopes)) : NULL;
	int count = 0;

	for (int i = 0; sorted != NULL && i < n; i++)
		sorted[i] = points[i];
	if (sorted != NULL)
		qsort(sorted, (size_t)n, sizeof(*sorted), by_group);
	for (int from = 0, to; sorted != NULL && slopes != NULL && from < n; from = to) {
		for (to = from; to < n && sorted[to].group == sorted[from].group;)
			to++;
		double slope = fit_slope(&sorted[from], to - from);
		if (!isnan(slope))
			slopes[count++] = slope;
	}
	struct interval interval = interval_median(slopes, count, confidence);
	free(sorted);
	free(slopes);
	return interval;
}
