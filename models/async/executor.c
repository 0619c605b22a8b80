/*
 * The executor's queue and threads.
 *
 * The queue is a ring with one producer (the loop) and many consumers, after Vyukov's bounded
 * queue: a cell's turn says whether it may be filled or taken. What does not fit waits in a list of
 * the loop's own. Sleeping is a futex on `signal`; who publishes a job looks at `sleepers`
 * afterwards, who goes to sleep adds itself to `sleepers` and looks at the ring afterwards, both
 * sequentially consistent, so one of the two sees the other.
 */
#include "models/async/executor.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/async/loop.h"

enum { CELLS = 1024, WORKERS_MOST = 256, WORKERS_DEFAULT = 32, WORKERS_SPARE = 4 };

struct cell {
	_Atomic uint32_t turn;
	struct async_job *job;
};

struct async_executor {
	struct cell cells[CELLS];
	_Atomic uint32_t head __attribute__((aligned(128)));
	uint32_t tail __attribute__((aligned(128))); /* the loop's */
	struct async_call *waiting, **waiting_end;   /* jobs the ring had no room for; the loop's */
	_Atomic uint32_t signal __attribute__((aligned(128)));
	_Atomic int sleepers, spinners, started;
	pthread_mutex_t starting;
	int most;
	_Atomic bool stopping;
	int64_t spin_ns;
	pthread_t threads[WORKERS_MOST];
};

