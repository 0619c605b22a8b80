/*
 * Waiting until something is so; see the header.
 */
#include "models/sync.h"

#include "models/threads/gil.h"

void sync_line_make(struct sync_line *line, enum park_scope scope, uint32_t spin_ns)
{
	atomic_init(&line->sequence, 0);
	atomic_init(&line->waiters, 0);
	line->scope = scope;
	spin_make(&line->spin, spin_ns);
}

/* UINT64_MAX = never */
static uint64_t deadline_after(uint64_t timeout_ns)
{
	uint64_t now_ns = park_now_ns();

	return timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns;
}

static int sleep_in_line(struct sync_line *line, uint32_t ticket, uint64_t deadline_ns)
{
	uint64_t until_ns = deadline_ns;

	if (line->scope == PARK_SHARED) {
		uint64_t recheck_ns = park_now_ns() + SYNC_RECHECK_NS;
		until_ns = recheck_ns < deadline_ns ? recheck_ns : deadline_ns;
	}
	gil_leave();
	int rc = park_wait(&line->sequence, ticket,
		until_ns == UINT64_MAX ? PARK_FOREVER : until_ns, line->scope);
	gil_enter();
	return rc != 0 && until_ns == deadline_ns ? rc : 0;
}

int sync_line_until(struct sync_line *line, spin_try_fn *attempt, void *arg, uint64_t timeout_ns)
{
	if (attempt(arg))
		return 0;
	if (timeout_ns == SYNC_TRY)
		return -ETIMEDOUT;
	uint64_t deadline_ns = deadline_after(timeout_ns);
	/* Under the global lock what it spins for could not happen. */
	if (!gil_exists && spin_until(&line->spin, attempt, arg))
		return 0;
	atomic_fetch_add(&line->waiters, 1);
	for (int rc = 0;;) {
		uint32_t ticket = atomic_load(&line->sequence);
		if (attempt(arg)) {
			atomic_fetch_sub(&line->waiters, 1);
			return 0;
		}
		if (rc != 0) {
			atomic_fetch_sub(&line->waiters, 1);
			return rc;
		}
		rc = sleep_in_line(line, ticket, deadline_ns);
	}
}

uint32_t sync_line_join(struct sync_line *line)
{
	atomic_fetch_add(&line->waiters, 1);
	return atomic_load(&line->sequence);
}

int sync_line_wait(struct sync_line *line, uint32_t ticket, uint64_t timeout_ns)
{
	uint64_t deadline_ns = deadline_after(timeout_ns);
	int rc = 0;

	while (atomic_load(&line->sequence) == ticket && rc == 0)
		rc = sleep_in_line(line, ticket, deadline_ns);
	atomic_fetch_sub(&line->waiters, 1);
	return atomic_load(&line->sequence) == ticket ? rc : 0;
}

void sync_semaphore_make(
	struct sync_semaphore *semaphore, uint32_t value, enum park_scope scope, uint32_t spin_ns)
{
	atomic_init(&semaphore->value, value);
	sync_line_make(&semaphore->line, scope, spin_ns);
}

static bool take(void *arg)
{
	struct sync_semaphore *semaphore = arg;
	uint32_t value = atomic_load(&semaphore->value);

	while (value > 0)
		if (atomic_compare_exchange_weak(&semaphore->value, &value, value - 1))
			return true;
	return false;
}

int sync_semaphore_acquire(struct sync_semaphore *semaphore, uint64_t timeout_ns)
{
	return sync_line_until(&semaphore->line, take, semaphore, timeout_ns);
}

void sync_semaphore_release(struct sync_semaphore *semaphore)
{
	atomic_fetch_add(&semaphore->value, 1);
	sync_line_wake(&semaphore->line, 1);
}

void sync_event_make(struct sync_event *event, enum park_scope scope, uint32_t spin_ns)
{
	atomic_init(&event->set, 0);
	sync_line_make(&event->line, scope, spin_ns);
}

void sync_event_set(struct sync_event *event)
{
	atomic_store(&event->set, 1);
	sync_line_wake(&event->line, INT_MAX);
}

void sync_event_clear(struct sync_event *event)
{
	atomic_store(&event->set, 0);
}

bool sync_event_is_set(struct sync_event *event)
{
	return atomic_load(&event->set) != 0;
}

static bool event_is_set(void *arg)
{
	return sync_event_is_set(arg);
}

int sync_event_wait(struct sync_event *event, uint64_t timeout_ns)
{
	return sync_line_until(&event->line, event_is_set, event, timeout_ns);
}

void sync_barrier_make(
	struct sync_barrier *barrier, uint32_t parties, enum park_scope scope, uint32_t spin_ns)
{
	barrier->parties = parties;
	atomic_init(&barrier->arrived, 0);
	atomic_init(&barrier->broken, false);
	sync_line_make(&barrier->line, scope, spin_ns);
}

struct passage {
	struct sync_barrier *barrier;
	uint64_t generation;
};

static bool passed(void *arg)
{
	struct passage *passage = arg;

	return atomic_load(&passage->barrier->arrived) >> 32 != passage->generation ||
	       atomic_load(&passage->barrier->broken);
}

int sync_barrier_wait(struct sync_barrier *barrier, uint64_t timeout_ns)
{
	if (atomic_load(&barrier->broken))
		return -EPIPE;
	uint64_t arrived = atomic_fetch_add(&barrier->arrived, 1) + 1;
	struct passage passage = {barrier, arrived >> 32};
	if ((uint32_t)arrived == barrier->parties) {
		/* Nobody can arrive before the generation moves: all parties are here. */
		atomic_store(&barrier->arrived, (passage.generation + 1) << 32);
		sync_line_wake(&barrier->line, INT_MAX);
		return 0;
	}
	int rc = sync_line_until(&barrier->line, passed, &passage, timeout_ns);
	if (rc != 0) {
		atomic_store(&barrier->broken, true);
		sync_line_wake(&barrier->line, INT_MAX);
		return rc;
	}
	return atomic_load(&barrier->arrived) >> 32 != passage.generation ? 0 : -EPIPE;
}
