#include "harness/stats/holm.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

int holm_adjust(const double *p, int n, double *adjusted)
{
	bool *taken = calloc((size_t)n + 1, sizeof(*taken));
	double before = 0;

	if (taken == NULL)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		int least = -1;
		for (int j = 0; j < n; j++)
			if (!taken[j] && (least < 0 || p[j] < p[least]))
				least = j;
		taken[least] = true;
		before = fmax(before, fmin(1, p[least] * (n - i)));
		adjusted[least] = before;
	}
	free(taken);
	return 0;
}
