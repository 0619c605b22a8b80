/*
 * Demonstrations: the tables of all, running one, what one may say. See demo.h.
 */
#include "harness/demo/demo.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/calm.h"
#include "harness/measure/clock.h"

const char *const demo_group_names[] = {"lies", "claims", "examples", NULL};
const char *const demo_verdict_names[] = {
	"holds", "does not hold", "undecided", "cannot be shown here"};
const char *const demo_role_names[] = {"wrong", "right", "figure"};

const struct demo *const demo_tables[] = {
	demo_lies, demo_claims, demo_guest_claims, demo_examples, NULL};

int demo_signal;

static int invoke(const struct plan *plan, struct record *record)
{
	int rc = invocation_run(plan, record, &demo_signal);

	return rc == 0 && demo_signal != 0 ? -EINTR : rc;
}

const struct demo_setting demo_usual = {.smoke = false, .invoke = invoke, .rooms = limit_rooms};

const struct demo *demo_find(const char *name)
{
	for (const struct demo *const *table = demo_tables; *table != NULL; table++)
		for (const struct demo *demo = *table; demo->name != NULL; demo++)
			if (strcmp(demo->name, name) == 0)
				return demo;
	return NULL;
}

/* Appends to a text, after a semicolon where there is one already. */
static void append(char text[DEMO_TEXT_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(char text[DEMO_TEXT_MAX], const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	if (length > 0)
		length += (size_t)snprintf(text + length, DEMO_TEXT_MAX - length, "; ");
	if (length >= DEMO_TEXT_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(text + length, DEMO_TEXT_MAX - length, format, arguments);
	va_end(arguments);
}

int demo_run(
	const struct demo *demo, const struct demo_setting *setting, struct demo_result *result)
{
	uint64_t start_ns = clock_now_ns();
	int tries = demo->group == DEMO_CLAIM ? 1 : 3;
	int rc;

	*result = (struct demo_result){0};
	do {
		struct calm calm;

		demo_release(result);
		*result = (struct demo_result){.demo = demo, .verdict = DEMO_UNDECIDED};
		calm_begin(&calm);
		rc = demo->run(result, setting);
		double others = calm_others(&calm);
		if (rc == 0 && result->verdict == DEMO_FAILS && others > CALM_MOST) {
			append(result->measured, "others used %.0f %% of the CPUs", 100 * others);
			result->verdict = DEMO_UNDECIDED;
		}
	} while (rc == 0 && result->verdict == DEMO_UNDECIDED && --tries > 0);
	result->took_s = (double)(clock_now_ns() - start_ns) / 1e9;
	return rc;
}

void demo_release(struct demo_result *result)
{
	free(result->story);
	result->story = NULL;
}

void demo_add(struct demo_result *result, enum demo_role role, double value, enum unit unit,
	const char *what, ...)
{
	va_list arguments;

	if (result->figures_count == DEMO_FIGURES_MAX)
		return;
	struct demo_figure *figure = &result->figures[result->figures_count++];

	*figure = (struct demo_figure){.role = role, .value = value, .unit = unit};
	va_start(arguments, what);
	vsnprintf(figure->what, sizeof(figure->what), what, arguments);
	va_end(arguments);
}

bool demo_has(const struct demo_result *result, const char *what)
{
	for (int i = 0; i < result->figures_count; i++)
		if (strcmp(result->figures[i].what, what) == 0)
			return true;
	return false;
}

void demo_part(struct demo_result *result, const char *what, const char *bound,
	const char *measured, enum demo_verdict verdict)
{
	if (result->parts_count == DEMO_PARTS_MAX)
		return;
	struct demo_part *part = &result->parts[result->parts_count++];

	*part = (struct demo_part){.verdict = verdict};
	snprintf(part->what, sizeof(part->what), "%s", what);
	snprintf(part->bound, sizeof(part->bound), "%s", bound);
	snprintf(part->measured, sizeof(part->measured), "%s", measured);
}

void demo_expect(struct demo_result *result, const char *what, double value, double low,
	double high, const char *why)
{
	bool first = result->expected[0] == '\0';
	/* a NaN is no holding */
	bool holds = value >= low && value <= high;

	append(result->expected, "%s %.4g .. %.4g: %s", what, low, high, why);
	append(result->measured, "%s %.4g", what, value);
	if (!holds)
		result->verdict = DEMO_FAILS;
	else if (first)
		result->verdict = DEMO_HOLDS;
}

void demo_not_here(struct demo_result *result, const char *reason)
{
	append(result->measured, "%s", reason);
	result->verdict = DEMO_NOT_HERE;
}

void demo_undecided(struct demo_result *result, const char *reason)
{
	append(result->measured, "%s", reason);
	result->verdict = DEMO_UNDECIDED;
}
