/*
 * The examples of the lecture notes on asyncio, each with the outcome the notes give; a second of
 * the notes is 10 ms here. The order of events is what is compared, durations only against generous
 * bounds.
 * It is over 400 lines: one test per example of the notes.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "models/async/generator.h"
#include "tests/models/async/in_loop.h"

enum { SECOND = 10 * MS };

static struct events events;

struct named {
	const char *name;
	int seconds;
	int result;
};

static int start_and_finish(void *arg)
{
	struct named *named = arg;
	happened(&events, "start %s", named->name);
	int rc = async_sleep((uint64_t)named->seconds * SECOND);
	if (rc != 0)
		return rc;
	happened(&events, "finish %s", named->name);
	return named->result;
}

static int a1_body(void *arg)
{
	struct named named[3] = {{"A", 2, 20}, {"B", 1, 10}, {"C", 3, 30}};
	struct async_task *tasks[3];
	struct async_future *futures[3];
	int64_t results[3];
	uint64_t start_ns = async_now_ns();
	(void)arg;
	for (int i = 0; i < 3; i++) {
		tasks[i] = async_spawn(start_and_finish, &named[i]);
		futures[i] = &tasks[i]->future;
	}
	must(async_gather(futures, 3, results, ASYNC_FIRST_ERROR) == 0);
	uint64_t took_ns = async_now_ns() - start_ns;
	must(took_ns >= 3 * SECOND); /* at once or one after the other is told by the events */
	must(results[0] == 20 && results[1] == 10 && results[2] == 30);
	for (int i = 0; i < 3; i++)
		async_task_join(tasks[i]);
	return 0;
}

START_TEST(a1_gather_runs_three_at_once_and_keeps_the_order_of_results)
{
	in_loop(a1_body, NULL);
	ck_assert_str_eq(events.text, "start A, start B, start C, finish B, finish A, finish C");
}
END_TEST

static int fetch(void *arg)
{
	int id = *(int *)arg;
	int rc = async_sleep((uint64_t)(4 - id) * MS);
	return rc != 0 ? rc : id * 100;
}

static int process(void *arg)
{
	int rc = async_task_join(async_spawn(fetch, arg));
	return rc < 0 ? rc : rc + *(int *)arg;
}

static int a2_body(void *arg)
{
	int ids[3] = {1, 2, 3};
	struct async_task *tasks[3];
	(void)arg;
	for (int i = 0; i < 3; i++)
		tasks[i] = async_spawn(process, &ids[i]);
	for (int i = 0; i < 3; i++)
		must(async_task_join(tasks[i]) == ids[i] * 101);
	return 0;
}

START_TEST(a2_each_process_sees_the_result_of_its_own_fetch)
{
	in_loop(a2_body, NULL);
}
END_TEST

static int a3_body(void *arg)
{
	struct named six = {"six", 6, 0}, three = {"three", 3, 0};
	(void)arg;
	struct async_task *a = async_spawn(start_and_finish, &six),
			  *b = async_spawn(start_and_finish, &three);
	must(async_sleep(0) == 0); /* both have begun and armed their timers */
	must(async_sleep(6 * SECOND) == 0);
	happened(&events, "creator");
	must(async_task_join(a) == 0 && async_task_join(b) == 0);
	return 0;
}

START_TEST(a3_created_tasks_run_while_their_creator_sleeps)
{
	in_loop(a3_body, NULL);
	ck_assert_str_eq(events.text, "start six, start three, finish three, finish six, creator");
}
END_TEST

static int until(void *arg)
{
	struct named *named = arg;
	static uint64_t deadline_ns;
	if (deadline_ns == 0)
		deadline_ns = async_now_ns() + SECOND;
	int rc = async_sleep_until(deadline_ns);
	happened(&events, "%s", named->name);
	return rc;
}

static int a3_equal_body(void *arg)
{
	struct named named[4] = {{"1", 0, 0}, {"2", 0, 0}, {"3", 0, 0}, {"4", 0, 0}};
	struct async_task *tasks[4];
	(void)arg;
	for (int i = 0; i < 4; i++)
		tasks[i] = async_spawn(until, &named[i]);
	for (int i = 0; i < 4; i++)
		must(async_task_join(tasks[i]) == 0);
	return 0;
}

START_TEST(a3_of_equal_deadlines_the_earlier_armed_wakes_first)
{
	in_loop(a3_equal_body, NULL);
	ck_assert_str_eq(events.text, "1, 2, 3, 4");
}
END_TEST

static int set_later(void *arg)
{
	struct async_future *future = arg;
	int rc = async_sleep(SECOND);
	if (rc == 0)
		rc = async_future_set(future, 42);
	return rc;
}

