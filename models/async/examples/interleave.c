/*
 * G7: several generators taken in turns, the smallest of all schedulers; once by going over a copy
 * of the list, once with a queue from whose head the next is taken and to whose tail it returns.
 */
#include <errno.h>
#include <string.h>

#include "models/async/examples/examples.h"
#include "models/async/generator.h"

enum { SOURCES = 2 };

struct source {
	const char *name;
	const char *values;
	struct generator *generator;
};

static int characters(struct generator *self, void *arg)
{
	int rc = 0;

	for (const char *value = arg; *value != '\0' && rc == 0; value++)
		rc = generator_yield(self, *value, NULL);
	return rc;
}

static int open_sources(struct source *sources)
{
	int rc = 0;

	sources[0] = (struct source){"numbers", "1234", NULL};
	sources[1] = (struct source){"letters", "ABC", NULL};
	for (int i = 0; i < SOURCES && rc == 0; i++)
		rc = generator_create(
			&sources[i].generator, characters, (void *)(uintptr_t)sources[i].values);
	return rc;
}

static void close_sources(struct source *sources)
{
	for (int i = 0; i < SOURCES; i++)
		generator_free(sources[i].generator);
}

/* One step of a source; false: it has ended and is entered into the results. */
static bool step(FILE *out, struct source *source, const char **results)
{
	intptr_t value;

	if (generator_next(source->generator, &value) == GENERATOR_YIELDED) {
		fprintf(out, " %c", (int)value);
		return true;
	}
	while (*results != NULL)
		results++;
	*results = source->name;
	return false;
}

static void by_list_copy(FILE *out, struct source *sources, const char **results)
{
	struct source *list[SOURCES] = {&sources[0], &sources[1]};
	int count = SOURCES;

	while (count > 0) {
		struct source *copy[SOURCES];
		int copied = count;

		memcpy(copy, list, sizeof copy);
		count = 0;
		for (int i = 0; i < copied; i++)
			if (step(out, copy[i], results))
				list[count++] = copy[i];
	}
}

static void by_queue(FILE *out, struct source *sources, const char **results)
{
	struct source *queue[SOURCES] = {&sources[0], &sources[1]};
	int head = 0, count = SOURCES;

	while (count > 0) {
		struct source *source = queue[head];

		head = (head + 1) % SOURCES;
		count--;
		if (step(out, source, results))
			queue[(head + count++) % SOURCES] = source;
	}
}

static int show(FILE *out, const char *how,
	void (*interleave)(FILE *out, struct source *sources, const char **results))
{
	struct source sources[SOURCES] = {{0}};
	const char *results[SOURCES + 1] = {NULL};
	int rc = open_sources(sources);

	if (rc == 0) {
		fprintf(out, "%s:", how);
		interleave(out, sources, results);
		fprintf(out, "\nended: %s, %s\n", results[0], results[1]);
	}
	close_sources(sources);
	return rc;
}

int example_interleave(FILE *out)
{
	int rc = show(out, "list copy", by_list_copy);

	return rc != 0 ? rc : show(out, "queue", by_queue);
}
