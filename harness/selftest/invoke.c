/*
 * Invocations for the lines that measure the whole path.
 */
#include <errno.h>
#include <string.h>

#include "harness/measure/clock.h"
#include "harness/selftest/selftest.h"

enum { TRIES = 3 };

const char *const selftest_models[SELFTEST_MODELS] = {"async", "threads", "processes"};

bool selftest_invoke(struct line *line, const struct subjects *subjects, const struct plan *plan,
	struct record *record)
{
	const uint64_t long_ns = 5000000000u; /* what takes that long is not begun again */
	const uint64_t hang_ns = 8000000000u; /* without progress: the self-test has an end */
	struct plan bounded = *plan;
	uint64_t start_ns = clock_now_ns();
	int tries = TRIES;

	bounded.stall_ns = plan->stall_ns < hang_ns ? plan->stall_ns : hang_ns;
	for (int i = 0; i < tries; i++) {
		int rc = subjects->invoke(&bounded, record);

		if (rc == 0 && record->status == STATUS_OK)
			return true;
		line_measured(line, "%s/%s: %s", plan->draft.workload->name,
			plan->draft.model->name, rc != 0 ? strerror(-rc) : record->reason);
		if (clock_now_ns() - start_ns >= long_ns)
			tries = i + 1;
		if (i + 1 < tries)
			record_release(record);
	}
	line_judge(line, false);
	return false;
}
