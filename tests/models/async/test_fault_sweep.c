/*
 * Whichever system call of the runtime fails, and whichever time it is made: at most the one task
 * that made it gets that very error, all others do what they wanted, the loop closes, and nothing
 * is left behind.
 *
 * A dozen tasks, each with descriptors of its own, use everything that the runtime calls the kernel
 * for. The sweep runs them again and again, with the first call of a kind failing, then the second,
 * until there is no such call any more.
 */
/* wrap: pthread_create mmap mprotect malloc calloc epoll_create1 epoll_ctl eventfd syscall */
/* wrap: read write recv send recvmsg sendmsg accept4 connect getsockopt setsockopt socket bind */
/* wrap: listen poll fstat fcntl signalfd waitpid pread pwrite preadv2 pwritev2 epoll_wait */
/* wrap: epoll_pwait2 madvise sigaltstack realloc aligned_alloc */
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/async/generator.h"
#include "models/async/lend.h"
#include "tests/faults.h"
#include "tests/leftovers.h"
#include "tests/models/async/failing_calls.h"
#include "tests/models/async/in_loop.h"

enum { SHORT_NS = 50000, OWN_MOST = 4 };

/* The descriptors of one task, closed when it ends, however it ends. */
struct own {
	int fds[OWN_MOST];
	int count;
};

static void close_own(struct own *own)
{
	while (own->count > 0)
		async_close(own->fds[--own->count]);
}

static void keep_own(struct own *own, int fd)
{
	own->fds[own->count++] = fd;
}

/* An error that says that the test itself is wrong; never one of those injected. */
enum { NOT_SO = -ENOTRECOVERABLE };

static int as_expected(ssize_t got, ssize_t expected)
{
	return got == expected ? 0 : got < 0 ? (int)got : NOT_SO;
}

/* Waits in vain first, so that the descriptor is registered and the loop sleeps. */
static int read_later(int fd, int from, size_t bytes)
{
	struct async_timeout limit;
	char buffer[16];
	int rc = async_timeout_begin(&limit, SHORT_NS);

	if (rc != 0)
		return rc;
	rc = as_expected(async_read(fd, buffer, sizeof buffer), -ETIMEDOUT);
	if (async_timeout_end(&limit) && rc == -ETIMEDOUT)
		rc = 0;
	if (rc == 0)
		rc = as_expected(async_write(from, "0123456789", bytes), (ssize_t)bytes);
	if (rc == 0)
		rc = as_expected(async_read(fd, buffer, sizeof buffer), (ssize_t)bytes);
	return rc;
}

static int use_pipe(void *arg)
{
	struct own own = {.count = 2};

	(void)arg;
	if (pipe2(own.fds, O_CLOEXEC) != 0)
		return NOT_SO;
	int rc = read_later(own.fds[0], own.fds[1], 5);
	if (rc == 0)
		rc = async_wait_writable(own.fds[1]);
	if (rc == 0)
		rc = as_expected(async_write(own.fds[1], "x", 1), 1);
	if (rc == 0)
		rc = async_wait_readable(own.fds[0]);
	close_own(&own);
	return rc;
}

static int use_stream(void *arg)
{
	struct own own = {.count = 2};
	struct iovec part = {"ab", 2};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	char buffer[8];
	void *lent = NULL;

	(void)arg;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, own.fds) != 0)
		return NOT_SO;
	int rc = read_later(own.fds[0], own.fds[1], 7);
	if (rc == 0)
		rc = as_expected(async_sendmsg(own.fds[1], &message, 0), 2);
	part = (struct iovec){buffer, sizeof buffer};
	if (rc == 0)
		rc = as_expected(async_recvmsg(own.fds[0], &message, 0), 2);
	if (rc == 0)
		rc = as_expected(async_write(own.fds[1], "x", 1), 1);
	if (rc == 0)
		rc = as_expected(async_recv_lend(own.fds[0], &lent), 1);
	async_release(lent);
	close_own(&own);
	return rc;
}

