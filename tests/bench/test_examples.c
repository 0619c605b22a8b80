/*
 * The examples as demonstrations: every one is there under its own words, and shows its timeline
 * beside what the notes' Python prints.
 */
#include <string.h>

#include "harness/demo/demo.h"
#include "models/async/examples/examples.h"
#include "tests/suite.h"

/* The demonstration of an example: of its name, or NAME-timeline. */
static const struct demo *demo_of(const struct example *example)
{
	for (const struct demo *demo = demo_examples; demo->name != NULL; demo++) {
		size_t bytes = strlen(example->name);
		if (strncmp(demo->name, example->name, bytes) == 0 &&
			(demo->name[bytes] == '\0' || strcmp(demo->name + bytes, "-timeline") == 0))
			return demo;
	}
	return NULL;
}

START_TEST(every_example_of_the_notes_is_a_demonstration)
{
	int count = 0;

	for (const struct example *example = examples; example->name != NULL; example++, count++) {
		const struct demo *demo = demo_of(example);
		ck_assert_msg(demo != NULL, "%s is missing", example->name);
		ck_assert_str_eq(demo->sentence, example->summary);
		ck_assert_msg(demo_find(demo->name) == demo, "%s is another's name", demo->name);
	}
	for (const struct demo *demo = demo_examples; demo->name != NULL; demo++)
		count--;
	ck_assert_int_eq(count, 0);
}
END_TEST

START_TEST(a_demonstration_shows_both_timelines)
{
	struct demo_result result;

	ck_assert_int_eq(demo_run(demo_find("fibonacci"), &demo_usual, &result), 0);
	ck_assert_int_eq(result.verdict, DEMO_HOLDS);
	ck_assert_ptr_nonnull(result.story);
	ck_assert_ptr_nonnull(strstr(result.story, "| StopIteration: 4\n"));
	demo_release(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("examples");
	TCase *c = tcase_create("examples");

	tcase_add_test(c, every_example_of_the_notes_is_a_demonstration);
	tcase_add_test(c, a_demonstration_shows_both_timelines);
	suite_add_tcase(s, c);
	return s;
}
