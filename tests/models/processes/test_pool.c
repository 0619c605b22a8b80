/*
 * The pool of processes that computes futures.
 */
/* wrap: fork _Fork mmap calloc syscall epoll_create1 epoll_ctl eventfd pipe2 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "tests/faults.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { CALLS = 40, LARGE = 300000 };

static struct process_pool *pool;
static struct process_future futures[CALLS];
static struct process_event *gate;
static char log_text[64];
static int told_error, told_count;

static void open_pool(struct process_pool_options options)
{
	gate = mmap(NULL, sizeof(*gate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(gate, MAP_FAILED);
	process_event_make(gate, SPIN_DEFAULT_NS);
	ck_assert_int_eq(process_pool_open(&pool, &options), 0);
}

static int twice(const void *arg, size_t bytes, struct process_reply *reply)
{
	int number;

	if (bytes != sizeof(number))
		return -EINVAL;
	memcpy(&number, arg, sizeof(number));
	if (number % 10 == 9)
		return -EDOM;
	number *= 2;
	return process_reply(reply, &number, sizeof(number));
}

static int wait_at_gate(const void *arg, size_t bytes, struct process_reply *reply)
{
	(void)arg;
	(void)bytes;
	(void)reply;
	return process_event_wait(gate, SYNC_FOREVER);
}

static int five_at_gate(const void *arg, size_t bytes, struct process_reply *reply)
{
	int five = 5;

	(void)arg;
	(void)bytes;
	return process_event_wait(gate, SYNC_FOREVER) || process_reply(reply, &five, sizeof(five));
}

static int many_bytes(const void *arg, size_t bytes, struct process_reply *reply)
{
	size_t count = *(const size_t *)arg;
	char *data = malloc(count);

	(void)bytes;
	memset(data, (int)(count % 251), count);
	int rc = process_reply(reply, data, count);
	free(data);
	return rc;
}

static int die(const void *arg, size_t bytes, struct process_reply *reply)
{
	(void)bytes;
	(void)reply;
	raise(*(const int *)arg);
	return 0;
}

static void submit(int index, process_call_fn *fn, const void *arg, size_t bytes)
{
	ck_assert_int_eq(process_pool_submit(pool, &futures[index], fn, arg, bytes), 0);
}

static void say_got(int error, const void *data, size_t bytes, void *arg)
{
	(void)arg;
	strcat(log_text,
		error == 0 && bytes == sizeof(int) && *(const int *)data == 5 ? "Got: 5 " : "? ");
}

static void remember(int error, const void *data, size_t bytes, void *arg)
{
	(void)data;
	(void)bytes;
	(void)arg;
	told_error = error;
	told_count++;
}

START_TEST(t1_submit_then_result_gets_the_value_before_going_on)
{
	const void *data;
	size_t bytes;

	open_pool((struct process_pool_options){.workers = 2});
	submit(0, five_at_gate, NULL, 0);
	process_event_set(gate);
	ck_assert_int_eq(process_future_result(&futures[0], &data, &bytes, SYNC_FOREVER), 0);
	say_got(0, data, bytes, NULL);
	strcat(log_text, "DONE");
	ck_assert_str_eq(log_text, "Got: 5 DONE");
	process_pool_close(pool);
}
END_TEST

START_TEST(t1_with_a_done_callback_the_caller_goes_on_and_is_told_later)
{
	open_pool((struct process_pool_options){.workers = 2});
	submit(0, five_at_gate, NULL, 0);
	process_future_on_done(&futures[0], say_got, NULL);
	strcat(log_text, "DONE ");
	process_event_set(gate);
	ck_assert_int_eq(process_future_result(&futures[0], NULL, NULL, SYNC_FOREVER), 0);
	ck_assert_str_eq(log_text, "DONE Got: 5 ");
	process_future_release(&futures[0]);
	submit(0, five_at_gate, NULL, 0);
	while (!process_future_done(&futures[0]))
		usleep(100);
	process_future_on_done(&futures[0], say_got, NULL);
	ck_assert_str_eq(log_text, "DONE Got: 5 Got: 5 ");
	process_pool_close(pool);
}
END_TEST

/* _i: with and without spinning */
START_TEST(every_call_gets_its_own_result_or_error)
{
	open_pool((struct process_pool_options){
		.workers = 3, .calls_max = CALLS, .spin_ns = _i == 0 ? 0 : -1});
	for (int lap = 0; lap < 20; lap++) {
		for (int i = 0; i < CALLS; i++)
			submit(i, twice, &i, sizeof(i));
		for (int i = CALLS - 1; i >= 0; i--) {
			const void *data = NULL;
			size_t bytes = 0;
			int rc = process_future_result(&futures[i], &data, &bytes, SYNC_FOREVER);
			ck_assert_int_eq(rc, i % 10 == 9 ? -EDOM : 0);
			if (rc == 0) {
				ck_assert_uint_eq(bytes, sizeof(int));
				ck_assert_int_eq(*(const int *)data, 2 * i);
			}
			process_future_release(&futures[i]);
		}
	}
	process_pool_close(pool);
}
END_TEST

