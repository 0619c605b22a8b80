/*
 * Every example runs, and those with a loop print their events in the order the notes give. (Those
 * without one are what the tests of the notes' generators and schedulers compare.)
 */
#include "tests/models/async/printed.h"

static const struct example *find(const char *name)
{
	for (const struct example *example = examples; example->name != NULL; example++)
		if (strcmp(example->name, name) == 0)
			return example;
	ck_abort_msg("there is no example %s", name);
	return NULL;
}

static void shows(const char *name, const char *expected)
{
	prints(find(name)->fn, expected);
}

START_TEST(the_table_is_complete_and_names_are_told_once)
{
	int rows = 0;

	for (const struct example *example = examples; example->name != NULL; example++, rows++) {
		ck_assert_ptr_nonnull(example->row);
		ck_assert_ptr_nonnull(example->title);
		ck_assert_ptr_nonnull(example->summary);
		ck_assert(example->fn != NULL);
		ck_assert_int_eq(example->python[strlen(example->python) - 1], '\n');
		ck_assert_ptr_eq(find(example->name), example);
	}
	ck_assert_int_ge(rows, 20);
}
END_TEST

START_TEST(every_example_runs_and_prints_and_can_run_again)
{
	for (const struct example *example = examples; example->name != NULL; example++) {
		char *text = printed(example->fn);

		ck_assert_msg(*text != '\0', "%s prints nothing", example->name);
		free(text);
	}
}
END_TEST

START_TEST(gathered_parts_finish_in_order_of_delay_results_in_order_of_arguments)
{
	shows("gather", "A starts\nB starts\nC starts\n"
			"B finishes\nA finishes\nC finishes\n"
			"results 2 1 3\n");
}
END_TEST

START_TEST(created_tasks_start_when_the_creator_waits)
{
	shows("create-task", "two tasks created, creator sleeps 6\n"
			     "task of 6 starts\ntask of 3 starts\n"
			     "task of 3 is done\ncreator goes on\ntask of 6 is done\n");
}
END_TEST

START_TEST(join_waits_for_five_items_then_the_consumer_is_cancelled)
{
	shows("queue-join", "producer puts 1\nconsumer got 1\n"
			    "producer puts 2\nconsumer got 2\n"
			    "producer puts 3\nconsumer got 3\n"
			    "producer puts 4\nconsumer got 4\n"
			    "producer puts 5\nconsumer got 5\n"
			    "all 5 are done, 0 left: empty\nconsumer cleans up\n");
}
END_TEST

START_TEST(the_producer_is_suspended_while_three_wait)
{
	shows("bounded-queue", "producer has put 1\nproducer has put 2\nproducer has put 3\n"
			       "producer waits with 4, 3 in the queue\n"
			       "consumer got 1\nproducer has put 4\n"
			       "producer waits with 5, 3 in the queue\n"
			       "consumer got 2\nproducer has put 5\n"
			       "producer waits with 6, 3 in the queue\n"
			       "consumer got 3\nproducer has put 6\n"
			       "consumer got 4\nconsumer got 5\nconsumer got 6\n");
}
END_TEST

START_TEST(lock_semaphore_event_and_condition_serve_in_order)
{
	shows("locks", "task 1 has the lock\ntask 1 releases it\n"
		       "task 2 has the lock\ntask 2 releases it\n"
		       "task 3 has the lock\ntask 3 releases it\n"
		       "connection 1 opens\nconnection 2 opens\n"
		       "connection 1 closes\nconnection 2 closes\n"
		       "connection 3 opens\nconnection 3 closes\n"
		       "event is set\n"
		       "task 1 saw the event\ntask 2 saw the event\ntask 3 saw the event\n"
		       "one is told\ntask 1 was told\n"
		       "all are told\ntask 2 was told\ntask 3 was told\n");
}
END_TEST

START_TEST(the_loop_ticks_while_a_call_blocks_a_pool_thread)
{
	shows("executor", "enter\nblocking call goes to the pool\n"
			  "tick 1\ntick 2\ntick 3\n"
			  "it has returned 7\nleave\n");
}
END_TEST

START_TEST(debug_mode_names_who_blocked_the_loop)
{
	char *events = printed(find("blocking")->fn);
	char *ends = strstr(events, "blocking call starts\nblocking call ends\n");
	char *told = strstr(events, "debug: slow: 'blocks' held the loop for ");
	char *tick = strstr(events, "tick 1\n");

	ck_assert_ptr_nonnull(ends);
	ck_assert_ptr_nonnull(told);
	ck_assert_ptr_nonnull(tick);
	ck_assert(ends < told && told < tick);
	free(events);
}
END_TEST

START_TEST(who_is_not_awaited_is_cancelled_and_reported)
{
	shows("simulator", "first: 33 %\nsecond: 33 %\n"
			   "first: 66 %\nsecond: 66 %\n"
			   "first: 100 %\nsecond: 100 %\n"
			   "tasks left over: 0\n"
			   "debug: 'second' was never awaited: cancelled when its loop closed\n"
			   "debug: 'first' was never awaited: cancelled when its loop closed\n"
			   "second: cancelled\nfirst: cancelled\n"
			   "tasks left over: 2\n");
}
END_TEST

START_TEST(a_send_meets_a_receive_and_select_takes_what_is_ready)
{
	shows("channels", "goroutine sends 42\nmain receives\nmain got 42\ngoroutine goes on\n"
			  "select: default\nselect: timeout\n"
			  "goroutine sends 42\ngoroutine goes on\nselect: case 0, value 42\n");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("examples");
	TCase *tests = tcase_create("examples");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, the_table_is_complete_and_names_are_told_once);
	tcase_add_test(tests, every_example_runs_and_prints_and_can_run_again);
	tcase_add_test(
		tests, gathered_parts_finish_in_order_of_delay_results_in_order_of_arguments);
	tcase_add_test(tests, created_tasks_start_when_the_creator_waits);
	tcase_add_test(tests, join_waits_for_five_items_then_the_consumer_is_cancelled);
	tcase_add_test(tests, the_producer_is_suspended_while_three_wait);
	tcase_add_test(tests, lock_semaphore_event_and_condition_serve_in_order);
	tcase_add_test(tests, the_loop_ticks_while_a_call_blocks_a_pool_thread);
	tcase_add_test(tests, debug_mode_names_who_blocked_the_loop);
	tcase_add_test(tests, who_is_not_awaited_is_cancelled_and_reported);
	tcase_add_test(tests, a_send_meets_a_receive_and_select_takes_what_is_ready);
	suite_add_tcase(suite, tests);
	return suite;
}
