#include "harness/stats/pairs.h"

#include <math.h>
#include <stdlib.h>

/* The last value of a key; 0 if there is none. */
static double value_of(const struct paired *values, int n, int64_t key)
{
	for (int i = n - 1; i >= 0; i--)
		if (values[i].key == key)
			return values[i].value;
	return 0;
}

static int is_last(const struct paired *values, int n, int at)
{
	for (int i = at + 1; i < n; i++)
		if (values[i].key == values[at].key)
			return 0;
	return 1;
}

struct interval pairs_ratio(const struct paired *values, int n, const struct paired *references,
	int references_n, double confidence)
{
	double *logs = n > 0 ? malloc((size_t)n * sizeof(*logs)) : NULL;
	int pairs = 0;

	for (int i = 0; logs != NULL && i < n; i++) {
		double reference = value_of(references, references_n, values[i].key);
		if (reference > 0 && values[i].value > 0 && is_last(values, n, i))
			logs[pairs++] = log(values[i].value / reference);
	}
	struct interval interval = interval_median(logs, pairs, confidence);
	free(logs);
	interval.middle = exp(interval.middle);
	interval.low = exp(interval.low);
	interval.high = exp(interval.high);
	return interval;
}