START_TEST(results_that_do_not_fit_come_through_a_pipe)
{
	open_pool((struct process_pool_options){.workers = 2, .calls_max = 8, .slot_bytes = 64});
	for (int lap = 0; lap < 5; lap++) {
		for (int i = 0; i < 8; i++) {
			size_t count = i % 3 == 2 ? 10 : (size_t)(LARGE + i);
			submit(i, many_bytes, &count, sizeof(count));
		}
		for (int i = 7; i >= 0; i--) { /* the last first: nobody reads the others by name */
			size_t expected = i % 3 == 2 ? 10 : (size_t)(LARGE + i), bytes;
			const void *data;
			ck_assert_int_eq(
				process_future_result(&futures[i], &data, &bytes, SYNC_FOREVER), 0);
			ck_assert_uint_eq(bytes, expected);
			for (size_t j = 0; j < bytes; j += 997)
				ck_assert_int_eq(
					((const unsigned char *)data)[j], (int)(expected % 251));
			process_future_release(&futures[i]);
		}
	}
	process_pool_close(pool);
}
END_TEST

START_TEST(a_pool_closes_although_a_worker_writes_what_nobody_reads)
{
	size_t count = LARGE;

	open_pool((struct process_pool_options){.workers = 1, .slot_bytes = 64});
	submit(0, many_bytes, &count, sizeof(count));
	usleep(2000);
	process_pool_close(pool);
}
END_TEST

START_TEST(a_waiting_call_can_be_cancelled_and_a_running_one_not)
{
	int number = 4;
	const void *data;
	size_t bytes;

	open_pool((struct process_pool_options){.workers = 1, .calls_max = 2});
	submit(0, wait_at_gate, NULL, 0);
	submit(1, twice, &number, sizeof(number));
	process_future_on_done(&futures[1], remember, NULL);
	while (process_future_cancel(&futures[1]) != 0)
		usleep(100);
	ck_assert_int_eq(told_error, -ECANCELED);
	ck_assert_int_eq(told_count, 1);
	ck_assert_int_eq(process_future_result(&futures[1], NULL, NULL, SYNC_TRY), -ECANCELED);
	process_future_release(&futures[1]);
	submit(1, twice, &number, sizeof(number)); /* its slot, while the old cell still waits */
	process_event_set(gate);
	ck_assert_int_eq(process_future_result(&futures[0], NULL, NULL, SYNC_FOREVER), 0);
	ck_assert_int_eq(process_future_cancel(&futures[0]), -EALREADY);
	ck_assert_int_eq(process_future_result(&futures[1], &data, &bytes, SYNC_FOREVER), 0);
	ck_assert_int_eq(*(const int *)data, 8);
	process_pool_close(pool);
}
END_TEST

