/*
 * What arithmetic says of a request before anything is measured.
 */
#include <math.h>
#include <string.h>

#include "harness/advise/request.h"
#include "tests/suite.h"

enum { US = 1000, MS = 1000000 };

static struct request_facts facts;

static void examine(struct request request)
{
	request_examine(&request, 1, &facts);
}

START_TEST(littles_law_tells_how_many_are_in_progress)
{
	examine((struct request){.rate = 2000, .wait_ns = 5 * MS, .compute_ns = 200 * US});
	ck_assert(facts.feasible);
	ck_assert(fabs(facts.in_progress - 10.4) < 1e-9);
	ck_assert(fabs(facts.cpus - 0.4) < 1e-9);
	ck_assert_int_eq(facts.replicas, 1);
	ck_assert_int_eq(facts.share.concurrency, 21);
}
END_TEST

START_TEST(fewer_connections_than_requests_in_progress_are_refused_with_what_would_fit)
{
	examine((struct request){
		.rate = 2000, .wait_ns = 5 * MS, .compute_ns = 200 * US, .concurrency = 10});
	ck_assert(!facts.feasible);
	ck_assert_ptr_nonnull(strstr(facts.reason, "10.4 in progress"));
	ck_assert_ptr_nonnull(strstr(facts.way_out, "at least 11 connections"));
	ck_assert_ptr_nonnull(strstr(facts.way_out, "at most 1923 requests/s"));
}
END_TEST

START_TEST(more_computation_than_cpus_is_refused_with_what_would_fit)
{
	examine((struct request){.rate = 20000, .compute_ns = 200 * US, .cpus = 2});
	ck_assert(!facts.feasible);
	ck_assert_ptr_nonnull(strstr(facts.reason, "needs 4 CPUs, there are 2"));
	ck_assert_ptr_nonnull(strstr(facts.way_out, "6 CPUs, or at most 7000 requests/s"));
}
END_TEST

START_TEST(a_tail_shorter_than_the_request_itself_is_refused)
{
	examine((struct request){
		.rate = 10, .wait_ns = 5 * MS, .compute_ns = 200 * US, .p99_ns = 5 * MS});
	ck_assert(!facts.feasible);
	ck_assert_ptr_nonnull(strstr(facts.way_out, "a p99 above 5.2ms"));
}
END_TEST

START_TEST(what_one_machine_cannot_serve_is_measured_as_one_of_several_replicas)
{
	examine((struct request){.rate = 20000,
		.wait_ns = 5 * MS,
		.compute_ns = 200 * US,
		.concurrency = 600,
		.memory_bytes = 6 << 20});
	ck_assert(facts.feasible);
	ck_assert_int_eq(facts.replicas, 6); /* 4 CPUs at 70 % each */
	ck_assert_int_eq(facts.share.rate, 3334);
	ck_assert_int_eq(facts.share.concurrency, 100);
	ck_assert_uint_eq(facts.share.memory_bytes, 1 << 20);
}
END_TEST

START_TEST(a_request_becomes_parameters)
{
	struct sweep sweeps[REQUEST_SWEEPS];
	char concurrency[16];
	struct request request = {
		.rate = 2000, .wait_ns = 5 * MS, .compute_ns = 200 * US, .concurrency = 21};

	request_params(&request, sweeps, concurrency, sizeof(concurrency));
	ck_assert_str_eq(sweeps[0].name, "rate");
	ck_assert_str_eq(sweeps[0].values, "2000");
	ck_assert_str_eq(sweeps[1].values, "5ms");
	ck_assert_str_eq(sweeps[2].values, "200us");
	ck_assert_str_eq(sweeps[3].name, "requests");
	ck_assert_str_eq(sweeps[3].values, "2"); /* 21 x 2 of them last 21 ms */
	ck_assert_str_eq(concurrency, "21");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("request");
	TCase *c = tcase_create("request");

	tcase_add_test(c, littles_law_tells_how_many_are_in_progress);
	tcase_add_test(
		c, fewer_connections_than_requests_in_progress_are_refused_with_what_would_fit);
	tcase_add_test(c, more_computation_than_cpus_is_refused_with_what_would_fit);
	tcase_add_test(c, a_tail_shorter_than_the_request_itself_is_refused);
	tcase_add_test(c, what_one_machine_cannot_serve_is_measured_as_one_of_several_replicas);
	tcase_add_test(c, a_request_becomes_parameters);
	suite_add_tcase(s, c);
	return s;
}
