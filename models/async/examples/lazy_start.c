/*
 * G0: creating a generator runs nothing of its body. The function is one thing, the generator made
 * from it another, and its state says how far it has come.
 */
#include "models/async/examples/examples.h"
#include "models/async/generator.h"

static int greet(struct generator *self, void *arg)
{
	FILE *out = arg;

	fprintf(out, "body: starts, state %s\n", generator_state_name(generator_state(self)));
	int rc = generator_yield(self, 1, NULL);
	if (rc != 0)
		return rc;
	fprintf(out, "body: ends\n");
	return 0;
}

int example_lazy_start(FILE *out)
{
	struct generator *generator;
	intptr_t value;
	int rc = generator_create(&generator, greet, out);

	if (rc != 0)
		return rc;
	fprintf(out, "created: state %s\n", generator_state_name(generator_state(generator)));
	rc = generator_next(generator, &value);
	fprintf(out, "next: %ld, state %s\n", (long)value,
		generator_state_name(generator_state(generator)));
	rc = generator_next(generator, &value);
	fprintf(out, "next: %s, state %s\n", rc == GENERATOR_RETURNED ? "the end" : "?",
		generator_state_name(generator_state(generator)));
	generator_free(generator);
	return rc < 0 ? rc : 0;
}
