/*
 * The table of models with those of guests behind. See guests.h.
 */
#include "harness/run/guests.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row like ours, of which the harness uses the name alone: tasks are the guest's own. */
static int add_model(struct guests *guests, const struct guest_about *about, int i, char *error,
	size_t error_bytes)
{
	int at = 0;

	for (; guests->models[at].name != NULL; at++)
		if (strcmp(guests->models[at].name, about->names[i]) == 0) {
			snprintf(error, error_bytes, "%.200s: there is already a model '%s'",
				about->program, about->names[i]);
			return -EINVAL;
		}
	if (at == MODELS_MAX) {
		snprintf(error, error_bytes, "more than %d models in one run", MODELS_MAX);
		return -EINVAL;
	}
	guests->models[at] = (struct model){.name = about->names[i],
		.summary = about->summaries[i],
		.family = FAMILY_PROCESSES,
		.kind = MODEL_PER_TASK};
	guests->programs[at] = about->program;
	return 0;
}

/* The file's name with nothing in it that a model's name must not have. */
static void name_after_file(struct guest_about *about)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-+.";
	const char *slash = strrchr(about->program, '/');
	const char *file = slash != NULL ? slash + 1 : about->program;
	char *name = about->names[0];
	size_t length = 0;

	for (; *file != '\0' && length < GUEST_NAME_MAX - 1; file++)
		if (strchr(allowed, tolower((unsigned char)*file)) != NULL)
			name[length++] = (char)tolower((unsigned char)*file);
	name[length] = '\0';
	if (length == 0)
		strcpy(name, "guest");
	about->count = 1;
}

static int add_guest(struct guests *guests, const char *path, char *error, size_t error_bytes)
{
	struct guest_about *about = &guests->abouts[guests->count];
	char *reason = guests->reasons[guests->count];
	int first = 0;

	if (guests->count == GUESTS_MAX) {
		snprintf(error, error_bytes, "more than %d guests", GUESTS_MAX);
		return -EINVAL;
	}
	int rc = guest_ask(about, path, reason, GUEST_REFUSAL_MAX);
	if (rc == -ENOENT || rc == -EACCES || rc == -ENOEXEC) {
		snprintf(error, error_bytes, "%s", reason);
		return -EINVAL;
	}
	if (rc != 0)
		name_after_file(about);
	guests->count++;
	while (guests->models[first].name != NULL)
		first++;
	if (rc != 0)
		guests->refusals[first] = reason;
	rc = 0;
	for (int i = 0; i < about->count && rc == 0; i++)
		rc = add_model(guests, about, i, error, error_bytes);
	return rc;
}

int guests_take(
	struct guests *guests, char *const *arguments, int count, char *error, size_t error_bytes)
{
	int rc = 0;

	memset(guests, 0, sizeof(*guests));
	for (int i = 0; models[i].name != NULL && i < MODELS_MAX; i++)
		guests->models[i] = models[i];
	guests->selectors = calloc((size_t)count + 1, sizeof(*guests->selectors));
	if (guests->selectors == NULL)
		return -ENOMEM;
	for (int i = 0; i < count && rc == 0; i++) {
		if (guest_is_path(arguments[i]))
			rc = add_guest(guests, arguments[i], error, error_bytes);
		else
			guests->selectors[guests->selectors_count++] = arguments[i];
	}
	return rc;
}

void guests_free(struct guests *guests)
{
	free(guests->selectors);
	guests->selectors = NULL;
}
