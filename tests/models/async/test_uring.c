/*
 * The io_uring poller when the ring fails: at opening, and while it waits.
 */
/* wrap: io_uring_queue_init_params io_uring_register_buf_ring io_uring_submit_and_wait */
/* wrap: io_uring_submit_and_wait_timeout io_uring_submit_and_get_events eventfd calloc mmap */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/faults.h"
#include "tests/models/async/in_loop.h"

#ifdef HAVE_LIBURING

#include <liburing.h>

static int init_error, register_error, wait_error, wait_errors;

int __real_io_uring_queue_init_params(unsigned n, struct io_uring *ring, struct io_uring_params *p);
int __wrap_io_uring_queue_init_params(unsigned n, struct io_uring *ring, struct io_uring_params *p);
int __wrap_io_uring_queue_init_params(unsigned n, struct io_uring *ring, struct io_uring_params *p)
{
	return init_error != 0 ? init_error : __real_io_uring_queue_init_params(n, ring, p);
}

int __real_io_uring_register_buf_ring(
	struct io_uring *ring, struct io_uring_buf_reg *reg, unsigned flags);
int __wrap_io_uring_register_buf_ring(
	struct io_uring *ring, struct io_uring_buf_reg *reg, unsigned flags);
int __wrap_io_uring_register_buf_ring(
	struct io_uring *ring, struct io_uring_buf_reg *reg, unsigned flags)
{
	return register_error != 0 ? register_error
				   : __real_io_uring_register_buf_ring(ring, reg, flags);
}

static int waits_fail(void)
{
	if (wait_errors <= 0)
		return 0;
	wait_errors--;
	return wait_error;
}

int __real_io_uring_submit_and_wait(struct io_uring *ring, unsigned n);
int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned n);
int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned n)
{
	int rc = waits_fail();

	return rc != 0 ? rc : __real_io_uring_submit_and_wait(ring, n);
}

int __real_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
	unsigned n, struct __kernel_timespec *timeout, sigset_t *mask);
int __wrap_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
	unsigned n, struct __kernel_timespec *timeout, sigset_t *mask);
int __wrap_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
	unsigned n, struct __kernel_timespec *timeout, sigset_t *mask)
{
	int rc = waits_fail();

	return rc != 0 ? rc : __real_io_uring_submit_and_wait_timeout(ring, cqe, n, timeout, mask);
}

int __real_io_uring_submit_and_get_events(struct io_uring *ring);
int __wrap_io_uring_submit_and_get_events(struct io_uring *ring);
int __wrap_io_uring_submit_and_get_events(struct io_uring *ring)
{
	int rc = waits_fail();

	return rc != 0 ? rc : __real_io_uring_submit_and_get_events(ring);
}

static int open_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static const struct async_options on_uring = {.poller = ASYNC_URING};

static bool available(void)
{
	int rc = async_run_with(nothing, NULL, &on_uring);

	return rc != -ENOSYS && rc != -EPERM;
}

START_TEST(a_ring_that_cannot_be_opened_leaves_nothing_open)
{
	int before = open_files();

	if (!available())
		return;
	init_error = -EMFILE;
	ck_assert_int_eq(async_run_with(nothing, NULL, &on_uring), -EMFILE);
	init_error = -EINVAL; /* a kernel that does not know the flags */
	ck_assert_int_eq(async_run_with(nothing, NULL, &on_uring), -ENOSYS);
	init_error = 0;
	register_error = -ENOMEM;
	ck_assert_int_eq(async_run_with(nothing, NULL, &on_uring), -ENOMEM);
	register_error = 0;
	fault_set(FAULT_EVENTFD, 1, EMFILE);
	ck_assert_int_eq(async_run_with(nothing, NULL, &on_uring), -EMFILE);
	fault_set(FAULT_EVENTFD, 0, 0);
	ck_assert_int_eq(open_files(), before);
	ck_assert_int_eq(async_run_with(nothing, NULL, &on_uring), 0);
}
END_TEST

START_TEST(whichever_allocation_of_its_opening_fails_it_is_an_error_and_nothing_leaks)
{
	static const enum fault faults[] = {FAULT_CALLOC, FAULT_MMAP};
	int before = open_files(), failed = 0;

	if (!available())
		return;
	for (int i = 0; i < 2; i++)
		for (int n = 1; n <= 8; n++) {
			struct async_loop *loop;

			fault_set(faults[i], n, ENOMEM);
			int rc = async_loop_open(&loop, &on_uring);
			fault_set(faults[i], 0, 0);
			if (rc == 0)
				async_loop_close(loop);
			else
				ck_assert_int_eq(rc, -ENOMEM);
			failed += rc != 0;
			ck_assert_int_eq(open_files(), before);
		}
	ck_assert_int_ge(failed, 4);
}
END_TEST

static int echoes(void *arg)
{
	int ends[2], *storm = arg;
	char data[64] = "stormy", got[64];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	for (int i = 0; i < 50; i++) {
		wait_error = *storm;
		wait_errors = 7;
		must(async_write(ends[0], data, sizeof data) == sizeof data);
		wait_errors = 7;
		must(async_read(ends[1], got, sizeof got) == sizeof got);
		must(memcmp(got, data, sizeof data) == 0);
	}
	wait_errors = 20;
	uint64_t start_ns = async_now_ns();
	must(async_sleep(2 * MS) == 0);
	must(async_now_ns() - start_ns >= 2 * MS);
	wait_errors = 0;
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(storms_of_failing_waits_lose_nothing_and_wake_nobody_early)
{
	static const int errors[] = {-EINTR, -EAGAIN, -EBUSY, -ETIME};

	if (!available())
		return;
	for (int i = 0; i < 4; i++) {
		int error = errors[i];

		ck_assert_int_eq(async_run_with(echoes, &error, &on_uring), 0);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_ring_that_cannot_be_opened_leaves_nothing_open);
	tcase_add_test(
		tests, whichever_allocation_of_its_opening_fails_it_is_an_error_and_nothing_leaks);
	tcase_add_test(tests, storms_of_failing_waits_lose_nothing_and_wake_nobody_early);
}

#else

START_TEST(without_the_library_a_loop_with_io_uring_is_ENOSYS)
{
	struct async_options on_uring = {.poller = ASYNC_URING};
	struct async_loop *loop;

	ck_assert_int_eq(async_loop_open(&loop, &on_uring), -ENOSYS);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, without_the_library_a_loop_with_io_uring_is_ENOSYS);
}

#endif

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/uring");
	TCase *tests = tcase_create("uring");

	tcase_set_timeout(tests, 60);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	return suite;
}
