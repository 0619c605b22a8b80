/*
 * idle for stackless coroutines: all wait in the timers of one event loop, without stacks.
 */
#include "bench/idle/idle.h"

#include "bench/stack_touch.h"
#include "models/async/stackless.h"

_Static_assert(sizeof(uint64_t) <= STACKLESS_CREW_LOCALS, "it lies in the frame");

static int idle_task(void *arg)
{
	struct stackless *self = stackless_self();
	uint64_t *deadline_ns = stackless_locals(self); /* has to outlive the wait */
	struct slot *slot = arg;
	const struct idle_plan plan = idle_plan(slot);
	enum slot_turn turn;

	STACKLESS_BEGIN(self);
	stack_touch(plan.touch_bytes);
	for (;;) {
		while ((turn = slot_turn(slot)) == SLOT_WAIT)
			STACKLESS_AWAIT(
				self, stackless_word(self, slot_gate(slot), slot->gate_word));
		if (turn == SLOT_OVER)
			break;
		*deadline_ns = slot_begin(slot) + plan.hold_ns;
		STACKLESS_AWAIT(self, stackless_sleep_until(self, *deadline_ns));
		slot->rc = self->rc;
		if (slot->rc != 0)
			break;
		slot_count(slot, 1, 0, idle_proof(&plan, *deadline_ns));
	}
	STACKLESS_END;
	return slot_result(slot);
}

int idle_stackless(struct orders *orders)
{
	return crew_run(orders, idle_task);
}
