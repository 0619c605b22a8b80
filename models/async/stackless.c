/*
 * Stackless coroutines: their driver, their frames, and what they can wait for.
 *
 * The driver is an ordinary task. It resumes what is ready, yields after STACKLESS_TURNS of them,
 * and parks when nothing is ready; timers, descriptors and futures put a frame into the ready queue
 * and wake it. So the loop knows nothing of stackless coroutines.
 *
 * Frames come from chunks and are recycled by size; a chunk goes with the set.
 */
#include "models/async/stackless.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "models/async/descriptor.h"
#include "models/async/poller.h"
#include "models/async/task.h"

_Thread_local struct stackless_set *stackless_running;

/* --- frames --- */

struct stackless_chunk {
	struct stackless_chunk *earlier;
} __attribute__((aligned(16)));

static size_t frame_bytes(size_t locals_bytes)
{
	return sizeof(struct stackless) + locals_bytes;
}

static char *carve(struct stackless_set *set, size_t bytes)
{
	if ((size_t)(set->fresh_end - set->fresh) < bytes) {
		struct stackless_chunk *chunk = mmap(NULL, STACKLESS_CHUNK_BYTES,
			PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (chunk == MAP_FAILED)
			return NULL;
		chunk->earlier = set->chunks;
		set->chunks = chunk;
		set->chunks_count++;
		set->fresh = (char *)(chunk + 1);
		set->fresh_end = (char *)chunk + STACKLESS_CHUNK_BYTES;
	}
	set->fresh += bytes;
	return set->fresh - bytes;
}

/* Zeroed but for its size and set; NULL without memory. */
static struct stackless *take_frame(struct stackless_set *set, size_t locals_bytes)
{
	size_t steps = (locals_bytes + STACKLESS_SIZE_STEP - 1) / STACKLESS_SIZE_STEP;
	size_t bytes = frame_bytes(steps * STACKLESS_SIZE_STEP);
	struct stackless *frame;

	if (steps > STACKLESS_SIZES) {
		frame = malloc(bytes);
	} else if (set->free[steps] != NULL) {
		frame = set->free[steps];
		set->free[steps] = frame->next;
	} else {
		frame = (struct stackless *)(void *)carve(set, bytes);
	}
	if (frame == NULL)
		return NULL;
	memset(frame, 0, bytes);
	frame->set = set;
	frame->locals_bytes = (uint32_t)(steps * STACKLESS_SIZE_STEP);
	return frame;
}

static void give_frame(struct stackless_set *set, struct stackless *frame)
{
	size_t steps = frame->locals_bytes / STACKLESS_SIZE_STEP;

	if (steps > STACKLESS_SIZES) {
		free(frame);
		return;
	}
	frame->next = set->free[steps];
	set->free[steps] = frame;
}

/* --- the driver --- */

static void wake_driver(struct stackless_set *set)
{
	if (set->driver->parked == ASYNC_PARKED)
		async_wake(set->driver, 0);
}

static void push(struct stackless *frame)
{
	struct stackless_set *set = frame->set;

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
		if (frame->done != NULL)
			async_future_end(frame->done, ASYNC_DONE, rc);
	}
	give_frame(set, frame);
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
		set->current = frame;
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

static int drive(void *arg)
{
	struct stackless_set *set = arg;
	int turns = STACKLESS_TURNS;

	while (set->first != NULL || set->alive > 0 || !set->closing) {
		struct stackless *frame = set->first;

		if (frame == NULL) {
			int rc = async_take_interrupt(set->driver);
			if (rc == 0)
				rc = async_park(set->driver, ASYNC_PARKED);
			if (rc != 0) {
				set->abandoned = true;
				return rc;
			}
			continue;
		}
		set->first = frame->next;
		resume(set, frame);
		if (--turns == 0) {
			turns = STACKLESS_TURNS;
			async_yield();
		}
	}
	return 0;
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

static void free_frames(struct stackless_set *set)
{
	while (set->chunks != NULL) {
		struct stackless_chunk *chunk = set->chunks;

		set->chunks = chunk->earlier;
		munmap(chunk, STACKLESS_CHUNK_BYTES);
	}
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
	free_frames(set);
	return 0;
}

int stackless_spawn(struct stackless_set *set, task_fn *fn, void *arg, size_t locals_bytes,
	struct async_future *done)
{
	if (locals_bytes > STACKLESS_LOCALS_MAX)
		return -EINVAL;
	if (set->abandoned)
		return -ECANCELED;
	struct stackless *frame = take_frame(set, locals_bytes);
	if (frame == NULL)
		return -ENOMEM;
	frame->fn = fn;
	frame->arg = arg;
	frame->done = done;
	frame->task = set->spawned++;
	set->alive++;
	push(frame);
	return 0;
}

/* --- what they wait for --- */

int stackless_yield(struct stackless *self)
{
	push(self);
	return STACKLESS_PARKED;
}

static void fired(struct async_timer *timer)
{
	push((struct stackless *)(void *)timer);
}

int stackless_sleep_until(struct stackless *self, uint64_t deadline_ns)
{
	self->waits.timer = (struct async_timer){.deadline_ns = deadline_ns, .fire = fired};
	int rc = async_timer_arm(&self->set->loop->timers, &self->waits.timer);
	return rc != 0 ? rc : STACKLESS_PARKED;
}

int stackless_sleep(struct stackless *self, uint64_t duration_ns)
{
	return stackless_sleep_until(self, async_now_ns() + duration_ns);
}

int stackless_call(struct stackless *self, task_fn *fn, void *arg, size_t locals_bytes)
{
	if (locals_bytes > STACKLESS_LOCALS_MAX)
		return -EINVAL;
	struct stackless *called = take_frame(self->set, locals_bytes);
	if (called == NULL)
		return -ENOMEM;
	called->fn = fn;
	called->arg = arg;
	called->caller = self;
	self->set->current = called;
	return STACKLESS_PARKED;
}

static void future_ended(struct async_waiter *waiter)
{
	struct stackless *self = (struct stackless *)(void *)waiter;
	int64_t outcome = async_future_result(self->waits.line.future);

	self->rc = outcome < 0 ? (int)outcome : 0;
	push(self);
}

int stackless_future(struct stackless *self, struct async_future *future)
{
	if (async_future_done(future)) {
		int64_t outcome = async_future_result(future);

		return outcome < 0 ? (int)outcome : 0;
	}
	self->waits.line.waiter = (struct async_waiter){.call = future_ended};
	self->waits.line.future = future;
	async_waiters_push(&future->waiters, &self->waits.line.waiter);
	return STACKLESS_PARKED;
}

static void edge_came(struct async_waiter *waiter)
{
	push((struct stackless *)(void *)waiter);
}

static int wait_for_edge(struct stackless *self, int fd, bool writing)
{
	struct async_loop *loop = self->set->loop;
	struct async_descriptor *descriptor;
	int rc = async_descriptor_find(&loop->descriptors, fd, &descriptor);

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
	return STACKLESS_PARKED;
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

	if (atomic_load(word) != old)
		return 0;
	self->waits.word = word;
	self->next = NULL;
	*set->words_end = self;
	set->words_end = &self->next;
	return STACKLESS_PARKED;
}

void stackless_word_wake(struct stackless_set *set, _Atomic uint32_t *word)
{
	struct stackless *frame = set->words;

	set->words = NULL;
	set->words_end = &set->words;
	while (frame != NULL) {
		struct stackless *next = frame->next;

		if (frame->waits.word == word) {
			push(frame);
		} else {
			frame->next = NULL;
			*set->words_end = frame;
			set->words_end = &frame->next;
		}
		frame = next;
	}
}
