/*
 * The search for a model's best setting, on a machine on paper where the test puts the best.
 */
#include <stdio.h>

#include "harness/advise/tuning.h"
#include "tests/harness/advise/paper.h"
#include "tests/suite.h"

static const char *better; /* setting=value that takes a tenth less, "" = none */
static double law(const struct paper *paper, const struct record *record)
{
	char setting[80];

	(void)paper;
	for (int i = 0; i < record->params_count; i++) {
		snprintf(setting, sizeof(setting), "%s=%s", record->params[i].name,
			record->params[i].text);
		if (strcmp(setting, better) == 0)
			return 90e3;
	}
	return 100e3;
}

static struct tuning_result tune(const char *model, int which, struct paper *paper)
{
	/* without a wait the processor alone decides */
	static const struct sweep sweeps[] = {{"wait", "0"}};
	const struct tuning *tunings = NULL;
	struct tuning_result result;
	char error[200];

	ck_assert_int_gt(tuning_of(model_find(model), &tunings), which);
	paper_init(paper, law, 0.0001);
	ck_assert_int_eq(
		tuning_find(&result, &tunings[which], workload_find("mixed"), model_find(model),
			sweeps, 1, NULL, &paper->world, error, sizeof(error)),
		0);
	return result;
}

START_TEST(every_model_has_the_same_budget)
{
	for (const struct model *model = models; model->name != NULL; model++) {
		const struct tuning *tunings = NULL;
		int count = tuning_of(model, &tunings);
		ck_assert_int_eq(count, model->kind == MODEL_INLINE ? 0 : TUNINGS);
		for (int i = 0; i < count; i++) {
			ck_assert_int_eq(tunings[i].count, TUNING_VALUES);
			for (int j = 0; j < TUNING_VALUES; j++)
				ck_assert_ptr_nonnull(tunings[i].values[j]);
		}
	}
}
END_TEST

START_TEST(the_best_value_is_found_and_confirmed_afresh)
{
	struct paper paper;

	better = "stack=128KiB";
	struct tuning_result result = tune("async", 0, &paper);
	ck_assert_int_eq(result.count, TUNING_VALUES);
	ck_assert_int_eq(result.best, 2);
	ck_assert(result.confirmed.low > 1.1 && result.confirmed.high < 1.12);
	/* five values and then two again, six times each */
	ck_assert_int_eq(paper.invocations, 6 * (TUNING_VALUES + 2));
}
END_TEST

/* The best of several by chance does not stay the best: the second measurement says so. */
START_TEST(what_was_better_by_chance_is_not_confirmed)
{
	struct paper paper;

	better = "";
	struct tuning_result result = tune("threads", 1, &paper);
	if (result.best > 0)
		ck_assert(interval_contains(&result.confirmed, 1));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tuning");
	TCase *c = tcase_create("tuning");

	tcase_add_test(c, every_model_has_the_same_budget);
	tcase_add_test(c, the_best_value_is_found_and_confirmed_afresh);
	tcase_add_test(c, what_was_better_by_chance_is_not_confirmed);
	suite_add_tcase(s, c);
	return s;
}
