/*
 * Parameters as words: what is read, what is refused, and that what is printed is read back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"
#include "tests/suite.h"

static const char *const choices[] = {"cached", "direct", "inline", NULL};
static const struct param depth = {.name = "depth", .kind = PARAM_COUNT, .min = 1, .max = 1000};
static const struct param wait_ns = {
	.name = "wait", .kind = PARAM_DURATION, .min = 0, .max = 60000000000};
static const struct param block = {
	.name = "block", .kind = PARAM_BYTES, .min = 512, .max = 1 << 20};
static const struct param cache = {.name = "cache", .kind = PARAM_CHOICE, .choices = choices};

static void duration_is(const char *text, uint64_t expected)
{
	uint64_t ns = 0;

	ck_assert_msg(duration_parse(text, &ns) == 0, "%s refused", text);
	ck_assert_msg(ns == expected, "%s read as %llu", text, (unsigned long long)ns);
}

START_TEST(durations_are_read_exactly)
{
	duration_is("5ns", 5);
	duration_is("100us", 100000);
	duration_is("100µs", 100000);
	duration_is("250ms", 250000000);
	duration_is("1.5s", 1500000000);
	duration_is("0.1s", 100000000);
	duration_is("1.000000001s", 1000000001);
	duration_is("3m", 180000000000);
	duration_is("1h", 3600000000000);
	duration_is("0", 0);
	duration_is("0ms", 0);
}
END_TEST

START_TEST(durations_without_an_exact_meaning_are_refused)
{
	const char *const bad[] = {"", "5", "ms", ".5s", "5.s", "0.5ns", "-5ms", "+5ms", " 5ms",
		"5ms ", "5 ms", "5xs", "1e3ms", "0x5ms", "99999999999999999999ns", "20000000000s",
		"1.0000000001s", NULL};
	uint64_t ns;

	for (int i = 0; bad[i] != NULL; i++)
		ck_assert_msg(duration_parse(bad[i], &ns) == -EINVAL, "'%s' accepted", bad[i]);
}
END_TEST

START_TEST(sizes_are_powers_of_1024)
{
	const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {{"512", 512}, {"512B", 512}, {"4KiB", 4096}, {"4K", 4096}, {"4k", 4096},
		{"2M", 2 << 20}, {"2MiB", 2 << 20}, {"1.5MiB", 3 << 19}, {"1G", 1 << 30}, {"0", 0}};
	const char *const bad[] = {
		"", "4KB", "4kib", "-1", "0.5", "0.3KiB", "4KiB4", "99999999999GiB", NULL};
	uint64_t bytes;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ck_assert_msg(bytes_parse(good[i].text, &bytes) == 0, "%s refused", good[i].text);
		ck_assert_uint_eq(bytes, good[i].bytes);
	}
	for (int i = 0; bad[i] != NULL; i++)
		ck_assert_msg(bytes_parse(bad[i], &bytes) == -EINVAL, "'%s' accepted", bad[i]);
}
END_TEST

START_TEST(counts_are_powers_of_1000)
{
	const struct {
		const char *text;
		int64_t count;
	} good[] = {{"0", 0}, {"10k", 10000}, {"2M", 2000000}, {"1.5k", 1500}, {"-1", -1},
		{"9223372036854775807", INT64_MAX}};
	const char *const bad[] = {"", "-", "k", "1.5", "1.0005k", "10 k", "--1",
		"9223372036854775808", "1K", "NaN", NULL};
	int64_t count;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ck_assert_msg(count_parse(good[i].text, &count) == 0, "%s refused", good[i].text);
		ck_assert_int_eq(count, good[i].count);
	}
	for (int i = 0; bad[i] != NULL; i++)
		ck_assert_msg(count_parse(bad[i], &count) == -EINVAL, "'%s' accepted", bad[i]);
}
END_TEST

static void shortest(const struct param *param, int64_t value, const char *expected)
{
	char text[PARAM_TEXT_MAX];

	param_format(param, value, text, sizeof text);
	ck_assert_str_eq(text, expected);
}

START_TEST(the_shortest_exact_text_is_printed)
{
	shortest(&wait_ns, 0, "0");
	shortest(&wait_ns, 5000000, "5ms");
	shortest(&wait_ns, 1500000000, "1.5s");
	shortest(&wait_ns, 500000, "500us");
	shortest(&wait_ns, 60000000000, "60s");
	shortest(&wait_ns, 1234567, "1234567ns");
	shortest(&block, 512, "512B");
	shortest(&block, 4096, "4KiB");
	shortest(&block, 3 << 19, "1.5MiB");
	shortest(&block, 1000, "1000B");
	shortest(&depth, 1000, "1k");
	shortest(&depth, 1500, "1500");
	shortest(&depth, -1, "-1");
	shortest(&depth, 2000000, "2M");
	shortest(&cache, 1, "direct");
}
END_TEST

/* Values around every power, and many between them. */
START_TEST(what_is_printed_is_read_back)
{
	const struct param wide[] = {
		{.name = "count", .kind = PARAM_COUNT, .min = INT64_MIN + 1, .max = INT64_MAX},
		{.name = "bytes", .kind = PARAM_BYTES, .min = 0, .max = INT64_MAX},
		{.name = "ns", .kind = PARAM_DURATION, .min = 0, .max = INT64_MAX},
	};
	char text[PARAM_TEXT_MAX], error[PARAM_ERROR_MAX];
	uint64_t state = 1;

	for (int i = 0; i < 30000; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		int64_t value = (int64_t)(state >> (1 + i % 63)), read = -1;
		if (i % 5 == 0)
			value -= value % 1000;
		else if (i % 5 == 1)
			value -= value % 1024;
		for (int p = 0; p < 3; p++) {
			param_format(&wide[p], value, text, sizeof text);
			ck_assert_msg(param_parse(&wide[p], text, &read, error, sizeof error) == 0,
				"%s", error);
			ck_assert_msg(read == value, "%s: %lld", text, (long long)value);
		}
	}
}
END_TEST

