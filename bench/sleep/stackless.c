/*
 * sleep for stackless coroutines: all wait in the timers of one event loop. What they touch after a
 * wait is the one stack that they share while they run.
 */
#include "bench/sleep/sleep.h"

#include "bench/stack_touch.h"
#include "models/async/stackless.h"

/* What has to outlive a wait. */
struct progress {
	uint64_t from_ns, deadline_ns;
	int operation;
};

_Static_assert(sizeof(struct progress) <= STACKLESS_CREW_LOCALS, "it lies in the frame");

static int sleep_task(void *arg)
{
	struct stackless *self = stackless_self();
	struct progress *my = stackless_locals(self);
	struct slot *slot = arg;
	const struct sleep_plan plan = sleep_plan(slot);
	enum slot_turn turn;

	STACKLESS_BEGIN(self);
	stack_touch(plan.touch_bytes);
	for (;;) {
		while ((turn = slot_turn(slot)) == SLOT_WAIT)
			STACKLESS_AWAIT(
				self, stackless_word(self, slot_gate(slot), slot->gate_word));
		if (turn == SLOT_OVER)
			break;
		my->from_ns = slot_begin(slot);
		for (my->operation = 0; my->operation < plan.operations; my->operation++) {
			my->deadline_ns = my->from_ns + plan.wait_ns;
			STACKLESS_AWAIT(self, stackless_sleep_until(self, my->deadline_ns));
			slot->rc = self->rc;
			if (slot->rc != 0)
				return slot_result(slot);
			slot_end(slot, my->from_ns, 0,
				sleep_proof(&plan, my->operation, my->deadline_ns));
			stack_touch(plan.touch_bytes);
			my->from_ns = plan.periodic ? my->deadline_ns : slot_begin(slot);
		}
	}
	STACKLESS_END;
	return slot_result(slot);
}

int sleep_stackless(struct orders *orders)
{
	return crew_run(orders, sleep_task);
}
