/*
 * The crew of process-pool: workers forked beforehand take tasks from a ring in shared memory.
 *
 * The opener waits on one epoll descriptor for the workers' bell and for their deaths (a pidfd
 * each). What a dead worker had claimed stands in the ring; that task has failed, and the worker's
 * number goes to a new one.
 */
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/first_failure.h"
#include "models/park.h"
#include "models/processes/processes.h"
#include "models/processes/reap.h"
#include "models/ring.h"

enum { POOL_EVENTS = 16, BELL = INT32_MAX };

/* In shared memory, the ring behind it. */
struct crew_pool {
	const struct crew *crew;
	struct ring *ring;
	size_t mapped_bytes;
	uint64_t drained; /* every position below it is done */
	_Atomic uint64_t first_failure;
	_Atomic uint32_t waiting __attribute__((aligned(64))); /* 1: the opener wants the bell */
	int bell;                                              /* eventfd */
	int watch;                                             /* epoll, of the opener alone */
	int cpus;
	struct sigaction sigchld;
};

struct start {
	struct crew_pool *pool;
	uint32_t number;
};

/* Out of work: if the opener waits for the last of it, that may have been this one's. */
static void tell_opener(void *arg)
{
	struct crew_pool *pool = arg;
	uint64_t one = 1;

	if (atomic_load(&pool->waiting) == 0 || atomic_exchange(&pool->waiting, 0) == 0)
		return;
	ssize_t rc = write(pool->bell, &one, sizeof(one));
	(void)rc; /* the counter cannot be full */
}

static void note(struct crew_pool *pool, int task, int rc, int signal)
{
	first_failure_note(&pool->first_failure, task, rc, signal);
	if (pool->crew->on_failure != NULL)
		pool->crew->on_failure(pool->crew->on_failure_arg, task, rc);
}

static int work(void *arg)
{
	struct start start = *(struct start *)arg;
	struct crew_pool *pool = start.pool;
	struct ring_cell *cell;

	/* One that replaces another has inherited what watches the others. */
	if (pool->watch >= 0)
		close(pool->watch);
	for (uint32_t i = 0; i < pool->ring->workers_max; i++)
		if (pool->ring->workers[i].pidfd >= 0)
			close(pool->ring->workers[i].pidfd);
	while ((cell = ring_take(pool->ring, start.number, tell_opener, pool)) != NULL) {
		int rc = cell->fn(cell->arg);
		if (rc != 0)
			note(pool, cell->task, task_errno(rc), 0);
		ring_finish(pool->ring, cell);
	}
	return 0;
}

static int start_worker(struct crew_pool *pool, uint32_t number)
{
	struct start start = {pool, number};
	struct ring_worker *worker = &pool->ring->workers[number];

	worker->pidfd = -1;
	return process_fork(work, &start, &worker->pid);
}

static int watch_worker(struct crew_pool *pool, uint32_t number)
{
	struct ring_worker *worker = &pool->ring->workers[number];
	struct epoll_event event = {.events = EPOLLIN, .data = {.u32 = number}};

	worker->pidfd = (int)syscall(SYS_pidfd_open, worker->pid, 0);
	if (worker->pidfd < 0)
		return -errno;
	return epoll_ctl(pool->watch, EPOLL_CTL_ADD, worker->pidfd, &event) != 0 ? -errno : 0;
}

/* Closes the worker's pidfd and reaps it, waiting for its end. */
static void end_worker(struct crew_pool *pool, uint32_t number, struct reaped *reaped)
{
	struct ring_worker *worker = &pool->ring->workers[number];

	if (worker->pidfd >= 0) {
		/* Explicitly: a copy in a process that is just being forked would keep it watched.
		 */
		epoll_ctl(pool->watch, EPOLL_CTL_DEL, worker->pidfd, NULL);
		close(worker->pidfd);
	}
	worker->pidfd = -1;
	reap(worker->pid, 0, reaped);
	worker->pid = 0;
}

static void pool_close(struct crew *crew)
{
	struct crew_pool *pool = crew->state;
	struct reaped reaped;

	ring_stop(pool->ring);
	for (uint32_t i = 0; i < pool->ring->workers_max; i++)
		if (pool->ring->workers[i].pid != 0)
			end_worker(pool, i, &reaped);
	if (pool->watch >= 0)
		close(pool->watch);
	if (pool->bell >= 0)
		close(pool->bell);
	process_restore_children(&pool->sigchld);
	munmap(pool, pool->mapped_bytes);
}

/* Forks every worker before anything that watches them is open: they inherit only the bell. */
static int start_workers(struct crew_pool *pool)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.u32 = BELL}};
	uint32_t workers = pool->ring->workers_max;
	int rc = 0;

	for (uint32_t i = 0; i < workers; i++)
		pool->ring->workers[i].pidfd = -1;
	pool->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->bell < 0)
		return -errno;
	for (uint32_t i = 0; i < workers && rc == 0; i++)
		rc = start_worker(pool, i);
	if (rc != 0)
		return rc;
	pool->watch = epoll_create1(EPOLL_CLOEXEC);
	if (pool->watch < 0)
		return -errno;
	if (epoll_ctl(pool->watch, EPOLL_CTL_ADD, pool->bell, &event) != 0)
		return -errno;
	for (uint32_t i = 0; i < workers && rc == 0; i++)
		rc = watch_worker(pool, i);
	return rc;
}

