/*
 * What stackless coroutines wait for, and how a cancel ends a wait.
 */
#include <errno.h>

#include "models/async/descriptor.h"
#include "models/async/poller.h"
#include "models/async/stackless_frames.h"
#include "models/async/task.h"

/* The first thing a call that waits does. Returns  the cancel that waits to be delivered, or 0. */
static int take_interrupt(struct stackless *self)
{
	if (__builtin_expect(!self->cancelled, 1))
		return 0;
	self->cancelled = 0;
	return -ECANCELED;
}

/* It waits from now on. */
static int wait_for(struct stackless *self, enum stackless_waits what)
{
	self->waits_for = (uint8_t)what;
	return STACKLESS_PARKED;
}

static void leave_word(struct stackless *frame)
{
	struct stackless_set *set = frame->set;
	struct stackless **at = &set->words;

	while (*at != frame)
		at = &(*at)->next;
	*at = frame->next;
	if (frame->next == NULL)
		set->words_end = at;
}

void stackless_leave(struct stackless *frame)
{
	switch ((enum stackless_waits)frame->waits_for) {
	case STACKLESS_FOR_TIMER:
		async_timer_disarm(&frame->set->loop->timers, &frame->waits.timer);
		break;
	case STACKLESS_FOR_EDGE:
	case STACKLESS_FOR_FUTURE:
	case STACKLESS_FOR_CANCELLED:
		async_waiters_remove(&frame->waits.line.waiter);
		break;
	case STACKLESS_FOR_WORD:
		leave_word(frame);
		break;
	case STACKLESS_FOR_CALLED:
	case STACKLESS_FOR_NOTHING:
		break;
	}
	frame->waits_for = STACKLESS_FOR_NOTHING;
}

void stackless_interrupt(struct stackless *frame)
{
	/* in a loop, for chains of coroutines that await each other may be long */
	while (frame->waits_for == STACKLESS_FOR_CALLED ||
		frame->waits_for == STACKLESS_FOR_FUTURE) {
		if (frame->waits_for == STACKLESS_FOR_CALLED) {
			frame = frame->waits.called;
			continue;
		}
		struct async_future *future = frame->waits.line.future;
		frame->waits_for = STACKLESS_FOR_CANCELLED; /* and goes on waiting for its end */
		if (future->kind != ASYNC_OF_COROUTINE) {
			async_cancel(future);
			return;
		}
		frame = (struct stackless *)(intptr_t)future->value;
	}
	if (frame->waits_for == STACKLESS_FOR_CANCELLED)
		return;
	if (frame->waits_for == STACKLESS_FOR_NOTHING) { /* it is ready, or runs */
		frame->cancelled = 1;
		return;
	}
	stackless_leave(frame);
	frame->rc = -ECANCELED;
	stackless_push(frame);
}

int stackless_yield(struct stackless *self)
{
	int rc = take_interrupt(self);

	if (rc != 0)
		return rc;
	stackless_push(self);
	return STACKLESS_PARKED;
}

static void fired(struct async_timer *timer)
{
	stackless_push((struct stackless *)(void *)timer);
}

int stackless_sleep_until(struct stackless *self, uint64_t deadline_ns)
{
	int rc = take_interrupt(self);

	if (rc != 0)
		return rc;
	self->waits.timer = (struct async_timer){.deadline_ns = deadline_ns, .fire = fired};
	rc = async_timer_arm(&self->set->loop->timers, &self->waits.timer);
	return rc != 0 ? rc : wait_for(self, STACKLESS_FOR_TIMER);
}

int stackless_sleep(struct stackless *self, uint64_t duration_ns)
{
	return stackless_sleep_until(self, async_now_ns() + duration_ns);
}

int stackless_call(struct stackless *self, task_fn *fn, void *arg, size_t locals_bytes)
{
	int rc = take_interrupt(self);

	if (rc != 0)
		return rc;
	if (locals_bytes > STACKLESS_LOCALS_MAX)
		return -EINVAL;
	struct stackless *called = stackless_frame_take(self->set, locals_bytes);
	if (called == NULL)
		return -ENOMEM;
	called->fn = fn;
	called->arg = arg;
	called->caller = self;
	self->waits.called = called;
	self->set->current = called;
	return wait_for(self, STACKLESS_FOR_CALLED);
}

static void future_ended(struct async_waiter *waiter)
{
	struct stackless *self = (struct stackless *)(void *)waiter;
	int64_t outcome = async_future_result(self->waits.line.future);

	self->rc = outcome < 0 ? (int)outcome : 0;
	stackless_push(self);
}

int stackless_future(struct stackless *self, struct async_future *future)
{
	int rc = take_interrupt(self);

	if (rc != 0)
		return rc;
	if (async_future_done(future)) {
		int64_t outcome = async_future_result(future);

		return outcome < 0 ? (int)outcome : 0;
	}
	self->waits.line.waiter = (struct async_waiter){.call = future_ended};
	self->waits.line.future = future;
	async_waiters_push(&future->waiters, &self->waits.line.waiter);
	return wait_for(self, STACKLESS_FOR_FUTURE);
}

static void edge_came(struct async_waiter *waiter)
{
	stackless_push((struct stackless *)(void *)waiter);
}

static int wait_for_edge(struct stackless *self, int fd, bool writing)
{
	struct async_loop *loop = self->set->loop;
	struct async_descriptor *descriptor;
	int rc = take_interrupt(self);

	if (rc == 0)
		rc = async_descriptor_find(&loop->descriptors, fd, &descriptor);
	if (rc == 0 && descriptor->is_file)
		rc = -EINVAL;
	if (rc == 0 && !descriptor->registered) {
		rc = loop->poller->add(loop->poller, fd);
		descriptor->registered = rc == 0;
	}
	/* no further edge says that something can be read; of room to write one still may come */
	if (rc != 0 || (descriptor->hung_up && !writing))
		return rc;
	self->waits.line.waiter = (struct async_waiter){.call = edge_came};
	async_waiters_push(
		writing ? &descriptor->writers : &descriptor->readers, &self->waits.line.waiter);
	return wait_for(self, STACKLESS_FOR_EDGE);
}

int stackless_readable(struct stackless *self, int fd)
{
	return wait_for_edge(self, fd, false);
}

int stackless_writable(struct stackless *self, int fd)
{
	return wait_for_edge(self, fd, true);
}

void stackless_pass_on(struct stackless *self, int fd)
{
	const struct async_descriptors *descriptors = &self->set->loop->descriptors;

	if ((size_t)(unsigned)fd < descriptors->room && descriptors->table[fd].known)
		async_waiters_serve_first(&descriptors->table[fd].readers);
}

int stackless_word(struct stackless *self, _Atomic uint32_t *word, uint32_t old)
{
	struct stackless_set *set = self->set;
	int rc = take_interrupt(self);

	if (rc != 0 || atomic_load(word) != old)
		return rc;
	self->waits.word = word;
	self->next = NULL;
	*set->words_end = self;
	set->words_end = &self->next;
	return wait_for(self, STACKLESS_FOR_WORD);
}

void stackless_word_wake(struct stackless_set *set, _Atomic uint32_t *word)
{
	struct stackless *frame = set->words;

	set->words = NULL;
	set->words_end = &set->words;
	while (frame != NULL) {
		struct stackless *next = frame->next;

		if (frame->waits.word == word) {
			stackless_push(frame);
		} else {
			frame->next = NULL;
			*set->words_end = frame;
			set->words_end = &frame->next;
		}
		frame = next;
	}
}
