/*
 * G4: errors that arrive at the yield. A body may catch one and go on, or let it through to its
 * consumer; close arrives there too, and clean-ups run exactly once however it ends.
 */
#include <errno.h>

#include "models/async/examples/examples.h"
#include "models/async/generator.h"

static void clean_up(void *out)
{
	fprintf(out, "body: clean-up\n");
}

static int countdown(struct generator *self, void *out)
{
	(void)generator_defer(self, clean_up, out);
	for (intptr_t n = 3; n > 0;) {
		int rc = generator_yield(self, n, NULL);

		if (rc == -ECANCELED) {
			fprintf(out, "body: closed at %ld\n", (long)n);
			return rc;
		}
		if (rc == -EINVAL) { /* caught before the decrement: the same value again */
			fprintf(out, "body: caught %s\n", generator_message(self));
			continue;
		}
		if (rc != 0)
			return rc;
		n--;
	}
	return 0;
}

static void tell(FILE *out, const char *what, int rc, intptr_t value, struct generator *generator)
{
	if (rc == GENERATOR_YIELDED)
		fprintf(out, "%s: %ld\n", what, (long)value);
	else if (rc < 0)
		fprintf(out, "%s: error %s, \"%s\"\n", what, rc == -EIO ? "EIO" : "?",
			generator_message(generator));
	else
		fprintf(out, "%s: exhausted\n", what);
}

static int catch_and_close(FILE *out)
{
	struct generator *generator;
	intptr_t value;
	int rc = generator_create(&generator, countdown, out);

	if (rc != 0)
		return rc;
	rc = generator_next(generator, &value);
	tell(out, "next", rc, value, generator);
	rc = generator_next(generator, &value);
	tell(out, "next", rc, value, generator);
	rc = generator_throw(generator, -EINVAL, "foobar", &value);
	tell(out, "throw", rc, value, generator);
	fprintf(out, "close: %d\n", generator_close(generator));
	rc = generator_next(generator, &value);
	tell(out, "next", rc, value, generator);
	generator_free(generator);
	return 0;
}

static int let_through(FILE *out)
{
	struct generator *generator;
	intptr_t value;
	int rc = generator_create(&generator, countdown, out);

	if (rc != 0)
		return rc;
	rc = generator_next(generator, &value);
	tell(out, "next", rc, value, generator);
	rc = generator_throw(generator, -EIO, "foobar", &value);
	tell(out, "throw", rc, value, generator);
	generator_free(generator);
	return 0;
}

int example_errors(FILE *out)
{
	int rc = catch_and_close(out);

	return rc != 0 ? rc : let_through(out);
}
