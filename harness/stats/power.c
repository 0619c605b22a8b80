#include "harness/stats/power.h"

#include <math.h>

#include "harness/stats/binomial.h"

enum { BISECTIONS = 55, Z_MAX = 38 }; /* beyond, the normal tail is 0 as a double */

double normal_below(double z)
{
	return 0.5 * erfc(-z * M_SQRT1_2);
}

double normal_quantile(double p)
{
	double low = -Z_MAX, high = Z_MAX;

	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;
		if (normal_below(middle) < p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

int power_critical(int n, double alpha)
{
	int low = 0, high = n + 1;

	/* the tail falls as k grows: the least k whose tail is small enough */
	while (low < high) {
		int middle = (low + high) / 2;
		if (binomial_at_least(middle, n, 0.5) <= alpha)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

double power_sign(int n, double alpha, double shift)
{
	int critical = power_critical(n, alpha);

	return critical > n ? 0 : binomial_at_least(critical, n, normal_below(shift));
}

/* The sample size by the normal approximation: where the search begins. */
static double approximate(double shift, double alpha, double power)
{
	double p = normal_below(shift), far = p - 0.5;
	double reach = normal_quantile(1 - alpha) / 2 + normal_quantile(power) * sqrt(p * (1 - p));

	return reach * reach / (far * far);
}

int power_needed(double shift, double alpha, double power)
{
	double near = shift > 0 ? approximate(shift, alpha, power) : POWER_N_MAX;

	if (!(near < POWER_N_MAX))
		return POWER_N_MAX;
	int n = near > 20 ? (int)(near * 0.8) : 1;
	while (n < POWER_N_MAX && power_sign(n, alpha, shift) < power)
		n++;
	return n;
}

double power_detectable(int n, double alpha, double power)
{
	double low = 0, high = Z_MAX;

	if (power_sign(n, alpha, high) < power)
		return INFINITY;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;
		if (power_sign(n, alpha, middle) < power)
			low = middle;
		else
			high = middle;
	}
	return high;
}
