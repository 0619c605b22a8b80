/*
 * Parameters as words. A unit is a row of a table (suffix, size); reading and printing go through
 * the same rows, so that what is printed is read back to the same value. All arithmetic is in
 * integers: "0.1s" is exactly 100000000 ns, and a text with no exact value is refused.
 */
#include "harness/params.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *suffix;
	uint64_t size;
	bool printed; /* a second spelling is only read */
};

/* Minutes and hours are read but not printed: "3m" beside "3ms" misleads in a table. */
static const struct unit duration_units[] = {
	{"ns", 1, true},
	{"us", 1000, true},
	{"ms", 1000000, true},
	{"s", 1000000000, true},
	{"\u00b5s", 1000, false},
	{"m", 60000000000, false},
	{"min", 60000000000, false},
	{"h", 3600000000000, false},
	{"", 0, false}, /* no unit: zero only, see quantity_parse */
	{NULL, 0, false},
};

static const struct unit bytes_units[] = {
	{"B", 1, true},
	{"KiB", 1 << 10, true},
	{"MiB", 1 << 20, true},
	{"GiB", 1 << 30, true},
	{"", 1, false},
	{"k", 1 << 10, false},
	{"K", 1 << 10, false},
	{"M", 1 << 20, false},
	{"G", 1 << 30, false},
	{NULL, 0, false},
};

static const struct unit count_units[] = {
	{"", 1, true},
	{"k", 1000, true},
	{"M", 1000000, true},
	{"G", 1000000000, false},
	{NULL, 0, false},
};

enum {
	FRACTION_DIGITS_MAX = 9, /* 1.000000001s is the finest that has a meaning */
	WORD_MAX = 63            /* no name of ours is longer */
};

/* Digits up to the first other character. Returns how many, or -1 when they overflow. */
static int digits_parse(const char **text, int digits_max, uint64_t *value)
{
	int digits = 0;

	*value = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++, digits++)
		if (digits == digits_max || __builtin_mul_overflow(*value, 10, value) ||
			__builtin_add_overflow(*value, (uint64_t)(**text - '0'), value))
			return -1;
	return digits;
}

/* whole.fraction, the latter of so many digits, times size; exact or refused. */
static int scale(uint64_t whole, uint64_t fraction, int digits, uint64_t size, uint64_t *value)
{
	uint64_t divisor = 1, part;

	for (int i = 0; i < digits; i++)
		divisor *= 10;
	if (__builtin_mul_overflow(fraction, size, &part) || part % divisor != 0)
		return -EINVAL;
	if (__builtin_mul_overflow(whole, size, value) ||
		__builtin_add_overflow(*value, part / divisor, value))
		return -EINVAL;
	return 0;
}

static int quantity_parse(const struct unit *units, const char *text, uint64_t *value)
{
	uint64_t whole, fraction = 0;
	int fraction_digits = 0;

	if (digits_parse(&text, 20, &whole) < 1)
		return -EINVAL;
	if (*text == '.') {
		text++;
		fraction_digits = digits_parse(&text, FRACTION_DIGITS_MAX, &fraction);
		if (fraction_digits < 1)
			return -EINVAL;
	}
	for (; units->suffix != NULL; units++) {
		if (strcmp(units->suffix, text) != 0)
			continue;
		if (units->size == 0 && (whole != 0 || fraction != 0))
			return -EINVAL;
		return scale(whole, fraction, fraction_digits, units->size, value);
	}
	return -EINVAL;
}

/* value / size as an exact decimal with at most six places. Returns false if there is none. */
static bool decimal_format(uint64_t value, const struct unit *unit, char *text, size_t bytes)
{
	uint64_t rest = value % unit->size;
	char fraction[8] = "";
	size_t digits = 0;

	while (rest != 0 && digits < 6) {
		rest *= 10;
		fraction[digits++] = (char)('0' + rest / unit->size);
		rest %= unit->size;
	}
	snprintf(text, bytes, "%llu%s%s%s", (unsigned long long)(value / unit->size),
		digits > 0 ? "." : "", fraction, unit->suffix);
	return rest == 0;
}

/* The shortest of all units' texts; where two are alike the one without a fraction. */
static void quantity_format(const struct unit *units, uint64_t value, char *text, size_t bytes)
{
	char best[PARAM_TEXT_MAX] = "", candidate[PARAM_TEXT_MAX];

	for (; units->suffix != NULL && value != 0; units++) {
		if (!units->printed || !decimal_format(value, units, candidate, sizeof candidate))
			continue;
		size_t length = strlen(candidate), best_length = strlen(best);
		if (best_length == 0 || length < best_length ||
			(length == best_length && strchr(best, '.') != NULL &&
				strchr(candidate, '.') == NULL))
			memcpy(best, candidate, sizeof best);
	}
	snprintf(text, bytes, "%s", value == 0 ? "0" : best);
}

int duration_parse(const char *text, uint64_t *ns)
{
	return quantity_parse(duration_units, text, ns);
}

int bytes_parse(const char *text, uint64_t *bytes)
{
	return quantity_parse(bytes_units, text, bytes);
}

int count_parse(const char *text, int64_t *count)
{
	bool negative = *text == '-';
	uint64_t value;
	int rc = quantity_parse(count_units, text + negative, &value);

	if (rc == 0 && value > INT64_MAX)
		rc = -EINVAL;
	if (rc == 0)
		*count = negative ? -(int64_t)value : (int64_t)value;
	return rc;
}

void duration_format(uint64_t ns, char *text, size_t bytes)
{
	quantity_format(duration_units, ns, text, bytes);
}

