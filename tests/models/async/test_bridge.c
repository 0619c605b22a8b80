/*
 * Generators awaited by tasks: what the notes' bridge (S4) does not show.
 */
#include <errno.h>

#include "models/async/async.h"
#include "models/async/bridge.h"
#include "models/async/generator.h"
#include "tests/suite.h"

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

START_TEST(cancelling_the_task_is_seen_at_the_generators_yield)
{
	int error = 0;

	ck_assert_int_eq(async_run(cancels_it, &error), -ECANCELED);
	ck_assert_int_eq(error, -ECANCELED);
}
END_TEST

static int ends_at_once(struct generator *self, void *arg)
{
	(void)self;
	(void)arg;
	return 0;
}

START_TEST(awaiting_outside_of_a_task_is_an_error)
{
	struct generator *generator;

	ck_assert_int_eq(generator_create(&generator, ends_at_once, NULL), 0);
	ck_assert_int_eq(async_await_generator(generator_as_coroutine(generator), NULL), -EPERM);
	generator_free(generator);
}
END_TEST

static int fails(struct generator *self, void *arg)
{
	int rc = generator_yield(self, 1, NULL);

	return rc != 0 ? rc : generator_fail(self, *(int *)arg, "as told");
}

static int awaits_failing(void *arg)
{
	struct generator *old;
	int rc = generator_create(&old, fails, arg);

	if (rc != 0)
		return rc;
	rc = async_await_generator(old, NULL);
	if (rc != -EPERM)
		return -EPROTO;
	rc = async_await_generator(generator_as_coroutine(old), NULL);
	generator_free(old);
	return rc;
}

START_TEST(the_generators_error_reaches_who_awaits_it)
{
	int error = -EDOM;

	ck_assert_int_eq(async_run(awaits_failing, &error), -EDOM);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bridge");
	TCase *tests = tcase_create("bridge");

	tcase_add_test(tests, cancelling_the_task_is_seen_at_the_generators_yield);
	tcase_add_test(tests, awaiting_outside_of_a_task_is_an_error);
	tcase_add_test(tests, the_generators_error_reaches_who_awaits_it);
	suite_add_tcase(suite, tests);
	return suite;
}
