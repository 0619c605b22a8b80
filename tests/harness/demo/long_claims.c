/*
 * No verdict is hard-wired, measured: with two models' implementations exchanged, or two ways of
 * the same workload, what held does not hold any more. Undecided proves nothing either way; other
 * programs may run beside this.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/demo/claims.h"
#include "tests/suite.h"

/* What is exchanged: two models, or a parameter's two values. */
struct exchange {
	const char *claim, *what; /* one of its comparisons */
	const char *a, *b;        /* models */
	const char *param;        /* or this, between its values low and high */
	int64_t low, high;
};

static const struct exchange exchanges[] = {
	{"long-io", "CPU per request, async over threads, 1000 at once", "async", "threads", NULL,
		0, 0},
	{"gather", "rate of 16 fetches at once over one after the other", "async", "sequential",
		NULL, 0, 0},
	{"memory", "bytes per task, threads over async", "async", "threads", NULL, 0, 0},
	{"main-advantage", "memory per connection of a server, async over threads", "async",
		"threads", NULL, 0, 0},
	{"threads-mixed", "requests per second, threads over async, as much computation as wait",
		"async", "threads", NULL, 0, 0},
	{"processes-cpu", "speed-up of hashing over one after the other", "processes", "sequential",
		NULL, 0, 0},
	{"gil", "speed of hashing in threads under the lock over one after the other",
		"threads-gil", "threads", NULL, 0, 0},
	{"no-gil", "speed of hashing, threads over processes", "threads", "threads-gil", NULL, 0,
		0},
	{"one-blocks-all", "p99 of others' waits of 1 ms while one computes for 100 ms", "async",
		"async-offload", NULL, 0, 0},
	{"executor", "p99 of others' waits of 1 ms while a pool computes for 100 ms", "async",
		"async-offload", NULL, 0, 0},
	{"polling", "CPU per time while waiting, polling over waiting", "async-polling", "async",
		NULL, 0, 0},
	{"bounded-queue", "peak of 10 000 messages, without a bound over with one", NULL, NULL,
		"bound", 0, 64},
	{"constant-memory", "peak of 100 000 lines, read whole over generators", NULL, NULL, "way",
		0, 1},
	{"delegation", "values per second through ten levels, delegated over yielded again", NULL,
		NULL, "way", 0, 1},
	{"async-alone", "p99 of the others' waits of 1 ms, asynchronous over plain", NULL, NULL,
		"reader", 0, 1},
	{"start-cost", "starts per second, threads over processes", "threads", "processes", NULL, 0,
		0},
};

static const struct exchange *exchanged; /* NULL: as it is */

static int invoke(const struct plan *plan, struct record *record)
{
	struct plan other = *plan;
	struct orders *draft = &other.draft;

	if (exchanged != NULL && exchanged->param == NULL) {
		if (strcmp(plan->draft.model->name, exchanged->a) == 0)
			draft->model = model_find(exchanged->b);
		else if (strcmp(plan->draft.model->name, exchanged->b) == 0)
			draft->model = model_find(exchanged->a);
	}
	for (int i = 0; exchanged != NULL && exchanged->param != NULL; i++) {
		ck_assert_ptr_nonnull(draft->workload->params[i].name);
		if (strcmp(draft->workload->params[i].name, exchanged->param) != 0)
			continue;
		draft->values[i] =
			draft->values[i] == exchanged->low ? exchanged->high : exchanged->low;
		break;
	}
	return demo_usual.invoke(&other, record);
}

static enum demo_verdict verdict_of(const struct exchange *exchange)
{
	const struct demo_setting setting = {.invoke = invoke};
	struct demo_result *result = calloc(1, sizeof(*result));
	enum demo_verdict verdict = DEMO_UNDECIDED;

	result->demo = demo_find(exchange->claim);
	ck_assert_int_eq(demo_run(result->demo, &setting, result), 0);
	for (int i = 0; i < result->parts_count; i++)
		if (strcmp(result->parts[i].what, exchange->what) == 0)
			verdict = result->parts[i].verdict;
	if (result->parts_count == 0)
		printf("%s: %s\n", exchange->claim, result->measured);
	free(result);
	return verdict;
}

START_TEST(what_holds_does_not_hold_with_the_implementations_exchanged)
{
	const struct exchange *exchange = &exchanges[_i];

	exchanged = NULL;
	enum demo_verdict before = verdict_of(exchange);
	exchanged = exchange;
	enum demo_verdict after = verdict_of(exchange);
	printf("%-16s %-14s exchanged: %s\n", exchange->claim, demo_verdict_names[before],
		demo_verdict_names[after]);
	fflush(stdout);
	ck_assert_msg(after != DEMO_HOLDS, "%s: %s holds with everything exchanged",
		exchange->claim, exchange->what);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("claims, measured");
	TCase *c = tcase_create("exchanged");

	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, what_holds_does_not_hold_with_the_implementations_exchanged, 0,
		sizeof(exchanges) / sizeof(exchanges[0]));
	suite_add_tcase(s, c);
	return s;
}
