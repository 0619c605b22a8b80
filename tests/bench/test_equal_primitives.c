/*
 * Every model does the same work per round, and it is the work the workload's description says:
 * the workloads whose tasks hand something to each other.
 */
#include <stdlib.h>

#include "harness/cli/cli.h"
#include "tests/cell.h"
#include "tests/expected.h"
#include "tests/suite.h"

/* One step of the arithmetic that workloads do. */
static uint64_t step(uint64_t value, uint64_t addend)
{
	return (value ^ value >> 29) * UINT64_C(13787848793156543929) + addend;
}

static struct work of_switch(const struct record *record)
{
	const uint64_t pairs = value_of(record, "tasks") / 2;
	const uint64_t operations = value_of(record, "operations");
	struct work work = {.operations = pairs * operations};

	for (uint64_t pair = 0; pair < pairs; pair++) {
		uint64_t token = number_of(pair, 0);
		for (uint64_t i = 0; i < 2 * operations; i++)
			token = step(token, i % 2);
		work.checksum += token;
	}
	return work;
}

static struct work of_ring(const struct record *record)
{
	const uint64_t tasks = value_of(record, "tasks");
	const uint64_t hops = tasks * value_of(record, "laps");
	const uint64_t lines = (value_of(record, "memory") + 63) / 64;
	uint64_t token = number_of(0, 0);

	for (uint64_t hop = 0; hop < hops; hop++) {
		for (uint64_t line = 0; line < lines; line++)
			token += number_of(hop % tasks, 8 * line);
		token = step(token, hop % tasks);
	}
	return (struct work){.operations = hops, .checksum = token};
}

static struct work of_wakeup(const struct record *record)
{
	const uint64_t workers = value_of(record, "tasks") - 1;
	const uint64_t operations = value_of(record, "operations");
	struct work work = {.operations = workers * operations};

	for (uint64_t worker = 1; worker <= workers; worker++)
		for (uint64_t i = 0; i < operations; i++)
			work.checksum += number_of(worker, i);
	return work;
}

static struct work of_queue(const struct record *record)
{
	const uint64_t producers = value_of(record, "producers");
	const uint64_t items = value_of(record, "items");
	struct work work = {.operations = producers * items};

	for (uint64_t producer = 0; producer < producers; producer++)
		for (uint64_t i = 0; i < items; i++)
			work.checksum +=
				(number_of(producer, i) | 1) * UINT64_C(11400714819323198485);
	return work;
}

static struct work of_lock(const struct record *record)
{
	const uint64_t tasks = value_of(record, "tasks");
	const uint64_t operations = value_of(record, "operations");
	struct work work = {.operations = tasks * operations};

	for (uint64_t number = 0; number < tasks * operations; number++) {
		uint64_t value = number_of(number / operations, number % operations);
		for (uint64_t i = 0; i < value_of(record, "outside"); i++)
			value = step(value, i);
		work.checksum += value;
	}
	return work;
}

/* The result of the subtree of that size below unit `number`. */
static uint64_t subtree(uint64_t number, uint64_t size, uint64_t average)
{
	uint64_t value = number_of(number, 0), joined = 0, left = size - 1, first = number + 1;
	const uint64_t iterations = average / 2 + (average > 0 ? value % average : 0);

	for (uint64_t i = 0; i < iterations; i++)
		value = step(value, i);
	uint64_t children = 2 + number_of(number, 1) % 3;
	if (children > left)
		children = left;
	for (uint64_t i = 0; i < children; i++) {
		const uint64_t others = children - 1 - i;
		const uint64_t share =
			others == 0 ? left : 1 + number_of(number, 2 + i) % (left - others);
		joined += subtree(first, share, average);
		first += share;
		left -= share;
	}
	return value + 3 * joined;
}

static struct work of_forkjoin(const struct record *record)
{
	const uint64_t units = value_of(record, "units");

	return (struct work){
		.operations = units, .checksum = subtree(1, units, value_of(record, "work"))};
}

