/*
 * The worker processes of a pool; see the header.
 */
#include "models/processes/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/processes/processes.h"

enum { WORKERS_EVENTS = 16 };
enum watched { WATCHED_BELL, WATCHED_DEATH, WATCHED_PIPE };

/* What the owner has open. */
struct workers_open {
	int watch; /* epoll */
	struct {
		int pidfd;
		int pipe[2]; /* the write end is open in the worker only */
	} of[];
};

struct start {
	struct workers *workers;
	uint32_t number;
};

/* It has inherited what the owner has of the others, and of itself. */
static void close_owners(struct workers *workers)
{
	struct workers_open *open = workers->private;

	if (open->watch >= 0)
		close(open->watch);
	for (uint32_t i = 0; i < workers->ring->workers_max; i++) {
		if (open->of[i].pidfd >= 0)
			close(open->of[i].pidfd);
		if (open->of[i].pipe[0] >= 0)
			close(open->of[i].pipe[0]);
	}
}

static int live(void *arg)
{
	struct start start = *(struct start *)arg;

	close_owners(start.workers);
	start.workers->ops->work(start.workers->arg, start.number);
	return 0;
}

static int start_worker(struct workers *workers, uint32_t number)
{
	struct start start = {workers, number};
	int *pipe = workers->private->of[number].pipe;
	int rc = 0;

	if (workers->ops->readable != NULL) {
		if (pipe2(pipe, O_CLOEXEC) != 0)
			return -errno;
		rc = fcntl(pipe[0], F_SETFL, O_NONBLOCK) != 0 ? -errno : 0;
	}
	if (rc == 0)
		rc = process_fork(live, &start, &workers->ring->workers[number].pid);
	if (pipe[1] >= 0)
		close(pipe[1]);
	pipe[1] = -1;
	if (rc != 0 && pipe[0] >= 0) {
		close(pipe[0]);
		pipe[0] = -1;
	}
	return rc;
}

static int watch(struct workers *workers, int fd, enum watched what, uint32_t number)
{
	struct epoll_event event = {.events = what == WATCHED_BELL ? EPOLLIN | EPOLLET : EPOLLIN,
		.data = {.u64 = (uint64_t)what << 32 | number}};

	return epoll_ctl(workers->private->watch, EPOLL_CTL_ADD, fd, &event) != 0 ? -errno : 0;
}

static int watch_worker(struct workers *workers, uint32_t number)
{
	struct workers_open *open = workers->private;
	int pidfd = (int)syscall(SYS_pidfd_open, workers->ring->workers[number].pid, 0);

	if (pidfd < 0)
		return -errno;
	open->of[number].pidfd = pidfd;
	int rc = watch(workers, pidfd, WATCHED_DEATH, number);
	if (rc == 0 && open->of[number].pipe[0] >= 0)
		rc = watch(workers, open->of[number].pipe[0], WATCHED_PIPE, number);
	return rc;
}

/* Explicitly: a copy in a process that is just being forked would keep it watched. */
static void unwatch(struct workers *workers, int *fd)
{
	if (*fd < 0)
		return;
	epoll_ctl(workers->private->watch, EPOLL_CTL_DEL, *fd, NULL);
	close(*fd);
	*fd = -1;
}

/* Reaps the worker, waiting for its end. */
static void end_worker(struct workers *workers, uint32_t number, struct reaped *reaped)
{
	struct ring_worker *worker = &workers->ring->workers[number];

	/* First the pipe: one that writes what nobody will read must not wait for a reader. */
	unwatch(workers, &workers->private->of[number].pipe[0]);
	reap(worker->pid, 0, reaped);
	worker->pid = 0;
	if (reaped->rc != 0) {
		workers->died++;
		workers->signal = reaped->signal;
	}
	unwatch(workers, &workers->private->of[number].pidfd);
}

static struct workers_open *nothing_open(uint32_t count)
{
	struct workers_open *open = malloc(sizeof(*open) + count * sizeof(open->of[0]));

	if (open == NULL)
		return NULL;
	open->watch = -1;
	for (uint32_t i = 0; i < count; i++)
		open->of[i].pidfd = open->of[i].pipe[0] = open->of[i].pipe[1] = -1;
	return open;
}

int workers_start(
	struct workers *workers, struct ring *ring, const struct workers_ops *ops, void *arg)
{
	int rc = 0;

