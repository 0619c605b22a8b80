/*
 * A future is complete in two steps: one thread wins the right to write the result, writes it,
 * calls the callbacks and publishes. The list of callbacks is closed by a mark, so that one added
 * late is called by who adds it. After publishing, the completing thread does not touch the future
 * again: its waiter may have freed it. Hence waiters sleep on the state itself, and to wake them
 * needs its address only.
 */
#include "models/threads/future.h"

#include "models/threads/gil.h"

/* The end of a list that takes no more. */
static struct thread_callback closed;

void thread_future_make(struct thread_future *future)
{
	atomic_init(&future->state, THREAD_FUTURE_PENDING);
	future->spin = NULL;
	atomic_init(&future->callbacks, NULL);
	future->error = 0;
	future->value = NULL;
}

static void call_back(struct thread_future *future)
{
	struct thread_callback *list = atomic_exchange(&future->callbacks, &closed);
	struct thread_callback *in_order = NULL;

	while (list != NULL) {
		struct thread_callback *next = list->next;
		list->next = in_order;
		in_order = list;
		list = next;
	}
	while (in_order != NULL) {
		struct thread_callback *next = in_order->next;
		in_order->fn(future->error, future->value, in_order->arg);
		in_order = next;
	}
}

/* Moves on if the state is one of the two; -EBUSY if it runs, -EALREADY if it is beyond that. */
static int advance(struct thread_future *future, uint32_t from, uint32_t or_from, uint32_t to)
{
	uint32_t seen = atomic_load(&future->state);

	for (;;) {
		uint32_t state = seen % THREAD_FUTURE_WAITED;
		if (state != from && state != or_from)
			return state == THREAD_FUTURE_RUNNING ? -EBUSY : -EALREADY;
		if (atomic_compare_exchange_weak(&future->state, &seen, seen - state + to))
			return 0;
	}
}

/* For who has moved it to SETTING. */
static void publish(struct thread_future *future, void *value, int error)
{
	future->value = value;
	future->error = error;
	call_back(future);
	_Atomic uint32_t *state = &future->state;
	if (atomic_exchange(state, THREAD_FUTURE_DONE) & THREAD_FUTURE_WAITED)
		park_wake(state, INT_MAX, PARK_PROCESS);
}

static int complete(struct thread_future *future, void *value, int error)
{
	int rc = advance(
		future, THREAD_FUTURE_PENDING, THREAD_FUTURE_RUNNING, THREAD_FUTURE_SETTING);

	if (rc == 0)
		publish(future, value, error);
	return rc;
}

int thread_future_set(struct thread_future *future, void *value)
{
	return complete(future, value, 0);
}

int thread_future_fail(struct thread_future *future, int error)
{
	return complete(future, NULL, error);
}

int thread_future_cancel(struct thread_future *future)
{
	int rc = advance(
		future, THREAD_FUTURE_PENDING, THREAD_FUTURE_PENDING, THREAD_FUTURE_SETTING);

	if (rc == 0)
		publish(future, NULL, -ECANCELED);
	return rc;
}

bool thread_future_start(struct thread_future *future)
{
	return advance(future, THREAD_FUTURE_PENDING, THREAD_FUTURE_PENDING,
		       THREAD_FUTURE_RUNNING) == 0;
}

bool thread_future_done(struct thread_future *future)
{
	return atomic_load(&future->state) == THREAD_FUTURE_DONE;
}

static bool is_done(void *arg)
{
	return thread_future_done(arg);
}

static bool spin(struct thread_future *future)
{
	return future->spin != NULL && !gil_exists && spin_until(future->spin, is_done, future);
}

static int sleep_until_done(struct thread_future *future, uint64_t timeout_ns)
{
	uint64_t now_ns = park_now_ns();
	uint64_t deadline_ns =
		timeout_ns > UINT64_MAX - now_ns ? PARK_FOREVER : now_ns + timeout_ns;
	int rc = 0;

	gil_leave();
	for (;;) {
		uint32_t seen = atomic_load(&future->state);
		if (seen % THREAD_FUTURE_WAITED == THREAD_FUTURE_DONE) {
			rc = 0;
			break;
		}
		if (rc != 0)
			break;
		if ((seen & THREAD_FUTURE_WAITED) == 0 &&
			!atomic_compare_exchange_weak(
				&future->state, &seen, seen | THREAD_FUTURE_WAITED))
			continue;
		rc = park_wait(
			&future->state, seen | THREAD_FUTURE_WAITED, deadline_ns, PARK_PROCESS);
	}
	gil_enter();
	return rc;
}

int thread_future_result(struct thread_future *future, void **value, uint64_t timeout_ns)
{
	if (!thread_future_done(future) && !(timeout_ns != SYNC_TRY && spin(future))) {
		int rc = timeout_ns == SYNC_TRY ? -ETIMEDOUT : sleep_until_done(future, timeout_ns);
		if (rc != 0)
			return rc;
	}
	if (future->error == 0 && value != NULL)
		*value = future->value;
	return future->error;
}

void thread_future_on_done(struct thread_future *future, struct thread_callback *callback,
	thread_done_fn *fn, void *arg)
{
	callback->fn = fn;
	callback->arg = arg;
	struct thread_callback *first = atomic_load(&future->callbacks);
	do {
		if (first == &closed) {
			fn(future->error, future->value, arg);
			return;
		}
		callback->next = first;
	} while (!atomic_compare_exchange_weak(&future->callbacks, &first, callback));
}