void bytes_format(uint64_t value, char *text, size_t bytes)
{
	quantity_format(bytes_units, value, text, bytes);
}

static void count_format(int64_t count, char *text, size_t bytes)
{
	char digits[PARAM_TEXT_MAX];
	uint64_t magnitude = count < 0 ? 0 - (uint64_t)count : (uint64_t)count;

	quantity_format(count_units, magnitude, digits, sizeof digits);
	snprintf(text, bytes, "%s%.38s", count < 0 ? "-" : "", digits);
}

static int choice_parse(const struct param *param, const char *text, int64_t *value, char *error,
	size_t error_bytes)
{
	char names[PARAM_ERROR_MAX] = "";
	size_t used = 0;

	for (int i = 0; param->choices[i] != NULL; i++) {
		if (strcmp(param->choices[i], text) == 0) {
			*value = i;
			return 0;
		}
		if (used < sizeof names)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
				i > 0 ? ", " : "", param->choices[i]);
	}
	const char *near = nearest_name(text, param->choices);
	snprintf(error, error_bytes, "%s: '%.40s' is none of %s%s%s%s", param->name, text, names,
		near != NULL ? " (did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
	return -EINVAL;
}

/* What a value of each kind looks like, for the message that refuses one. */
static const char *const kind_examples[] = {
	[PARAM_COUNT] = "a count such as 100, 10k or 2M",
	[PARAM_BYTES] = "a size such as 512B, 4KiB or 2MiB",
	[PARAM_DURATION] = "a duration with its unit, such as 100us, 5ms or 1.5s",
	[PARAM_CHOICE] = "one of its names",
};

static int quantity_of_kind(const struct param *param, const char *text, int64_t *value)
{
	uint64_t magnitude = 0;
	int rc;

	switch (param->kind) {
	case PARAM_BYTES:
		rc = bytes_parse(text, &magnitude);
		break;
	case PARAM_DURATION:
		rc = duration_parse(text, &magnitude);
		break;
	case PARAM_COUNT:
	default:
		return count_parse(text, value);
	}
	if (rc == 0 && magnitude > INT64_MAX)
		rc = -EINVAL;
	if (rc == 0)
		*value = (int64_t)magnitude;
	return rc;
}

int param_parse(const struct param *param, const char *text, int64_t *value, char *error,
	size_t error_bytes)
{
	int64_t read;

	if (param->kind == PARAM_CHOICE)
		return choice_parse(param, text, value, error, error_bytes);
	if (quantity_of_kind(param, text, &read) != 0) {
		snprintf(error, error_bytes, "%s: '%.40s' is not %s", param->name, text,
			kind_examples[param->kind]);
		return -EINVAL;
	}
	if (read < param->min || read > param->max) {
		char min[PARAM_TEXT_MAX], max[PARAM_TEXT_MAX];
		param_format(param, param->min, min, sizeof min);
		param_format(param, param->max, max, sizeof max);
		snprintf(error, error_bytes, "%s: %.40s is out of range %s .. %s", param->name,
			text, min, max);
		return -ERANGE;
	}
	*value = read;
	return 0;
}

void param_format(const struct param *param, int64_t value, char *text, size_t bytes)
{
	switch (param->kind) {
	case PARAM_BYTES:
		bytes_format((uint64_t)value, text, bytes);
		return;
	case PARAM_DURATION:
		duration_format((uint64_t)value, text, bytes);
		return;
	case PARAM_CHOICE:
		snprintf(text, bytes, "%s", param->choices[value]);
		return;
	case PARAM_COUNT:
	default:
		count_format(value, text, bytes);
	}
}

int cpu_list_parse(const char *text, cpu_set_t *cpus)
{
	CPU_ZERO(cpus);
	for (;;) {
		uint64_t first, last;
		if (digits_parse(&text, 5, &first) < 1)
			return -EINVAL;
		last = first;
		if (*text == '-') {
			text++;
			if (digits_parse(&text, 5, &last) < 1)
				return -EINVAL;
		}
		if (last < first || last >= CPU_SETSIZE)
			return -EINVAL;
		for (; first <= last; first++)
			CPU_SET(first, cpus);
		if (*text == '\0')
			return 0;
		if (*text++ != ',')
			return -EINVAL;
	}
}

void cpu_list_format(const cpu_set_t *cpus, char *text, size_t bytes)
{
	size_t used = 0;

	if (bytes > 0)
		text[0] = '\0';
	for (int first = 0; first < CPU_SETSIZE && used < bytes; first++) {
		int last = first;
		if (!CPU_ISSET(first, cpus))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cpus))
			last++;
		used += (size_t)snprintf(text + used, bytes - used, used > 0 ? ",%d" : "%d", first);
		if (last > first && used < bytes)
			used += (size_t)snprintf(text + used, bytes - used, "-%d", last);
		first = last;
	}
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Damerau-Levenshtein distance (optimal string alignment), three rows at a time. */
static int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (int)j;
	for (size_t i = 1; i <= a_length; i++) {
		int *row = rows[i % 3], *above = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];
		row[0] = (int)i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1);
			row[j] = least(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], twice[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

const char *nearest_name(const char *word, const char *const *names)
{
	const char *nearest = NULL;
	size_t length = strlen(word);
	int nearest_distance = 1 + (int)(length / 4) + 1;

	if (length == 0 || length > WORD_MAX)
		return NULL;
	for (; *names != NULL; names++) {
		size_t name_length = strlen(*names);
		int d = name_length > WORD_MAX ? nearest_distance
					       : distance(word, length, *names, name_length);
		if (d < nearest_distance) {
			nearest = *names;
			nearest_distance = d;
		}
	}
	return nearest;
}
