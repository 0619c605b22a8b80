/*
 * System calls that fail: the right error reaches the right task, the loop goes on, nothing leaks.
 */
/* wrap: send recv accept4 epoll_ctl epoll_pwait2 epoll_create1 eventfd pthread_create mmap */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faults.h"
#include "tests/models/async/in_loop.h"

/* How the next calls behave; zero: as ever. */
static int send_at_most, interrupt_every, calls, accept_error, pwait2_error, pwait2_errors, storm;

ssize_t __real_send(int fd, const void *buffer, size_t bytes, int flags);
ssize_t __wrap_send(int fd, const void *buffer, size_t bytes, int flags);
ssize_t __wrap_send(int fd, const void *buffer, size_t bytes, int flags)
{
	if (interrupt_every > 0 && ++calls % interrupt_every == 0) {
		errno = EINTR;
		return -1;
	}
	if (send_at_most > 0 && bytes > (size_t)send_at_most)
		bytes = (size_t)send_at_most;
	return __real_send(fd, buffer, bytes, flags);
}

ssize_t __real_recv(int fd, void *buffer, size_t bytes, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t bytes, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t bytes, int flags)
{
	if (interrupt_every > 0 && ++calls % interrupt_every == 0) {
		errno = EINTR;
		return -1;
	}
	if (storm > 0 && storm-- % 4 != 0) { /* though there is something */
		errno = EAGAIN;
		return -1;
	}
	return __real_recv(fd, buffer, bytes, flags);
}

int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	if (accept_error != 0) {
		errno = accept_error;
		accept_error = 0;
		return -1;
	}
	if (storm > 0 && storm-- % 4 != 0) {
		errno = EAGAIN;
		return -1;
	}
	return __real_accept4(fd, address, length, flags);
}

int __real_epoll_pwait2(int fd, struct epoll_event *events, int n, const struct timespec *timeout,
	const sigset_t *mask);
int __wrap_epoll_pwait2(int fd, struct epoll_event *events, int n, const struct timespec *timeout,
	const sigset_t *mask);
int __wrap_epoll_pwait2(int fd, struct epoll_event *events, int n, const struct timespec *timeout,
	const sigset_t *mask)
{
	if (pwait2_errors > 0) {
		pwait2_errors--;
		errno = pwait2_error;
		return -1;
	}
	return __real_epoll_pwait2(fd, events, n, timeout, mask);
}

struct flow {
	int fd;
	size_t bytes;
};

static int count_bytes(void *arg)
{
	struct flow *flow = arg;
	char buffer[333];
	ssize_t got;
	while ((got = async_read(flow->fd, buffer, sizeof buffer)) > 0)
		flow->bytes += (size_t)got;
	return (int)got;
}

static int short_writes(void *arg)
{
	static char data[100000];
	int ends[2];
	struct flow flow = {0};
	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	flow.fd = ends[0];
	struct async_task *reader = async_spawn(count_bytes, &flow);
	send_at_most = 1000;
	interrupt_every = 3;
	must(async_write(ends[1], data, sizeof data) == sizeof data);
	must(async_close(ends[1]) == 0);
	must(async_task_join(reader) == 0);
	send_at_most = interrupt_every = 0;
	must(flow.bytes == sizeof data);
	must(async_close(ends[0]) == 0);
	return 0;
}

START_TEST(short_writes_and_interrupted_calls_lose_nothing)
{
	in_loop(short_writes, NULL);
}
END_TEST

enum { STORM = 40, BYTES = 60 };

static int writes_byte_by_byte(void *arg)
{
	for (int i = 0; i < BYTES; i++) {
		must(async_write(*(int *)arg, &(char){(char)i}, 1) == 1);
		must(async_sleep(MS / 20) == 0);
	}
	return async_close(*(int *)arg);
}

static int reads_in_a_storm(void *arg)
{
	int ends[2];
	char bytes[BYTES];
	size_t have = 0;
	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	storm = STORM;
	struct async_task *writer = async_spawn(writes_byte_by_byte, &ends[1]);
	for (ssize_t got; (got = async_read(ends[0], bytes + have, sizeof bytes - have)) > 0;)
		have += (size_t)got;
	must(storm == 0 && have == BYTES);
	for (int i = 0; i < BYTES; i++)
		must(bytes[i] == (char)i);
	must(async_task_join(writer) == 0);
	must(async_close(ends[0]) == 0);
	return 0;
}

START_TEST(storms_of_EAGAIN_lose_nothing_and_leave_nobody_waiting)
{
	in_loop(reads_in_a_storm, NULL);
}
END_TEST

static int listen_here(struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(listener, (struct sockaddr *)address, length) != 0 || listen(listener, 16) != 0 ||
		getsockname(listener, (struct sockaddr *)address, &length) != 0)
		return -errno;
	return listener;
}

