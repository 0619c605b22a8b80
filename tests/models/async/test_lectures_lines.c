/*
 * The examples of the lecture notes on queues, locks and asynchronous iteration: who waits for
 * whom, in which order (A7 to A11), each with the outcome the notes give; a second of the notes is
 * 10 ms here. The order of events is what is compared, durations only against generous bounds.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/async/generator.h"
#include "tests/models/async/in_loop.h"

enum { SECOND = 10 * MS };

static struct events events;

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

START_TEST(A7_join_returns_after_five_task_done_and_the_cancelled_consumer_cleans_up)
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

START_TEST(A8_a_full_queue_suspends_the_producer_and_loses_nothing)
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

START_TEST(A9_three_producers_and_two_consumers_pass_fifteen_items_once_each)
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

START_TEST(A10_a_lock_admits_one_and_a_semaphore_of_two_two)
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

START_TEST(A10b_an_event_wakes_all_and_a_condition_holds_its_lock)
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

START_TEST(A10c_a_cancelled_waiter_leaves_the_line)
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

static int a11_body(void *arg)
{
	struct log log = {.ticks = 0};
	struct generator *lines;
	intptr_t line;
	int sum = 0;
	(void)arg;
	struct async_task *ticker = async_spawn(count_milliseconds, &log.ticks);
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

START_TEST(A11_an_asynchronous_generator_lets_others_go_on_and_cleans_up_when_closed_early)
{
	in_loop(a11_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/lectures_lines");
	TCase *tests = tcase_create("lectures_lines");

	tcase_set_timeout(tests, 60);
	tcase_add_test(
		tests, A7_join_returns_after_five_task_done_and_the_cancelled_consumer_cleans_up);
	tcase_add_test(tests, A8_a_full_queue_suspends_the_producer_and_loses_nothing);
	tcase_add_test(tests, A9_three_producers_and_two_consumers_pass_fifteen_items_once_each);
	tcase_add_test(tests, A10_a_lock_admits_one_and_a_semaphore_of_two_two);
	tcase_add_test(tests, A10b_an_event_wakes_all_and_a_condition_holds_its_lock);
	tcase_add_test(tests, A10c_a_cancelled_waiter_leaves_the_line);
	tcase_add_test(tests,
		A11_an_asynchronous_generator_lets_others_go_on_and_cleans_up_when_closed_early);
	suite_add_tcase(suite, tests);
	return suite;
}
