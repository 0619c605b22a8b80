/*
 * lock for processes: a robust lock in shared memory; who finds it held sleeps in the kernel.
 */
#include "bench/lock/lock.h"

#include "models/processes/processes.h"

static int lock_task(void *arg)
{
	struct slot *slot = arg;
	const struct lock_plan plan = lock_plan(slot);
	struct process_lock *lock = lock_memory(slot->orders);

	while (slot->rc == 0 && slot_round(slot)) {
		uint64_t proof = 0;
		for (int i = 0; i < plan.operations && slot->rc == 0; i++) {
			slot->rc = process_lock_acquire(lock, SYNC_FOREVER);
			if (slot->rc == PROCESS_LOCK_INHERITED)
				slot->rc = 0; /* that its holder died is for the crew to tell */
			if (slot->rc != 0)
				break;
			lock_inside(&plan);
			process_lock_release(lock);
			proof += lock_outside(&plan, i);
		}
		if (slot->rc == 0)
			lock_count(slot, &plan, proof);
	}
	return slot_result(slot);
}

int lock_processes(struct orders *orders)
{
	struct process_lock *lock = lock_memory(orders);

	_Static_assert(sizeof(*lock) <= LOCK_ROOM, "the lock fits the arena");
	int rc = process_lock_make(lock, orders_spin_ns(orders));
	if (rc != 0)
		return rc;
	return lock_verified(orders, crew_run(orders, lock_task));
}
