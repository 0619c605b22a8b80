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
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/faults.h"
#include "tests/leftovers.h"
#include "tests/models/async/every_use.h"
#include "tests/models/async/failing_calls.h"

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
