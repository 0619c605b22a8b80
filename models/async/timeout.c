/*
 * Sleeping and timeout scopes.
 */
#include "models/async/timeout.h"

#include <errno.h>

#include "models/async/loop.h"
#include "models/async/task.h"

struct sleeper {
	struct async_timer timer; /* first */
	struct async_task *task;
};

static void sleeper_fire(struct async_timer *timer)
{
	struct async_task *task = ((struct sleeper *)timer)->task;

	if (task->parked == ASYNC_PARKED) /* else it was interrupted just before */
		async_wake(task, 0);
}

int async_sleep_until(uint64_t deadline_ns)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return async_outside("async_sleep");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	struct sleeper sleeper = {
		.timer = {.deadline_ns = deadline_ns, .fire = sleeper_fire}, .task = self};
	int rc = async_timer_arm(&self->loop->timers, &sleeper.timer);
	if (rc != 0)
		return rc;
	self->waits = "async_sleep";
	rc = async_park(self, ASYNC_PARKED);
	if (rc != 0)
		async_timer_disarm(&self->loop->timers, &sleeper.timer);
	return rc;
}

static uint64_t deadline_of(uint64_t duration_ns)
{
	uint64_t now_ns = async_now_ns();

	return duration_ns < UINT64_MAX - now_ns ? now_ns + duration_ns : UINT64_MAX - 1;
}

int async_sleep(uint64_t duration_ns)
{
	struct async_task *self = async_thread.current;

	if (duration_ns == 0 && self != NULL) { /* asyncio's sleep(0): a turn for everybody else */
		int rc = async_take_interrupt(self);
		if (rc == 0)
			async_yield();
		return rc;
	}
	return async_sleep_until(deadline_of(duration_ns));
}

static void timeout_fire(struct async_timer *timer)
{
	struct async_timeout *timeout = (struct async_timeout *)timer;

	timeout->expired = true;
	async_interrupt(timeout->task, -ETIMEDOUT, timeout);
}

int async_timeout_begin_until(struct async_timeout *timeout, uint64_t deadline_ns)
{
	struct async_task *self = async_thread.current;

	*timeout = (struct async_timeout){
		.timer = {.deadline_ns = deadline_ns, .fire = timeout_fire}, .task = self};
	if (self == NULL)
		return async_outside("async_timeout_begin");
	return async_timer_arm(&self->loop->timers, &timeout->timer);
}

int async_timeout_begin(struct async_timeout *timeout, uint64_t duration_ns)
{
	return async_timeout_begin_until(timeout, deadline_of(duration_ns));
}

int async_timeout_reschedule(struct async_timeout *timeout, uint64_t deadline_ns)
{
	if (timeout->expired)
		return -ETIMEDOUT;
	async_timer_disarm(&timeout->task->loop->timers, &timeout->timer);
	timeout->timer.deadline_ns = deadline_ns;
	return async_timer_arm(&timeout->task->loop->timers, &timeout->timer);
}

bool async_timeout_end(struct async_timeout *timeout)
{
	struct async_task *task = timeout->task;

	if (task == NULL)
		return false;
	async_timer_disarm(&task->loop->timers, &timeout->timer);
	if (task->interrupt == -ETIMEDOUT && task->interrupter == timeout)
		task->interrupt = 0; /* nobody waited any more */
	return timeout->expired;
}

int64_t async_wait_for(struct async_future *future, uint64_t duration_ns)
{
	struct async_timeout timeout;
	int rc = async_timeout_begin(&timeout, duration_ns);

	if (rc != 0)
		return rc;
	int64_t value = async_await(future);
	async_timeout_end(&timeout);
	return value;
}
