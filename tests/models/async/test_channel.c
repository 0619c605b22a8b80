/*
 * Channels and select beyond the lecture notes' example.
 */
#include <errno.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

struct pair {
	struct async_channel channel;
	int sent;
};

static int sends(void *arg)
{
	struct pair *pair = arg;
	int rc = async_channel_send(&pair->channel, 7);
	pair->sent++;
	return rc;
}

static int writes(void *arg)
{
	return (int)async_write(*(int *)arg, "x", 1);
}

static int an_unbuffered_send_returns_when_it_has_been_received_body(void *arg)
{
	struct pair pair = {0};
	intptr_t value;
	(void)arg;
	struct async_task *task = async_spawn(sends, &pair);
	async_yield();
	must(pair.sent == 0);
	must(async_channel_receive(&pair.channel, &value) == 0 && value == 7);
	must(async_task_join(task) == 0 && pair.sent == 1);
	return 0;
}

START_TEST(an_unbuffered_send_returns_when_it_has_been_received)
{
	in_loop(an_unbuffered_send_returns_when_it_has_been_received_body, NULL);
}
END_TEST

static int a_buffered_channel_keeps_order_and_ends_after_its_close_body(void *arg)
{
	struct async_channel channel;
	intptr_t value;
	(void)arg;
	must(async_channel_open(&channel, 2) == 0);
	must(async_channel_send(&channel, 1) == 0 && async_channel_send(&channel, 2) == 0);
	must(async_channel_close(&channel) == 0 && async_channel_close(&channel) == -EALREADY);
	must(async_channel_send(&channel, 3) == -EPIPE);
	must(async_channel_receive(&channel, &value) == 0 && value == 1);
	must(async_channel_receive(&channel, &value) == 0 && value == 2);
	must(async_channel_receive(&channel, &value) == -EPIPE);
	async_channel_free(&channel);
	return 0;
}

START_TEST(a_buffered_channel_keeps_order_and_ends_after_its_close)
{
	in_loop(a_buffered_channel_keeps_order_and_ends_after_its_close_body, NULL);
}
END_TEST

static int a_select_does_one_case_and_leaves_every_other_line_body(void *arg)
{
	struct pair a = {0}, b = {0};
	struct async_case cases[3] = {{.kind = ASYNC_RECEIVE, .channel = &a.channel},
		{.kind = ASYNC_RECEIVE, .channel = &b.channel},
		{.kind = ASYNC_SEND, .channel = &b.channel, .value = 1}};
	(void)arg;
	struct async_task *task = async_spawn(sends, &b);
	must(async_select(cases, 3, ASYNC_FOREVER) == 1 && cases[1].value == 7);
	must(async_task_join(task) == 0);
	must(a.channel.receivers.first == NULL && b.channel.receivers.first == NULL);
	must(b.channel.senders.first == NULL);
	return 0;
}

START_TEST(a_select_does_one_case_and_leaves_every_other_line)
{
	in_loop(a_select_does_one_case_and_leaves_every_other_line_body, NULL);
}
END_TEST

static int two_ready_cases_take_turns_body(void *arg)
{
	struct async_channel channels[2];
	struct async_case cases[2];
	int count[2] = {0, 0};
	(void)arg;
	for (int i = 0; i < 2; i++) {
		must(async_channel_open(&channels[i], 100) == 0);
		for (int k = 0; k < 100; k++)
			must(async_channel_send(&channels[i], k) == 0);
		cases[i] = (struct async_case){.kind = ASYNC_RECEIVE, .channel = &channels[i]};
	}
	for (int i = 0; i < 20; i++)
		count[async_select(cases, 2, 0)]++;
	must(count[0] == 10 && count[1] == 10);
	async_channel_free(&channels[0]);
	async_channel_free(&channels[1]);
	return 0;
}

START_TEST(two_ready_cases_take_turns)
{
	in_loop(two_ready_cases_take_turns_body, NULL);
}
END_TEST

static int select_waits_for_descriptors_too_body(void *arg)
{
	struct pair pair = {0};
	int ends[2];
	char byte;
	(void)arg;
	must(pipe(ends) == 0);
	struct async_case cases[2] = {{.kind = ASYNC_RECEIVE, .channel = &pair.channel},
		{.kind = ASYNC_READABLE, .fd = ends[0]}};
	must(async_select(cases, 2, MS) == -ETIMEDOUT);
	struct async_task *task = async_spawn(writes, &ends[1]);
	must(async_select(cases, 2, ASYNC_FOREVER) == 1);
	must(async_read(ends[0], &byte, 1) == 1 && async_task_join(task) == 1);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(select_waits_for_descriptors_too)
{
	in_loop(select_waits_for_descriptors_too_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/channel");
	TCase *tests = tcase_create("channel");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, an_unbuffered_send_returns_when_it_has_been_received);
	tcase_add_test(tests, a_buffered_channel_keeps_order_and_ends_after_its_close);
	tcase_add_test(tests, a_select_does_one_case_and_leaves_every_other_line);
	tcase_add_test(tests, two_ready_cases_take_turns);
	tcase_add_test(tests, select_waits_for_descriptors_too);
	suite_add_tcase(suite, tests);
	return suite;
}
