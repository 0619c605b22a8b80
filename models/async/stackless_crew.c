/*
 * The crew of stackless coroutines: a loop, a set on it, and the loop run while somebody drains.
 */
#include <errno.h>
#include <stdlib.h>

#include "models/async/stackless.h"

struct stackless_crew {
	struct async_loop *loop;
	struct stackless_set set;
	struct async_future drained; /* pending while somebody waits for the last end */
	bool draining;
	uint32_t batch; /* set.spawned at the last drain */
};

/* The crew whose words are waited for on this thread; one crew per thread is open at a time. */
static _Thread_local struct stackless_set *crew_set;

static void task_ended(struct stackless *frame, int rc)
{
	struct crew *crew = frame->set->owner;
	struct stackless_crew *state = crew->state;
	int task = (int)(frame->task - state->batch);

	if (rc > 0)
		rc = -EPROTO;
	if (rc != 0) {
		if (crew->failure.rc == 0 || task < crew->failure.task) {
			crew->failure.rc = rc;
			crew->failure.task = task;
		}
		if (crew->on_failure != NULL)
			crew->on_failure(crew->on_failure_arg, task, rc, 0);
	}
	if (frame->set->alive == 0 && state->draining)
		async_future_end(&state->drained, ASYNC_DONE, 0);
}

static int stackless_crew_open(struct crew *crew)
{
	struct stackless_crew *state = calloc(1, sizeof *state);

	if (state == NULL)
		return -ENOMEM;
	/* while they run, all of them are on the driver's stack */
	const struct async_options options = {.stack_bytes = crew->stack_bytes};
	int rc = async_loop_open(&state->loop, &options);
	if (rc == 0)
		rc = stackless_open(&state->set, state->loop);
	if (rc != 0) {
		async_loop_close(state->loop);
		free(state);
		return rc;
	}
	state->set.ended = task_ended;
	state->set.owner = crew;
	crew->state = state;
	crew_set = &state->set;
	return 0;
}

static int stackless_crew_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	struct stackless_crew *state = crew->state;

	return stackless_spawn(&state->set, fn, arg, STACKLESS_CREW_LOCALS, NULL);
}

static int stackless_crew_drain(struct crew *crew)
{
	struct stackless_crew *state = crew->state;
	int64_t rc = 0;

	if (state->set.alive > 0) {
		async_future_init(&state->drained);
		state->draining = true;
		rc = async_run_until_complete(state->loop, &state->drained);
		state->draining = false;
	}
	if (crew->failure.rc == 0) /* else its index counts on, from the batch that failed */
		state->batch = state->set.spawned;
	return (int)rc;
}

static void stackless_crew_close(struct crew *crew)
{
	struct stackless_crew *state = crew->state;

	crew_set = NULL;
	(void)stackless_close(&state->set);
	async_loop_close(state->loop);
	free(state);
}

/* A state machine can not wait inside of a call: it awaits stackless_word. */
static int stackless_word_wait(_Atomic uint32_t *word, uint32_t old)
{
	(void)word;
	(void)old;
	return -ENOTSUP;
}

static void stackless_crew_word_wake(_Atomic uint32_t *word)
{
	if (crew_set != NULL)
		stackless_word_wake(crew_set, word);
}

const struct crew_ops stackless_crew_ops = {
	.open = stackless_crew_open,
	.spawn = stackless_crew_spawn,
	.drain = stackless_crew_drain,
	.close = stackless_crew_close,
	.word_wait = stackless_word_wait,
	.word_wake = stackless_crew_word_wake,
};
