/*
 * Futures of a process pool: who is told what when. The tests x2_ are the lecture notes' promise
 * and future, task and mutex of C++, with the outcomes given there.
 */
#include <check.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "tests/suite.h"

enum { ADDERS = 4, ADDITIONS = 1000 };

static struct process_pool *pool;
static struct process_event *gate;
static struct process_future first, second;
static int told[4], told_count;

static void open_pool(void)
{
	gate = mmap(NULL, sizeof(*gate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(gate, MAP_FAILED);
	process_event_make(gate, SPIN_DEFAULT_NS);
	ck_assert_int_eq(process_pool_open(&pool, &(struct process_pool_options){.workers = 1}), 0);
}

static void close_pool(void)
{
	process_pool_close(pool);
}

static int wait_at_gate(const void *arg, size_t bytes, struct process_reply *reply)
{
	(void)arg;
	(void)bytes;
	(void)reply;
	return process_event_wait(gate, SYNC_FOREVER);
}

static int fail_with(const void *arg, size_t bytes, struct process_reply *reply)
{
	(void)bytes;
	(void)reply;
	return *(const int *)arg;
}

static void remember(int error, const void *data, size_t bytes, void *arg)
{
	(void)data;
	(void)bytes;
	(void)arg;
	told[told_count++] = error;
}

static int forty_two(const void *arg, size_t bytes, struct process_reply *reply)
{
	const int answer = 42;

	(void)arg;
	(void)bytes;
	return process_reply(reply, &answer, sizeof(answer));
}

static int square(const void *arg, size_t bytes, struct process_reply *reply)
{
	const int number = *(const int *)arg, product = number * number;

	(void)bytes;
	return process_reply(reply, &product, sizeof(product));
}

/* What a worker makes of the number. */
static int result_of(process_call_fn *fn, int number)
{
	const void *data = NULL;
	size_t bytes = 0;

	ck_assert_int_eq(process_pool_submit(pool, &first, fn, &number, sizeof(number)), 0);
	ck_assert_int_eq(process_future_result(&first, &data, &bytes, SYNC_FOREVER), 0);
	ck_assert_uint_eq(bytes, sizeof(number));
	const int result = *(const int *)data;
	process_future_release(&first);
	return result;
}

START_TEST(x2_the_square_of_4_and_the_42_of_another_process_are_awaited)
{
	ck_assert_int_eq(result_of(square, 4), 16);
	ck_assert_int_eq(result_of(forty_two, 0), 42);
}
END_TEST

/* In memory of all. */
struct sum {
	struct process_lock mutex;
	int total;
};

static int add_under_mutex(struct sum *sum)
{
	int rc = 0;

	for (int i = 0; i < ADDITIONS && rc == 0; i++) {
		rc = process_lock_acquire(&sum->mutex, SYNC_FOREVER);
		if (rc == 0) {
			sum->total++;
			process_lock_release(&sum->mutex);
		}
	}
	return rc;
}

START_TEST(x2_no_addition_under_a_mutex_of_several_processes_is_lost)
{
	struct sum *sum =
		mmap(NULL, sizeof(*sum), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[ADDERS];
	int status;

	ck_assert_ptr_ne(sum, MAP_FAILED);
	ck_assert_int_eq(process_lock_make(&sum->mutex, SPIN_DEFAULT_NS), 0);
	for (int i = 0; i < ADDERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(add_under_mutex(sum) == 0 ? 0 : 1);
		ck_assert_int_gt(pids[i], 0);
	}
	for (int i = 0; i < ADDERS; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(sum->total, ADDERS * ADDITIONS);
	munmap(sum, sizeof(*sum));
}
END_TEST

START_TEST(waiting_for_one_future_tells_of_others_that_are_complete)
{
	int error = -EDOM;

	ck_assert_int_eq(process_pool_submit(pool, &first, fail_with, &error, sizeof(error)), 0);
	process_future_on_done(&first, remember, NULL);
	process_event_set(gate);
	ck_assert_int_eq(process_pool_submit(pool, &second, wait_at_gate, NULL, 0), 0);
	ck_assert_int_eq(process_future_result(&second, NULL, NULL, SYNC_FOREVER), 0);
	ck_assert_int_eq(told_count, 1);
	ck_assert_int_eq(told[0], -EDOM);
	ck_assert_int_eq(process_future_result(&first, NULL, NULL, SYNC_TRY), -EDOM);
}
END_TEST

START_TEST(releasing_cancels_what_waits_and_waits_for_what_runs)
{
	ck_assert_int_eq(process_pool_submit(pool, &first, wait_at_gate, NULL, 0), 0);
	while (process_future_cancel(&first) == 0) { /* before the worker took it: once more */
		process_future_release(&first);
		ck_assert_int_eq(process_pool_submit(pool, &first, wait_at_gate, NULL, 0), 0);
		usleep(1000);
	}
	ck_assert_int_eq(process_pool_submit(pool, &second, wait_at_gate, NULL, 0), 0);
	process_future_on_done(&second, remember, NULL);
	process_future_release(&second);
	ck_assert_int_eq(told_count, 1);
	ck_assert_int_eq(told[0], -ECANCELED);
	process_future_on_done(&first, remember, NULL);
	process_event_set(gate);
	process_future_release(&first);
	ck_assert_int_eq(told_count, 2);
	ck_assert_int_eq(told[1], 0);
	process_future_release(&first);
}
END_TEST

START_TEST(what_is_no_errno_is_reported_as_eproto)
{
	int strange = 7;

	ck_assert_int_eq(
		process_pool_submit(pool, &first, fail_with, &strange, sizeof(strange)), 0);
	ck_assert_int_eq(process_future_result(&first, NULL, NULL, SYNC_FOREVER), -EPROTO);
	ck_assert_int_eq(process_future_cancel(&first), -EALREADY);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("future");
	TCase *tc = tcase_create("processes");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, open_pool, close_pool);
	tcase_add_test(tc, x2_the_square_of_4_and_the_42_of_another_process_are_awaited);
	tcase_add_test(tc, x2_no_addition_under_a_mutex_of_several_processes_is_lost);
	tcase_add_test(tc, waiting_for_one_future_tells_of_others_that_are_complete);
	tcase_add_test(tc, releasing_cancels_what_waits_and_waits_for_what_runs);
	tcase_add_test(tc, what_is_no_errno_is_reported_as_eproto);
	suite_add_tcase(s, tc);
	return s;
}
