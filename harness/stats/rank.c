#include "harness/stats/rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "harness/stats/power.h"

enum { EXACT_MAX = 50 };

struct ranked {
	double value;
	bool first; /* of the first sample */
};

static int ascending(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	return (left->value > right->value) - (left->value < right->value);
}

/*
 * The sum of the first sample's ranks, ties sharing their mean.
 *   ties     sum of t^3 - t over groups of t equal values
 */
static double rank_sum(struct ranked *all, int count, double *ties)
{
	double sum = 0;

	*ties = 0;
	qsort(all, (size_t)count, sizeof(*all), ascending);
	for (int from = 0, to; from < count; from = to) {
		int firsts = 0;
		for (to = from; to < count && all[to].value == all[from].value; to++)
			firsts += all[to].first;
		double equal = to - from;
		sum += firsts * ((double)from + 1 + to) / 2;
		*ties += equal * equal * equal - equal;
	}
	return sum;
}

/*
 * P(U <= u) without ties. ways[j][u]: of i values among j others, arrangements with that U; row by
 * row, ways(i, j, u) = ways(i - 1, j, u - j) + ways(i, j - 1, u).
 */
static double at_most(int n, int m, int u)
{
	size_t most = (size_t)n * (size_t)m + 1;
	double *ways = calloc((size_t)(m + 1) * most, sizeof(*ways)), all = 0, sum = 0;

	if (ways == NULL)
		return NAN;
	for (int j = 0; j <= m; j++)
		ways[(size_t)j * most] = 1;
	for (int i = 1; i <= n; i++)
		for (int j = 1; j <= m; j++) {
			double *row = &ways[(size_t)j * most];
			/* from the top: what is read at u - j still belongs to i - 1 */
			for (size_t k = most; k-- > 0;)
				row[k] = (k >= (size_t)j ? row[k - (size_t)j] : 0) + row[k - most];
		}
	for (size_t k = 0; k < most; k++) {
		all += ways[(size_t)m * most + k];
		sum += k <= (size_t)u ? ways[(size_t)m * most + k] : 0;
	}
	free(ways);
	return sum / all;
}

static double approximate(double u, double n, double m, double ties)
{
	double count = n + m, distance = fabs(u - n * m / 2) - 0.5;
	double variance = n * m / 12 * (count + 1 - ties / (count * (count - 1)));

	if (!(variance > 0))
		return 1;
	return fmin(1, 2 * normal_below(-fmax(distance, 0) / sqrt(variance)));
}

double rank_sum_test(const double *a, int a_count, const double *b, int b_count)
{
	int count = a_count + b_count;
	struct ranked *all = calloc((size_t)count + 1, sizeof(*all));
	double ties;

	if (all == NULL || a_count <= 0 || b_count <= 0) {
		free(all);
		return all == NULL ? NAN : 1;
	}
	for (int i = 0; i < a_count; i++)
		all[i] = (struct ranked){a[i], true};
	for (int i = 0; i < b_count; i++)
		all[a_count + i] = (struct ranked){b[i], false};
	double u = rank_sum(all, count, &ties) - (double)a_count * (a_count + 1) / 2;
	free(all);
	if (ties > 0 || a_count > EXACT_MAX || b_count > EXACT_MAX)
		return approximate(u, a_count, b_count, ties);
	/* the smaller tail; U is symmetric */
	double other = (double)a_count * b_count - u;
	return fmin(1, 2 * at_most(a_count, b_count, (int)(u < other ? u : other)));
}
