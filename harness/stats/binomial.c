#include "harness/stats/binomial.h"

#include <math.h>

enum { BISECTIONS = 100 }; /* halves [0, 1] down to the last bit of a double */

static double log_probability(int k, int n, double p)
{
	double ways = lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);

	return ways + k * log(p) + (n - k) * log1p(-p);
}

double binomial_at_most(int k, int n, double p)
{
	double sum = 0;

	if (k < 0)
		return 0;
	if (k >= n || p <= 0)
		return 1;
	if (p >= 1)
		return 0;
	for (int i = 0; i <= k; i++)
		sum += exp(log_probability(i, n, p));
	return fmin(sum, 1);
}

double binomial_at_least(int k, int n, double p)
{
	/* successes and failures change places */
	return binomial_at_most(n - k, n, 1 - p);
}

double binomial_upper_bound(int k, int n, double confidence)
{
	double low = 0, high = 1;

	if (k >= n)
		return 1;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;
		if (binomial_at_most(k, n, middle) > 1 - confidence)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double binomial_lower_bound(int k, int n, double confidence)
{
	return k <= 0 ? 0 : 1 - binomial_upper_bound(n - k, n, confidence);
}
