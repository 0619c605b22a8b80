/*
 * mixed for async-stackless: all wait in one event loop, and everybody waits while one computes.
 */
#include "bench/mixed/mixed.h"

#include "models/async/stackless.h"

/* What outlives a wait; the request follows from its number. */
struct mixed_frame {
	uint64_t start_ns;
	int operation;
};

static int mixed_task(void *arg)
{
	struct stackless *self = stackless_self();
	struct mixed_frame *my = stackless_locals(self);
	struct slot *slot = arg;
	const struct mixed_plan plan = mixed_plan(slot);
	struct mixed_request request;
	enum slot_turn turn;

	_Static_assert(sizeof(*my) <= STACKLESS_CREW_LOCALS, "the frame has room");
	STACKLESS_BEGIN(self);
	while (slot->rc == 0 && (turn = slot_turn(slot)) != SLOT_OVER) {
		if (turn == SLOT_WAIT) {
			STACKLESS_AWAIT(
				self, stackless_word(self, slot_gate(slot), slot->gate_word));
			continue;
		}
		for (my->operation = 0; my->operation < (int)plan.operations; my->operation++) {
			request = mixed_request(&plan, my->operation);
			my->start_ns = slot_begin(slot);
			STACKLESS_AWAIT(
				self, stackless_sleep_until(self, my->start_ns + request.wait_ns));
			slot->rc = self->rc;
			if (slot->rc != 0)
				break;
			request = mixed_request(&plan, my->operation);
			slot->rc = mixed_compute(&request);
			mixed_end(slot, my->start_ns, &request);
		}
	}
	STACKLESS_END;
	return slot_result(slot);
}

int mixed_stackless(struct orders *orders)
{
	return crew_run(orders, mixed_task);
}
