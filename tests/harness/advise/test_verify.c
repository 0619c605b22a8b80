/*
 * Advice for every request of shapes.txt on a machine on paper, and measured afresh there: what
 * `advise --verify` would say stands in tests/golden/advise-check.txt. After a wanted change:
 * CONCBENCH_GOLDEN=update, then read the difference.
 */
#include <stdio.h>

#include "harness/advise/advice.h"
#include "harness/advise/verify.h"
#include "harness/cli/advise.h"
#include "tests/harness/advise/paper.h"
#include "tests/suite.h"

enum { LINE = 600, WORDS = 24 };

/* Where nothing computes the loop is cheapest, where much does the threads are; processes pay for
   each connection. The offloading loop is always dearer. */
static double law(const struct paper *paper, const struct record *record)
{
	const struct model *model = model_find(record->model);
	double compute_ns = paper_param(record, "compute"), own_ns = 30e3;

	if (model->family == FAMILY_ASYNC)
		own_ns = 20e3 + 0.1 * compute_ns;
	else if (model->family == FAMILY_PROCESSES)
		own_ns = 30e3 + 100 * paper_param(record, "connections");
	if (strcmp(record->model, "async-offload") == 0)
		own_ns += 15e3;
	if (strcmp(record->model, "async-uring") == 0)
		own_ns += 1e3;
	if (model->kind == MODEL_POOL)
		own_ns += 2e3;
	if (paper->invocations < paper->inverted_until)
		own_ns = 80e3 - own_ns;
	return compute_ns + own_ns;
}

/* "--rate 1000 -c 4" as the command line reads it; a stored run, so that no CPUs are asked for. */
static void read_request(char *text, struct request *request)
{
	char name[] = "advise", from[] = "--from", run[] = "none";
	char *words[WORDS] = {name, from, run};
	struct advise_options options;
	int count = 3;

	for (char *word = strtok(text, " \n"); word != NULL && count < WORDS - 1;
		word = strtok(NULL, " \n"))
		words[count++] = word;
	ck_assert_int_eq(advise_read_options(&options, count, words), 0);
	*request = options.request;
}

static void check_one(struct paper *paper, const struct request *request,
	struct verification *verification, char *text, size_t bytes)
{
	struct choice advised, afresh;
	struct request_facts facts;
	struct trial trials[2] = {{.reported = false}};
	char error[200];

	request_examine(request, 1, &facts);
	if (facts.feasible) {
		ck_assert_int_eq(advice_measure(&trials[0], &paper->world, &facts.share, 1, error,
					 sizeof(error)),
			0);
		choice_make(&advised, trial_group(&trials[0]), &facts.share);
	}
	ck_assert_int_eq(advice_measure(&trials[1], &paper->world, &facts.share, VERIFY_BLOCKS,
				 error, sizeof(error)),
		0);
	choice_make(&afresh, trial_group(&trials[1]), &facts.share);
	verify(verification, facts.feasible ? &advised : NULL, &afresh);
	verification_write(verification, text, bytes);
	if (facts.feasible)
		trial_free(&trials[0]);
	trial_free(&trials[1]);
}

/* The first rows, as scripts/advise-check prints them; how many are right. */
static int check_all(FILE *out, int most, int inverted_until)
{
	char line[LINE], name[LINE], text[LINE];
	FILE *shapes = fopen("tests/harness/advise/shapes.txt", "re");
	int right = 0, done = 0;

	ck_assert_ptr_nonnull(shapes);
	while (done < most && fgets(line, sizeof(line), shapes) != NULL) {
		struct verification verification;
		struct request request;
		struct paper paper;
		if (line[0] == '#' || sscanf(line, "%599s", name) != 1)
			continue;
		paper_init(&paper, law, 0.01);
		paper.inverted_until = inverted_until;
		read_request(line + strlen(name), &request);
		check_one(&paper, &request, &verification, text, sizeof(text));
		fprintf(out, "%-18s %s\n", name, text);
		done++;
		right += verification_right(&verification);
	}
	fclose(shapes);
	return right;
}

enum { SHAPES = 14, FIRST = 5 /* the others have bounds that leave less to choose */ };

START_TEST(the_advice_for_every_shape_is_what_the_golden_rows_say)
{
	char *text = NULL, *golden = NULL;
	size_t bytes = 0, room = 0;
	const char *path = "tests/golden/advise-check.txt", *update = getenv("CONCBENCH_GOLDEN");
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_int_eq(check_all(out, SHAPES, 0), SHAPES);
	fclose(out);
	FILE *file = fopen(path, update != NULL ? "we" : "re");
	ck_assert_ptr_nonnull(file);
	if (update != NULL) {
		fwrite(text, 1, bytes, file);
	} else {
		ck_assert_int_ge(getdelim(&golden, &room, '\0', file), 0);
		ck_assert_str_eq(text, golden);
	}
	fclose(file);
	free(golden);
	free(text);
}
END_TEST

/* The bug that the check exists for: advice from figures that are not the request's. */
START_TEST(advice_from_wrong_figures_is_found_out)
{
	FILE *out = fopen("/dev/null", "we");

	ck_assert_int_eq(
		check_all(out, FIRST, ADVICE_MODELS * (2 * ADVICE_BLOCKS + ADVICE_MEMORY_BLOCKS)),
		0);
	fclose(out);
}
END_TEST

/* What the golden rows do not have. */
START_TEST(each_way_to_be_wrong_is_named)
{
	static const struct interval apart = {
		.middle = 0.8, .low = 0.78, .high = 0.82, .coverage = 0.96, .n = 30};
	const struct {
		struct verification verification;
		const char *text;
	} cases[] = {
		{{ADVICE_NOT_LEAST, "async", "threads", {.middle = NAN}, apart, ""},
			"WRONG: async was named; threads takes 0.800 [0.780–0.820] of its CPU "
			"(said "
			"was n/a), which was not said"},
		{{ADVICE_BREAKS, "async", "threads", {.middle = NAN}, apart, "misses the rate"},
			"WRONG: async was named, it does not fit: misses the rate"},
		{{ADVICE_MISSED_FIT, NULL, "threads", {.middle = NAN}, apart, ""},
			"WRONG: none was named beside threads, which fits"},
	};
	char text[LINE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		verification_write(&cases[i].verification, text, sizeof(text));
		ck_assert_str_eq(text, cases[i].text);
		ck_assert(!verification_right(&cases[i].verification));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verify");
	TCase *c = tcase_create("verify");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, the_advice_for_every_shape_is_what_the_golden_rows_say);
	tcase_add_test(c, advice_from_wrong_figures_is_found_out);
	tcase_add_test(c, each_way_to_be_wrong_is_named);
	suite_add_tcase(s, c);
	return s;
}
