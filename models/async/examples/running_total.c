/*
 * G3: a coroutine fed with send that answers with the sum so far; fed with nothing it ends and
 * returns the sum.
 */
#include "models/async/examples/examples.h"
#include "models/async/generator.h"

static int total(struct generator *self, void *arg)
{
	intptr_t sum = 0, number;
	int rc = generator_yield(self, GENERATOR_NOTHING, &number);

	(void)arg;
	while (rc == 0 && number != GENERATOR_NOTHING) {
		sum += number;
		rc = generator_yield(self, sum, &number);
	}
	return rc != 0 ? rc : generator_return(self, sum);
}

int example_running_total(FILE *out)
{
	static const intptr_t numbers[] = {5, 10, 3};
	struct generator *totals;
	intptr_t sum;
	int rc = generator_create_primed(&totals, total, NULL);

	if (rc != 0)
		return rc;
	for (int i = 0; i < 3; i++) {
		rc = generator_send(totals, numbers[i], &sum);
		fprintf(out, "send %ld: total %ld\n", (long)numbers[i], (long)sum);
	}
	rc = generator_send(totals, GENERATOR_NOTHING, &sum);
	fprintf(out, "send nothing: %s, return value %ld\n",
		rc == GENERATOR_RETURNED ? "ends" : "goes on", (long)sum);
	generator_free(totals);
	return 0;
}