static int a4_body(void *arg)
{
	struct async_future future = {0}, failing = {0};
	(void)arg;
	must(async_future_result(&future) == -EAGAIN); /* pending */
	struct async_task *setter = async_spawn(set_later, &future);
	must(async_await(&future) == 42);
	must(async_future_set(&future, 43) == -EALREADY);
	must(async_future_fail(&future, -EIO) == -EALREADY);
	must(async_future_result(&future) == 42);
	must(async_future_fail(&failing, -EIO) == 0);
	must(async_await(&failing) == -EIO);
	must(async_await(&setter->future) == 0); /* a task is a future */
	must(async_task_join(setter) == 0);
	return 0;
}

START_TEST(a4_a_future_is_set_once_by_another_task_and_awaited)
{
	in_loop(a4_body, NULL);
}
END_TEST

static int a5_body(void *arg)
{
	struct named named[3] = {{"2", 2, 0}, {"1", 1, 1}, {"3", 3, 2}};
	struct async_task *tasks[3];
	struct async_future *futures[3], *future;
	struct async_watch watches[3];
	struct async_as_completed each;
	int order[3], n = 0;
	(void)arg;
	for (int i = 0; i < 3; i++) {
		tasks[i] = async_spawn(start_and_finish, &named[i]);
		futures[i] = &tasks[i]->future;
	}
	async_as_completed_begin(&each, futures, 3, watches);
	while (async_as_completed_next(&each, &future) == 1)
		order[n++] = (int)async_future_result(future);
	async_as_completed_end(&each);
	must(n == 3 && order[0] == 1 && order[1] == 0 && order[2] == 2);
	for (int i = 0; i < 3; i++)
		async_task_join(tasks[i]);
	return 0;
}

START_TEST(a5_as_completed_gives_them_in_the_order_of_completion)
{
	in_loop(a5_body, NULL);
}
END_TEST

struct conductor {
	struct async_future three[3];
	struct async_event go_on;
};

