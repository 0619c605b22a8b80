/*
 * Stackless coroutines: their driver, from their first step to their end.
 *
 * The driver is an ordinary task. It resumes what is ready, yields after STACKLESS_TURNS of them,
 * and parks when nothing is ready; timers, descriptors and futures put a frame into the ready queue
 * and wake it. So the loop knows nothing of stackless coroutines.
 */
#include "models/async/stackless.h"

#include <errno.h>

#include "models/async/stackless_frames.h"
#include "models/async/task.h"

_Thread_local struct stackless_set *stackless_running;

static void wake_driver(struct stackless_set *set)
{
	if (set->driver->parked == ASYNC_PARKED)
		async_wake(set->driver, 0);
}

void stackless_push(struct stackless *frame)
{
	struct stackless_set *set = frame->set;

	frame->waits_for = STACKLESS_FOR_NOTHING;
	frame->next = NULL;
	if (set->first != NULL)
		set->last->next = frame;
	else
		set->first = frame;
	set->last = frame;
	wake_driver(set);
}

/* The coroutine has ended with rc: its caller if it has one, to be resumed at once. */
static struct stackless *end(struct stackless *frame, int rc)
{
	struct stackless_set *set = frame->set;
	struct stackless *caller = frame->caller;

	if (caller != NULL) {
		caller->rc = rc;
	} else {
		set->alive--;
		if (set->ended != NULL)
			set->ended(frame, rc);
		if (frame->done != NULL && !async_future_done(frame->done))
			async_future_end(
				frame->done, rc == -ECANCELED ? ASYNC_CANCELLED : ASYNC_DONE, rc);
	}
	stackless_frame_give(frame);
	return caller;
}

/*
 * Runs a coroutine, whoever it awaits, and whoever awaits it, until one of them parks. Meanwhile no
 * task is current, so that the waiting calls of tasks refuse instead of parking the driver.
 */
static void resume(struct stackless_set *set, struct stackless *frame)
{
	stackless_running = set;
	async_thread.current = NULL;
	while (frame != NULL) {
		if (frame->cancelled && frame->at == 0) { /* before its first step */
			frame = end(frame, -ECANCELED);
			continue;
		}
		set->current = frame;
		frame->waits_for = STACKLESS_FOR_NOTHING;
		if (frame->rc == STACKLESS_PARKED)
			frame->rc = 0; /* woken without an error */
		int rc = frame->fn(frame->arg);
		if (rc != STACKLESS_PARKED) {
			frame = end(frame, rc);
			continue;
		}
		if (set->current == frame)
			break;
		frame = set->current; /* it has called another one, which starts */
	}
	async_thread.current = set->driver;
	stackless_running = NULL;
}

static void cancel(struct stackless *frame)
{
	if (frame->caller == NULL) /* else it is reached through its caller */
		stackless_interrupt(frame);
}

/* It never goes on, and who awaits it is told. Its caller and whom it has called are dropped, too.
 */
static void drop(struct stackless *frame)
{
	frame->set->first = NULL; /* frames of before stood there */
	stackless_leave(frame);
	if (frame->caller != NULL)
		stackless_frame_give(frame);
	else
		end(frame, -ECANCELED);
}

/*
 * The driver was cancelled, as a rule with its loop: so is every coroutine, once. Those that have
 * not ended when that happens again, or for good, are dropped.
 */
static void cancel_all(struct stackless_set *set)
{
	bool again = set->abandoned || set->driver->forced;

	set->abandoned = true;
	stackless_frames_each(set, again ? drop : cancel);
	if (again)
		set->first = NULL;
}

static int drive(void *arg)
{
	struct stackless_set *set = arg;
	int turns = STACKLESS_TURNS;

	while (set->first != NULL || set->alive > 0 || (!set->closing && !set->abandoned)) {
		struct stackless *frame = set->first;
		int rc = 0;

		if (frame != NULL) {
			set->first = frame->next;
			resume(set, frame);
			if (--turns > 0)
				continue;
			turns = STACKLESS_TURNS;
			async_yield();
			rc = async_take_interrupt(set->driver);
		} else {
			rc = async_take_interrupt(set->driver);
			if (rc == 0)
				rc = async_park(set->driver, ASYNC_PARKED);
		}
		if (rc != 0)
			cancel_all(set);
	}
	return set->abandoned ? -ECANCELED : 0;
}

int stackless_open(struct stackless_set *set, struct async_loop *loop)
{
	struct async_task_options options = {.loop = loop, .name = "stackless driver"};

	*set = (struct stackless_set){.loop = loop != NULL ? loop : async_loop_current()};
	set->words_end = &set->words;
	if (set->loop == NULL)
		return async_misuse(
			-EPERM, "stackless_open needs a loop: give it one, or call it from a task");
	set->driver = async_spawn_with(drive, set, &options);
	return set->driver == NULL ? -errno : 0;
}

int stackless_close(struct stackless_set *set)
{
	int64_t rc;

	set->closing = true;
	wake_driver(set);
	if (async_loop_current() == set->loop)
		rc = async_await_shielded(&set->driver->future);
	else
		rc = async_run_until_complete(set->loop, &set->driver->future);
	if (!async_future_done(&set->driver->future))
		return (int)rc;
	async_task_detach(set->driver);
	if (set->alive > 0) /* it was cancelled before its first step */
		stackless_frames_each(set, drop);
	stackless_frames_free(set);
	return 0;
}

int stackless_spawn(struct stackless_set *set, task_fn *fn, void *arg, size_t locals_bytes,
	struct async_future *done)
{
	if (locals_bytes > STACKLESS_LOCALS_MAX)
		return -EINVAL;
	if (set->abandoned)
		return -ECANCELED;
	struct stackless *frame = stackless_frame_take(set, locals_bytes);
	if (frame == NULL)
		return -ENOMEM;
	frame->fn = fn;
	frame->arg = arg;
	frame->done = done;
	if (done != NULL && !async_future_done(done)) { /* while it is pending, its value says whom
							   a cancel of it concerns */
		done->kind = ASYNC_OF_COROUTINE;
		done->value = (int64_t)(intptr_t)frame;
	}
	frame->task = set->spawned++;
	set->alive++;
	stackless_push(frame);
	return 0;
}
