/*
 * Findings and reasons say only what the rows have: on rows made by hand.
 */
#include <math.h>
#include <string.h>

#include "harness/report/findings.h"
#include "tests/suite.h"

static struct record sample;
static struct workload_facts facts;
static struct row rows[3];
static struct group_rows group;

static struct interval at(double middle)
{
	return (struct interval){.middle = middle,
		.low = middle * 0.98,
		.high = middle * 1.02,
		.coverage = 0.97,
		.n = 6};
}

static void make_row(int i, const char *model, double rate, double cpu_ns, double switches)
{
	rows[i] = (struct row){.model = model,
		.status = STATUS_OK,
		.rate = at(rate),
		.ratio = at(rate / 1000),
		.cpu_ns = at(cpu_ns),
		.voluntary = at(switches),
		.involuntary = at(0),
		.faults = at(0),
		.run_delay_ns = at(0)};
}

static void make_group(void)
{
	facts = (struct workload_facts){.rate = 1};
	strcpy(facts.name, "echo");
	strcpy(facts.kind, "I/O");
	strcpy(sample.place.sut_cpus, "0");
	group = (struct group_rows){.sample = &sample,
		.facts = &facts,
		.kind = KIND_TIME,
		.rows = rows,
		.rows_count = 3,
		.best = 0,
		.by_rate = true};
	make_row(0, "async", 1000, 5000, 0.001);
	make_row(1, "threads", 700, 7600, 1);
	make_row(2, "processes", 1000, 5000, 0.001);
}

START_TEST(who_is_apart_gets_a_ratio_and_who_is_not_is_said_so)
{
	char text[FINDING_BYTES];

	make_group();
	finding_of_group(&group, text, sizeof(text));
	ck_assert_str_eq(text, "async is the fastest with 1.000k operations/s; threads reaches "
			       "0.700 [0.686–0.714] of it; processes is not separated from it");
}
END_TEST

START_TEST(the_reason_is_the_cpu_time_and_what_goes_with_it)
{
	char text[FINDING_BYTES];

	make_group();
	finding_why(&group, &rows[1], text, sizeof(text));
	ck_assert_str_eq(text, "an operation takes 7.6 µs of CPU and 1.0 context switches with "
			       "threads, 5.0 µs and 0.0010 with async");
	finding_why(&group, &rows[2], text, sizeof(text));
	ck_assert_str_eq(text, ""); /* not apart: no reason is made up */
	finding_why(&group, &rows[0], text, sizeof(text));
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(fewer_cpus_at_work_is_a_reason_of_its_own)
{
	char text[FINDING_BYTES];

	make_group();
	make_row(0, "processes", 1000, 2e6, 0);
	make_row(1, "async", 500, 2e6, 0);
	finding_why(&group, &rows[1], text, sizeof(text));
	ck_assert_str_eq(text, "async keeps 1.0 CPUs busy, processes 2.0");
}
END_TEST

START_TEST(counts_that_are_alike_give_no_reason)
{
	char text[FINDING_BYTES];

	make_group();
	make_row(1, "threads", 900, 5010, 0.001);
	finding_why(&group, &rows[1], text, sizeof(text));
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(too_few_pairs_are_no_finding)
{
	char text[FINDING_BYTES];

	make_group();
	rows[1].ratio.coverage = rows[2].ratio.coverage = 0;
	finding_of_group(&group, text, sizeof(text));
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(one_after_the_other_is_not_who_was_outrun)
{
	make_group();
	make_row(1, "sequential", 100, 9000, 0);
	ck_assert_ptr_null(finding_outrun(&group));
	make_row(2, "threads", 700, 7600, 1);
	ck_assert_ptr_eq(finding_outrun(&group), &rows[2]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("findings");
	TCase *c = tcase_create("findings");

	tcase_add_test(c, who_is_apart_gets_a_ratio_and_who_is_not_is_said_so);
	tcase_add_test(c, the_reason_is_the_cpu_time_and_what_goes_with_it);
	tcase_add_test(c, fewer_cpus_at_work_is_a_reason_of_its_own);
	tcase_add_test(c, counts_that_are_alike_give_no_reason);
	tcase_add_test(c, too_few_pairs_are_no_finding);
	tcase_add_test(c, one_after_the_other_is_not_who_was_outrun);
	suite_add_tcase(s, c);
	return s;
}
