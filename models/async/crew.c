/*
 * The crew of the async family: one loop that the draining thread runs, a coroutine per task.
 */
#include <errno.h>
#include <stdlib.h>

#include "models/async/async.h"

/* Waiting on a word: lines by address, so that a gate of a million tasks is one line. */
enum { LINES = 64 };

struct parking {
	struct async_waiters lines[LINES];
};

struct parked {
	struct async_waiter waiter; /* first */
	_Atomic uint32_t *word;
};

struct crew_task {
	struct async_task task; /* first */
	struct crew *crew;
	task_fn *fn;
	int index;
};

struct crew_state {
	struct async_loop *loop;
	int pending;
};

static int crew_task_run(void *arg)
{
	struct crew_task *self = (struct crew_task *)async_thread.current;
	struct crew *crew = self->crew;
	struct crew_state *state = crew->state;
	int rc = self->fn(arg);

	if (__builtin_expect(rc != 0, 0)) {
		if (crew->failure.rc == 0 || self->index < crew->failure.task) {
			crew->failure.rc = rc;
			crew->failure.task = self->index;
		}
		if (crew->on_failure != NULL)
			crew->on_failure(crew->on_failure_arg, self->index, rc, 0);
	}
	if (--state->pending == 0)
		async_loop_stop(state->loop);
	return rc;
}

static int async_crew_open(struct crew *crew)
{
	struct async_options options = {.stack_bytes = crew->stack_bytes, .workers = crew->workers};
	struct crew_state *state = calloc(1, sizeof *state);

	if (state == NULL)
		return -ENOMEM;
	switch ((enum async_variant)crew->model->variant) {
	case ASYNC_VARIANT_EPOLL:
		break;
	case ASYNC_VARIANT_URING:
		options.poller = ASYNC_URING;
		break;
	case ASYNC_VARIANT_OFFLOAD:
		options.offload = true;
		break;
	case ASYNC_VARIANT_POLLING:
		options.poller = ASYNC_BUSY;
		break;
	}
	int rc = async_loop_open(&state->loop, &options);
	if (rc != 0) {
		free(state);
		return rc;
	}
	crew->state = state;
	return 0;
}

static int async_crew_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	struct crew_state *state = crew->state;
	struct async_task_options options = {
		.loop = state->loop, .name = "crew", .struct_bytes = sizeof(struct crew_task)};
	struct crew_task *task =
		(struct crew_task *)(void *)async_spawn_with(crew_task_run, arg, &options);

	if (task == NULL)
		return -errno;
	task->crew = crew;
	task->fn = fn;
	task->index = crew->spawned;
	task->task.detached = 1;
	state->pending++;
	return 0;
}

static int async_crew_drain(struct crew *crew)
{
	struct crew_state *state = crew->state;

	if (state->pending > 0) {
		int rc = async_loop_turns(state->loop);
		if (rc != 0)
			return rc;
	}
	return crew->failure.rc;
}

static void async_crew_close(struct crew *crew)
{
	struct crew_state *state = crew->state;

	async_loop_close(state->loop);
	free(state);
}

static struct async_waiters *line_of(struct async_loop *loop, _Atomic uint32_t *word)
{
	struct parking *parking = loop->parking;

	return &parking->lines[(uintptr_t)word / sizeof *word % LINES];
}

static int async_word_wait(_Atomic uint32_t *word, uint32_t old)
{
	struct async_loop *loop = async_thread.loop;
	struct parked parked = {.word = word};

	if (loop == NULL)
		return async_outside("word_wait");
	if (loop->parking == NULL && (loop->parking = calloc(1, sizeof(struct parking))) == NULL)
		return -ENOMEM;
	if (atomic_load(word) != old)
		return 0;
	if (async_thread.current != NULL)
		async_thread.current->waits = "word_wait";
	return async_waiter_wait(line_of(loop, word), &parked.waiter);
}

static void async_word_wake(_Atomic uint32_t *word)
{
	struct async_loop *loop = async_thread.loop;

	if (loop == NULL || loop->parking == NULL)
		return;
	for (struct async_waiter *waiter = line_of(loop, word)->first, *next; waiter != NULL;
		waiter = next) {
		next = waiter->next;
		if (((struct parked *)waiter)->word == word)
			async_waiter_serve(waiter);
	}
}

const struct crew_ops async_crew_ops = {
	.open = async_crew_open,
	.spawn = async_crew_spawn,
	.drain = async_crew_drain,
	.close = async_crew_close,
	.word_wait = async_word_wait,
	.word_wake = async_word_wake,
};

int async_compute(int (*fn)(void *arg), void *arg)
{
	struct async_loop *loop = async_thread.loop;

	return loop != NULL && loop->offload ? async_run_in_executor(fn, arg) : fn(arg);
}
