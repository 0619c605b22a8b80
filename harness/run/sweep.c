#include "harness/run/sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"

enum { EQUAL_STEPS = 5 };

int sweep_parse(struct sweep *sweep, const char *text, char *error, size_t error_bytes)
{
	const char *equals = strchr(text, '=');
	size_t name = equals == NULL ? 0 : (size_t)(equals - text);

	if (name == 0 || equals[1] == '\0') {
		snprintf(error, error_bytes, "'%.80s' is not NAME=VALUE", text);
		return -EINVAL;
	}
	if (name >= sizeof(sweep->name) || strlen(equals + 1) >= sizeof(sweep->values)) {
		snprintf(error, error_bytes, "'%.80s...' is too long", text);
		return -EINVAL;
	}
	memcpy(sweep->name, text, name);
	sweep->name[name] = '\0';
	strcpy(sweep->values, equals + 1);
	return 0;
}

struct list {
	int64_t *values;
	int count;
};

/* Appends unless it is the last value already. */
static int append(struct list *list, int64_t value)
{
	if (list->count > 0 && list->values[list->count - 1] == value)
		return 0;
	if (list->count == SWEEP_VALUES_MAX)
		return -E2BIG;
	list->values[list->count++] = value;
	return 0;
}

static int geometric(struct list *list, int64_t from, int64_t to, int64_t factor)
{
	int rc = 0;

	for (int64_t value = from; value < to && rc == 0; value *= factor) {
		rc = append(list, value);
		if (value > INT64_MAX / factor)
			break;
	}
	return rc == 0 ? append(list, to) : rc;
}

static int linear(struct list *list, int64_t from, int64_t to, long steps)
{
	int rc = 0;

	for (long i = 0; i < steps && rc == 0; i++) {
		/* in long double: the product of bytes and steps may pass 2^63 */
		long double at = (long double)(to - from) * i / (steps - 1);
		rc = append(list, from + (int64_t)(at + 0.5L));
	}
	return rc;
}

static int refuse(char *error, size_t bytes, const char *name, const char *item, const char *why)
{
	snprintf(error, bytes, "%s: '%.60s' %s", name, item, why);
	return -EINVAL;
}

/* item is "a..b" or "a..b:how"; it is cut apart in place. */
static int range(
	const struct param *param, char *item, struct list *list, char *error, size_t bytes)
{
	char whole[80];
	char *how = strchr(item, ':'), *dots = strstr(item, "..");
	int64_t from, to;
	long steps = EQUAL_STEPS;

	snprintf(whole, sizeof(whole), "%s", item);
	*dots = '\0';
	if (how != NULL)
		*how++ = '\0';
	if (param->kind == PARAM_CHOICE)
		return refuse(error, bytes, param->name, whole, "is a range, but it has names");
	int rc = param_parse(param, item, &from, error, bytes);
	if (rc == 0)
		rc = param_parse(param, dots + 2, &to, error, bytes);
	if (rc != 0)
		return rc;
	if (from >= to)
		return refuse(error, bytes, param->name, whole, "does not rise");
	if (how != NULL && strncmp(how, "log", 3) == 0) {
		long factor = how[3] == '\0' ? 10 : strcmp(how, "log2") == 0 ? 2 : 0;
		if (factor == 0 || from < 1)
			return refuse(error, bytes, param->name, whole,
				factor == 0 ? "has no such step (log, log2 or a number)"
					    : "starts below 1, log needs more");
		return geometric(list, from, to, factor);
	}
	if (how != NULL) {
		char *end;
		steps = strtol(how, &end, 10);
		if (*end != '\0' || steps < 2 || steps > SWEEP_VALUES_MAX)
			return refuse(error, bytes, param->name, whole,
				"has no such step (log, log2 or 2 .. 64)");
	}
	return linear(list, from, to, steps);
}

int sweep_values(const struct param *param, const char *text, int64_t *values, char *error,
	size_t error_bytes)
{
	struct list list = {.values = values};
	char copy[sizeof(((struct sweep *)0)->values)];
	char *rest = copy, *item;
	int rc = 0;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return refuse(error, error_bytes, param->name, text, "is too long");
	while (rc == 0 && (item = strsep(&rest, ",")) != NULL) {
		int64_t value;
		if (strstr(item, "..") != NULL) {
			rc = range(param, item, &list, error, error_bytes);
			continue;
		}
		rc = param_parse(param, item, &value, error, error_bytes);
		if (rc == 0)
			rc = append(&list, value);
	}
	if (rc == -E2BIG)
		return refuse(error, error_bytes, param->name, text, "has more than 64 values");
	return rc != 0 ? -EINVAL : list.count;
}
