/*
 * Across threads.
 */
#include "models/async/remote.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/async/loop.h"

enum { PENDING, CLAIMED, SET };

int async_remote_init(struct async_remote *remote)
{
	*remote = (struct async_remote){.loop = async_thread.loop};
	return remote->loop == NULL ? async_outside("async_remote_init") : 0;
}

static void arrive(struct async_call *call)
{
	struct async_remote *remote = (struct async_remote *)call;

	if (remote->future.state == ASYNC_PENDING) /* else it was cancelled meanwhile */
		async_future_end(&remote->future, ASYNC_DONE, remote->value);
}

int async_remote_set(struct async_remote *remote, int64_t value)
{
	uint32_t state = PENDING;
	struct async_loop *loop = remote->loop;

	if (!atomic_compare_exchange_strong(&remote->state, &state, CLAIMED))
		return -EALREADY;
	remote->value = value;
	remote->call.fn = arrive;
	atomic_store(&remote->state, SET);
	syscall(SYS_futex, &remote->state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
	async_call_soon_threadsafe(loop, &remote->call); /* last: after it the struct may be gone */
	return 0;
}

int64_t async_remote_wait(struct async_remote *remote)
{
	for (uint32_t state; (state = atomic_load(&remote->state)) != SET;)
		syscall(SYS_futex, &remote->state, FUTEX_WAIT_PRIVATE, state, NULL, NULL, 0);
	return remote->value;
}

struct one_of_many {
	pthread_t thread;
	task_fn *fn;
	void *arg;
	int number, rc;
	bool own_thread; /* told by the starter before it starts */
	int start_rc;    /* the starter's */
};

static _Thread_local int loop_number;

int async_loop_number(void)
{
	return loop_number;
}

static void *run_one(void *arg)
{
	struct one_of_many *one = arg;
	cpu_set_t allowed, mine;
	int seen = 0;

	CPU_ZERO(&mine);
	if (one->own_thread && sched_getaffinity(0, sizeof allowed, &allowed) == 0)
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &allowed) && seen++ == one->number % CPU_COUNT(&allowed))
				CPU_SET(cpu, &mine);
	if (CPU_COUNT(&mine) == 1) /* sched_setaffinity(0) is this thread alone */
		sched_setaffinity(0, sizeof mine, &mine);
	loop_number = one->number;
	one->rc = async_run(one->fn, one->arg);
	loop_number = 0;
	return NULL;
}

int async_run_on_many(int n, task_fn *fn, void *arg)
{
	if (n <= 0)
		n = async_cpus();
	struct one_of_many *all = calloc((size_t)n, sizeof *all);
	if (all == NULL)
		return -ENOMEM;
	for (int i = 0; i < n; i++)
		all[i] = (struct one_of_many){
			.fn = fn, .arg = arg, .number = i, .own_thread = i > 0};
	for (int i = 1; i < n; i++)
		all[i].start_rc = -pthread_create(&all[i].thread, NULL, run_one, &all[i]);
	run_one(&all[0]);
	int rc = all[0].rc;
	for (int i = 1; i < n; i++) {
		int one = all[i].start_rc;
		if (one == 0) {
			pthread_join(all[i].thread, NULL);
			one = all[i].rc;
		}
		if (rc >= 0 && one < 0)
			rc = one;
	}
	free(all);
	return rc;
}

int async_listen_shared(const void *address, unsigned length, int backlog)
{
	const struct sockaddr *to = address;
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){1}, sizeof(int)) == 0 &&
		bind(fd, to, length) == 0 && listen(fd, backlog) == 0)
		return fd;
	int rc = -errno;
	close(fd);
	return rc;
}
