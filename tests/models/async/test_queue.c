/*
 * Queues beyond the lecture notes' examples.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

static int gets(void *arg)
{
	intptr_t item;
	int rc = async_queue_get(arg, &item);
	return rc != 0 ? rc : (int)item;
}

static int puts_two(void *arg)
{
	return async_queue_put(arg, 2);
}

static int a_lifo_queue_gives_the_last_first_and_a_priority_queue_the_least_body(void *arg)
{
	struct async_queue queue;
	intptr_t item;
	int numbers[5] = {3, 1, 5, 2, 4};
	(void)arg;
	must(async_queue_open(&queue, 0, ASYNC_QUEUE_LIFO, NULL) == 0);
	for (int i = 0; i < 5; i++)
		must(async_queue_put(&queue, numbers[i]) == 0);
	for (int i = 4; i >= 0; i--)
		must(async_queue_get(&queue, &item) == 0 && item == numbers[i]);
	async_queue_close(&queue);
	must(async_queue_open(&queue, 0, ASYNC_QUEUE_PRIORITY, NULL) == 0);
	for (int i = 0; i < 5; i++)
		must(async_queue_put(&queue, numbers[i]) == 0);
	for (int i = 1; i <= 5; i++)
		must(async_queue_get(&queue, &item) == 0 && item == i);
	async_queue_close(&queue);
	return 0;
}

START_TEST(a_lifo_queue_gives_the_last_first_and_a_priority_queue_the_least)
{
	in_loop(a_lifo_queue_gives_the_last_first_and_a_priority_queue_the_least_body, NULL);
}
END_TEST

static int an_unbounded_queue_grows_and_keeps_its_order_body(void *arg)
{
	struct async_queue queue = {0};
	intptr_t item, next = 0;
	(void)arg;
	for (int i = 0; i < 1000; i++) {
		must(async_queue_put(&queue, i) == 0);
		if (i % 3 == 0)
			must(async_queue_get(&queue, &item) == 0 && item == next++);
	}
	while (async_queue_get_nowait(&queue, &item) == 0)
		must(item == next++);
	must(next == 1000);
	async_queue_close(&queue);
	return 0;
}

START_TEST(an_unbounded_queue_grows_and_keeps_its_order)
{
	in_loop(an_unbounded_queue_grows_and_keeps_its_order_body, NULL);
}
END_TEST

static int a_cancelled_getter_takes_no_item_with_it_body(void *arg)
{
	struct async_queue queue = {0};
	(void)arg;
	struct async_task *first = async_spawn(gets, &queue), *second = async_spawn(gets, &queue);
	async_yield();
	async_task_cancel(first);
	must(async_queue_put(&queue, 5) == 0);
	must(async_task_join(first) == -ECANCELED && async_task_join(second) == 5);
	async_queue_close(&queue);
	return 0;
}

START_TEST(a_cancelled_getter_takes_no_item_with_it)
{
	in_loop(a_cancelled_getter_takes_no_item_with_it_body, NULL);
}
END_TEST

static int a_shut_down_queue_gives_what_it_has_and_takes_nothing_body(void *arg)
{
	struct async_queue queue;
	intptr_t item;
	(void)arg;
	must(async_queue_open(&queue, 1, ASYNC_QUEUE_FIFO, NULL) == 0);
	must(async_queue_put(&queue, 1) == 0);
	struct async_task *putter = async_spawn(puts_two, &queue);
	async_yield();
	async_queue_shutdown(&queue, false);
	must(async_task_join(putter) == -ESHUTDOWN);
	must(async_queue_put(&queue, 3) == -ESHUTDOWN);
	must(async_queue_get(&queue, &item) == 0 && item == 1);
	must(async_queue_get(&queue, &item) == -ESHUTDOWN);
	async_queue_close(&queue);
	return 0;
}

START_TEST(a_shut_down_queue_gives_what_it_has_and_takes_nothing)
{
	in_loop(a_shut_down_queue_gives_what_it_has_and_takes_nothing_body, NULL);
}
END_TEST

static int shutting_down_wakes_who_waits_for_items_body(void *arg)
{
	struct async_queue queue = {0};
	(void)arg;
	struct async_task *getter = async_spawn(gets, &queue);
	async_yield();
	async_queue_shutdown(&queue, true);
	must(async_task_join(getter) == -ESHUTDOWN && async_queue_join(&queue) == 0);
	async_queue_close(&queue);
	return 0;
}

START_TEST(shutting_down_wakes_who_waits_for_items)
{
	in_loop(shutting_down_wakes_who_waits_for_items_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/queue");
	TCase *tests = tcase_create("queue");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_lifo_queue_gives_the_last_first_and_a_priority_queue_the_least);
	tcase_add_test(tests, an_unbounded_queue_grows_and_keeps_its_order);
	tcase_add_test(tests, a_cancelled_getter_takes_no_item_with_it);
	tcase_add_test(tests, a_shut_down_queue_gives_what_it_has_and_takes_nothing);
	tcase_add_test(tests, shutting_down_wakes_who_waits_for_items);
	suite_add_tcase(suite, tests);
	return suite;
}
