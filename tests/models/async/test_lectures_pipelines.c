/*
 * What the lecture notes build of generators, row by row (G7 … G12), with the outcomes the notes
 * give. Rows that have an example are checked by what it prints.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/async/generator.h"
#include "tests/models/async/noted.h"
#include "tests/models/async/printed.h"
#include "tests/suite.h"

START_TEST(G7_interleaving_by_list_copy_and_by_queue)
{
	prints(example_interleave, "list copy: 1 A 2 B 3 C 4\nended: letters, numbers\n"
				   "queue: 1 A 2 B 3 C 4\nended: letters, numbers\n");
}
END_TEST

static int countdown_with_shift(struct generator *self, void *arg)
{
	intptr_t n = (intptr_t)arg, shift;

	while (n > 0) {
		int rc = generator_yield(self, n, &shift);

		if (rc != 0)
			return rc;
		n += shift == GENERATOR_NOTHING ? -1 : shift - 1;
	}
	return 0;
}

START_TEST(G8_countdown_from_1_goes_on_at_10_when_10_is_sent)
{
	struct generator *generator;
	intptr_t value;

	ck_assert_int_eq(generator_create(&generator, countdown_with_shift, (void *)1), 0);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(value, 1);
	ck_assert_int_eq(generator_send(generator, 10, &value), 0);
	ck_assert_int_eq(value, 10);
	ck_assert_int_eq(generator_next(generator, &value), 0);
	ck_assert_int_eq(value, 9);
	generator_free(generator);
}
END_TEST

/* A context manager: what precedes the yield is entering, what follows is leaving. */
static int timer(struct generator *self, void *arg)
{
	(void)arg;
	note("enter,");
	int rc = generator_yield(self, GENERATOR_NOTHING, NULL);
	note(rc == 0 ? "elapsed," : "elapsed despite %s,", generator_message(self));
	return rc;
}

static int with_timer(int (*block)(void))
{
	struct generator *manager;
	intptr_t value;

	ck_assert_int_eq(generator_create_primed(&manager, timer, NULL), 0);
	int rc = block();
	rc = rc == 0 ? generator_next(manager, &value)
		     : generator_throw(manager, rc, "division by zero", &value);
	generator_free(manager);
	return rc == GENERATOR_RETURNED ? 0 : rc;
}

static int good_block(void)
{
	note("block,");
	return 0;
}

static int bad_block(void)
{
	return -EDOM;
}

START_TEST(G9_a_generator_as_context_manager_cleans_up_on_exit_and_on_error)
{
	forget();
	ck_assert_int_eq(with_timer(good_block), 0);
	ck_assert_str_eq(events, "enter,block,elapsed,");
	forget();
	ck_assert_int_eq(with_timer(bad_block), -EDOM);
	ck_assert_str_eq(events, "enter,elapsed despite division by zero,");
}
END_TEST

START_TEST(G10_lines_appended_while_they_follow_come_through_in_constant_memory)
{
	prints(example_pipeline,
		"callback:\n"
		"  python generators\n  nothing to see\n"
		"  Python coroutines and generators\n"
		"  follow keeps one line; the whole file takes 74 bytes and more with every "
		"line\n"
		"grep generators:\n"
		"  python generators\n  Python coroutines and generators\n"
		"grep python of grep generators:\n"
		"  python generators\n"
		"the same in any case:\n"
		"  python generators\n  Python coroutines and generators\n");
}
END_TEST

static int printer(struct generator *self, void *arg)
{
	intptr_t line;
	int rc;

	while ((rc = generator_yield(self, GENERATOR_NOTHING, &line)) == 0)
		note("%s%s,", (const char *)arg, (const char *)line);
	return rc;
}

static int broadcast(struct generator *self, void *arg)
{
	struct generator **targets = arg;
	intptr_t line, nothing;
	int rc;

	while ((rc = generator_yield(self, GENERATOR_NOTHING, &line)) == 0)
		for (struct generator **target = targets; *target != NULL && rc == 0; target++)
			rc = generator_send(*target, line, &nothing);
	return rc;
}

/* follow, pushing: reads the file's lines and sends each into target. */
static int push_lines(FILE *file, struct generator *target)
{
	char line[64];
	intptr_t nothing;
	int rc = 0;

	while (rc == 0 && fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		rc = generator_send(target, (intptr_t)line, &nothing);
	}
	return rc;
}

START_TEST(G11_push_pipeline_reaches_every_target_in_order)
{
	struct generator *targets[3] = {NULL}, *all;
	FILE *file = tmpfile();

	forget();
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(generator_create_primed(&targets[0], printer, "a:"), 0);
	ck_assert_int_eq(generator_create_primed(&targets[1], printer, "b:"), 0);
	ck_assert_int_eq(generator_create_primed(&all, broadcast, targets), 0);
	fputs("one\ntwo\n", file);
	rewind(file);
	ck_assert_int_eq(push_lines(file, all), 0);
	ck_assert_str_eq(events, "a:one,b:one,a:two,b:two,");
	generator_free(all);
	generator_free(targets[0]);
	generator_free(targets[1]);
	fclose(file);
}
END_TEST

START_TEST(G12_robot_worker)
{
	prints(example_robot,
		"state created\n"
		"robot: ready, state running\n"
		"state suspended\n"
		"send: 40\nsend: 70\n"
		"robot: cache 40 70\nsend: waiting\n"
		"send: step 0, then 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19, then waiting\n"
		"robot: told to stop\nrobot: clean\n"
		"state closed\n");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("lectures: built of generators");
	TCase *tests = tcase_create("pipelines");

	tcase_add_test(tests, G7_interleaving_by_list_copy_and_by_queue);
	tcase_add_test(tests, G8_countdown_from_1_goes_on_at_10_when_10_is_sent);
	tcase_add_test(tests, G9_a_generator_as_context_manager_cleans_up_on_exit_and_on_error);
	tcase_add_test(tests, G10_lines_appended_while_they_follow_come_through_in_constant_memory);
	tcase_add_test(tests, G11_push_pipeline_reaches_every_target_in_order);
	tcase_add_test(tests, G12_robot_worker);
	suite_add_tcase(suite, tests);
	return suite;
}