static int ascending(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static struct work of_sort(const struct record *record)
{
	const uint64_t elements = value_of(record, "elements");
	struct work work = {.operations = elements, .bytes = 8 * elements};
	uint64_t *data = calloc(elements, sizeof(*data));

	ck_assert_ptr_nonnull(data);
	for (uint64_t i = 0; i < elements; i++)
		data[i] = number_of(0, i);
	qsort(data, elements, sizeof(*data), ascending);
	for (uint64_t i = 0; i < elements; i++)
		work.checksum += data[i] * (2 * i + 1);
	free(data);
	return work;
}

static const struct expected rows[] = {
	{"switch", of_switch, {NULL}, false},
	{"switch", of_switch, {"tasks=6", "place=free", NULL}, false},
	{"switch", of_switch, {"place=apart", NULL}, true},
	{"ring", of_ring, {NULL}, false},
	{"ring", of_ring, {"tasks=7", "laps=3", "memory=0", NULL}, false},
	{"wakeup", of_wakeup, {NULL}, false},
	{"wakeup", of_wakeup, {"tasks=2", "operations=3", "pause=0", NULL}, false},
	{"queue", of_queue, {NULL}, false},
	{"queue", of_queue, {"tasks=5", "producers=1", "capacity=1", NULL}, false},
	{"queue", of_queue, {"tasks=5", "producers=4", "capacity=0", NULL}, false},
	{"lock", of_lock, {NULL}, false},
	{"lock", of_lock, {"inside=0", "outside=0", NULL}, false},
	{"forkjoin", of_forkjoin, {NULL}, false},
	{"forkjoin", of_forkjoin, {"tasks=7", "units=1", NULL}, false},
	{"forkjoin", of_forkjoin, {"tasks=2", "work=0", NULL}, false},
	{"sort", of_sort, {NULL}, false},
	{"sort", of_sort, {"data=copy", "tasks=8", "elements=1025", NULL}, false},
	{"sort", of_sort, {"tasks=1", NULL}, false},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(every_model_does_exactly_the_work_that_is_described)
{
	every_model_does(&rows[_i], exec_main);
}
END_TEST

START_TEST(loops_that_cannot_share_say_so_instead_of_trying)
{
	static const char *const names[] = {
		"switch", "ring", "wakeup", "queue", "lock", "forkjoin", "sort"};
	struct record record = {0};

	cell_run(names[_i], "async-multi", "", &record);
	ck_assert_int_eq((int)record.status, STATUS_IMPOSSIBLE);
	ck_assert_str_eq(record.reason, model_apart(model_find("async-multi")));
	record_release(&record);
}
END_TEST

START_TEST(what_tasks_compete_for_comes_with_its_fairness)
{
	static const char *const names[] = {"queue", "lock"};
	static const char *const shared[] = {"async", "threads", "threads-gil", "processes"};
	struct record record;

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		cell_run(names[_i], shared[i], "--rounds 3", &record);
		ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
		ck_assert(record.fairness.fastest_per_s >= record.fairness.slowest_per_s);
		/* the tasks' times lie inside the window, so no sum of rates is below the whole's
		 */
		double all = (double)record.work.operations * 1e9 / (double)record.window.ns;
		ck_assert(record.fairness.fastest_per_s * (double)record.work.tasks >= all);
		record_release(&record);
	}
	cell_run("lock", "sequential", "", &record);
	ck_assert(record.fairness.fastest_per_s == 0);
	record_release(&record);
	cell_run("hash", "threads", "", &record);
	ck_assert(record.fairness.fastest_per_s == 0);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/equal_primitives");
	TCase *tests = tcase_create("equal_primitives");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, every_model_does_exactly_the_work_that_is_described, 0, ROWS);
	tcase_add_loop_test(tests, loops_that_cannot_share_say_so_instead_of_trying, 0, 7);
	tcase_add_loop_test(tests, what_tasks_compete_for_comes_with_its_fairness, 0, 2);
	suite_add_tcase(suite, tests);
	return suite;
}