	workers->ops = ops;
	workers->arg = arg;
	workers->ring = ring;
	workers->bell = -1;
	process_want_children(&workers->sigchld);
	workers->private = nothing_open(ring->workers_max);
	if (workers->private == NULL)
		return -ENOMEM;
	workers->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (workers->bell < 0)
		return -errno;
	/* All are forked before anything that watches them is open: they inherit little. */
	for (uint32_t i = 0; i < ring->workers_max && rc == 0; i++)
		rc = start_worker(workers, i);
	if (rc != 0)
		return rc;
	workers->private->watch = epoll_create1(EPOLL_CLOEXEC);
	if (workers->private->watch < 0)
		return -errno;
	rc = watch(workers, workers->bell, WATCHED_BELL, 0);
	for (uint32_t i = 0; i < ring->workers_max && rc == 0; i++)
		rc = watch_worker(workers, i);
	return rc;
}

void workers_stop(struct workers *workers)
{
	struct reaped reaped;

	ring_stop(workers->ring);
	for (uint32_t i = 0; i < workers->ring->workers_max; i++)
		if (workers->ring->workers[i].pid != 0)
			end_worker(workers, i, &reaped);
	if (workers->private != NULL && workers->private->watch >= 0)
		close(workers->private->watch);
	if (workers->bell >= 0)
		close(workers->bell);
	free(workers->private);
	process_restore_children(&workers->sigchld);
}

int workers_pipe(struct workers *workers, uint32_t number)
{
	return workers->private->of[number].pipe[1];
}

void workers_ring_bell(struct workers *workers)
{
	uint64_t one = 1;

	if (atomic_load(&workers->waiting) == 0 || atomic_exchange(&workers->waiting, 0) == 0)
		return;
	ssize_t rc = write(workers->bell, &one, sizeof(one));
	(void)rc; /* the counter cannot be full */
}

static void lose(struct workers *workers, uint32_t number, int rc, int signal)
{
	uint64_t tail = atomic_load(&workers->ring->tail);
	uint64_t from = tail > workers->ring->capacity ? tail - workers->ring->capacity : 0;
	struct ring_cell *cell = ring_claimed_by(workers->ring, number, from, tail);

	if (cell != NULL) {
		workers->ops->lost(workers->arg, cell, rc, signal);
		ring_finish(workers->ring, cell);
	}
	ring_bury(workers->ring, number);
}

/* Without workers what waits fails with the reason why there are none. */
static void give_up(struct workers *workers, int rc)
{
	struct ring_cell *cell;

	for (uint32_t i = 0; i < workers->ring->workers_max; i++)
		if (workers->ring->workers[i].pid != 0)
			return;
	while ((cell = ring_try_take(workers->ring, 0)) != NULL) {
		workers->ops->lost(workers->arg, cell, rc, 0);
		ring_finish(workers->ring, cell);
	}
}

static void replace(struct workers *workers, uint32_t number)
{
	struct ring_worker *worker = &workers->ring->workers[number];
	struct reaped reaped;

	int pipe = workers->private->of[number].pipe[0];
	if (pipe >= 0) /* it may have died after its last word */
		workers->ops->readable(workers->arg, number, pipe);
	end_worker(workers, number, &reaped);
	lose(workers, number, reaped.rc != 0 ? reaped.rc : -EPROTO, reaped.signal);
	int rc = start_worker(workers, number);
	if (rc == 0)
		rc = watch_worker(workers, number);
	if (rc == 0)
		return;
	if (worker->pid != 0) {
		kill(worker->pid, SIGKILL); /* unwatched it could die unseen */
		end_worker(workers, number, &reaped);
		lose(workers, number, rc, 0);
	}
	give_up(workers, rc);
}

static void wait_ms(struct workers *workers, int timeout_ms)
{
	struct epoll_event events[WORKERS_EVENTS];
	int count = epoll_wait(workers->private->watch, events, WORKERS_EVENTS, timeout_ms);

	for (int i = 0; i < count; i++) {
		uint32_t number = (uint32_t)events[i].data.u64;
		if (events[i].data.u64 >> 32 == WATCHED_PIPE)
			workers->ops->readable(
				workers->arg, number, workers->private->of[number].pipe[0]);
	}
	for (int i = 0; i < count; i++)
		if (events[i].data.u64 >> 32 == WATCHED_DEATH)
			replace(workers, (uint32_t)events[i].data.u64);
}

void workers_expect(struct workers *workers)
{
	atomic_store(&workers->waiting, 1);
}

void workers_wait(struct workers *workers, uint64_t timeout_ns)
{
	uint64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);

	wait_ms(workers, timeout_ns == UINT64_MAX ? -1 : ms > INT_MAX ? INT_MAX : (int)ms);
	atomic_store(&workers->waiting, 0);
}

void workers_look(struct workers *workers)
{
	wait_ms(workers, 0);
}

int workers_pids(const struct workers *workers, pid_t *pids, int max)
{
	int count = 0;

	for (uint32_t i = 0; i < workers->ring->workers_max && count < max; i++)
		if (workers->ring->workers[i].pid != 0)
			pids[count++] = workers->ring->workers[i].pid;
	return count;
}
