/*
 * The io_uring poller when the ring fails: at opening, while it waits, with no room to submit.
 */
/* wrap: io_uring_queue_init_params io_uring_register_buf_ring io_uring_submit */
/* wrap: io_uring_submit_and_wait io_uring_submit_and_wait_timeout io_uring_submit_and_get_events */
/* wrap: eventfd calloc mmap */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults.h"

#ifdef HAVE_LIBURING

#include <pthread.h>
#include <sys/socket.h>

#include "tests/models/async/uring_faults.h"

static int open_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(a_ring_that_cannot_be_opened_leaves_nothing_open)
{
	int before = open_files();

	if (!uring_is_here())
		return;
	ring_fault.init_error = -EMFILE;
	ck_assert_int_eq(async_run_with(open_nothing, NULL, &on_uring), -EMFILE);
	ring_fault.init_error = -EINVAL; /* a kernel that does not know the flags */
	ck_assert_int_eq(async_run_with(open_nothing, NULL, &on_uring), -ENOSYS);
	ring_fault.init_error = 0;
	ring_fault.register_errors = 1;
	ring_fault.register_error = -EPERM;
	ck_assert_int_eq(async_run_with(open_nothing, NULL, &on_uring), -EPERM);
	ring_fault.register_errors = 2; /* the memory of a ring that is being closed */
	ring_fault.register_error = -ENOMEM;
	ck_assert_int_eq(async_run_with(open_nothing, NULL, &on_uring), 0);
	fault_set(FAULT_EVENTFD, 1, EMFILE);
	ck_assert_int_eq(async_run_with(open_nothing, NULL, &on_uring), -EMFILE);
	fault_set(FAULT_EVENTFD, 0, 0);
	ck_assert_int_eq(open_files(), before);
	ck_assert_int_eq(async_run_with(open_nothing, NULL, &on_uring), 0);
}
END_TEST

START_TEST(whichever_allocation_of_its_opening_fails_it_is_an_error_and_nothing_leaks)
{
	static const enum fault faults[] = {FAULT_CALLOC, FAULT_MMAP};
	int before = open_files(), failed = 0;

	if (!uring_is_here())
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
		ring_fault.wait_error = *storm;
		ring_fault.wait_errors = 7;
		must(async_write(ends[0], data, sizeof data) == sizeof data);
		ring_fault.wait_errors = 7;
		must(async_read(ends[1], got, sizeof got) == sizeof got);
		must(memcmp(got, data, sizeof data) == 0);
	}
	ring_fault.wait_errors = 20;
	uint64_t start_ns = async_now_ns();
	must(async_sleep(2 * MS) == 0);
	must(async_now_ns() - start_ns >= 2 * MS);
	ring_fault.wait_errors = 0;
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(storms_of_failing_waits_lose_nothing_and_wake_nobody_early)
{
	static const int errors[] = {-EINTR, -EAGAIN, -EBUSY, -ETIME};

	if (!uring_is_here())
		return;
	for (int i = 0; i < 4; i++) {
		int error = errors[i];

		ck_assert_int_eq(async_run_with(echoes, &error, &on_uring), 0);
	}
}
END_TEST

static int sleeps_while_waits_fail(void *arg)
{
	(void)arg;
	ring_fault.wait_error = -ENOMEM;
	ring_fault.wait_errors = 1000000;
	ring_fault.waits = 0;
	must(async_sleep(5 * MS) == 0);
	must(ring_fault.waits < 1000);
	ring_fault.wait_errors = 0;
	return 0;
}

START_TEST(a_ring_that_cannot_wait_is_not_asked_without_end)
{
	in_uring_loop(sleeps_while_waits_fail, NULL);
}
END_TEST

/* With room for a few submissions that the kernel does not take. */
static void refuse(int error)
{
	ring_fault.fill = true;
	async_loop_current()->poller->wait(async_loop_current()->poller, 0);
	ring_fault.submit_error = error;
	ring_fault.submit_errors = 1000000;
}

static void accept_again(void)
{
	ring_fault.submit_errors = 0;
}