static int accept_out_of_descriptors(void *arg)
{
	struct sockaddr_in address;
	int listener = listen_here(&address), fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)arg;
	must(listener >= 0);
	must(async_connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
	accept_error = EMFILE;
	must(async_accept(listener, NULL, NULL) == -EMFILE);
	int again = async_accept(listener, NULL, NULL); /* the connection still waits */
	must(again >= 0);
	accept_error = ECONNABORTED;
	int second = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(async_connect(second, (struct sockaddr *)&address, sizeof address) == 0);
	int third =
		async_accept(listener, NULL, NULL); /* who went away again is nobody's business */
	must(third >= 0);
	must(setsockopt(third, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0},
		     sizeof(struct linger)) == 0);
	must(async_close(third) == 0);
	char byte;
	must(async_read(second, &byte, 1) == -ECONNRESET); /* a peer that resets */
	must(async_close(second) == 0 && async_close(again) == 0);
	must(async_close(fd) == 0 && async_close(listener) == 0);
	return 0;
}

START_TEST(accept_without_descriptors_is_told_and_loses_no_connection)
{
	in_loop(accept_out_of_descriptors, NULL);
}
END_TEST

static int registration_fails(void *arg)
{
	int ends[2];
	char byte;
	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	fault_set(FAULT_EPOLL_CTL, 1, ENOSPC);
	must(async_read(ends[0], &byte, 1) == -ENOSPC);
	must(async_write(ends[1], "x", 1) == 1);
	must(async_read(ends[0], &byte, 1) == 1); /* the loop and the descriptor go on */
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_descriptor_that_cannot_be_registered_is_an_error_of_that_call)
{
	in_loop(registration_fails, NULL);
}
END_TEST

static int interrupted_waits(void *arg)
{
	(void)arg;
	pwait2_error = EINTR;
	pwait2_errors = 5;
	uint64_t start_ns = async_now_ns();
	must(async_sleep(2 * MS) == 0);
	must(async_now_ns() - start_ns >= 2 * MS);
	pwait2_error = ENOSYS; /* an older kernel: milliseconds, still not early */
	pwait2_errors = 1000;
	start_ns = async_now_ns();
	must(async_sleep(2 * MS + MS / 2) == 0);
	must(async_now_ns() - start_ns >= 2 * MS + MS / 2);
	must(pwait2_errors == 999); /* asked once only */
	pwait2_errors = 0;
	return 0;
}

START_TEST(a_wait_interrupted_or_unknown_to_the_kernel_is_not_early)
{
	in_loop(interrupted_waits, NULL);
}
END_TEST

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static int no_threads(void *arg)
{
	(void)arg;
	fault_set(FAULT_PTHREAD_CREATE, 1, EAGAIN);
	must(async_run_in_executor(nothing, NULL) == -EAGAIN);
	must(async_run_in_executor(nothing, NULL) == 0);
	return 0;
}

START_TEST(without_a_thread_the_executor_says_so_and_works_later)
{
	in_loop(no_threads, NULL);
}
END_TEST

static int no_stacks(void *arg)
{
	struct async_task *tasks[64];
	int made = 0;
	(void)arg;
	fault_set(FAULT_MMAP, 1, ENOMEM);
	while (made < 64 && (tasks[made] = async_spawn(nothing, NULL)) != NULL)
		made++;
	must(made < 64 && errno == ENOMEM);
	for (int i = 0; i < made; i++)
		must(async_task_join(tasks[i]) == 0);
	fault_set(FAULT_MMAP, 0, 0);
	must(async_task_join(async_spawn(nothing, NULL)) == 0);
	return 0;
}

START_TEST(without_memory_for_stacks_spawning_fails_and_the_tasks_that_are_go_on)
{
	in_loop(no_stacks, NULL);
}
END_TEST

static int open_files(void)
{
	int n = 0;
	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(a_loop_that_cannot_be_opened_leaves_nothing_open)
{
	static const enum fault faults[] = {
		FAULT_EPOLL_CREATE1, FAULT_EVENTFD, FAULT_EPOLL_CTL, FAULT_MMAP};
	int before = open_files();

	for (int i = 0; i < 4; i++) {
		struct async_loop *loop;

		fault_set(faults[i], 1, EMFILE);
		ck_assert_int_eq(async_loop_open(&loop, NULL), -EMFILE);
		fault_set(faults[i], 0, 0);
		ck_assert_int_eq(open_files(), before);
	}
	ck_assert_int_eq(async_run(nothing, NULL), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/faults");
	TCase *tests = tcase_create("faults");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, short_writes_and_interrupted_calls_lose_nothing);
	tcase_add_test(tests, storms_of_EAGAIN_lose_nothing_and_leave_nobody_waiting);
	tcase_add_test(tests, accept_without_descriptors_is_told_and_loses_no_connection);
	tcase_add_test(tests, a_descriptor_that_cannot_be_registered_is_an_error_of_that_call);
	tcase_add_test(tests, a_wait_interrupted_or_unknown_to_the_kernel_is_not_early);
	tcase_add_test(tests, without_a_thread_the_executor_says_so_and_works_later);
	tcase_add_test(
		tests, without_memory_for_stacks_spawning_fails_and_the_tasks_that_are_go_on);
	tcase_add_test(tests, a_loop_that_cannot_be_opened_leaves_nothing_open);
	suite_add_tcase(suite, tests);
	return suite;
}