static int pool_open(struct crew *crew)
{
	uint64_t cells = (uint64_t)crew->tasks_max;
	uint32_t workers = (uint32_t)crew->workers;
	size_t own = (sizeof(struct crew_pool) + 127) & ~(size_t)127;

	if (workers > RING_WORKERS_MAX)
		return -EAGAIN;
	size_t bytes = own + ring_bytes(cells, workers);
	struct crew_pool *pool =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pool == MAP_FAILED)
		return -errno;
	pool->crew = crew;
	pool->mapped_bytes = bytes;
	pool->ring = ring_make((char *)pool + own, cells, workers, SPIN_DEFAULT_NS, PARK_SHARED);
	atomic_init(&pool->first_failure, FIRST_FAILURE_NONE);
	pool->bell = pool->watch = -1;
	pool->cpus = park_cpus();
	process_want_children(&pool->sigchld);
	crew->stack_bytes = 0;
	crew->state = pool;
	int rc = start_workers(pool);
	if (rc != 0) {
		pool_close(crew);
		crew->state = NULL;
	}
	return rc;
}

static int pool_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	struct crew_pool *pool = crew->state;
	uint64_t position = ring_put(pool->ring, fn, arg, crew->spawned);

	assert(position != UINT64_MAX); /* more tasks than crew_open was told */
	return 0;
}

/* Without workers what waits fails with the reason why there are none. */
static void give_up(struct crew_pool *pool, int rc)
{
	struct ring_cell *cell;

	for (uint32_t i = 0; i < pool->ring->workers_max; i++)
		if (pool->ring->workers[i].pid != 0)
			return;
	while ((cell = ring_try_take(pool->ring, 0)) != NULL) {
		note(pool, cell->task, rc, 0);
		ring_finish(pool->ring, cell);
	}
}

static void replace(struct crew_pool *pool, uint32_t number)
{
	uint64_t tail = atomic_load(&pool->ring->tail);
	struct reaped reaped;

	end_worker(pool, number, &reaped);
	struct ring_cell *cell = ring_claimed_by(pool->ring, number, pool->drained, tail);
	if (cell != NULL) {
		note(pool, cell->task, reaped.rc != 0 ? reaped.rc : -EPROTO, reaped.signal);
		ring_finish(pool->ring, cell);
	}
	ring_bury(pool->ring, number);
	int rc = start_worker(pool, number);
	if (rc == 0)
		rc = watch_worker(pool, number);
	if (rc == 0)
		return;
	struct ring_worker *worker = &pool->ring->workers[number];
	if (worker->pid != 0) {
		kill(worker->pid, SIGKILL); /* unwatched it could die unseen */
		end_worker(pool, number, &reaped);
		cell = ring_claimed_by(pool->ring, number, pool->drained, tail);
		if (cell != NULL) {
			note(pool, cell->task, rc, 0);
			ring_finish(pool->ring, cell);
		}
		ring_bury(pool->ring, number);
	}
	give_up(pool, rc);
}

static bool all_done(struct crew_pool *pool, uint64_t tail)
{
	while (pool->drained < tail && ring_finished(pool->ring, pool->drained))
		pool->drained++;
	return pool->drained == tail;
}

static void wait_for_bell(struct crew_pool *pool)
{
	struct epoll_event events[POOL_EVENTS];
	int count = epoll_wait(pool->watch, events, POOL_EVENTS, -1);

	for (int i = 0; i < count; i++)
		if (events[i].data.u32 != BELL)
			replace(pool, events[i].data.u32);
}

static int pool_drain(struct crew *crew)
{
	struct crew_pool *pool = crew->state;
	uint64_t tail = atomic_load(&pool->ring->tail);

	/* Spinning takes a CPU from the workers unless there is one for each task still to end. */
	if (pool->ring->spin_ns != 0 && tail - pool->drained < (uint64_t)pool->cpus) {
		uint64_t deadline_ns = park_now_ns() + pool->ring->spin_ns;
		while (!all_done(pool, tail) && park_now_ns() < deadline_ns)
			for (int i = 0; i < 16; i++)
				park_pause();
	}
	while (!all_done(pool, tail)) {
		atomic_store(&pool->waiting, 1);
		if (!all_done(pool, tail))
			wait_for_bell(pool);
		atomic_store(&pool->waiting, 0);
	}
	return first_failure_report(&pool->first_failure, crew);
}

int process_pool_pids(const struct crew *crew, pid_t *pids, int max)
{
	const struct crew_pool *pool = crew->state;
	int count = 0;

	for (uint32_t i = 0; i < pool->ring->workers_max && count < max; i++)
		if (pool->ring->workers[i].pid != 0)
			pids[count++] = pool->ring->workers[i].pid;
	return count;
}

const struct crew_ops process_pool_crew_ops = {
	.open = pool_open,
	.spawn = pool_spawn,
	.drain = pool_drain,
	.close = pool_close,
	.word_wait = process_word_wait,
	.word_wake = process_word_wake,
};
