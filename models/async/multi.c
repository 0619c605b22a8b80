/*
 * The crew of the model async-multi: one loop per CPU, each on a thread of its own, tasks dealt out
 * in turn. A task stays on its loop; what tasks of different loops share is the crew's words.
 *
 * Waiting on a word goes through one table for all loops of the process, a lock per line: who parks
 * looks at the word under the lock, who wakes changes the word before it takes the lock.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/async/async.h"

enum { LINES = 64, LOOPS_MOST = 256 };

/* A task that waits on a word; on its own stack. */
struct parked {
	struct async_call call; /* first: wakes it on its own loop */
	struct async_task *task;
	_Atomic uint32_t *word;
	struct parked *next;
};

static struct line {
	pthread_mutex_t lock;
	struct parked *first, **last;
} __attribute__((aligned(64))) lines[LINES]; /* all-zero is an unlocked mutex on Linux */

struct multi_task {
	struct async_task task; /* first */
	struct spawning *spawning;
};

struct member {
	pthread_t thread;
	struct async_loop *loop; /* opened by its own thread */
	struct multi *multi;
	int number, rc;
	struct async_call stop;
};

/* One spawn on its way to another thread's loop. */
struct spawning {
	struct async_call call; /* first */
	struct multi *multi;
	struct member *member;
	task_fn *fn;
	void *arg;
	int index;
};

struct multi {
	struct crew *crew;
	int loops, started;
	struct spawning *spawnings; /* [tasks_max] */
	pthread_mutex_t failing;
	_Atomic uint32_t ready;   /* loops that are open, or have failed to open */
	_Atomic uint32_t pending; /* tasks; who drains waits for it */
	struct member members[];
};

static void wait_while(_Atomic uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void wake_all(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void tell_failure(struct crew *crew, struct multi *multi, int index, int rc)
{
	pthread_mutex_lock(&multi->failing);
	if (crew->failure.rc == 0 || index < crew->failure.task) {
		crew->failure.rc = rc;
		crew->failure.task = index;
	}
	pthread_mutex_unlock(&multi->failing);
	if (crew->on_failure != NULL)
		crew->on_failure(crew->on_failure_arg, index, rc, 0);
}

static void one_less(struct multi *multi)
{
	if (atomic_fetch_sub(&multi->pending, 1) == 1)
		wake_all(&multi->pending);
}

static int multi_task_run(void *arg)
{
	struct spawning *spawning = ((struct multi_task *)async_thread.current)->spawning;
	int rc = spawning->fn(arg);

	if (rc != 0)
		tell_failure(spawning->multi->crew, spawning->multi, spawning->index, rc);
	one_less(spawning->multi);
	return rc;
}

/* On the member's own loop. */
static void arrive(struct async_call *call)
{
	struct spawning *spawning = (struct spawning *)call;
	struct async_task_options options = {.loop = spawning->member->loop,
		.name = "crew",
		.struct_bytes = sizeof(struct multi_task)};
	struct multi_task *task = (struct multi_task *)(void *)async_spawn_with(
		multi_task_run, spawning->arg, &options);

	if (task == NULL) {
		tell_failure(spawning->multi->crew, spawning->multi, spawning->index, -errno);
		one_less(spawning->multi);
		return;
	}
	task->spawning = spawning;
	task->task.detached = 1;
}

static void pin(int number)
{
	cpu_set_t allowed, mine;
	int seen = 0;

	CPU_ZERO(&mine);
	if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && seen++ == number % CPU_COUNT(&allowed))
			CPU_SET(cpu, &mine);
	sched_setaffinity(0, sizeof mine, &mine); /* this thread alone */
}

static void stop(struct async_call *call)
{
	struct member *member =
		(struct member *)(void *)((char *)call - offsetof(struct member, stop));

	async_loop_stop(member->loop);
}

static void *run_member(void *arg)
{
	struct member *member = arg;
	struct async_options options = {.stack_bytes = member->multi->crew->stack_bytes};

	pin(member->number);
	member->rc = async_loop_open(&member->loop, &options);
	atomic_fetch_add(&member->multi->ready, 1);
	wake_all(&member->multi->ready);
	if (member->rc == 0) {
		async_loop_turns(member->loop);
		async_loop_close(member->loop);
	}
	return NULL;
}

/*
 * All tasks have ended, so no task of one loop wakes another loop's any more: the only call on its
 * way into a loop is the one that stops it, and async_loop_close waits until that has left.
 */
static void multi_close(struct crew *crew)
{
	struct multi *multi = crew->state;

	for (int i = 0; i < multi->started; i++) {
		if (multi->members[i].rc == 0) {
			multi->members[i].stop.fn = stop;
			async_call_soon_threadsafe(multi->members[i].loop, &multi->members[i].stop);
		}
	}
	for (int i = 0; i < multi->started; i++)
		pthread_join(multi->members[i].thread, NULL);
	pthread_mutex_destroy(&multi->failing);
	free(multi->spawnings);
	free(multi);
}

static int start_members(struct multi *multi)
{
	int rc = 0;

	for (int i = 0; i < multi->loops && rc == 0; i++) {
		multi->members[i] = (struct member){.multi = multi, .number = i};
		rc = -pthread_create(
			&multi->members[i].thread, NULL, run_member, &multi->members[i]);
		multi->started += rc == 0;
	}
	for (uint32_t ready; (ready = atomic_load(&multi->ready)) < (uint32_t)multi->started;)
		wait_while(&multi->ready, ready);
	for (int i = 0; i < multi->started && rc == 0; i++)
		rc = multi->members[i].rc;
	return rc;
}

static int multi_open(struct crew *crew)
{
	int loops = crew->workers > 0 ? crew->workers : async_cpus();
	if (loops > LOOPS_MOST)
		loops = LOOPS_MOST;
	struct multi *multi = calloc(1, sizeof *multi + (size_t)loops * sizeof *multi->members);
	if (multi == NULL)
		return -ENOMEM;
	multi->crew = crew;
	multi->loops = loops;
	pthread_mutex_init(&multi->failing, NULL);
	multi->spawnings = calloc((size_t)crew->tasks_max, sizeof *multi->spawnings);
	crew->state = multi;
	int rc = multi->spawnings == NULL ? -ENOMEM : start_members(multi);
	if (rc != 0) {
		multi_close(crew);
		crew->state = NULL;
	}
	return rc;
}

static int multi_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	struct multi *multi = crew->state;
	struct spawning *spawning = &multi->spawnings[crew->spawned % crew->tasks_max];
	struct member *member = &multi->members[crew->spawned % multi->loops];

	*spawning = (struct spawning){.call.fn = arrive,
		.multi = multi,
		.member = member,
		.fn = fn,
		.arg = arg,
		.index = crew->spawned};
	atomic_fetch_add(&multi->pending, 1);
	async_loop_post(member->loop, &spawning->call);
	return 0;
}