static int use_connections(void *arg)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct own own = {.count = 0};
	int fd = async_listen_shared(&address, sizeof address, 16), rc = fd < 0 ? fd : 0;

	(void)arg;
	if (rc == 0) {
		keep_own(&own, fd);
		if (getsockname(fd, (struct sockaddr *)&address, &(socklen_t){sizeof address}) != 0)
			rc = NOT_SO;
	}
	if (rc == 0) {
		/* the kernel's own, for `socket` is one of those that fail */
		keep_own(&own, __real_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
		rc = async_connect(own.fds[1], (struct sockaddr *)&address, sizeof address);
	}
	if (rc == 0 && (fd = async_accept(own.fds[0], NULL, NULL)) < 0)
		rc = fd;
	if (rc == 0) {
		keep_own(&own, fd);
		rc = read_later(fd, own.fds[1], 3);
	}
	close_own(&own);
	return rc;
}

static int use_file(void *arg)
{
	char name[] = "/tmp/concbench-test-XXXXXX", buffer[8];
	struct own own = {{mkstemp(name)}, 1};

	(void)arg;
	if (own.fds[0] < 0 || unlink(name) != 0)
		return NOT_SO;
	int rc = as_expected(async_pwrite(own.fds[0], "01234567", 8, 0), 8);
	if (rc == 0)
		rc = as_expected(async_pread(own.fds[0], buffer, 8, 0), 8);
	if (rc == 0)
		rc = as_expected(async_read(own.fds[0], buffer, 8), 8);
	close_own(&own);
	return rc;
}

static int answer(void *arg)
{
	return (int)(intptr_t)arg;
}

static int use_executor(void *arg)
{
	int rc = as_expected(async_run_in_executor(answer, (void *)5), 5);

	return rc == 0 ? as_expected(async_run_in_executor(answer, arg), 0) : rc;
}

static int use_child(void *arg)
{
	int status = 0;
	pid_t pid = fork();

	(void)arg;
	if (pid < 0)
		return NOT_SO;
	if (pid == 0)
		_exit(3);
	int rc = async_wait_child(pid, &status);
	if (rc != 0)
		__real_waitpid(pid, &status, 0);
	return rc != 0 ? rc : as_expected(WEXITSTATUS(status), 3);
}

static int use_signals(void *arg)
{
	struct async_signals signals;
	sigset_t set;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	int rc = async_signals_open(&signals, &set);
	if (rc != 0)
		return rc;
	kill(getpid(), SIGUSR2);
	rc = as_expected(async_signals_wait(&signals), SIGUSR2);
	sigtimedwait(&set, NULL, &(struct timespec){0}); /* if the wait has failed */
	async_signals_close(&signals);
	return rc;
}

static int use_queues(void *arg)
{
	struct async_queue queue = {0};
	struct async_channel channel = {0};
	intptr_t item = 0;
	int rc = async_channel_open(&channel, 1);

	(void)arg;
	for (int i = 0; i < 20 && rc == 0; i++)
		rc = async_queue_put(&queue, i);
	for (int i = 0; i < 20 && rc == 0; i++) {
		rc = async_queue_get(&queue, &item);
		if (rc == 0)
			rc = as_expected(item, i);
	}
	struct async_case cases[] = {{.kind = ASYNC_RECEIVE, .channel = &channel},
		{.kind = ASYNC_READABLE, .fd = (int)(intptr_t)arg}};
	if (rc == 0)
		rc = as_expected(async_select(cases, 2, SHORT_NS), -ETIMEDOUT);
	if (rc == -ETIMEDOUT)
		rc = 0;
	async_queue_close(&queue);
	async_channel_free(&channel);
	return rc;
}

static void nothing(void *arg)
{
	(void)arg;
}

static int yields_once(struct generator *self, void *arg)
{
	return generator_yield(self, (intptr_t)arg, NULL);
}

static int use_memory(void *arg)
{
	struct generator *generator;
	intptr_t value;
	int rc = async_defer(nothing, arg);

	if (rc == 0)
		rc = generator_create(&generator, yields_once, (void *)7);
	if (rc != 0)
		return rc;
	rc = as_expected(generator_next(generator, &value), GENERATOR_YIELDED);
	generator_free(generator);
	return rc;
}

static int sleeps(void *arg)
{
	(void)arg;
	return async_sleep(10 * SHORT_NS);
}

static int use_time(void *arg)
{
	struct async_group group;
	int rc = async_group_open(&group);

	(void)arg;
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = async_group_spawn(&group, sleeps, NULL);
	return async_group_close(&group, rc);
}

