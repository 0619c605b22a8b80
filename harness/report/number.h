/*
 * Figures as text: as many digits as their interval carries, units by powers of 1000 (of 1024 for
 * bytes). Rounding happens here only; everything before is in base units.
 */
#ifndef CONCBENCH_HARNESS_REPORT_NUMBER_H
#define CONCBENCH_HARNESS_REPORT_NUMBER_H

#include <stddef.h>

#include "harness/stats/interval.h"

enum { NUMBER_MAX = 64, DIGITS_DEFAULT = 3 };

enum unit {
	UNIT_PLAIN,    /* 0.0123 */
	UNIT_RATE,     /* 12.3k: per second, powers of 1000 */
	UNIT_DURATION, /* value in ns: 12.3 µs */
	UNIT_BYTES     /* 29.7 KiB */
};

/*
 * Significant digits that an interval carries, 2 .. 4: the last one is of the size of its
 * half-width. Without an interval (fewer than two values) two.
 */
int number_digits(const struct interval *interval);

/* The value with so many significant digits; "n/a" for NaN. */
void number_format(char *text, size_t bytes, double value, enum unit unit, int digits);

/* "12.3k [12.1k–12.6k]"; without a range where there is none; "n/a" for nothing. */
void number_interval(char *text, size_t bytes, const struct interval *interval, enum unit unit);

/* The middle alone, with the digits of the interval. */
void number_middle(char *text, size_t bytes, const struct interval *interval, enum unit unit);

#endif
