/*
 * G1: Fibonacci numbers one by one, and a return value that is told once.
 */
#include "models/async/examples/examples.h"
#include "models/async/generator.h"

/* As in the notes: the first two values come unasked, whatever n is; returns n. */
static int fibonacci(struct generator *self, void *arg)
{
	intptr_t n = (intptr_t)arg, last = 1, value = 1;
	int rc = generator_yield(self, last, NULL);

	if (rc == 0)
		rc = generator_yield(self, value, NULL);
	for (intptr_t i = 2; i < n && rc == 0; i++) {
		intptr_t next = last + value;

		last = value;
		value = next;
		rc = generator_yield(self, value, NULL);
	}
	return rc != 0 ? rc : generator_return(self, n);
}

static void tell(FILE *out, int rc, intptr_t value)
{
	if (rc == GENERATOR_YIELDED)
		fprintf(out, "next: %ld\n", (long)value);
	else if (rc == GENERATOR_RETURNED)
		fprintf(out, "next: exhausted, return value %ld\n", (long)value);
	else
		fprintf(out, "next: exhausted\n");
}

/* A plain loop sees the values only: what the body returns is lost on it. */
static int loop(FILE *out, intptr_t n)
{
	struct generator *numbers;
	intptr_t value;
	int rc = generator_create(&numbers, fibonacci, (void *)n);

	if (rc != 0)
		return rc;
	fprintf(out, "loop over fibonacci(%ld):", (long)n);
	while (generator_next(numbers, &value) == GENERATOR_YIELDED)
		fprintf(out, " %ld", (long)value);
	fprintf(out, "\n");
	generator_free(numbers);
	return 0;
}

int example_fibonacci(FILE *out)
{
	struct generator *numbers;
	int rc = generator_create(&numbers, fibonacci, (void *)4);

	if (rc != 0)
		return rc;
	for (int i = 0; i < 6; i++) {
		intptr_t value;

		rc = generator_next(numbers, &value);
		tell(out, rc, value);
	}
	generator_free(numbers);
	rc = loop(out, 4);
	return rc != 0 ? rc : loop(out, 1);
}
