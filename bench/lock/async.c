/*
 * lock for async: nobody else runs between acquire and release here, so it is never contended. A
 * task gives way after each round, or the next would start when it ends.
 */
#include "bench/lock/lock.h"

#include "models/async/async.h"

static int lock_task(void *arg)
{
	struct slot *slot = arg;
	const struct lock_plan plan = lock_plan(slot);
	struct async_lock *lock = lock_memory(slot->orders);

	while (slot->rc == 0 && slot_round(slot)) {
		uint64_t proof = 0;
		for (int i = 0; i < plan.operations && slot->rc == 0; i++) {
			slot->rc = async_lock_acquire(lock);
			if (slot->rc != 0)
				break;
			lock_inside(&plan);
			async_lock_release(lock);
			proof += lock_outside(&plan, i);
		}
		if (slot->rc == 0)
			lock_count(slot, &plan, proof);
		async_yield();
	}
	return slot_result(slot);
}

int lock_async(struct orders *orders)
{
	_Static_assert(sizeof(struct async_lock) <= LOCK_ROOM, "the lock fits the arena");
	return lock_verified(orders, crew_run(orders, lock_task));
}
