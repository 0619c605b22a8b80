/*
 * The lecture notes' generators, row by row (G0 … G6), with the outcomes the notes give. Rows that
 * have an example are checked by what it prints.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/async/generator.h"
#include "tests/models/async/noted.h"
#include "tests/models/async/printed.h"
#include "tests/suite.h"

START_TEST(G0_creating_a_generator_runs_nothing_of_its_body)
{
	prints(example_lazy_start, "created: state created\n"
				   "body: starts, state running\n"
				   "next: 1, state suspended\n"
				   "body: ends\n"
				   "next: the end, state closed\n");
}
END_TEST

START_TEST(G1_return_value_is_told_once_and_lost_on_a_plain_loop)
{
	prints(example_fibonacci, "next: 1\nnext: 1\nnext: 2\nnext: 3\n"
				  "next: exhausted, return value 4\n"
				  "next: exhausted\n"
				  "loop over fibonacci(4): 1 1 2 3\n"
				  "loop over fibonacci(1): 1 1\n");
}
END_TEST

static int receiver(struct generator *self, void *arg)
{
	intptr_t sent;
	int rc = generator_yield(self, GENERATOR_NOTHING, &sent);

	(void)arg;
	if (rc != 0)
		return rc;
	note("got %s,", (const char *)sent);
	return generator_yield(self, (intptr_t) "Done", NULL);
}

START_TEST(G2_send_is_what_the_yield_evaluates_to)
{
	struct generator *generator;
	intptr_t value;

	forget();
	ck_assert_int_eq(generator_create(&generator, receiver, NULL), 0);
	ck_assert_int_eq(generator_send(generator, (intptr_t) "too early", &value), -EINVAL);
	ck_assert_int_eq(generator_state(generator), GENERATOR_CREATED);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_str_eq(events, "");
	ck_assert_int_eq(generator_send(generator, (intptr_t) "Hello", &value), 0);
	ck_assert_str_eq((const char *)value, "Done");
	ck_assert_str_eq(events, "got Hello,");
	generator_free(generator);
}
END_TEST

START_TEST(G3_running_total_of_5_10_3_is_5_15_18)
{
	prints(example_running_total, "send 5: total 5\nsend 10: total 15\nsend 3: total 18\n"
				      "send nothing: ends, return value 18\n");
}
END_TEST

START_TEST(G4_errors_arrive_at_the_yield_with_code_and_message)
{
	prints(example_errors, "next: 3\nnext: 2\n"
			       "body: caught foobar\nthrow: 2\n"
			       "body: closed at 2\nbody: clean-up\nclose: 0\n"
			       "next: exhausted\n"
			       "next: 3\nbody: clean-up\n"
			       "throw: error EIO, \"foobar\"\n");
}
END_TEST

static void count_cleanup(void *arg)
{
	++*(int *)arg;
}

static int counts_its_cleanup(struct generator *self, void *arg)
{
	int rc = generator_defer(self, count_cleanup, arg);

	note("runs,");
	if (rc == 0)
		rc = generator_yield(self, 1, NULL);
	return rc == -ECANCELED ? 0 : rc; /* catches the close and ends */
}

