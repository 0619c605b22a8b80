#include "harness/compare/quad.h"

#include <math.h>

const enum arm quad_orders[2][QUAD] = {
	{ARM_BASE, ARM_HEAD, ARM_HEAD, ARM_BASE}, {ARM_HEAD, ARM_BASE, ARM_BASE, ARM_HEAD}};

double quad_of(const double values[QUAD], int order, bool ratio)
{
	double sum = 0;

	for (int i = 0; i < QUAD; i++) {
		if (ratio && !(values[i] > 0))
			return NAN;
		double value = ratio ? log(values[i]) : values[i];
		sum += quad_orders[order][i] == ARM_HEAD ? value : -value;
	}
	return sum / 2;
}

double quad_base(const double values[QUAD], int order)
{
	double sum = 0;

	for (int i = 0; i < QUAD; i++)
		if (quad_orders[order][i] == ARM_BASE && !isnan(values[i]))
			sum += values[i] / 2;
	return sum;
}

double quad_value(const struct sample samples[QUAD], int order, enum metric metric)
{
	double values[QUAD];
	bool window = false;

	for (int i = 0; i < QUAD; i++) {
		values[i] = samples[i].values[metric];
		window = window || isnan(values[i]);
	}
	/* all four by chunks or all four by the window, never a mixture */
	for (int i = 0; i < QUAD && window && metric == METRIC_WALL; i++)
		values[i] = samples[i].window_wall;
	return quad_of(values, order, metric_facts[metric].ratio);
}