static int tells_who_has_no_room(void *arg)
{
	static const int errors[] = {-EBUSY, -EAGAIN, -ENOMEM};
	int ends[2], pipes[2];
	char byte;

	(void)arg;
	must(pipe2(pipes, O_CLOEXEC) == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	for (int i = 0; i < 3; i++) {
		refuse(errors[i]);
		ring_fault.submits = 0;
		must(async_read(ends[0], &byte, 1) == errors[i]);  /* a receive */
		must(async_read(pipes[0], &byte, 1) == errors[i]); /* a poll */
		must(ring_fault.submits == 2);
		accept_again();
	}
	must(async_write(ends[1], "x", 1) == 1 && async_write(pipes[1], "y", 1) == 1);
	must(async_read(ends[0], &byte, 1) == 1 && byte == 'x'); /* both go on */
	must(async_read(pipes[0], &byte, 1) == 1 && byte == 'y');
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	must(async_close(pipes[0]) == 0 && async_close(pipes[1]) == 0);
	return 0;
}

START_TEST(where_nothing_can_be_submitted_the_call_that_wanted_to_fails_and_the_loop_goes_on)
{
	in_uring_loop(tells_who_has_no_room, NULL);
}
END_TEST

static int reads_a_byte(void *arg)
{
	char byte;

	return (int)async_read(*(int *)arg, &byte, 1);
}

static int stops_later(void *arg)
{
	int ends[2];
	char unread[8];

	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	struct async_task *reader = async_spawn(reads_a_byte, &ends[0]);
	must(async_sleep(MS) == 0);
	must(async_task_cancel(reader) && async_task_join(reader) == -ECANCELED);
	must(write(ends[1], "abc", 3) == 3);
	must(async_sleep(MS) == 0);
	refuse(-EAGAIN);
	ring_fault.submit_errors = 3; /* the cancel, twice at the waits that follow */
	must(async_detach(ends[0], unread, sizeof unread) == 3 && memcmp(unread, "abc", 3) == 0);
	accept_again();
	must(write(ends[1], "d", 1) == 1);
	must(read(ends[0], unread, 1) == 1 && unread[0] == 'd'); /* nobody else receives it */
	must(close(ends[0]) == 0 && close(ends[1]) == 0);
	return 0;
}

START_TEST(a_cancel_without_room_is_submitted_later)
{
	in_uring_loop(stops_later, NULL);
}
END_TEST

static void stop_waiting(struct async_call *call)
{
	async_loop_stop(async_thread.loop);
	(void)call;
}

struct caller {
	struct async_loop *loop;
	struct async_call call;
};

static void *call_from_outside(void *arg)
{
	struct caller *caller = arg;

	nanosleep(&(struct timespec){.tv_nsec = 3 * MS}, NULL);
	async_call_soon_threadsafe(caller->loop, &caller->call);
	return NULL;
}

START_TEST(another_thread_wakes_the_loop_also_when_its_wake_up_ended_and_cannot_be_armed)
{
	struct caller caller = {.call.fn = stop_waiting};
	pthread_t thread;

	if (!uring_is_here())
		return;
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(async_loop_open(&caller.loop, &on_uring), 0);
		ring_fault.end_all = ring_fault.fill = true;
		ring_fault.ended_with = -ENOMEM;
		ring_fault.submit_error = -EAGAIN;
		ring_fault.submit_errors = i == 0 ? 0 : 1000000;
		ck_assert_int_eq(pthread_create(&thread, NULL, call_from_outside, &caller), 0);
		ck_assert_int_eq(async_loop_turns(caller.loop), 0);
		pthread_join(thread, NULL);
		accept_again();
		ck_assert_uint_eq(async_loop_close(caller.loop), 0);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_ring_that_cannot_wait_is_not_asked_without_end);
	tcase_add_test(tests,
		where_nothing_can_be_submitted_the_call_that_wanted_to_fails_and_the_loop_goes_on);
	tcase_add_test(tests, a_cancel_without_room_is_submitted_later);
	tcase_add_test(tests,
		another_thread_wakes_the_loop_also_when_its_wake_up_ended_and_cannot_be_armed);
	tcase_add_test(tests, a_ring_that_cannot_be_opened_leaves_nothing_open);
	tcase_add_test(
		tests, whichever_allocation_of_its_opening_fails_it_is_an_error_and_nothing_leaks);
	tcase_add_test(tests, storms_of_failing_waits_lose_nothing_and_wake_nobody_early);
}

#else

#include "tests/models/async/in_loop.h"

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
