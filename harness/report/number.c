#include "harness/report/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS_MIN = 2, DIGITS_MAX = 4, EXPONENT_MAX = 15 };

struct scale {
	double factor;
	const char *suffix;
};

static const struct scale rates[] = {{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {0, NULL}};
static const struct scale durations[] = {
	{1, " ns"}, {1e3, " µs"}, {1e6, " ms"}, {1e9, " s"}, {0, NULL}};
static const struct scale sizes[] = {{1, " B"}, {1024, " KiB"}, {1024.0 * 1024, " MiB"},
	{1024.0 * 1024 * 1024, " GiB"}, {0, NULL}};
static const struct scale plain[] = {{1, ""}, {0, NULL}};

static const struct scale *scales_of(enum unit unit)
{
	switch (unit) {
	case UNIT_RATE:
		return rates;
	case UNIT_DURATION:
		return durations;
	case UNIT_BYTES:
		return sizes;
	default:
		return plain;
	}
}

/* Power of ten of the first digit. */
static int exponent(double value)
{
	return value == 0 ? 0 : (int)floor(log10(fabs(value)));
}

static double round_digits(double value, int digits)
{
	double unit = pow(10, exponent(value) - digits + 1);

	return value == 0 ? 0 : round(value / unit) * unit;
}

int number_digits(const struct interval *interval)
{
	double half = (interval->high - interval->low) / 2;

	if (interval->n < 2 || isnan(half) || interval->middle == 0)
		return DIGITS_MIN;
	if (half == 0)
		return DIGITS_MAX;
	int digits = exponent(interval->middle) - exponent(half) + 1;
	/* a half-width of 1 or 2 in its last place would lose too much by rounding */
	if (half < 3 * pow(10, exponent(half)))
		digits++;
	return digits < DIGITS_MIN ? DIGITS_MIN : digits > DIGITS_MAX ? DIGITS_MAX : digits;
}

/* The largest scale that the value, rounded, fills; so 999.96 becomes 1.00k. */
static const struct scale *choose_scale(double value, enum unit unit, int digits)
{
	const struct scale *scale = scales_of(unit);
	double rounded = fabs(round_digits(value, digits));

	while (scale[1].suffix != NULL && rounded >= scale[1].factor)
		scale++;
	return scale;
}

static int decimals_of(double value, int digits)
{
	int decimals = digits - 1 - exponent(round_digits(value, digits));

	return decimals < 0 ? 0 : decimals > EXPONENT_MAX ? EXPONENT_MAX : decimals;
}

/* value in the scale and with the decimals of a reference, so that an interval's ends line up */
static void format_like(
	char *text, size_t bytes, double value, double reference, enum unit unit, int digits)
{
	const struct scale *scale = choose_scale(reference, unit, digits);
	int decimals = decimals_of(reference / scale->factor, digits);
	double scaled = value / scale->factor;

	/* digits left of the point that say nothing become zeros: 12345 with 2 digits is 12000 */
	int above = exponent(reference / scale->factor) - digits + 1;
	if (above > 0)
		scaled = round(scaled / pow(10, above)) * pow(10, above);
	snprintf(text, bytes, "%.*f%s", decimals, scaled == 0 ? 0.0 : scaled, scale->suffix);
}

void number_format(char *text, size_t bytes, double value, enum unit unit, int digits)
{
	if (isnan(value))
		snprintf(text, bytes, "n/a");
	else if (value == 0)
		snprintf(text, bytes, "0");
	else
		format_like(text, bytes, value, value, unit, digits);
}

void number_middle(char *text, size_t bytes, const struct interval *interval, enum unit unit)
{
	number_format(text, bytes, interval->middle, unit, number_digits(interval));
}

void number_interval(char *text, size_t bytes, const struct interval *interval, enum unit unit)
{
	char middle[NUMBER_MAX], low[NUMBER_MAX], high[NUMBER_MAX];
	int digits = number_digits(interval);

	number_format(middle, sizeof(middle), interval->middle, unit, digits);
	if (isnan(interval->middle) || interval->n < 2) {
		snprintf(text, bytes, "%s", middle);
		return;
	}
	format_like(low, sizeof(low), interval->low, interval->middle, unit, digits);
	format_like(high, sizeof(high), interval->high, interval->middle, unit, digits);
	/* the unit once: "12.3 µs [12.1–12.6]" */
	low[strcspn(low, " ")] = '\0';
	high[strcspn(high, " ")] = '\0';
	snprintf(text, bytes, "%s [%s–%s]", middle, low, high);
}
