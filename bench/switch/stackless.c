/*
 * switch for async-stackless: a word for each, on which its frame waits while the other runs.
 */
#include "bench/switch/switch.h"

#include "models/async/stackless.h"

/* What outlives a wait. */
struct progress {
	int operation;
};

_Static_assert(sizeof(struct progress) <= STACKLESS_CREW_LOCALS, "it lies in the frame");

/* Takes the token's last step on this side and gives it to the other. */
static void switch_give(struct stackless *self, const struct switch_plan *plan, uint64_t turn)
{
	_Atomic uint32_t *permits = switch_semaphores(plan->orders);

	switch_turn(plan->token, turn);
	permits[plan->turn_of_other]++;
	stackless_word_wake(self->set, &permits[plan->turn_of_other]);
}

static int switch_task(void *arg)
{
	struct stackless *self = stackless_self();
	struct progress *my = stackless_locals(self);
	struct slot *slot = arg;
	_Atomic uint32_t *permits = switch_semaphores(slot->orders);
	struct switch_plan plan;
	enum slot_turn turn;

	slot->rc = switch_plan(&plan, slot);
	STACKLESS_BEGIN(self);
	for (;;) {
		while ((turn = slot_turn(slot)) == SLOT_WAIT)
			STACKLESS_AWAIT(
				self, stackless_word(self, slot_gate(slot), slot->gate_word));
		if (turn == SLOT_OVER || slot->rc != 0)
			break;
		if (plan.first)
			*plan.token = plan.start;
		for (my->operation = 0; my->operation < plan.operations; my->operation++) {
			if (plan.first)
				switch_give(self, &plan, 0);
			while (permits[plan.turn] == 0)
				STACKLESS_AWAIT(self, stackless_word(self, &permits[plan.turn], 0));
			permits[plan.turn]--;
			if (!plan.first)
				switch_give(self, &plan, 1);
		}
		if (plan.first)
			switch_count(slot, &plan);
	}
	STACKLESS_END;
	return slot_result(slot);
}

int switch_stackless(struct orders *orders)
{
	return crew_run(orders, switch_task);
}