/* Ends one future at a time, the next when it is told to. */
static int conduct(void *arg)
{
	struct conductor *conductor = arg;
	for (int i = 0; i < 3; i++) {
		int rc = i == 1 ? async_future_fail(&conductor->three[1], -EIO)
				: async_future_set(&conductor->three[i], i);
		if (rc == 0)
			rc = async_event_wait(&conductor->go_on);
		async_event_clear(&conductor->go_on);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int a6_body(void *arg)
{
	struct conductor conductor = {.three = {{.value = 0}}};
	struct async_future *futures[3] = {
		&conductor.three[0], &conductor.three[1], &conductor.three[2]};
	(void)arg;
	struct async_task *task = async_spawn(conduct, &conductor);
	must(async_wait(futures, 3, ASYNC_FIRST_COMPLETED) == 1);
	must(async_future_done(futures[0]) && !async_future_done(futures[2]));
	async_event_set(&conductor.go_on);
	must(async_wait(futures, 3, ASYNC_FIRST_EXCEPTION) == 2);
	must(async_future_result(futures[1]) == -EIO && !async_future_done(futures[2]));
	async_event_set(&conductor.go_on);
	must(async_wait(futures, 3, ASYNC_ALL_COMPLETED) == 3);
	async_event_set(&conductor.go_on);
	must(async_task_join(task) == 0);
	return 0;
}

START_TEST(a6_wait_returns_at_the_first_the_first_error_or_the_last)
{
	in_loop(a6_body, NULL);
}
END_TEST

struct shop {
	struct async_queue queue;
	int produced, consumed, sum, most, cleaned;
	int pause_producer, pause_consumer;
};

static int produce(void *arg)
{
	struct shop *shop = arg;
	for (int i = 0; i < 5; i++) {
		int rc = async_queue_put(&shop->queue, i);
		if (rc != 0)
			return rc;
		shop->produced++;
		if ((int)async_queue_count(&shop->queue) > shop->most)
			shop->most = (int)async_queue_count(&shop->queue);
		if (shop->pause_producer && (rc = async_sleep(MS)) != 0)
			return rc;
	}
	return 0;
}

static void consumer_cleans(void *arg)
{
	((struct shop *)arg)->cleaned++;
}

static int consume(void *arg)
{
	struct shop *shop = arg;
	intptr_t item;
	int rc = async_defer(consumer_cleans, shop);
	while (rc == 0 && (rc = async_queue_get(&shop->queue, &item)) == 0) {
		happened(&events, "%d", (int)item);
		shop->sum += (int)item;
		shop->consumed++;
		if (shop->pause_consumer)
			rc = async_sleep(MS);
		async_queue_task_done(&shop->queue);
	}
	return rc;
}

static int a7_body(void *arg)
{
	struct shop *shop = arg;
	must(async_queue_is_empty(&shop->queue) && !async_queue_is_full(&shop->queue));
	struct async_task *consumer = async_spawn(consume, shop),
			  *producer = async_spawn(produce, shop);
	must(async_task_join(producer) == 0);
	must(async_queue_join(&shop->queue) == 0);
	must(shop->consumed == 5 && shop->sum == 10);
	async_task_cancel(consumer);
	must(async_task_join(consumer) == -ECANCELED);
	must(shop->cleaned == 1);
	must(async_queue_task_done(&shop->queue) == -EINVAL);
	return 0;
}

START_TEST(a7_join_returns_after_five_task_done_and_the_cancelled_consumer_cleans_up)
{
	struct shop shop = {.pause_producer = 1};

	in_loop(a7_body, &shop);
	async_queue_close(&shop.queue);
}
END_TEST

static int a8_body(void *arg)
{
	struct shop *shop = arg;
	must(async_queue_open(&shop->queue, 3, ASYNC_QUEUE_FIFO, NULL) == 0);
	struct async_task *producer = async_spawn(produce, shop);
	async_yield();
	must(async_queue_is_full(&shop->queue) && shop->produced == 3); /* suspended */
	must(async_queue_put_nowait(&shop->queue, 9) == -EAGAIN);
	struct async_task *consumer = async_spawn(consume, shop);
	must(async_task_join(producer) == 0);
	must(async_queue_join(&shop->queue) == 0);
	must(shop->most == 3);
	async_task_cancel(consumer);
	async_task_join(consumer);
	async_queue_close(&shop->queue);
	return 0;
}

START_TEST(a8_a_full_queue_suspends_the_producer_and_loses_nothing)
{
	struct shop shop = {.pause_consumer = 1};

	in_loop(a8_body, &shop);
	ck_assert_str_eq(events.text, "0, 1, 2, 3, 4");
}
END_TEST

static int a9_body(void *arg)
{
	struct shop *shop = arg;
	struct async_task *producers[3], *consumers[2];
	for (int i = 0; i < 2; i++)
		consumers[i] = async_spawn(consume, shop);
	for (int i = 0; i < 3; i++)
		producers[i] = async_spawn(produce, shop);
	for (int i = 0; i < 3; i++)
		must(async_task_join(producers[i]) == 0);
	must(async_queue_join(&shop->queue) == 0);
	must(shop->consumed == 15 && shop->sum == 30);
	for (int i = 0; i < 2; i++) {
		async_task_cancel(consumers[i]);
		async_task_join(consumers[i]);
	}
	return 0;
}

START_TEST(a9_three_producers_and_two_consumers_pass_fifteen_items_once_each)
{
	struct shop shop = {.pause_producer = 1, .pause_consumer = 1};

	in_loop(a9_body, &shop);
	async_queue_close(&shop.queue);
}
END_TEST

struct shared {
	struct async_lock lock;
	struct async_semaphore semaphore;
	struct async_event event;
	struct async_condition condition;
	int inside, most, number;
	bool ready;
};

static int under_lock(void *arg)
{
	struct shared *shared = arg;
	int rc = async_lock_acquire(&shared->lock);
	if (rc != 0)
		return rc;
	if (++shared->inside > shared->most)
		shared->most = shared->inside;
	rc = async_sleep(SECOND);
	shared->inside--;
	async_lock_release(&shared->lock);
	return rc;
}

static int with_permit(void *arg)
{
	struct shared *shared = arg;
	int rc = async_semaphore_acquire(&shared->semaphore);
	if (rc != 0)
		return rc;
	if (++shared->inside > shared->most)
		shared->most = shared->inside;
	rc = async_sleep(MS);
	shared->inside--;
	async_semaphore_release(&shared->semaphore);
	return rc;
}

static int run_five(task_fn *fn, struct shared *shared, int n)
{
	struct async_task *tasks[5];
	for (int i = 0; i < n; i++)
		tasks[i] = async_spawn_named(fn, shared, "one of five");
	for (int i = 0; i < n; i++)
		must(async_task_join(tasks[i]) == 0);
	return 0;
}

static int a10_body(void *arg)
{
	struct shared shared = {.semaphore.permits = 2};
	uint64_t start_ns = async_now_ns();
	(void)arg;
	must(run_five(under_lock, &shared, 3) == 0);
	must(shared.most == 1);
	must(async_now_ns() - start_ns >= 3 * SECOND); /* one after the other */
	shared.most = 0;
	must(run_five(with_permit, &shared, 5) == 0);
	must(shared.most == 2 && shared.semaphore.permits == 2);
	return 0;
}

START_TEST(a10_a_lock_admits_one_and_a_semaphore_of_two_two)
{
	in_loop(a10_body, NULL);
}
END_TEST

static int waits_for_event(void *arg)
{
	struct shared *shared = arg;
	int number = ++shared->number;
	int rc = async_event_wait(&shared->event);
	happened(&events, "woken %d", number);
	return rc;
}

static bool is_ready(void *arg)
{
	return ((struct shared *)arg)->ready;
}

static int waits_for_condition(void *arg)
{
	struct shared *shared = arg;
	int rc = async_lock_acquire(&shared->lock);
	if (rc != 0)
		return rc;
	rc = async_condition_wait_for(&shared->condition, &shared->lock, is_ready, shared);
	happened(&events, "condition %d", async_lock_is_held(&shared->lock));
	async_lock_release(&shared->lock);
	return rc;
}

static int a10_event_body(void *arg)
{
	struct shared shared = {0};
	struct async_task *tasks[3];
	(void)arg;
	for (int i = 0; i < 3; i++)
		tasks[i] = async_spawn(waits_for_event, &shared);
	must(async_sleep(MS) == 0);
	happened(&events, "set");
	async_event_set(&shared.event);
	for (int i = 0; i < 3; i++)
		must(async_task_join(tasks[i]) == 0);
	tasks[0] = async_spawn(waits_for_condition, &shared);
	must(async_sleep(MS) == 0);
	must(async_lock_acquire(&shared.lock) == 0);
	async_condition_notify_all(&shared.condition); /* not ready yet: it waits again */
	async_lock_release(&shared.lock);
	must(async_sleep(MS) == 0);
	must(async_lock_acquire(&shared.lock) == 0);
	shared.ready = true;
	async_condition_notify(&shared.condition, 1);
	happened(&events, "notified");
	async_lock_release(&shared.lock);
	must(async_task_join(tasks[0]) == 0);
	return 0;
}

START_TEST(a10_an_event_wakes_all_and_a_condition_holds_its_lock)
{
	in_loop(a10_event_body, NULL);
	ck_assert_str_eq(events.text, "set, woken 1, woken 2, woken 3, notified, condition 1");
}
END_TEST

static int a10_line_body(void *arg)
{
	struct shared shared = {0};
	(void)arg;
	must(async_lock_acquire(&shared.lock) == 0);
	struct async_task *first = async_spawn(under_lock, &shared),
			  *second = async_spawn(under_lock, &shared);
	async_yield();
	async_task_cancel(first);
	must(async_task_join(first) == -ECANCELED);
	async_lock_release(&shared.lock);
	must(async_lock_is_held(&shared.lock)); /* handed to the second, nobody overtakes */
	must(!async_lock_try(&shared.lock));
	must(async_task_join(second) == 0);
	must(!async_lock_is_held(&shared.lock));
	return 0;
}

START_TEST(a10_a_cancelled_waiter_leaves_the_line)
{
	in_loop(a10_line_body, NULL);
}
END_TEST

struct log {
	struct shop shop;
	int ticks;
};

/* An asynchronous generator is one that awaits: here until others have progressed. */
static int log_lines(struct generator *self, void *arg)
{
	struct log *log = arg;
	int rc = generator_defer(self, consumer_cleans, &log->shop);
	for (int line = 1; rc == 0 && line <= 3; line++) {
		for (int before = log->ticks; rc == 0 && log->ticks == before;)
			rc = async_sleep(MS);
		if (rc == 0)
			rc = generator_yield(self, line, NULL);
	}
	return rc;
}

static int tick(void *arg);

static int a11_body(void *arg)
{
	struct log log = {.ticks = 0};
	struct generator *lines;
	intptr_t line;
	int sum = 0;
	(void)arg;
	struct async_task *ticker = async_spawn(tick, &log.ticks);
	must(generator_create(&lines, log_lines, &log) == 0);
	while (generator_next(lines, &line) == GENERATOR_YIELDED)
		sum += (int)line;
	must(sum == 6 && log.shop.cleaned == 1 && log.ticks >= 3);
	generator_free(lines);
	must(generator_create(&lines, log_lines, &log) == 0);
	must(generator_next(lines, &line) == GENERATOR_YIELDED && line == 1);
	(void)generator_close(lines); /* early: its clean-up runs all the same */
	must(log.shop.cleaned == 2);
	generator_free(lines);
	async_task_cancel(ticker);
	async_task_join(ticker);
	return 0;
}

START_TEST(a11_an_asynchronous_generator_lets_others_go_on_and_cleans_up_when_closed_early)
{
	in_loop(a11_body, NULL);
}
END_TEST

static int tick(void *arg)
{
	int *ticks = arg, rc;
	while ((rc = async_sleep(MS)) == 0)
		++*ticks;
	return rc;
}

struct blocking {
	_Atomic int ticks;
	int ticked;
};

static int tick_for(void *arg)
{
	struct blocking *blocking = arg;
	int rc;
	while ((rc = async_sleep(MS)) == 0)
		atomic_fetch_add(&blocking->ticks, 1);
	return rc;
}

/* Blocks its thread until the loop has gone on three times. */
static int block(void *arg)
{
	struct blocking *blocking = arg;
	for (int i = 0; i < 20000 && atomic_load(&blocking->ticks) < 3; i++)
		usleep(1000);
	return atomic_load(&blocking->ticks) >= 3 ? 7 : -ETIME;
}

static int a12_body(void *arg)
{
	struct blocking blocking = {0};
	(void)arg;
	struct async_task *ticker = async_spawn(tick_for, &blocking);
	must(async_run_in_executor(block, &blocking) == 7);
	async_task_cancel(ticker);
	async_task_join(ticker);
	return 0;
}

START_TEST(a12_the_loop_goes_on_while_a_thread_of_the_pool_blocks)
{
	in_loop(a12_body, NULL);
}
END_TEST

static int nested(void *arg)
{
	(void)arg;
	return async_run(fetch, arg) == -EDEADLK ? 11 : 0;
}

static int answer(void *arg)
{
	(void)arg;
	return 42;
}

START_TEST(a13_run_returns_the_value_and_a_nested_run_says_what_to_do)
{
	struct async_loop *loop;
	int id = 1;

	ck_assert_int_eq(async_run(answer, NULL), 42);
	ck_assert_int_eq(async_run(nested, &id), 11);
	ck_assert_ptr_nonnull(strstr(async_explain(), "async_spawn"));
	ck_assert_int_eq(async_loop_open(&loop, NULL), 0);
	struct async_task *task = async_spawn_with(
		answer, NULL, &(struct async_task_options){.loop = loop, .name = "answer"});
	ck_assert_int_eq(async_run_until_complete(loop, &task->future), 42);
	async_task_detach(task);
	ck_assert_uint_eq(async_loop_close(loop), 0);
}
END_TEST

static int puts_one(void *arg)
{
	return async_queue_put(arg, 1);
}

static int gets_in_vain(void *arg)
{
	struct async_timeout limit;
	intptr_t item;
	must(async_timeout_begin(&limit, MS) == 0);
	int rc = async_queue_get(arg, &item);
	async_timeout_end(&limit);
	return rc;
}

START_TEST(a13_two_runs_share_no_loop_a_waiter_of_one_never_meets_the_other)
{
	struct async_queue queue = {0};

	ck_assert_int_eq(async_run(gets_in_vain, &queue), -ETIMEDOUT); /* the first run has ended */
	ck_assert_int_eq(async_run(puts_one, &queue), 0);
	async_queue_close(&queue);
}
END_TEST

struct reading {
	int fd;
	char text[6];
};

static int read_file(void *arg)
{
	struct reading *reading = arg;
	return (int)async_pread(reading->fd, reading->text, 5, 0);
}

static int a14_body(void *arg)
{
	struct reading readings[2] = {{0}, {0}};
	int ticks = 0;
	(void)arg;
	for (int i = 0; i < 2; i++) {
		char name[] = "/tmp/concbench-test-XXXXXX";
		readings[i].fd = mkstemp(name);
		must(readings[i].fd >= 0 && unlink(name) == 0);
		must(async_pwrite(readings[i].fd, i == 0 ? "first" : "other", 5, 0) == 5);
	}
	struct async_task *ticker = async_spawn(tick, &ticks);
	struct async_task *a = async_spawn(read_file, &readings[0]),
			  *b = async_spawn(read_file, &readings[1]);
	must(async_task_join(a) == 5 && async_task_join(b) == 5);
	must(strcmp(readings[0].text, "first") == 0 && strcmp(readings[1].text, "other") == 0);
	async_task_cancel(ticker);
	async_task_join(ticker);
	must(async_close(readings[0].fd) == 0 && async_close(readings[1].fd) == 0);
	return 0;
}

START_TEST(a14_two_files_are_read_at_once)
{
	in_loop(a14_body, NULL);
}
END_TEST

static int fails_soon(void *arg)
{
	int rc = async_sleep((uint64_t) * (int *)arg * MS);
	return rc != 0 ? rc : -EIO;
}

static int a17_body(void *arg)
{
	struct named slow = {"slow", 1000, 0}, quick = {"quick", 0, 3};
	struct async_group group;
	int ms = 2;
	(void)arg;
	struct async_task *task = async_spawn(start_and_finish, &slow);
	must(async_wait_for(&task->future, MS) == -ETIMEDOUT);
	must(async_future_done(&task->future)); /* the inner task was cancelled, and has ended */
	must(async_task_join(task) == -ECANCELED);
	task = async_spawn(start_and_finish, &quick);
	must(async_wait_for(&task->future, 10000u * (uint64_t)MS) == 3);
	must(async_task_join(task) == 3);
	must(async_group_open(&group) == 0);
	must(async_group_spawn(&group, start_and_finish, &quick) == 0);
	must(async_group_close(&group, 0) == 0); /* waits for its children */
	must(async_group_open(&group) == 0);
	must(async_group_spawn(&group, start_and_finish, &slow) == 0);
	must(async_group_spawn(&group, fails_soon, &ms) == 0);
	must(async_sleep(10000u * (uint64_t)MS) == -ECANCELED); /* the owner is told, too */
	must(async_group_spawn(&group, start_and_finish, &quick) == -ECANCELED);
	must(async_group_close(&group, -ECANCELED) == -EIO);
	must(async_sleep(0) == 0); /* and told once */
	return 0;
}

START_TEST(a17_wait_for_cancels_and_a_failing_child_cancels_its_group)
{
	in_loop(a17_body, NULL);
}
END_TEST

static char reported[256];

static void keep_report(void *arg, const char *line)
{
	(void)arg;
	snprintf(reported, sizeof reported, "%s", line);
}

static int blocks_the_loop(void *arg)
{
	(void)arg;
	usleep(30000);
	return 0;
}

static int a18_body(void *arg)
{
	(void)arg;
	must(async_debug_enable(async_loop_current()) == 0);
	async_loop_current()->debug->report = keep_report;
	must(async_task_join(async_spawn(blocks_the_loop, NULL)) == 0);
	return 0;
}

START_TEST(a18_debug_mode_names_the_coroutine_that_held_the_loop_and_how_long)
{
	in_loop(a18_body, NULL);
	ck_assert_ptr_nonnull(strstr(reported, "'blocks_the_loop' held the loop for "));
}
END_TEST

struct progress {
	const char *name;
	int steps, done;
};

static int long_process(void *arg)
{
	struct progress *progress = arg;
	int rc = 0;
	while (rc == 0 && progress->done < progress->steps)
		if ((rc = async_sleep(MS)) == 0)
			happened(&events, "%s %d", progress->name, ++progress->done);
	return rc;
}

static int a19_awaited(void *arg)
{
	struct progress *two = arg;
	struct async_task *a = async_spawn(long_process, &two[0]),
			  *b = async_spawn(long_process, &two[1]);
	struct async_future *both[2] = {&a->future, &b->future};
	must(async_gather(both, 2, NULL, ASYNC_FIRST_ERROR) == 0);
	must(async_task_join(a) == 0 && async_task_join(b) == 0);
	return 0;
}

static int a19_not_awaited(void *arg)
{
	struct progress *two = arg;
	must(async_debug_enable(async_loop_current()) == 0);
	async_loop_current()->debug->report = keep_report;
	async_task_detach(async_spawn(long_process, &two[0]));
	async_task_detach(async_spawn(long_process, &two[1]));
	return 0;
}

START_TEST(a19_processes_not_awaited_are_cancelled_and_reported)
{
	struct progress two[2] = {{"a", 3, 0}, {"b", 2, 0}}, again[2] = {{"a", 3, 0}, {"b", 2, 0}};

	in_loop(a19_awaited, two);
	ck_assert_int_eq(two[0].done, 3);
	ck_assert_int_eq(two[1].done, 2);
	in_loop(a19_not_awaited, again);
	ck_assert_int_eq(again[0].done + again[1].done, 0);
	ck_assert_ptr_nonnull(strstr(reported, "'long_process' was never awaited"));
}
END_TEST

static int a20_body(void *arg)
{
	struct named a = {"a", 1, 0}, b = {"b", 1, 0};
	(void)arg;
	must(async_task_join(async_spawn(start_and_finish, &a)) == 0); /* one after the other */
	must(async_task_join(async_spawn(start_and_finish, &b)) == 0);
	return 0;
}

START_TEST(a20_await_outside_is_an_error_and_awaiting_in_turn_is_no_gather)
{
	struct async_future future = {0};

	ck_assert_int_eq(async_await(&future), -EPERM);
	in_loop(a20_body, NULL);
	ck_assert_str_eq(events.text, "start a, finish a, start b, finish b");
}
END_TEST

static void write_trace(void *arg, const char *line)
{
	(void)arg;
	happened(&events, "%s", line);
}

static int handler(void *arg)
{
	char byte;
	return async_read(*(int *)arg, &byte, 1) == 1 ? 0 : -EIO;
}

static int a21_body(void *arg)
{
	int ends[2];
	(void)arg;
	must(pipe(ends) == 0);
	must(async_debug_enable(async_loop_current()) == 0);
	async_loop_current()->debug->report = write_trace;
	async_loop_current()->debug->trace = true;
	struct async_task *task = async_spawn(handler, &ends[0]);
	must(async_sleep(MS) == 0);
	must(async_write(ends[1], "x", 1) == 1);
	must(async_task_join(task) == 0);
	async_loop_current()->debug->trace = false;
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a21_the_loop_s_dispatch_can_be_read_as_a_trace)
{
	in_loop(a21_body, NULL);
	ck_assert_ptr_nonnull(strstr(events.text, "run 'handler' after spawn"));
	ck_assert_ptr_nonnull(strstr(events.text, "run 'main' after async_sleep"));
	ck_assert_ptr_nonnull(strstr(events.text, "run 'handler' after async_read"));
}
END_TEST

static int says_twice(void *arg)
{
	for (int i = 0; i < 2; i++) {
		happened(&events, "%s", (const char *)arg);
		async_yield();
	}
	happened(&events, "task %s terminated", (const char *)arg);
	return 0;
}

static int s1_body(void *arg)
{
	(void)arg;
	struct async_task *foo = async_spawn(says_twice, "foo"),
			  *bar = async_spawn(says_twice, "bar");
	async_task_join(foo);
	async_task_join(bar);
	return 0;
}

START_TEST(s1_a_scheduler_alternates_two_tasks_and_ends_by_itself)
{
	in_loop(s1_body, NULL);
	ck_assert_str_eq(
		events.text, "foo, bar, foo, bar, task foo terminated, task bar terminated");
}
END_TEST

static int s2_body(void *arg)
{
	struct named a = {"a", 4, 0}, b = {"b", 3, 0};
	(void)arg;
	struct async_task *first = async_spawn(start_and_finish, &a),
			  *second = async_spawn(start_and_finish, &b);
	async_task_join(first);
	async_task_join(second);
	return 0;
}

START_TEST(s2_a_polling_scheduler_overlaps_fetches_and_burns_the_cpu_meanwhile)
{
	struct async_options options = {.poller = ASYNC_BUSY};
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	ck_assert_int_eq(async_run_with(s2_body, NULL, &options), 0);
	getrusage(RUSAGE_THREAD, &after);
	ck_assert_str_eq(events.text, "start a, start b, finish b, finish a");
	/* it never gives the CPU away: 40 ms of polling, an event loop sleeps through them */
	ck_assert_int_le(after.ru_nvcsw - before.ru_nvcsw, 3);
}
END_TEST

/* A coroutine of the polling world: asks again and again whether its time has come. */
static int polling_wait(struct generator *self, void *arg)
{
	int *ticks = arg, rc = 0;
	while (rc == 0 && *ticks < 3)
		rc = generator_yield(self, 0, NULL);
	return rc != 0 ? rc : generator_return(self, 9);
}

static int s4_body(void *arg)
{
	struct generator *polling;
	int ticks = 0;
	intptr_t result = 0;
	(void)arg;
	struct async_task *ticker = async_spawn(tick, &ticks);
	must(generator_create(&polling, polling_wait, &ticks) == 0);
	must(async_await_generator(generator_as_coroutine(polling), &result) == 0 &&
		result == 9); /* starves nobody: it has ended */
	generator_free(polling);
	async_task_cancel(ticker);
	async_task_join(ticker);
	return 0;
}

START_TEST(s4_a_polling_coroutine_wrapped_for_the_loop_works_and_starves_nobody)
{
	in_loop(s4_body, NULL);
}
END_TEST

static int sender(void *arg)
{
	happened(&events, "send");
	return async_channel_send(arg, 42);
}

static int x1_body(void *arg)
{
	struct async_channel channel = {0}, other = {0};
	intptr_t value;
	(void)arg;
	struct async_task *task = async_spawn(sender, &channel);
	must(async_channel_receive(&channel, &value) == 0 && value == 42);
	must(async_task_join(task) == 0);
	struct async_case cases[2] = {{.kind = ASYNC_RECEIVE, .channel = &channel},
		{.kind = ASYNC_RECEIVE, .channel = &other}};
	must(async_select(cases, 2, 0) == -EAGAIN);     /* default */
	must(async_select(cases, 2, MS) == -ETIMEDOUT); /* timeout */
	task = async_spawn(sender, &other);
	must(async_select(cases, 2, ASYNC_FOREVER) == 1 && cases[1].value == 42);
	must(async_task_join(task) == 0);
	return 0;
}

START_TEST(x1_a_value_passes_a_channel_and_select_takes_the_ready_one)
{
	in_loop(x1_body, NULL);
}
END_TEST

static void *set_from_thread(void *arg)
{
	async_remote_set(arg, 16);
	return NULL;
}

static void *wait_in_thread(void *arg)
{
	return (void *)(intptr_t)async_remote_wait(arg);
}

static int x2_body(void *arg)
{
	struct async_remote remote;
	pthread_t setter, waiter;
	void *seen;
	(void)arg;
	must(async_remote_init(&remote) == 0);
	must(pthread_create(&waiter, NULL, wait_in_thread, &remote) == 0);
	must(pthread_create(&setter, NULL, set_from_thread, &remote) == 0);
	must(async_await(&remote.future) == 16);
	must(pthread_join(setter, NULL) == 0 && pthread_join(waiter, &seen) == 0);
	must((intptr_t)seen == 16);
	must(async_remote_set(&remote, 17) == -EALREADY);
	return 0;
}

START_TEST(x2_a_value_set_by_a_thread_is_awaited_by_a_thread_and_by_a_coroutine)
{
	in_loop(x2_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/asyncio");
	TCase *tests = tcase_create("asyncio");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a1_gather_runs_three_at_once_and_keeps_the_order_of_results);
	tcase_add_test(tests, a2_each_process_sees_the_result_of_its_own_fetch);
	tcase_add_test(tests, a3_created_tasks_run_while_their_creator_sleeps);
	tcase_add_test(tests, a3_of_equal_deadlines_the_earlier_armed_wakes_first);
	tcase_add_test(tests, a4_a_future_is_set_once_by_another_task_and_awaited);
	tcase_add_test(tests, a5_as_completed_gives_them_in_the_order_of_completion);
	tcase_add_test(tests, a6_wait_returns_at_the_first_the_first_error_or_the_last);
	tcase_add_test(
		tests, a7_join_returns_after_five_task_done_and_the_cancelled_consumer_cleans_up);
	tcase_add_test(tests, a8_a_full_queue_suspends_the_producer_and_loses_nothing);
	tcase_add_test(tests, a9_three_producers_and_two_consumers_pass_fifteen_items_once_each);
	tcase_add_test(tests, a10_a_lock_admits_one_and_a_semaphore_of_two_two);
	tcase_add_test(tests, a10_an_event_wakes_all_and_a_condition_holds_its_lock);
	tcase_add_test(tests, a10_a_cancelled_waiter_leaves_the_line);
	tcase_add_test(tests, a12_the_loop_goes_on_while_a_thread_of_the_pool_blocks);
	tcase_add_test(tests, a13_run_returns_the_value_and_a_nested_run_says_what_to_do);
	tcase_add_test(tests, a13_two_runs_share_no_loop_a_waiter_of_one_never_meets_the_other);
	tcase_add_test(tests, a14_two_files_are_read_at_once);
	tcase_add_test(tests, a17_wait_for_cancels_and_a_failing_child_cancels_its_group);
	tcase_add_test(tests, a18_debug_mode_names_the_coroutine_that_held_the_loop_and_how_long);
	tcase_add_test(tests, a19_processes_not_awaited_are_cancelled_and_reported);
	tcase_add_test(tests, a20_await_outside_is_an_error_and_awaiting_in_turn_is_no_gather);
	tcase_add_test(tests,
		a11_an_asynchronous_generator_lets_others_go_on_and_cleans_up_when_closed_early);
	tcase_add_test(tests, a21_the_loop_s_dispatch_can_be_read_as_a_trace);
	tcase_add_test(tests, s1_a_scheduler_alternates_two_tasks_and_ends_by_itself);
	tcase_add_test(tests, s2_a_polling_scheduler_overlaps_fetches_and_burns_the_cpu_meanwhile);
	tcase_add_test(tests, s4_a_polling_coroutine_wrapped_for_the_loop_works_and_starves_nobody);
	tcase_add_test(tests, x1_a_value_passes_a_channel_and_select_takes_the_ready_one);
	tcase_add_test(tests, x2_a_value_set_by_a_thread_is_awaited_by_a_thread_and_by_a_coroutine);
	suite_add_tcase(suite, tests);
	return suite;
}