START_TEST(refusals_name_the_parameter_the_value_and_the_way_out)
{
	char error[PARAM_ERROR_MAX];
	int64_t value = 42;

	ck_assert_int_eq(param_parse(&depth, "0", &value, error, sizeof error), -ERANGE);
	ck_assert_str_eq(error, "depth: 0 is out of range 1 .. 1k");
	ck_assert_int_eq(param_parse(&depth, "ten", &value, error, sizeof error), -EINVAL);
	ck_assert_str_eq(error, "depth: 'ten' is not a count such as 100, 10k or 2M");
	ck_assert_int_eq(param_parse(&wait_ns, "5", &value, error, sizeof error), -EINVAL);
	ck_assert_str_eq(
		error, "wait: '5' is not a duration with its unit, such as 100us, 5ms or 1.5s");
	ck_assert_int_eq(param_parse(&block, "2MiB", &value, error, sizeof error), -ERANGE);
	ck_assert_str_eq(error, "block: 2MiB is out of range 512B .. 1MiB");
	ck_assert_int_eq(param_parse(&cache, "chached", &value, error, sizeof error), -EINVAL);
	ck_assert_str_eq(
		error, "cache: 'chached' is none of cached, direct, inline (did you mean cached?)");
	ck_assert_int_eq(value, 42);
}
END_TEST

START_TEST(a_message_never_overruns_its_buffer)
{
	char error[8], text[300];
	int64_t value;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memset(error, '#', sizeof error);
	ck_assert_int_eq(param_parse(&cache, text, &value, error, 6), -EINVAL);
	ck_assert_str_eq(error, "cache");
	ck_assert_int_eq(error[6], '#');
}
END_TEST

START_TEST(cpu_lists_are_read_and_printed_in_the_kernels_form)
{
	const char *const same[] = {"0", "0-1", "0,2-5", "1,3,5", "1023", "0-1023", NULL};
	const char *const bad[] = {
		"", ",", "0,", ",0", "1-", "-1", "3-2", "1024", "0-1024", "a", "0 1", "0x1", NULL};
	char text[256];
	cpu_set_t cpus;

	for (int i = 0; same[i] != NULL; i++) {
		ck_assert_msg(cpu_list_parse(same[i], &cpus) == 0, "%s refused", same[i]);
		cpu_list_format(&cpus, text, sizeof text);
		ck_assert_str_eq(text, same[i]);
	}
	for (int i = 0; bad[i] != NULL; i++)
		ck_assert_msg(cpu_list_parse(bad[i], &cpus) == -EINVAL, "'%s' accepted", bad[i]);
	ck_assert_int_eq(cpu_list_parse("3,1-2,2", &cpus), 0);
	cpu_list_format(&cpus, text, sizeof text);
	ck_assert_str_eq(text, "1-3");
	CPU_ZERO(&cpus);
	cpu_list_format(&cpus, text, sizeof text);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_typo_gets_the_nearest_name_and_nonsense_gets_none)
{
	const char *const names[] = {
		"list", "doctor", "run", "report", "processes", "process-pool", NULL};

	ck_assert_str_eq(nearest_name("lsit", names), "list");
	ck_assert_str_eq(nearest_name("docter", names), "doctor");
	ck_assert_str_eq(nearest_name("rum", names), "run");
	ck_assert_str_eq(nearest_name("proceses", names), "processes");
	ck_assert_str_eq(nearest_name("process_pool", names), "process-pool");
	ck_assert_ptr_null(nearest_name("banana", names));
	ck_assert_ptr_null(nearest_name("", names));
	char word[200];
	memset(word, 'r', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	ck_assert_ptr_null(nearest_name(word, names));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("params");
	TCase *tcase = tcase_create("words");

	tcase_add_test(tcase, durations_are_read_exactly);
	tcase_add_test(tcase, durations_without_an_exact_meaning_are_refused);
	tcase_add_test(tcase, sizes_are_powers_of_1024);
	tcase_add_test(tcase, counts_are_powers_of_1000);
	tcase_add_test(tcase, the_shortest_exact_text_is_printed);
	tcase_add_test(tcase, what_is_printed_is_read_back);
	tcase_add_test(tcase, refusals_name_the_parameter_the_value_and_the_way_out);
	tcase_add_test(tcase, a_message_never_overruns_its_buffer);
	tcase_add_test(tcase, cpu_lists_are_read_and_printed_in_the_kernels_form);
	tcase_add_test(tcase, a_typo_gets_the_nearest_name_and_nonsense_gets_none);
	suite_add_tcase(suite, tcase);
	return suite;
}
