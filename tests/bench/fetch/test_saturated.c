/*
 * An upstream that is slower than its delays: what it measured is its own speed, and the cell says
 * so.
 */
/* wrap: message_write */
#include <string.h>

#include "bench/fetch/fetch.h"
#include "harness/cli/cli.h"
#include "harness/measure/clock.h"
#include "tests/invoke.h"
#include "tests/suite.h"

/* Five times the delay of the smoke size: busy for 5 / 6 even if only one is asked at a time. */
enum { BURN_NS = 5000000 };

size_t __real_message_write(const struct messages *messages, uint32_t connection, uint64_t number,
	size_t offset, unsigned char *buffer, size_t bytes);
size_t __wrap_message_write(const struct messages *messages, uint32_t connection, uint64_t number,
	size_t offset, unsigned char *buffer, size_t bytes);

size_t __wrap_message_write(const struct messages *messages, uint32_t connection, uint64_t number,
	size_t offset, unsigned char *buffer, size_t bytes)
{
	uint64_t until_ns = clock_now_ns() + BURN_NS;

	while (clock_now_ns() < until_ns)
		;
	return __real_message_write(messages, connection, number, offset, buffer, bytes);
}

static const char *const some_models[] = {"async", "threads", "processes"};
enum { MODELS = sizeof(some_models) / sizeof(some_models[0]) };

START_TEST(a_saturated_upstream_is_invalid)
{
	struct record record;

	invoke(&record, exec_main, &fetch_workload, some_models[_i], NULL);
	ck_assert_msg(record.status == STATUS_INVALID &&
			      strstr(record.reason, "upstream was saturated: busy") != NULL,
		"%s", record.reason);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fetch's upstream");
	TCase *c = tcase_create("saturation");

	tcase_add_loop_test(c, a_saturated_upstream_is_invalid, 0, MODELS);
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
