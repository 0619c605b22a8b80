/*
 * S2: a scheduler that polls. Waiting is a generator that yields until its time has come, so two
 * fetches of 4 and 3 seconds overlap, and a whole CPU burns meanwhile.
 */
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"
#include "models/async/generator.h"

struct fetch {
	struct timeline *timeline;
	const char *name;
	int seconds;
};

static int sleep_generator(struct generator *self, void *arg)
{
	const struct fetch *mine = arg;
	uint64_t until_ns = timeline_at(mine->timeline, mine->seconds);
	int rc = 0;

	while (rc == 0 && timeline_poll(mine->timeline) < until_ns)
		rc = generator_yield(self, GENERATOR_NOTHING, NULL);
	return rc;
}

static int fetch(struct generator *self, void *arg)
{
	const struct fetch *mine = arg;

	timeline_say(mine->timeline, "%s starts", mine->name);
	int rc = generator_delegate_new(self, sleep_generator, arg, NULL);
	if (rc == 0)
		timeline_say(mine->timeline, "%s finishes", mine->name);
	return rc;
}

/* Resumes all in turns until each has ended. Returns how often it asked. */
static long poll_all(struct generator **generators, int count)
{
	long polls = 0;
	int alive = count;

	while (alive > 0)
		for (int i = 0; i < count; i++) {
			intptr_t value;

			if (generator_state(generators[i]) == GENERATOR_CLOSED)
				continue;
			polls++;
			if (generator_next(generators[i], &value) != GENERATOR_YIELDED)
				alive--;
		}
	return polls;
}

int example_polling(FILE *out)
{
	struct timeline timeline;
	struct fetch fetches[2] = {{&timeline, "fetch(4)", 4}, {&timeline, "fetch(3)", 3}};
	struct generator *generators[2] = {NULL, NULL};
	int rc = 0;

	timeline_begin(&timeline, out);
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = generator_create(&generators[i], fetch, &fetches[i]);
	if (rc == 0) {
		long polls = poll_all(generators, 2);

		timeline_say(&timeline, "%s",
			polls > 100 ? "asked again and again, waited never" : "hardly asked");
	}
	generator_free(generators[0]);
	generator_free(generators[1]);
	return rc;
}
