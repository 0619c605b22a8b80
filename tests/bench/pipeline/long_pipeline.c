/*
 * A hundred times the data needs no more memory.
 */
#include "bench/pipeline/pipeline.h"

#include <stdio.h>

#include "tests/cell.h"
#include "tests/suite.h"

static int64_t peak(const char *model, const char *source, int lines)
{
	struct record record;
	char more[200];

	snprintf(more, sizeof(more), "--rounds 1 --kind memory -p lines=%d -p source=%s", lines,
		source);
	cell_run("pipeline", model, more, &record);
	ck_assert_msg(cell_complete(&record), "%s: %s", model, record.reason);
	int64_t bytes = record.memory.peak;
	record_release(&record);
	return bytes;
}

START_TEST(memory_does_not_grow_with_the_data)
{
	static const char *const families[] = {"async", "threads", "processes"};
	static const char *const sources[] = {"pipe", "file"};
	enum { SLACK_BYTES = 512 << 10 };

	for (int i = 0; i < 2; i++) {
		int64_t once = peak(families[_i], sources[i], 2000);
		for (int times = 10; times <= 100; times *= 10) {
			int64_t more = peak(families[_i], sources[i], 2000 * times);
			ck_assert_msg(more <= once + SLACK_BYTES, "%s, %s: %lld bytes, %d x: %lld",
				families[_i], sources[i], (long long)once, times, (long long)more);
		}
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pipeline, long");
	TCase *c = tcase_create("memory");

	tcase_add_loop_test(c, memory_does_not_grow_with_the_data, 0, 3);
	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	return s;
}