static task_fn *const uses[] = {use_pipe, use_stream, use_connections, use_file, use_executor,
	use_child, use_signals, use_queues, use_memory, use_time};
enum { USES = sizeof uses / sizeof *uses };

static struct {
	struct async_task *tasks[USES];
	int results[USES];
	int idle_end; /* of a pipe in which nothing ever is */
} all;

static int use_everything(void *arg)
{
	int rc = 0;

	(void)arg;
	for (int i = 0; i < USES; i++) {
		all.tasks[i] = async_spawn_named(uses[i],
			uses[i] == use_queues ? (void *)(intptr_t)all.idle_end : NULL, "use");
		if (all.tasks[i] == NULL)
			all.results[i] = -errno;
	}
	for (int i = 0; i < USES; i++)
		if (all.tasks[i] != NULL)
			all.results[i] = async_task_join(all.tasks[i]);
	return rc;
}

static const struct {
	const char *call;
	int fault; /* of tests/faults.h, or -1 */
	int error;
	enum { NEVER, MAY, MUST } told; /* NEVER: the runtime has another way */
} sweeps[] = {
	{"read", -1, EIO, MUST},
	{"read", -1, EINTR, MAY}, /* of a file on a thread; elsewhere it is made again */
	{"write", -1, EIO, MAY},
	{"recv", -1, ECONNRESET, MUST},
	{"recv", -1, EINTR, NEVER},
	{"send", -1, EPIPE, MUST},
	{"send", -1, EINTR, NEVER},
	{"recvmsg", -1, ECONNRESET, MUST},
	{"recvmsg", -1, EINTR, NEVER},
	{"sendmsg", -1, EPIPE, MUST},
	{"sendmsg", -1, EINTR, NEVER},
	{"accept4", -1, EMFILE, MUST},
	{"accept4", -1, ENFILE, MUST},
	{"accept4", -1, EINTR, NEVER},
	{"accept4", -1, ECONNABORTED, NEVER},
	{"connect", -1, ENETUNREACH, MUST},
	{"getsockopt", -1, ENOBUFS, MAY},
	{"setsockopt", -1, ENOPROTOOPT, MUST},
	{"socket", -1, EMFILE, MUST},
	{"bind", -1, EADDRINUSE, MUST},
	{"listen", -1, EADDRINUSE, MUST},
	{"poll", -1, ENOMEM, MUST},
	{"poll", -1, EINTR, NEVER},
	{"fstat", -1, EIO, MUST},
	{"fcntl", -1, EPERM, MAY},
	{"signalfd", -1, EMFILE, MUST},
	{"waitpid", -1, EINTR, NEVER},
	{"pread", -1, EIO, MUST},
	{"pwrite", -1, ENOSPC, MUST},
	{"preadv2", -1, EIO, MUST},
	{"preadv2", -1, EAGAIN, NEVER},
	{"preadv2", -1, ENOSYS, NEVER},
	{"pwritev2", -1, ENOSPC, MUST},
	{"pwritev2", -1, EOPNOTSUPP, NEVER},
	{"epoll_wait", -1, EINTR, NEVER},
	{"epoll_pwait2", -1, EINTR, NEVER},
	{"epoll_pwait2", -1, ENOSYS, NEVER},
	{"madvise", -1, EINVAL, NEVER}, /* guards otherwise */
	{"realloc", -1, ENOMEM, MAY},
	{"aligned_alloc", -1, ENOMEM, MUST},
	{"epoll_create1", FAULT_EPOLL_CREATE1, EMFILE, MUST},
	{"eventfd", FAULT_EVENTFD, EMFILE, MUST},
	{"epoll_ctl", FAULT_EPOLL_CTL, ENOSPC, MAY},
	{"mmap", FAULT_MMAP, ENOMEM, MAY},
	{"malloc", FAULT_MALLOC, ENOMEM, MAY},
	{"calloc", FAULT_CALLOC, ENOMEM, MAY},
	{"pthread_create", FAULT_PTHREAD_CREATE, EAGAIN, MAY},
	{"pidfd_open", FAULT_PIDFD_OPEN, EMFILE, MUST},
};
enum { SWEEPS = sizeof sweeps / sizeof *sweeps };

