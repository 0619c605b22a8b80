#include <stdio.h>
#include <string.h>

#include "harness/guest/answer.h"
#include "tests/suite.h"

static struct guest_answer answer;
static struct lane lane;
static char error[120];

START_TEST(an_answer_is_read_whatever_the_order_of_its_words)
{
	ck_assert_int_eq(answer_read(&answer,
				 " bytes=7  tasks=4 checksum=18446744073709551615 operations=12",
				 error, sizeof(error)),
		0);
	ck_assert_uint_eq(answer.tasks, 4);
	ck_assert_uint_eq(answer.operations, 12);
	ck_assert_uint_eq(answer.bytes, 7);
	ck_assert_uint_eq(answer.checksum, UINT64_MAX);
}
END_TEST

static const struct {
	const char *words, *complaint;
} wrong[] = {
	{"tasks=4", "no tasks= and operations="},
	{"tasks=4 operations=-5", "not a number"},
	{"tasks=4 operations=+5", "not a number"},
	{"tasks=4 operations=1e3", "not a number"},
	{"tasks=4 operations=18446744073709551616", "not a number"},
	{"tasks=4 operations=", "not a number"},
	{"tasks=4 operations=5 tasks=4", "said twice"},
	{"tasks=4 operations=5 time=3", "unknown word"},
	{"tasks=4 operations=5 operation=3", "unknown word"},
	{"tasks=4 operations=5 nonsense", "unknown word"},
	{"", "no tasks= and operations="},
};

START_TEST(a_wrong_answer_is_refused_by_its_word)
{
	ck_assert_int_ne(answer_read(&answer, wrong[_i].words, error, sizeof(error)), 0);
	ck_assert_msg(strstr(error, wrong[_i].complaint) != NULL, "%s: %s", wrong[_i].words, error);
}
END_TEST

START_TEST(latencies_are_added_to_their_buckets)
{
	memset(&lane, 0, sizeof(lane));
	ck_assert_int_eq(answer_read_latency(&lane, "5:2 300:1", error, sizeof(error)), 0);
	ck_assert_int_eq(answer_read_latency(&lane, "5:1", error, sizeof(error)), 0);
	ck_assert_uint_eq(lane.histogram.counts[5], 3);
	ck_assert_uint_eq(lane.histogram.counts[300], 1);
	ck_assert_uint_eq(lane.max_ns, histogram_upper_ns(300));
}
END_TEST

START_TEST(a_maximum_is_exact_where_it_is_said)
{
	uint64_t ns = histogram_upper_ns(299) + 1;
	char words[60];

	memset(&lane, 0, sizeof(lane));
	snprintf(words, sizeof(words), "300:1 max=%llu", (unsigned long long)ns);
	ck_assert_int_eq(answer_read_latency(&lane, words, error, sizeof(error)), 0);
	ck_assert_uint_eq(lane.max_ns, ns);
}
END_TEST

static const char *const wrong_latencies[] = {"5", "5:", ":5", "5:-1", "-1:5", "5:2x", "99999:1",
	"5:1 max=9999", "5:1 max=-5", "5:1;6:1"};

START_TEST(a_wrong_histogram_is_refused)
{
	memset(&lane, 0, sizeof(lane));
	ck_assert_int_ne(answer_read_latency(&lane, wrong_latencies[_i], error, sizeof(error)), 0);
	ck_assert_str_ne(error, "");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("harness/guest/answer");
	TCase *cases = tcase_create("answer");

	tcase_add_test(cases, an_answer_is_read_whatever_the_order_of_its_words);
	tcase_add_loop_test(
		cases, a_wrong_answer_is_refused_by_its_word, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(cases, latencies_are_added_to_their_buckets);
	tcase_add_test(cases, a_maximum_is_exact_where_it_is_said);
	tcase_add_loop_test(cases, a_wrong_histogram_is_refused, 0,
		sizeof(wrong_latencies) / sizeof(wrong_latencies[0]));
	suite_add_tcase(suite, cases);
	return suite;
}
