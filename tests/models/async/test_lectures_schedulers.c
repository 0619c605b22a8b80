/*
 * The lecture notes' schedulers, row by row (S1 … S4): what their examples print, without the
 * times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/async/examples/examples.h"
#include "tests/suite.h"

/* Takes the time off a line of a timeline: "  10 ms  text". */
static const char *without_time(const char *line)
{
	const char *unit = strstr(line, " ms  ");

	if (unit == NULL || strspn(line, " 0123456789") < (size_t)(unit - line))
		return line;
	return unit + strlen(" ms  ");
}

/* Runs an example and compares its lines, their times taken off. */
static void prints(int (*example)(FILE *out), const char *expected)
{
	char *text = NULL, *events = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_int_eq(example(out), 0);
	fclose(out);
	out = open_memstream(&events, &bytes);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		fprintf(out, "%s\n", without_time(line));
	fclose(out);
	ck_assert_str_eq(events, expected);
	free(events);
	free(text);
}

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

START_TEST(S2_polled_fetches_overlap_and_burn_the_processor)
{
	prints(example_polling, "fetch(4) starts\nfetch(3) starts\n"
				"fetch(3) finishes\nfetch(4) finishes\n"
				"asked again and again, waited never\n");
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
	tcase_add_test(tests, S2_polled_fetches_overlap_and_burn_the_processor);
	tcase_add_test(tests, S3_four_generations_show_the_same_events);
	tcase_add_test(tests, S4_a_polling_coroutine_wrapped_for_the_loop_starves_nobody);
	suite_add_tcase(suite, tests);
	return suite;
}
