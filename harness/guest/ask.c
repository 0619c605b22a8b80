/*
 * What a program says of itself when it is asked whether it is a guest.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/guest/guest.h"
#include "harness/guest/talk.h"

enum { ASK_NS_PER_S = 1000 * 1000 * 1000, ASK_S = 10 };

bool guest_is_path(const char *selector)
{
	return selector[0] == '/' || selector[0] == '.';
}

static int complain(char *error, size_t bytes, const char *program, const char *what)
{
	snprintf(error, bytes, "%.200s is no guest: %.200s", program, what);
	return -EPROTO;
}

/* A name goes into tables, file names and selectors. */
static bool is_name(const char *text)
{
	size_t length = text != NULL ? strlen(text) : 0;

	return length > 0 && length < GUEST_NAME_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-+.") == length;
}

static int read_models(struct guest_about *about, const json_t *list)
{
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		const char *name = json_string_value(json_object_get(row, "name"));
		const char *summary = json_string_value(json_object_get(row, "summary"));

		if (about->count == GUEST_MODELS_MAX || !is_name(name) ||
			model_find(name) != NULL || summary == NULL)
			return -EPROTO;
		snprintf(about->names[about->count], GUEST_NAME_MAX, "%s", name);
		snprintf(about->summaries[about->count++], sizeof(about->summaries[0]), "%s",
			summary);
	}
	return about->count > 0 ? 0 : -EPROTO;
}

static int read_about(
	struct guest_about *about, const json_t *root, char *error, size_t error_bytes)
{
	const json_t *interface = json_object_get(root, "concbench-guest");
	const char *version = json_string_value(json_object_get(root, "version"));

	if (!json_is_integer(interface))
		return complain(error, error_bytes, about->program,
			"its description has no number \"concbench-guest\"");
	if (json_integer_value(interface) != GUEST_INTERFACE) {
		snprintf(error, error_bytes,
			"%.200s speaks version %lld of the guest interface, this is version %d",
			about->program, (long long)json_integer_value(interface), GUEST_INTERFACE);
		return -EPROTO;
	}
	if (version == NULL || strlen(version) >= GUEST_VERSION_MAX)
		return complain(error, error_bytes, about->program,
			"its description has no short text \"version\"");
	snprintf(about->version, sizeof(about->version), "%s", version);
	if (read_models(about, json_object_get(root, "models")) != 0)
		return complain(error, error_bytes, about->program,
			"\"models\" is not a list of 1 to 8 {name, summary}, names in small "
			"letters "
			"and none of ours");
	return 0;
}

int guest_ask(struct guest_about *about, const char *program, char *error, size_t error_bytes)
{
	const char *const argv[] = {about->program, "concbench-guest", NULL};
	struct talk talk = {0};
	char *line = NULL;

	*about = (struct guest_about){0};
	if ((size_t)snprintf(about->program, sizeof(about->program), "%s", program) >=
		sizeof(about->program))
		return complain(error, error_bytes, program, "the path is too long");
	int rc = talk_start(&talk, argv);
	if (rc == 0)
		rc = talk_hear(&talk, (uint64_t)ASK_S * ASK_NS_PER_S, &line);
	if (rc != 0) {
		snprintf(error, error_bytes, "%.200s: %.200s", program, talk.reason);
	} else {
		json_t *root = json_loads(line, 0, NULL);

		rc = root != NULL
			     ? read_about(about, root, error, error_bytes)
			     : complain(error, error_bytes, program,
				       "it did not answer \"concbench-guest\" with a line of JSON");
		json_decref(root);
	}
	(void)talk_end(&talk, ASK_NS_PER_S);
	return rc;
}
