/*
 * lock for threads: who finds it held spins for a moment, then sleeps in the kernel.
 */
#include "bench/lock/lock.h"

#include "models/threads/threads.h"

static int lock_task(void *arg)
{
	struct slot *slot = arg;
	const struct lock_plan plan = lock_plan(slot);
	struct thread_lock *lock = lock_memory(slot->orders);

	while (slot->rc == 0 && slot_round(slot)) {
		uint64_t proof = 0;
		for (int i = 0; i < plan.operations && slot->rc == 0; i++) {
			slot->rc = thread_lock_acquire(lock, SYNC_FOREVER);
			if (slot->rc != 0)
				break;
			lock_inside(&plan);
			thread_lock_release(lock);
			proof += lock_outside(&plan, i);
			gil_checkpoint();
		}
		if (slot->rc == 0)
			lock_count(slot, &plan, proof);
	}
	return slot_result(slot);
}

int lock_threads(struct orders *orders)
{
	struct thread_lock *lock = lock_memory(orders);

	_Static_assert(sizeof(*lock) <= LOCK_ROOM, "the lock fits the arena");
	thread_lock_make(lock, orders_spin_ns(orders));
	return lock_verified(orders, crew_run(orders, lock_task));
}