START_TEST(waiting_times_out_and_limits_are_told)
{
	char large[65] = "";

	open_pool((struct process_pool_options){.workers = 1, .calls_max = 2, .slot_bytes = 64});
	submit(0, wait_at_gate, NULL, 0);
	submit(1, wait_at_gate, NULL, 0);
	ck_assert_int_eq(process_future_result(&futures[0], NULL, NULL, SYNC_TRY), -ETIMEDOUT);
	ck_assert_int_eq(process_future_result(&futures[0], NULL, NULL, 2000000), -ETIMEDOUT);
	ck_assert_int_eq(process_pool_submit(pool, &futures[2], twice, NULL, 0), -EAGAIN);
	ck_assert_int_eq(process_pool_submit(pool, &futures[2], twice, large, 65), -E2BIG);
	process_event_set(gate);
	process_future_release(&futures[0]);
	process_future_release(&futures[1]);
	submit(2, wait_at_gate, large, 64);
	ck_assert_int_eq(process_future_result(&futures[2], NULL, NULL, SYNC_FOREVER), 0);
	process_pool_close(pool);
}
END_TEST

START_TEST(a_workers_death_fails_its_call_with_the_signal_and_a_new_one_takes_over)
{
	int kill_signal = SIGKILL;
	pid_t before[2], after[2];

	open_pool((struct process_pool_options){.workers = 2, .calls_max = CALLS});
	ck_assert_int_eq(process_pool_pids(pool, before, 2), 2);
	for (int i = 0; i < CALLS; i++)
		submit(i, i % 8 == 3 ? die : twice, i % 8 == 3 ? &kill_signal : &i, sizeof(int));
	for (int i = 0; i < CALLS; i++) {
		int rc = process_future_result(&futures[i], NULL, NULL, SYNC_FOREVER);
		ck_assert_int_eq(rc, i % 8 == 3 ? -EOWNERDEAD : i % 10 == 9 ? -EDOM : 0);
		ck_assert_int_eq(futures[i].signal, i % 8 == 3 ? SIGKILL : 0);
	}
	ck_assert_int_eq(process_pool_pids(pool, after, 2), 2);
	ck_assert(before[0] != after[0] || before[1] != after[1]);
	process_pool_close(pool);
}
END_TEST

START_TEST(a_pool_that_cannot_be_opened_leaves_nothing)
{
	struct process_pool_options options = {.workers = 2};

	open_pool(options);
	process_pool_close(pool);
	struct leftovers before = leftovers_now();
	for (int fault = 0; fault < FAULTS; fault++) {
		for (int k = 1;; k++) {
			fault_set((enum fault)fault, k, ENFILE);
			int rc = process_pool_open(&pool, &options);
			int calls = fault_calls((enum fault)fault);
			fault_set((enum fault)fault, 0, 0);
			if (rc == 0)
				process_pool_close(pool);
			else
				ck_assert_int_eq(rc, fault == FAULT_CALLOC ? -ENOMEM : -ENFILE);
			const char *left = leftovers_since(&before);
			ck_assert_msg(left == NULL, "%s %d: %s", fault_names[fault], k, left);
			if (calls < k)
				break;
		}
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pool");
	TCase *tc = tcase_create("processes");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, t1_submit_then_result_gets_the_value_before_going_on);
	tcase_add_test(tc, t1_with_a_done_callback_the_caller_goes_on_and_is_told_later);
	tcase_add_loop_test(tc, every_call_gets_its_own_result_or_error, 0, 2);
	tcase_add_test(tc, results_that_do_not_fit_come_through_a_pipe);
	tcase_add_test(tc, a_pool_closes_although_a_worker_writes_what_nobody_reads);
	tcase_add_test(tc, a_waiting_call_can_be_cancelled_and_a_running_one_not);
	tcase_add_test(tc, waiting_times_out_and_limits_are_told);
	tcase_add_test(tc, a_workers_death_fails_its_call_with_the_signal_and_a_new_one_takes_over);
	tcase_add_test(tc, a_pool_that_cannot_be_opened_leaves_nothing);
	suite_add_tcase(s, tc);
	return s;
}
