/*
 * The bridge between polling generators and the loop.
 */
#include "models/async/bridge.h"

#include "models/async/generator.h"
#include "models/async/timeout.h"

int async_await_polling(struct generator *generator, intptr_t *result)
{
	intptr_t value = GENERATOR_NOTHING;
	int rc;

	while ((rc = generator_next(generator, &value)) == GENERATOR_YIELDED) {
		rc = async_sleep(0);
		if (rc != 0) {
			generator_close(generator);
			return rc;
		}
	}
	if (rc == GENERATOR_RETURNED && result != NULL)
		*result = value;
	return rc < 0 ? rc : 0;
}
