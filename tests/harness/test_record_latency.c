/*
 * Packed latencies say the same as whole ones.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/record_latency.h"
#include "tests/suite.h"

static struct record whole(void)
{
	struct record record = {0};

	record.latency = calloc(1, sizeof(*record.latency));
	ck_assert_ptr_nonnull(record.latency);
	record.latency->present = 1;
	record.latency->has_corrected = 1;
	record.latency->max_ns = 1234567;
	record.latency->corrected_max_ns = 7654321;
	record.latency->closed.counts[histogram_bucket(1000)] = 7;
	record.latency->closed.counts[histogram_bucket(1234567)] = 1;
	record.latency->corrected.counts[histogram_bucket(7654321)] = 8;
	record.latency->has_lag = 1;
	record.latency->lag_max_ns = 4321;
	record.latency->lag.counts[histogram_bucket(4321)] = 8;
	return record;
}

START_TEST(packing_changes_nothing_that_is_read)
{
	struct record record = whole();
	struct record_latency before = *record.latency, *after;
	struct histogram sum = {{0}};
	struct latency_facts facts;

	ck_assert_int_eq(record_latency_pack(&record), 0);
	ck_assert_ptr_null(record.latency);
	ck_assert(record_latency_facts(&record, &facts));
	ck_assert(facts.has_corrected);
	ck_assert_uint_eq(facts.max_ns, 1234567);
	ck_assert_uint_eq(facts.corrected_max_ns, 7654321);
	ck_assert_int_eq(record_latency_add(&record, LATENCY_CLOSED, &sum), 0);
	ck_assert_int_eq(record_latency_add(&record, LATENCY_CLOSED, &sum), 0);
	ck_assert_uint_eq(histogram_count(&sum), 16);
	after = record_latency_whole(&record);
	ck_assert_ptr_nonnull(after);
	ck_assert_mem_eq(after, &before, sizeof(before));
	free(after);
	record_release(&record);
	ck_assert_ptr_null(record.packed_latency);
}
END_TEST

START_TEST(a_packed_record_is_written_as_the_whole_one)
{
	struct record record = whole();
	char *before = record_to_json(&record);

	ck_assert_int_eq(record_latency_pack(&record), 0);
	char *after = record_to_json(&record);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	record_release(&record);
}
END_TEST

START_TEST(a_record_without_latencies_stays_without)
{
	struct record record = {0};
	struct latency_facts facts;
	struct histogram sum = {{0}};

	ck_assert_int_eq(record_latency_pack(&record), 0);
	ck_assert(!record_latency_facts(&record, &facts));
	ck_assert_int_eq(record_latency_add(&record, LATENCY_CORRECTED, &sum), 0);
	ck_assert_ptr_null(record_latency_whole(&record));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("record latency");
	TCase *c = tcase_create("latency");

	tcase_add_test(c, packing_changes_nothing_that_is_read);
	tcase_add_test(c, a_packed_record_is_written_as_the_whole_one);
	tcase_add_test(c, a_record_without_latencies_stays_without);
	suite_add_tcase(s, c);
	return s;
}
