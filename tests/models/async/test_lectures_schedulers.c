/*
 * The lecture notes' schedulers, row by row (S1 … S4): what their examples print.
 */
#include <sys/resource.h>

#include "tests/models/async/printed.h"

START_TEST(S1_the_hand_written_scheduler_alternates_and_ends_by_itself)
{
	prints(example_scheduler, "endless tasks, six turns:\n"
				  "foo\nbar\nfoo\nbar\nfoo\nbar\n"
				  "foo(2) and bar(2) with exit:\n"
				  "foo\nbar\nfoo\nbar\n"
				  "task 1 terminated\ntask 2 terminated\n"
				  "the loop has ended\n");
}
END_TEST

START_TEST(S2_polled_fetches_overlap_and_burn_a_whole_cpu)
{
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	prints(example_polling, "fetch(4) starts\nfetch(3) starts\n"
				"fetch(3) finishes\nfetch(4) finishes\n"
				"asked again and again, waited never\n");
	getrusage(RUSAGE_THREAD, &after);
	/* it never gives the CPU away: 40 ms of asking, an event loop sleeps through them */
	ck_assert_int_le(after.ru_nvcsw - before.ru_nvcsw, 3);
}
END_TEST

#define SAME_EVENTS "A starts\nB starts\nB finishes\nA finishes\n"

START_TEST(S3_four_generations_show_the_same_events)
{
	prints(example_generations, "generation 1\n" SAME_EVENTS "generation 2\n" SAME_EVENTS
				    "generation 3\n" SAME_EVENTS "generation 4\n" SAME_EVENTS);
}
END_TEST

START_TEST(S4_a_polling_coroutine_wrapped_for_the_loop_starves_nobody)
{
	prints(example_bridge, "error: a bare generator cannot be awaited: iterate over it with "
			       "generator_next, or "
			       "wrap it with generator_as_coroutine\n"
			       "old coroutine starts to poll\n"
			       "tick 1\ntick 2\n"
			       "old coroutine is done\nresult 42\n");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("lectures: schedulers");
	TCase *tests = tcase_create("schedulers");

	tcase_add_test(tests, S1_the_hand_written_scheduler_alternates_and_ends_by_itself);
	tcase_add_test(tests, S2_polled_fetches_overlap_and_burn_a_whole_cpu);
	tcase_add_test(tests, S3_four_generations_show_the_same_events);
	tcase_add_test(tests, S4_a_polling_coroutine_wrapped_for_the_loop_starves_nobody);
	suite_add_tcase(suite, tests);
	return suite;
}
