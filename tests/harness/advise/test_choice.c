/*
 * The choice among rows made by hand: bounds first, then CPU, ties by memory, and the front.
 */
#include <math.h>
#include <string.h>

#include "harness/advise/choice.h"
#include "tests/suite.h"

enum { INVOCATIONS = 6, MODELS = 3 };

static struct record records[MODELS][INVOCATIONS];
static const struct record *lists[MODELS][INVOCATIONS];
static struct workload_facts facts;
static struct row rows[MODELS];
static struct group_rows group;

/* cpu_ns per request in every pair, times 1 +- spread. */
static void make_row(
	int i, const char *model, double cpu_ns, double spread, double p99_ns, double bytes)
{
	for (int j = 0; j < INVOCATIONS; j++) {
		struct record *record = &records[i][j];
		*record = (struct record){.status = STATUS_OK};
		record->place.block = j;
		record->work.operations = 1000;
		record->window.cpu_ns = (uint64_t)(1000 * cpu_ns * (1 + spread * (j % 3 - 1)));
		strcpy(record->params[0].name, "connections");
		record->params[0].value = 10;
		record->params_count = 1;
		lists[i][j] = record;
	}
	rows[i] = (struct row){.model = model,
		.records = lists[i],
		.records_count = INVOCATIONS,
		.status = STATUS_OK,
		.cpu_ns = {.middle = cpu_ns, .low = cpu_ns, .high = cpu_ns, .n = INVOCATIONS},
		.user_bytes = {.middle = bytes, .n = 3},
		.kernel_bytes = {.middle = 0, .n = 3}};
	rows[i].percentiles_ns[P99] = p99_ns;
}

static void make_group(void)
{
	strcpy(facts.concurrency, "connections");
	group = (struct group_rows){.sample = &records[0][0],
		.facts = &facts,
		.kind = KIND_TIME,
		.rows = rows,
		.rows_count = MODELS,
		.best = 0,
		.by_rate = true};
	make_row(0, "async", 200e3, 0, 6e6, 8192);
	make_row(1, "threads", 220e3, 0, 5e6, 32768);
	make_row(2, "processes", 300e3, 0, 7e6, 131072);
}

START_TEST(the_least_cpu_wins_where_it_is_surely_less)
{
	struct choice choice;

	make_group();
	choice_make(&choice, &group, &(struct request){.rate = 1000});
	ck_assert_int_eq(choice.chosen, 0);
	ck_assert_int_eq(choice.rival, 1);
	ck_assert(!choice.candidates[1].tied);
	ck_assert(fabs(choice.candidates[1].cpu_ratio.middle - 1.1) < 1e-9);
}
END_TEST

START_TEST(a_model_that_misses_a_bound_is_not_chosen)
{
	struct choice choice;

	make_group();
	choice_make(&choice, &group, &(struct request){.rate = 1000, .p99_ns = 5500000});
	ck_assert_int_eq(choice.chosen, 1);
	ck_assert_int_eq(choice.candidates[0].unfit, UNFIT_P99);
	choice_make(&choice, &group, &(struct request){.rate = 1000, .memory_bytes = 50000});
	ck_assert_int_eq(choice.candidates[1].unfit, UNFIT_MEMORY); /* 10 x 32 KiB */
	ck_assert_int_eq(choice.chosen, -1);                        /* async takes 80 KiB */
}
END_TEST

START_TEST(a_model_without_figures_is_not_chosen)
{
	struct choice choice;

	make_group();
	rows[0].status = STATUS_INVALID;
	choice_make(&choice, &group, &(struct request){.rate = 1000});
	ck_assert_int_eq(choice.chosen, 1);
	ck_assert_int_eq(choice.candidates[0].unfit, UNFIT_STATUS);
}
END_TEST

START_TEST(among_those_not_told_apart_the_least_memory_is_chosen)
{
	struct choice choice;

	make_group();
	make_row(1, "threads", 199e3, 0.1, 5e6, 32768);
	choice_make(&choice, &group, &(struct request){.rate = 1000});
	ck_assert(choice.candidates[1].tied);
	ck_assert_int_eq(choice.chosen, 0);
	ck_assert_int_eq(choice.rival, 2);
}
END_TEST

/* async is not told apart from threads, the cheapest by its middle, and the smallest of all; but
   processes take surely less than async. */
START_TEST(none_is_chosen_beside_whom_another_is_surely_cheaper)
{
	struct choice choice;

	make_group();
	make_row(1, "threads", 190e3, 0.1, 5e6, 32768);
	make_row(2, "processes", 195e3, 0, 7e6, 131072);
	choice_make(&choice, &group, &(struct request){.rate = 1000});
	ck_assert_int_eq(choice.chosen, 1);
	for (int i = 0; i < MODELS; i++)
		ck_assert(choice.candidates[i].tied || choice.candidates[i].cpu_ratio.middle > 1);
}
END_TEST

START_TEST(a_model_that_mostly_misses_the_rate_does_not_fit)
{
	struct choice choice;

	make_group();
	strcpy(records[0][0].params[1].name, "rate");
	records[0][0].params[1].value = 1000;
	records[0][0].params_count = 2;
	rows[0].ok = INVOCATIONS;
	rows[0].invalid = INVOCATIONS;
	choice_make(&choice, &group, &(struct request){.rate = 1000});
	ck_assert_int_eq(choice.candidates[0].unfit, FIT);
	rows[0].invalid = INVOCATIONS + 1;
	choice_make(&choice, &group, &(struct request){.rate = 1000});
	ck_assert_int_eq(choice.candidates[0].unfit, UNFIT_RATE);
	ck_assert_int_eq(choice.chosen, 1);
}
END_TEST

START_TEST(the_front_has_who_is_beaten_in_nothing_at_once)
{
	struct choice choice;

	make_group();
	choice_make(&choice, &group, &(struct request){.rate = 1000});
	ck_assert(choice.candidates[0].pareto);
	ck_assert(choice.candidates[1].pareto); /* the shortest tail */
	ck_assert(!choice.candidates[2].pareto);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("choice");
	TCase *c = tcase_create("choice");

	tcase_add_test(c, the_least_cpu_wins_where_it_is_surely_less);
	tcase_add_test(c, a_model_that_misses_a_bound_is_not_chosen);
	tcase_add_test(c, a_model_without_figures_is_not_chosen);
	tcase_add_test(c, among_those_not_told_apart_the_least_memory_is_chosen);
	tcase_add_test(c, none_is_chosen_beside_whom_another_is_surely_cheaper);
	tcase_add_test(c, a_model_that_mostly_misses_the_rate_does_not_fit);
	tcase_add_test(c, the_front_has_who_is_beaten_in_nothing_at_once);
	suite_add_tcase(s, c);
	return s;
}
