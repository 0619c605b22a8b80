/*
 * How a task comes to its rounds: the gate, and the tasks that are spawned for one round each.
 *
 * All tasks of a kept crew meet at the gate. The last to arrive coordinates, decides how many
 * rounds lie behind the gate and opens it; the others wait in the family's own way. Before the
 * window all pass the gate once without work: what that costs is known thereby, and taken off the
 * window's account, since the window too begins and ends at the gate.
 */
#include "harness/measure/slot.h"

#include "harness/measure/invocation.h"

enum { STRETCHES_PER_WARM_UP = 16, STRETCH_ROUNDS_MAX = 1 << 20 };

static uint64_t last_end_ns(const struct orders *orders)
{
	uint64_t last_ns = 0;

	for (uint32_t i = 0; i < orders->invocation->gate.participants; i++)
		if (orders->slots[i].end_ns > last_ns)
			last_ns = orders->slots[i].end_ns;
	return last_ns;
}

/*
 * After a discarded stretch. A stretch short against the gate would measure the gate, so stretches
 * grow until they take a part of the warm-up.
 */
static void coordinate_stretch(struct orders *orders, struct gate *gate)
{
	uint64_t took_ns = last_end_ns(orders) - gate->opened_ns;

	if (took_ns < orders->window_ns / 2 / STRETCHES_PER_WARM_UP &&
		gate->rounds < STRETCH_ROUNDS_MAX && orders->rounds == 0) {
		orders->invocation->warm.rounds += gate->rounds;
		orders->invocation->warm.spent_ns += took_ns;
		gate->rounds *= 2;
		return;
	}
	if (coordinate_warm_stretch(orders, gate->rounds, took_ns / gate->rounds) == 0)
		return;
	gate->step = STEP_EMPTY;
	gate->rounds = 0;
	coordinate_gate(orders);
}

/* The last task at the gate: what was behind it is done; what comes next? */
static void coordinate(struct orders *orders, struct gate *gate)
{
	switch ((enum gate_step)gate->step) {
	case STEP_READY:
		coordinate_ready(orders);
		gate->step = STEP_WARM;
		gate->rounds = 1;
		break;
	case STEP_WARM:
		coordinate_stretch(orders, gate);
		break;
	case STEP_EMPTY:
		coordinate_open(orders);
		gate->step = STEP_WINDOW;
		gate->rounds = orders->invocation->window_rounds;
		break;
	case STEP_WINDOW:
		coordinate_close(orders, last_end_ns(orders));
		gate->step = STEP_DONE;
		gate->rounds = 0;
		break;
	case STEP_DONE:
		break;
	}
}

/* One more is at the gate; true: it was the last one and has opened it. */
static bool arrive(struct slot *slot)
{
	struct orders *orders = slot->orders;
	struct gate *gate = &orders->invocation->gate;

	slot->gate_word = atomic_load(&gate->word);
	if (atomic_fetch_add(&gate->arrived, 1) + 1 != gate->participants)
		return false;
	atomic_store(&gate->arrived, 0);
	coordinate(orders, gate);
	gate->opened_ns = gate->step == STEP_WINDOW ? orders->invocation->go_ns : clock_now_ns();
	atomic_fetch_add(&gate->word, 1);
	orders->model->ops->word_wake(&gate->word);
	return true;
}

/* Meets all others; returns when the gate has opened or the rounds are cancelled. */
static void pass_gate(struct slot *slot)
{
	struct orders *orders = slot->orders;
	struct gate *gate = &orders->invocation->gate;

	if (arrive(slot))
		return;
	while (atomic_load(&gate->word) == slot->gate_word && !coordinate_cancelled(orders))
		orders->model->ops->word_wait(&gate->word, slot->gate_word);
}

static bool give_rounds(struct slot *slot, uint64_t rounds)
{
	slot->rounds_left = rounds;
	slot->start_ns = clock_now_ns();
	if (slot->chunks != NULL)
		slot->chunks->start_ns = slot->start_ns;
	return true;
}

static bool release(struct slot *slot)
{
	slot->released = 1;
	return false;
}

bool slot_stretch(struct slot *slot)
{
	const struct gate *gate = &slot->orders->invocation->gate;

	if (coordinate_cancelled(slot->orders))
		return release(slot);
	slot->end_ns = clock_now_ns();
	if (slot->orders->invocation->mode != ROUNDS_KEPT) {
		slot->begun = !slot->begun;
		return slot->begun ? give_rounds(slot, 1) : release(slot);
	}
	do {
		pass_gate(slot);
		if (coordinate_cancelled(slot->orders) || gate->step == STEP_DONE)
			return release(slot);
	} while (gate->rounds == 0);
	return give_rounds(slot, gate->rounds);
}

_Atomic uint32_t *slot_gate(const struct slot *slot)
{
	return &slot->orders->invocation->gate.word;
}

static enum slot_turn turn_at_gate(struct slot *slot)
{
	const struct gate *gate = &slot->orders->invocation->gate;

	for (;;) {
		if (!slot->at_gate)
			slot->at_gate = !arrive(slot);
		if (coordinate_cancelled(slot->orders))
			break;
		if (slot->at_gate && atomic_load(&gate->word) == slot->gate_word)
			return SLOT_WAIT;
		slot->at_gate = 0;
		if (gate->step == STEP_DONE)
			break;
		if (gate->rounds > 0)
			return give_rounds(slot, gate->rounds) ? SLOT_ROUND : SLOT_OVER;
	}
	release(slot);
	return SLOT_OVER;
}

enum slot_turn slot_turn(struct slot *slot)
{
	if (slot->at_gate)
		return turn_at_gate(slot);
	if (slot->rounds_left > 1) {
		slot->rounds_left--;
		return SLOT_ROUND;
	}
	if (slot->orders->invocation->mode != ROUNDS_KEPT || coordinate_cancelled(slot->orders))
		return slot_stretch(slot) ? SLOT_ROUND : SLOT_OVER;
	slot->end_ns = clock_now_ns();
	return turn_at_gate(slot);
}

int slot_result(struct slot *slot)
{
	slot->begun = 0;
	if (slot->rc == 0 || coordinate_cancelled(slot->orders)) {
		slot->released = 1;
		return 0;
	}
	invocation_fail(slot->orders, slot->index, slot->rc, 0);
	return slot->rc;
}