/* Runs everything with the n-th such call failing. Returns  whether there was one. */
static bool fails_once(int sweep, int n)
{
	const char *call = sweeps[sweep].call;
	int error = sweeps[sweep].error, fault = sweeps[sweep].fault, told = 0;

	memset(all.tasks, 0, sizeof all.tasks);
	memset(all.results, 0, sizeof all.results);
	if (fault >= 0)
		fault_set((enum fault)fault, n, error);
	else
		call_set(call, n, error);
	/* one thread: the C library keeps the stacks of as many as there were at once */
	int rc = async_run_with(use_everything, NULL, &(struct async_options){.workers = 1});
	bool made = fault >= 0 ? fault_calls((enum fault)fault) >= n : failing.hit;
	struct async_task *victim = failing.victim;
	if (fault >= 0)
		fault_set((enum fault)fault, 0, 0);
	else
		call_set(NULL, 0, 0);
	ck_assert_msg(rc == 0 || rc == -error, "%s %d: the run says %s", call, n, strerror(-rc));
	for (int i = 0; i < USES; i++) {
		if (all.results[i] == 0)
			continue;
		ck_assert_msg(all.results[i] == -error, "%s %d %s: task %d says %s", call, n,
			strerror(error), i, strerror(-all.results[i]));
		ck_assert_msg(victim == NULL || victim == all.tasks[i] || all.tasks[i] == NULL,
			"%s %d: task %d was told, another one made the call", call, n, i);
		told++;
	}
	ck_assert_msg(told + (rc != 0) <= made, "%s %d: %d tasks were told", call, n, told);
	ck_assert_msg(sweeps[sweep].told != NEVER || told + (rc != 0) == 0,
		"%s %d: told though there was a way", call, n);
	ck_assert_msg(sweeps[sweep].told != MUST || !made || told + (rc != 0) == 1,
		"%s %d: nobody was told", call, n);
	return made;
}

START_TEST(a_call_that_fails_is_told_to_who_made_it_and_to_nobody_else)
{
	int idle[2], n = 1;

	mallopt(M_ARENA_MAX, 1);
	ck_assert_int_eq(pipe2(idle, O_CLOEXEC), 0);
	all.idle_end = idle[0];
	for (int i = 0; i < 2; i++) /* what the C library keeps, is there after this */
		ck_assert(!fails_once(_i, 1 << 30));
	struct leftovers before = leftovers_now();
	while (fails_once(_i, n)) {
		const char *left = leftovers_since(&before);
		ck_assert_msg(left == NULL, "%s %d left %s", sweeps[_i].call, n, left);
		n++;
	}
	ck_assert(!fails_once(_i, 1 << 30)); /* everything works as ever */
	ck_assert_msg(n > 1 || strstr("pread pwrite epoll_pwait2", sweeps[_i].call) != NULL,
		"%s was never called", sweeps[_i].call); /* those, as the moment has it */
	close(idle[0]);
	close(idle[1]);
}
END_TEST

static int ends_at_once(void *arg)
{
	(void)arg;
	return 0;
}

START_TEST(without_a_signal_stack_of_our_own_a_loop_is_not_opened)
{
	struct leftovers before = leftovers_now();

	call_set("sigaltstack", 1, ENOMEM); /* the question whether there is one */
	ck_assert_int_eq(async_run(ends_at_once, NULL), 0);
	call_set("sigaltstack", 2, ENOMEM);
	ck_assert_int_eq(async_run(ends_at_once, NULL), -ENOMEM);
	call_set(NULL, 0, 0);
	ck_assert_int_eq(async_run(ends_at_once, NULL), 0);
	const char *left = leftovers_since(&before);
	ck_assert_msg(left == NULL, "%s", left);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/fault_sweep");
	TCase *tests = tcase_create("fault_sweep");

	tcase_set_timeout(tests, 15);
	tcase_add_loop_test(
		tests, a_call_that_fails_is_told_to_who_made_it_and_to_nobody_else, 0, SWEEPS);
	if (!leftovers_sanitized()) /* they have signal stacks of their own */
		tcase_add_test(tests, without_a_signal_stack_of_our_own_a_loop_is_not_opened);
	suite_add_tcase(suite, tests);
	return suite;
}
