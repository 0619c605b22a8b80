/*
 * Generators beyond the lecture rows: misuse, abandoned bodies, chains that change while they run.
 */
/* wrap: mmap */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "models/async/generator.h"
#include "tests/faults.h"
#include "tests/suite.h"

static int cleaned;

static void clean(void *arg)
{
	cleaned = cleaned * 10 + (int)(intptr_t)arg;
}

static int echo(struct generator *self, void *arg)
{
	intptr_t value = (intptr_t)arg;
	int rc = 0;

	while (rc == 0)
		rc = generator_yield(self, value, &value);
	return rc;
}

static int stubborn(struct generator *self, void *arg)
{
	(void)arg;
	(void)generator_defer(self, clean, (void *)1);
	(void)generator_defer(self, clean, (void *)2);
	while (generator_yield(self, 7, NULL) != -ENODEV)
		;
	return 0;
}

START_TEST(cleanups_run_last_first_and_once)
{
	struct generator *generator;
	intptr_t value;

	cleaned = 0;
	ck_assert_int_eq(generator_create(&generator, stubborn, NULL), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(generator_close(generator), -EPROTO);
	ck_assert_int_eq(generator_state(generator), GENERATOR_SUSPENDED);
	ck_assert_int_eq(cleaned, 0);
	generator_free(generator);
	ck_assert_int_eq(cleaned, 21);
}
END_TEST

static int outer_of(struct generator *self, void *arg)
{
	intptr_t result;

	(void)generator_defer(self, clean, (void *)3);
	return generator_delegate_new(self, arg == NULL ? stubborn : echo, arg, &result);
}

START_TEST(abandoned_chains_are_cleaned_from_the_inside_out)
{
	struct generator *generator;
	intptr_t value;

	cleaned = 0;
	ck_assert_int_eq(generator_create(&generator, outer_of, NULL), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(value, 7);
	generator_free(generator);
	ck_assert_int_eq(cleaned, 213);
}
END_TEST

static int resumes_itself(struct generator *self, void *arg)
{
	intptr_t value;

	(void)arg;
	ck_assert_int_eq(generator_next(self, &value), -EBUSY);
	ck_assert_int_eq(generator_throw(self, -EIO, NULL, &value), -EBUSY);
	ck_assert_int_eq(generator_close(self), -EBUSY);
	ck_assert_int_eq(generator_delegate(self, self, NULL), -EBUSY);
	return generator_yield(self, 1, NULL);
}

START_TEST(a_running_generator_can_not_be_resumed)
{
	struct generator *generator;
	intptr_t value;

	ck_assert_int_eq(generator_create(&generator, resumes_itself, NULL), 0);
	ck_assert_int_eq(generator_next(generator, &value), GENERATOR_YIELDED);
	generator_free(generator);
}
END_TEST

static int delegates_to(struct generator *self, void *arg)
{
	return generator_delegate(self, arg, NULL);
}

START_TEST(what_is_delegated_to_belongs_to_its_delegate)
{
	struct generator *inner, *outer, *other;
	intptr_t value;

	ck_assert_int_eq(generator_create(&inner, echo, (void *)5), 0);
	ck_assert_int_eq(generator_create(&outer, delegates_to, inner), 0);
	ck_assert_int_eq(generator_create(&other, delegates_to, inner), 0);
	ck_assert_int_eq(generator_next(inner, &value), 0);
	ck_assert_int_eq(generator_next(outer, &value), 0);
	ck_assert_int_eq(value, GENERATOR_NOTHING); /* echo of the next that the delegation is */
	ck_assert_int_eq(generator_next(inner, &value), -EBUSY);
	ck_assert_int_eq(generator_close(inner), -EBUSY);
	ck_assert_int_eq(generator_next(other, &value), -EBUSY);
	ck_assert_int_eq(generator_state(inner), GENERATOR_SUSPENDED);
	ck_assert_int_eq(generator_send(outer, 9, &value), 0);
	ck_assert_int_eq(value, 9);
	ck_assert_int_eq(generator_close(outer), 0);
	ck_assert_int_eq(generator_state(inner), GENERATOR_CLOSED);
	generator_free(other);
	generator_free(outer);
	generator_free(inner);
}
END_TEST

static int deep(struct generator *self, void *arg)
{
	intptr_t depth = (intptr_t)arg;

	if (depth == 0)
		return echo(self, (void *)100);
	return generator_delegate_new(self, deep, (void *)(depth - 1), NULL);
}

START_TEST(chains_of_a_thousand_pass_values_and_errors)
{
	struct generator *generator;
	intptr_t value;

	ck_assert_int_eq(generator_create(&generator, deep, (void *)1000), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(value, 100);
	for (intptr_t i = 0; i < 1000; i++) {
		ck_assert_int_eq(generator_send(generator, i, &value), 0);
		ck_assert_int_eq(value, i);
	}
	ck_assert_int_eq(generator_throw(generator, -EIO, "from afar", &value), -EIO);
	ck_assert_str_eq(generator_message(generator), "from afar");
	ck_assert_int_eq(generator_next(generator, &value), GENERATOR_EXHAUSTED);
	generator_free(generator);
}
END_TEST

START_TEST(delegating_to_one_that_delegates_already_reaches_the_innermost)
{
	struct generator *innermost, *inner, *outer;
	intptr_t value;

	ck_assert_int_eq(generator_create(&innermost, echo, (void *)5), 0);
	ck_assert_int_eq(generator_create(&inner, delegates_to, innermost), 0);
	ck_assert_int_eq(generator_create(&outer, delegates_to, inner), 0);
	ck_assert_int_eq(generator_next(inner, &value), 0);
	ck_assert_int_eq(value, 5);
	ck_assert_int_eq(generator_next(outer, &value), 0);
	for (intptr_t i = 1; i < 4; i++) {
		ck_assert_int_eq(generator_send(outer, i, &value), 0);
		ck_assert_int_eq(value, i);
	}
	ck_assert_int_eq(generator_throw(outer, -EIO, "deep", &value), -EIO);
	ck_assert_str_eq(generator_message(outer), "deep");
	ck_assert_int_eq(generator_state(inner), GENERATOR_CLOSED);
	ck_assert_int_eq(generator_state(innermost), GENERATOR_CLOSED);
	generator_free(outer);
	generator_free(inner);
	generator_free(innermost);
}
END_TEST

START_TEST(an_ended_generator_delegated_to_gives_nothing)
{
	struct generator *inner, *outer;
	intptr_t value;

	ck_assert_int_eq(generator_create(&inner, echo, NULL), 0);
	ck_assert_int_eq(generator_close(inner), 0);
	ck_assert_int_eq(generator_create(&outer, delegates_to, inner), 0);
	ck_assert_int_eq(generator_next(outer, &value), GENERATOR_RETURNED);
	ck_assert_int_eq(value, GENERATOR_NOTHING);
	generator_free(outer);
	generator_free(inner);
}
END_TEST

static int swallows_close(struct generator *self, void *arg)
{
	(void)arg;
	(void)generator_yield(self, 1, NULL);
	return generator_return(self, 8);
}

static int goes_on_after_close(struct generator *self, void *arg)
{
	intptr_t *seen = arg;
	intptr_t result;

	seen[0] = generator_delegate_new(self, swallows_close, NULL, &result);
	struct generator *late;
	int rc = generator_create(&late, swallows_close, NULL);
	if (rc != 0)
		return rc;
	(void)generator_close(late);
	seen[1] = generator_delegate(self, late, &result);
	generator_free(late);
	return 0;
}

START_TEST(close_reaches_the_outer_body_though_the_inner_swallowed_it)
{
	struct generator *generator;
	intptr_t value, seen[2] = {1, 1};

	ck_assert_int_eq(generator_create(&generator, goes_on_after_close, seen), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(generator_close(generator), 0);
	ck_assert_int_eq(seen[0], -ECANCELED);
	ck_assert_int_eq(seen[1], 0);
	generator_free(generator);
}
END_TEST

static int nested_loop(struct generator *self, void *arg)
{
	struct generator *inner;
	intptr_t value;
	int rc = generator_create(&inner, echo, arg);

	if (rc != 0)
		return rc;
	rc = generator_next(inner, &value);
	for (int i = 0; i < 3 && rc == 0; i++) {
		rc = generator_send(inner, i * 11, &value);
		if (rc == 0)
			rc = generator_yield(self, value, NULL);
	}
	generator_free(inner);
	return rc;
}

START_TEST(a_body_may_consume_generators_of_its_own)
{
	struct generator *generator;
	intptr_t value;

	ck_assert_int_eq(generator_create(&generator, nested_loop, NULL), 0);
	for (intptr_t i = 0; i < 3; i++) {
		ck_assert_int_eq(generator_next(generator, &value), 0);
		ck_assert_int_eq(value, i * 11);
	}
	ck_assert_int_eq(generator_next(generator, &value), GENERATOR_RETURNED);
	generator_free(generator);
}
END_TEST

static int fails_itself(struct generator *self, void *arg)
{
	(void)arg;
	if (generator_yield(self, 0, NULL) == -EIO)
		return -ENOENT;
	return generator_fail(self, -ERANGE, "%d is too much", 12);
}

START_TEST(messages_belong_to_their_error)
{
	struct generator *generator;
	intptr_t value;

	ck_assert_int_eq(generator_create(&generator, fails_itself, NULL), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(generator_next(generator, &value), -ERANGE);
	ck_assert_str_eq(generator_message(generator), "12 is too much");
	generator_free(generator);
	ck_assert_int_eq(generator_create(&generator, fails_itself, NULL), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(generator_throw(generator, -EIO, "disk", &value), -ENOENT);
	ck_assert_str_eq(generator_message(generator), "");
	generator_free(generator);
}
END_TEST

START_TEST(errors_thrown_must_be_errors)
{
	struct generator *generator;
	intptr_t value;

	ck_assert_int_eq(generator_create(&generator, echo, NULL), 0);
	ck_assert_int_eq(generator_throw(generator, 0, NULL, &value), -EINVAL);
	ck_assert_int_eq(generator_throw(generator, 5, NULL, &value), -EINVAL);
	ck_assert_int_eq(generator_state(generator), GENERATOR_CREATED);
	generator_free(generator);
	generator_free(NULL);
}
END_TEST

START_TEST(creating_without_memory_fails_and_leaves_the_others_alone)
{
	enum { MANY = 20000 };
	static struct generator *generators[MANY];
	intptr_t value;
	int made = 0, rc = 0;

	ck_assert_int_eq(generator_create(&generators[made++], echo, (void *)1), 0);
	fault_set(FAULT_MMAP, 1, ENOMEM); /* the next time that stacks run out */
	while (made < MANY && (rc = generator_create(&generators[made], echo, (void *)1)) == 0)
		made++;
	ck_assert_int_eq(rc, -ENOMEM);
	ck_assert_ptr_null(generators[made]);
	while (made-- > 0) {
		ck_assert_int_eq(generator_next(generators[made], &value), 0);
		generator_free(generators[made]);
	}
}
END_TEST

static int frees_itself(struct generator *self, void *arg)
{
	(void)arg;
	generator_free(self);
	return 0;
}

START_TEST(freeing_a_running_generator_aborts)
{
	struct generator *generator;
	intptr_t value;

	ck_assert_int_eq(generator_create(&generator, frees_itself, NULL), 0);
	generator_next(generator, &value);
}
END_TEST

static int yields_for_another(struct generator *self, void *arg)
{
	(void)self;
	return generator_yield(arg, 1, NULL);
}

static int waits_for_body(struct generator *self, void *arg)
{
	struct generator *inner;
	int rc = generator_create(&inner, yields_for_another, self);

	(void)arg;
	return rc != 0 ? rc : generator_delegate(self, inner, NULL);
}

START_TEST(yielding_for_a_generator_that_does_not_run_aborts)
{
	struct generator *generator;
	intptr_t value;

	ck_assert_int_eq(generator_create(&generator, waits_for_body, NULL), 0);
	generator_next(generator, &value);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("generator");
	TCase *tests = tcase_create("generator");

	tcase_add_test(tests, cleanups_run_last_first_and_once);
	tcase_add_test(tests, abandoned_chains_are_cleaned_from_the_inside_out);
	tcase_add_test(tests, a_running_generator_can_not_be_resumed);
	tcase_add_test(tests, what_is_delegated_to_belongs_to_its_delegate);
	tcase_add_test(tests, chains_of_a_thousand_pass_values_and_errors);
	tcase_add_test(tests, delegating_to_one_that_delegates_already_reaches_the_innermost);
	tcase_add_test(tests, an_ended_generator_delegated_to_gives_nothing);
	tcase_add_test(tests, close_reaches_the_outer_body_though_the_inner_swallowed_it);
	tcase_add_test(tests, a_body_may_consume_generators_of_its_own);
	tcase_add_test(tests, messages_belong_to_their_error);
	tcase_add_test(tests, errors_thrown_must_be_errors);
	tcase_add_test(tests, creating_without_memory_fails_and_leaves_the_others_alone);
	tcase_add_test_raise_signal(tests, freeing_a_running_generator_aborts, SIGABRT);
	tcase_add_test_raise_signal(
		tests, yielding_for_a_generator_that_does_not_run_aborts, SIGABRT);
	suite_add_tcase(suite, tests);
	return suite;
}
