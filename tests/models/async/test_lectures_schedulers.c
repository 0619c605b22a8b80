/*
 * The lecture notes' schedulers, row by row (S1 … S4): what their examples print, without the
 * times.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/bridge.h"
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

static int polls_for_ever(struct generator *self, void *arg)
{
	int *error = arg;

	while (*error == 0)
		*error = generator_yield(self, GENERATOR_NOTHING, NULL);
	return *error;
}

static int awaits_for_ever(void *arg)
{
	struct generator *old;
	int rc = generator_create(&old, polls_for_ever, arg);

	if (rc == 0)
		rc = async_await_generator(generator_as_coroutine(old), NULL);
	generator_free(old);
	return rc;
}

static int cancels_it(void *arg)
{
	struct async_task *task = async_spawn(awaits_for_ever, arg);

	for (int i = 0; i < 10; i++)
		async_yield();
	async_task_cancel(task);
	return async_task_join(task);
}

START_TEST(S4_cancelling_the_task_is_seen_at_the_generators_yield)
{
	int error = 0;

	ck_assert_int_eq(async_run(cancels_it, &error), -ECANCELED);
	ck_assert_int_eq(error, -ECANCELED);
}
END_TEST

static int awaits_outside(struct generator *self, void *arg)
{
	(void)self;
	(void)arg;
	return 0;
}

START_TEST(S4_awaiting_outside_of_a_task_is_an_error)
{
	struct generator *generator;

	ck_assert_int_eq(generator_create(&generator, awaits_outside, NULL), 0);
	ck_assert_int_eq(async_await_generator(generator_as_coroutine(generator), NULL), -EPERM);
	generator_free(generator);
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
	tcase_add_test(tests, S4_cancelling_the_task_is_seen_at_the_generators_yield);
	tcase_add_test(tests, S4_awaiting_outside_of_a_task_is_an_error);
	suite_add_tcase(suite, tests);
	return suite;
}