static long futex(_Atomic uint32_t *word, int operation, uint32_t value)
{
	return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

static bool ring_put(struct async_executor *executor, struct async_job *job)
{
	struct cell *cell = &executor->cells[executor->tail % CELLS];

	if (atomic_load_explicit(&cell->turn, memory_order_acquire) != executor->tail)
		return false;
	cell->job = job;
	atomic_store(&cell->turn, ++executor->tail);
	return true;
}

static struct async_job *ring_take(struct async_executor *executor)
{
	uint32_t head = atomic_load_explicit(&executor->head, memory_order_relaxed);

	for (;;) {
		struct cell *cell = &executor->cells[head % CELLS];
		uint32_t turn = atomic_load(&cell->turn);

		if (turn == head + 1) {
			if (!atomic_compare_exchange_weak(&executor->head, &head, head + 1))
				continue;
			struct async_job *job = cell->job;
			atomic_store_explicit(&cell->turn, head + CELLS, memory_order_release);
			return job;
		}
		if ((int32_t)(turn - head) <= 0)
			return NULL;
		head = atomic_load_explicit(&executor->head, memory_order_relaxed);
	}
}

static void *worker(void *arg);

/* One more thread, unless there are enough. Returns  whether one was started. */
static bool start_worker(struct async_executor *executor)
{
	sigset_t all, before;
	int rc = EAGAIN;

	pthread_mutex_lock(&executor->starting);
	int number = atomic_load(&executor->started);
	if (number < executor->most) {
		atomic_fetch_add(&executor->spinners, 1); /* it will look for work at once */
		sigfillset(&all);
		pthread_sigmask(
			SIG_SETMASK, &all, &before); /* signals are for the program's threads */
		rc = pthread_create(&executor->threads[number], NULL, worker, executor);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		if (rc == 0)
			atomic_store(&executor->started, number + 1);
		else
			atomic_fetch_sub(&executor->spinners, 1);
	}
	pthread_mutex_unlock(&executor->starting);
	return rc == 0;
}

/* After a job was published, or one was taken while more wait: somebody else shall look. */
static void summon(struct async_executor *executor)
{
	if (atomic_load(&executor->spinners) > 0)
		return;
	if (atomic_load(&executor->sleepers) > 0) {
		atomic_fetch_add(&executor->signal, 1);
		futex(&executor->signal, FUTEX_WAKE, 1);
		return;
	}
	start_worker(executor);
}

static void job_done(struct async_call *call);

static void run(struct async_job *job)
{
	int state = ASYNC_JOB_QUEUED;

	if (atomic_compare_exchange_strong(&job->state, &state, ASYNC_JOB_RUNS))
		job->rc = job->fn(job->arg);
	else
		job->rc = -ECANCELED;
	job->call.fn = job_done;
	async_loop_post(job->loop, &job->call);
}

static struct async_job *spin(struct async_executor *executor, struct async_spin *mine)
{
	struct async_job *job = NULL;
	int64_t spin_ns = async_spin_allowed(mine);

	if (spin_ns <= 0)
		return NULL;
	uint64_t end_ns = async_now_ns() + (uint64_t)spin_ns;
	atomic_fetch_add(&executor->spinners, 1);
	while ((job = ring_take(executor)) == NULL && async_now_ns() < end_ns)
		for (int i = 0; i < 16; i++)
			async_pause();
	atomic_fetch_sub(&executor->spinners, 1);
	async_spin_ended(mine, job != NULL);
	return job;
}

static struct async_job *sleep_for_job(struct async_executor *executor)
{
	uint32_t signal = atomic_load(&executor->signal);

	atomic_fetch_add(&executor->sleepers, 1);
	struct async_job *job = ring_take(executor);
	if (job == NULL && !atomic_load(&executor->stopping))
		futex(&executor->signal, FUTEX_WAIT, signal);
	atomic_fetch_sub(&executor->sleepers, 1);
	return job;
}

static bool more_waits(struct async_executor *executor)
{
	uint32_t head = atomic_load(&executor->head);

	return atomic_load(&executor->cells[head % CELLS].turn) == head + 1;
}

static void *worker(void *arg)
{
	struct async_executor *executor = arg;
	struct async_spin mine = async_spin_of(executor->spin_ns);
	bool is_new = true;

	while (!atomic_load(&executor->stopping)) {
		struct async_job *job = ring_take(executor);

		if (is_new)
			atomic_fetch_sub(&executor->spinners, 1);
		is_new = false;
		if (job == NULL)
			job = spin(executor, &mine);
		if (job == NULL)
			job = sleep_for_job(executor);
		if (job == NULL)
			continue;
		if (more_waits(executor))
			summon(executor);
		run(job);
	}
	return NULL;
}

static struct async_executor *open_executor(struct async_loop *loop)
{
	struct async_executor *executor = aligned_alloc(128, sizeof *executor);
	int most = loop->options.workers;

	if (executor == NULL)
		return NULL;
	*executor = (struct async_executor){.spin_ns = loop->spin.most_ns};
	executor->waiting_end = &executor->waiting;
	pthread_mutex_init(&executor->starting, NULL);
	if (most <= 0)
		most = async_cpus() + WORKERS_SPARE < WORKERS_DEFAULT ? async_cpus() + WORKERS_SPARE
								      : WORKERS_DEFAULT;
	executor->most = most < WORKERS_MOST ? most : WORKERS_MOST;
	for (uint32_t i = 0; i < CELLS; i++)
		executor->cells[i].turn = i;
	return executor;
}

static void refill(struct async_executor *executor)
{
	while (executor->waiting != NULL) {
		struct async_call *next = executor->waiting->next;

		if (!ring_put(executor, (struct async_job *)(void *)executor->waiting))
			return;
		if ((executor->waiting = next) == NULL)
			executor->waiting_end = &executor->waiting;
		summon(executor); /* all workers may have gone to sleep before the completions came
				     here */
	}
}

static void job_done(struct async_call *call)
{
	struct async_job *job = (struct async_job *)(void *)call;

	job->loop->jobs--;
	refill(job->loop->executor);
	async_future_end(&job->future,
		atomic_load(&job->state) == ASYNC_JOB_RETRACTED ? ASYNC_CANCELLED : ASYNC_DONE,
		job->rc);
}

int async_submit(struct async_job *job, int (*fn)(void *arg), void *arg)
{
	struct async_loop *loop = async_thread.loop;

	if (loop == NULL)
		return async_outside("async_submit");
	if (loop->executor == NULL && (loop->executor = open_executor(loop)) == NULL)
		return -ENOMEM;
	struct async_executor *executor = loop->executor;
	if (atomic_load_explicit(&executor->started, memory_order_relaxed) == 0 &&
		!start_worker(executor))
		return -EAGAIN;
	*job = (struct async_job){.loop = loop, .fn = fn, .arg = arg};
	loop->jobs++;
	if (executor->waiting != NULL || !ring_put(executor, job)) {
		*executor->waiting_end = &job->call;
		executor->waiting_end = &job->call.next;
	}
	summon(executor);
	return 0;
}

bool async_job_retract(struct async_job *job)
{
	int state = ASYNC_JOB_QUEUED;

	return atomic_compare_exchange_strong(&job->state, &state, ASYNC_JOB_RETRACTED);
}

int async_run_in_executor(int (*fn)(void *arg), void *arg)
{
	struct async_task *self = async_thread.current;
	struct async_job job;

	if (self == NULL)
		return async_outside("async_run_in_executor");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	int rc = async_submit(&job, fn, arg);
	if (rc != 0)
		return rc;
	rc = async_waiters_wait(&job.future.waiters);
	if (rc == 0)
		return job.rc;
	bool retracted = async_job_retract(&job);
	if (job.future.state == ASYNC_PENDING) /* the job is ours: it lies on this stack */
		async_waiters_wait_firmly(&job.future.waiters);
	if (retracted)
		return rc;
	self->interrupt = rc;
	return job.rc;
}

int async_executor_threads(const struct async_executor *executor)
{
	return executor == NULL ? 0 : atomic_load(&executor->started);
}

void async_executor_close(struct async_executor *executor)
{
	if (executor == NULL)
		return;
	atomic_store(&executor->stopping, true);
	atomic_fetch_add(&executor->signal, 1);
	futex(&executor->signal, FUTEX_WAKE, INT_MAX);
	for (int i = 0; i < atomic_load(&executor->started); i++)
		pthread_join(executor->threads[i], NULL);
	pthread_mutex_destroy(&executor->starting);
	free(executor);
}
