/*
 * The crews of sequential, which runs a task where it is spawned, and of threads, a pthread per
 * task (also threads-gil, the same under one lock). A task's bookkeeping is 32 bytes beside its
 * stack.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "models/first_failure.h"
#include "models/park.h"
#include "models/threads/stacks.h"
#include "models/threads/threads.h"

int thread_word_wait(_Atomic uint32_t *word, uint32_t old)
{
	gil_leave();
	int rc = park_wait(word, old, PARK_FOREVER, PARK_SHARED);
	gil_enter();
	return rc;
}

void thread_word_wake(_Atomic uint32_t *word)
{
	park_wake(word, INT_MAX, PARK_SHARED);
}

static void failed(const struct crew *crew, int task, int rc)
{
	if (crew->on_failure != NULL)
		crew->on_failure(crew->on_failure_arg, task, rc, 0);
}

static int sequential_open(struct crew *crew)
{
	crew->stack_bytes = 0; /* the caller's own stack */
	return 0;
}

static int sequential_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	int rc = fn(arg);

	if (rc != 0 && crew->failure.rc == 0) {
		crew->failure.rc = task_errno(rc);
		crew->failure.task = crew->spawned;
	}
	if (rc != 0)
		failed(crew, crew->spawned, task_errno(rc));
	return 0;
}

static int sequential_drain(struct crew *crew)
{
	return crew->failure.rc;
}

static void sequential_close(struct crew *crew)
{
	(void)crew;
}

const struct crew_ops sequential_crew_ops = {
	.open = sequential_open,
	.spawn = sequential_spawn,
	.drain = sequential_drain,
	.close = sequential_close,
	.word_wait = thread_word_wait,
	.word_wake = thread_word_wake,
};

struct threads;

struct thread_task {
	pthread_t thread;
	task_fn *fn;
	void *arg;
	struct threads *threads;
};

struct threads {
	const struct crew *crew;
	struct stacks stacks;
	_Atomic uint64_t first_failure;
	int running; /* started since the last drain */
	int before;  /* crew->spawned at the last drain */
	struct thread_task tasks[];
};

static int threads_open(struct crew *crew)
{
	size_t bytes =
		sizeof(struct threads) + (size_t)crew->tasks_max * sizeof(struct thread_task);
	struct threads *threads = malloc(bytes);

	if (threads == NULL)
		return -ENOMEM;
	threads->crew = crew;
	atomic_init(&threads->first_failure, FIRST_FAILURE_NONE);
	threads->running = threads->before = 0;
	int rc = stacks_make(&threads->stacks, crew->tasks_max,
		crew->stack_bytes != 0 ? crew->stack_bytes : THREAD_STACK_DEFAULT_BYTES);
	if (rc == 0 && crew->model->variant == THREADS_GIL)
		rc = gil_open(0);
	if (rc != 0) {
		stacks_free(&threads->stacks);
		free(threads);
		return rc;
	}
	crew->stack_bytes = threads->stacks.bytes;
	crew->state = threads;
	return 0;
}

static void *run_task(void *arg)
{
	struct thread_task *task = arg;
	struct threads *threads = task->threads;

	gil_task_begin();
	int rc = task->fn(task->arg);
	if (rc != 0) {
		int number = threads->before + (int)(task - threads->tasks);
		rc = task_errno(rc);
		first_failure_note(&threads->first_failure, number, rc, 0);
		failed(threads->crew, number, rc);
	}
	gil_task_end();
	return NULL;
}

static int threads_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	struct threads *threads = crew->state;

	assert(threads->running < crew->tasks_max);
	struct thread_task *task = &threads->tasks[threads->running];
	task->fn = fn;
	task->arg = arg;
	task->threads = threads;
	int rc = stacks_start(&threads->stacks, threads->running, &task->thread, run_task, task);
	if (rc == 0)
		threads->running++;
	return rc;
}

static int threads_drain(struct crew *crew)
{
	struct threads *threads = crew->state;

	for (int i = 0; i < threads->running; i++)
		pthread_join(threads->tasks[i].thread, NULL);
	threads->running = 0;
	int rc = first_failure_report(&threads->first_failure, crew);
	threads->before = rc != 0 ? crew->spawned : 0; /* as crew_drain counts */
	return rc;
}

static void threads_close(struct crew *crew)
{
	struct threads *threads = crew->state;

	if (crew->model->variant == THREADS_GIL)
		gil_close();
	stacks_free(&threads->stacks);
	free(threads);
}

const struct crew_ops threads_crew_ops = {
	.open = threads_open,
	.spawn = threads_spawn,
	.drain = threads_drain,
	.close = threads_close,
	.word_wait = thread_word_wait,
	.word_wake = thread_word_wake,
};