START_TEST(G4b_closing_runs_clean_up_once_and_nothing_if_never_started)
{
	struct generator *generator;
	int cleaned = 0;
	intptr_t value;

	forget();
	ck_assert_int_eq(generator_create(&generator, counts_its_cleanup, &cleaned), 0);
	ck_assert_int_eq(generator_close(generator), 0);
	ck_assert_int_eq(generator_next(generator, &value), GENERATOR_EXHAUSTED);
	generator_free(generator);
	ck_assert_int_eq(cleaned, 0);
	ck_assert_int_eq(generator_create(&generator, counts_its_cleanup, &cleaned), 0);
	ck_assert_int_eq(generator_throw(generator, -EIO, "early", &value), -EIO);
	ck_assert_str_eq(generator_message(generator), "early");
	ck_assert_int_eq(generator_state(generator), GENERATOR_CLOSED);
	generator_free(generator);
	ck_assert_str_eq(events, "");
	ck_assert_int_eq(generator_create(&generator, counts_its_cleanup, &cleaned), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(generator_close(generator), 0);
	ck_assert_int_eq(generator_close(generator), 0);
	generator_free(generator);
	ck_assert_int_eq(cleaned, 1);
}
END_TEST

/* Yields 0, 1, 2 and returns their sum; notes what it is sent and thrown. */
static int three(struct generator *self, void *arg)
{
	intptr_t sum = 0;

	(void)arg;
	for (intptr_t i = 0; i < 3; i++) {
		intptr_t sent;
		int rc = generator_yield(self, i, &sent);

		if (rc == -EIO)
			note("caught %s,", generator_message(self));
		else if (rc != 0) {
			note("closed,");
			return rc;
		}
		if (rc == 0 && sent != GENERATOR_NOTHING)
			note("sent %ld,", (long)sent);
		sum += i;
	}
	return generator_return(self, sum);
}

static int delegates(struct generator *self, void *arg)
{
	intptr_t total;
	int rc = generator_delegate_new(self, three, arg, &total);

	if (rc != 0)
		return rc;
	note("total %ld,", (long)total);
	return generator_yield(self, total, NULL);
}

START_TEST(G5_delegation_passes_values_and_returns_the_inner_result)
{
	struct generator *generator;
	intptr_t value;

	forget();
	ck_assert_int_eq(generator_create(&generator, delegates, NULL), 0);
	for (intptr_t i = 0; i < 3; i++) {
		ck_assert_int_eq(generator_next(generator, &value), 0);
		ck_assert_int_eq(value, i);
	}
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(value, 3);
	ck_assert_str_eq(events, "total 3,");
	ck_assert_int_eq(generator_next(generator, &value), GENERATOR_RETURNED);
	generator_free(generator);
}
END_TEST

START_TEST(G5b_send_throw_and_close_reach_the_inner_one)
{
	struct generator *generator;
	intptr_t value;

	forget();
	ck_assert_int_eq(generator_create(&generator, delegates, NULL), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(generator_send(generator, 77, &value), 0);
	ck_assert_int_eq(generator_throw(generator, -EIO, "oops", &value), 0);
	ck_assert_int_eq(value, 2);
	ck_assert_int_eq(generator_close(generator), 0);
	ck_assert_str_eq(events, "sent 77,caught oops,closed,");
	generator_free(generator);
}
END_TEST

static int next_of_counter(void *state, intptr_t *value)
{
	int *left = state;

	if (*left == 0)
		return GENERATOR_EXHAUSTED;
	*value = (*left)--;
	return 0;
}

static int delegates_to_iterator(struct generator *self, void *arg)
{
	return generator_delegate_iterator(self, next_of_counter, arg);
}

START_TEST(G5c_sending_to_a_delegate_that_takes_none_ends_the_outer_one)
{
	struct generator *generator;
	intptr_t value;
	int left = 3;

	ck_assert_int_eq(generator_create(&generator, delegates_to_iterator, &left), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(value, 3);
	ck_assert_int_eq(generator_send(generator, 1, &value), -ENOTSUP);
	ck_assert_str_eq(generator_message(generator), "an iterator takes no values");
	ck_assert_int_eq(generator_next(generator, &value), GENERATOR_EXHAUSTED);
	generator_free(generator);
}
END_TEST

static int characters(struct generator *self, void *arg)
{
	int rc = 0;

	for (const char *value = arg; *value != '\0' && rc == 0; value++)
		rc = generator_yield(self, *value, NULL);
	return rc != 0 ? rc : generator_return(self, (intptr_t)arg);
}

static int two_in_a_row(struct generator *self, void *arg)
{
	intptr_t first, second;
	int rc = generator_delegate_new(self, characters, "123", &first);

	(void)arg;
	if (rc == 0)
		rc = generator_delegate_new(self, characters, "ABC", &second);
	if (rc != 0)
		return rc;
	note("results %s %s,", (const char *)first, (const char *)second);
	return generator_return(self, 99);
}

START_TEST(G6_two_subgenerators_in_a_row)
{
	struct generator *generator;
	intptr_t value;
	int rc;

	forget();
	ck_assert_int_eq(generator_create(&generator, two_in_a_row, NULL), 0);
	while ((rc = generator_next(generator, &value)) == GENERATOR_YIELDED)
		note("%c", (int)value);
	ck_assert_int_eq(rc, GENERATOR_RETURNED);
	ck_assert_int_eq(value, 99);
	ck_assert_str_eq(events, "123ABCresults 123 ABC,");
	generator_free(generator);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("lectures: generators");
	TCase *tests = tcase_create("generators");

	tcase_add_test(tests, G0_creating_a_generator_runs_nothing_of_its_body);
	tcase_add_test(tests, G1_return_value_is_told_once_and_lost_on_a_plain_loop);
	tcase_add_test(tests, G2_send_is_what_the_yield_evaluates_to);
	tcase_add_test(tests, G3_running_total_of_5_10_3_is_5_15_18);
	tcase_add_test(tests, G4_errors_arrive_at_the_yield_with_code_and_message);
	tcase_add_test(tests, G4b_closing_runs_clean_up_once_and_nothing_if_never_started);
	tcase_add_test(tests, G5_delegation_passes_values_and_returns_the_inner_result);
	tcase_add_test(tests, G5b_send_throw_and_close_reach_the_inner_one);
	tcase_add_test(tests, G5c_sending_to_a_delegate_that_takes_none_ends_the_outer_one);
	tcase_add_test(tests, G6_two_subgenerators_in_a_row);
	suite_add_tcase(suite, tests);
	return suite;
}
