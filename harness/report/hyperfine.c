#include "harness/report/hyperfine.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A member that must be a number; NaN for null, false if it is neither. */
static bool number(const json_t *object, const char *name, double *value)
{
	const json_t *member = json_object_get(object, name);

	*value = json_is_number(member) ? json_number_value(member) : NAN;
	return json_is_number(member) || json_is_null(member);
}

static bool read_result(struct hyperfine_result *result, const json_t *object)
{
	const char *command = json_string_value(json_object_get(object, "command"));
	const json_t *codes = json_object_get(object, "exit_codes");

	if (command == NULL || !number(object, "mean", &result->mean_s) ||
		!number(object, "stddev", &result->stddev_s) ||
		!number(object, "user", &result->user_s) ||
		!number(object, "system", &result->system_s))
		return false;
	snprintf(result->name, sizeof(result->name), "%s", command);
	for (size_t i = 0; i < json_array_size(codes); i++)
		if (json_integer_value(json_array_get(codes, i)) != 0)
			result->failed = true;
	return true;
}

int hyperfine_read(struct hyperfine *hyperfine, const char *path)
{
	json_error_t where;

	memset(hyperfine, 0, sizeof(*hyperfine));
	if (access(path, R_OK) != 0) {
		snprintf(hyperfine->missing, sizeof(hyperfine->missing),
			"not timed by hyperfine (scripts/hyperfine does, after a run)");
		return 0;
	}
	json_t *root = json_load_file(path, 0, &where);
	const json_t *results = json_object_get(root, "results");
	size_t count = json_array_size(results);
	bool good = json_is_array(results);
	hyperfine->results = calloc(count + 1, sizeof(*hyperfine->results));
	for (size_t i = 0; i < count && good && hyperfine->results != NULL; i++)
		good = read_result(
			&hyperfine->results[hyperfine->count++], json_array_get(results, i));
	if (!good) {
		hyperfine->count = 0;
		snprintf(hyperfine->missing, sizeof(hyperfine->missing),
			"hyperfine.json cannot be read: %.100s",
			root == NULL ? where.text : "a result lacks a figure");
	}
	json_decref(root);
	return hyperfine->results == NULL ? -ENOMEM : 0;
}

void hyperfine_free(struct hyperfine *hyperfine)
{
	free(hyperfine->results);
	memset(hyperfine, 0, sizeof(*hyperfine));
}

const struct hyperfine_result *hyperfine_find(
	const struct hyperfine *hyperfine, const char *workload, const char *model)
{
	char name[2 * RECORD_NAME_MAX + 1];

	snprintf(name, sizeof(name), "%s/%s", workload, model);
	for (int i = 0; i < hyperfine->count; i++)
		if (strcmp(hyperfine->results[i].name, name) == 0)
			return &hyperfine->results[i];
	return NULL;
}