static int multi_drain(struct crew *crew)
{
	struct multi *multi = crew->state;

	for (uint32_t pending; (pending = atomic_load(&multi->pending)) != 0;)
		wait_while(&multi->pending, pending);
	return crew->failure.rc;
}

static struct line *line_of(_Atomic uint32_t *word)
{
	return &lines[(uintptr_t)word / sizeof *word % LINES];
}

static int multi_word_wait(_Atomic uint32_t *word, uint32_t old)
{
	struct async_task *self = async_thread.current;
	struct line *line = line_of(word);
	struct parked parked = {.task = self, .word = word};

	if (self == NULL)
		return async_outside("word_wait");
	pthread_mutex_lock(&line->lock);
	if (atomic_load(word) != old) {
		pthread_mutex_unlock(&line->lock);
		return 0;
	}
	if (line->first == NULL)
		line->last = &line->first;
	*line->last = &parked;
	line->last = &parked.next;
	pthread_mutex_unlock(&line->lock);
	self->waits = "word_wait";
	/* a waker may be quicker than we park: its call comes to our own loop, after this */
	return async_park(self, ASYNC_PARKED_FIRMLY);
}

static void wake_parked(struct async_call *call)
{
	async_wake(((struct parked *)call)->task, 0);
}

static void multi_word_wake(_Atomic uint32_t *word)
{
	struct line *line = line_of(word);
	struct parked *woken = NULL, **end = &woken;

	pthread_mutex_lock(&line->lock);
	struct parked **at = &line->first;
	while (*at != NULL) {
		struct parked *parked = *at;
		if (parked->word != word) {
			at = &parked->next;
			continue;
		}
		*at = parked->next;
		parked->next = NULL;
		*end = parked;
		end = &parked->next;
	}
	line->last = at;
	pthread_mutex_unlock(&line->lock);
	while (woken != NULL) {
		struct parked *next = woken->next; /* it may be gone once its loop has the call */

		if (woken->task->loop == async_thread.loop) {
			async_wake(woken->task, 0);
		} else {
			woken->call.fn = wake_parked;
			async_loop_post(woken->task->loop, &woken->call);
		}
		woken = next;
	}
}

const struct crew_ops async_multi_crew_ops = {
	.open = multi_open,
	.spawn = multi_spawn,
	.drain = multi_drain,
	.close = multi_close,
	.word_wait = multi_word_wait,
	.word_wake = multi_word_wake,
};
