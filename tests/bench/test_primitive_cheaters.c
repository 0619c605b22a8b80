/*
 * Whoever does less than the others, or says more, is refused: one cheat at a time is seeded into
 * one cell of the workloads whose tasks hand something to each other.
 */
/* wrap: slot_stretch slot_turn sort_part lock_inside sync_event_wait async_event_wait */
/* wrap: forkjoin_work thread_queue_put process_queue_put async_queue_put */
#include <string.h>

#include "bench/forkjoin/forkjoin.h"
#include "bench/lock/lock.h"
#include "bench/sort/sort.h"
#include "harness/cli/cli.h"
#include "models/async/async.h"
#include "models/processes/processes.h"
#include "models/threads/threads.h"
#include "tests/cheater.h"
#include "tests/suite.h"

/* In what the family does. */
enum {
	LOSES_ITEMS = CHEATS,
	PUTS_ITEMS_TWICE,
	WAKES_EARLY,
	SORTS_NOTHING,
	SKIPS_SECTIONS,
	FORGETS_CHILDREN
};

void __real_lock_inside(const struct lock_plan *plan);
void __wrap_lock_inside(const struct lock_plan *plan);

void __wrap_lock_inside(const struct lock_plan *plan)
{
	static uint64_t sections;

	if (cheat != SKIPS_SECTIONS || sections++ % 3 != 0)
		__real_lock_inside(plan);
}

int __real_forkjoin_work(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children);
int __wrap_forkjoin_work(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children);

/* Some unit does its own work and creates nothing. */
int __wrap_forkjoin_work(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children)
{
	int count = __real_forkjoin_work(plan, number, children);

	return cheat == FORGETS_CHILDREN && number == 2 ? 0 : count;
}

void __real_sort_part(const struct sort_plan *plan);
void __wrap_sort_part(const struct sort_plan *plan);

void __wrap_sort_part(const struct sort_plan *plan)
{
	if (cheat != SORTS_NOTHING)
		__real_sort_part(plan);
}

int __real_sync_event_wait(struct sync_event *event, uint64_t timeout_ns);
int __wrap_sync_event_wait(struct sync_event *event, uint64_t timeout_ns);

int __wrap_sync_event_wait(struct sync_event *event, uint64_t timeout_ns)
{
	return cheat == WAKES_EARLY ? 0 : __real_sync_event_wait(event, timeout_ns);
}

int __real_async_event_wait(struct async_event *event);
int __wrap_async_event_wait(struct async_event *event);

int __wrap_async_event_wait(struct async_event *event)
{
	return cheat == WAKES_EARLY ? 0 : __real_async_event_wait(event);
}

/* How often an item is put: every third is a victim, never an end mark, which is 0. */
static int times(bool is_item)
{
	static uint64_t items;

	if (!is_item || items++ % 3 != 0)
		return 1;
	return cheat == LOSES_ITEMS ? 0 : cheat == PUTS_ITEMS_TWICE ? 2 : 1;
}

int __real_thread_queue_put(struct thread_queue *queue, void *item, uint64_t timeout_ns);
int __wrap_thread_queue_put(struct thread_queue *queue, void *item, uint64_t timeout_ns);

int __wrap_thread_queue_put(struct thread_queue *queue, void *item, uint64_t timeout_ns)
{
	int rc = 0;

	for (int i = times(item != NULL); i > 0 && rc == 0; i--)
		rc = __real_thread_queue_put(queue, item, timeout_ns);
	return rc;
}

int __real_process_queue_put(struct process_queue *queue, const void *item, uint64_t timeout_ns);
int __wrap_process_queue_put(struct process_queue *queue, const void *item, uint64_t timeout_ns);

int __wrap_process_queue_put(struct process_queue *queue, const void *item, uint64_t timeout_ns)
{
	uint64_t value = 0;
	int rc = 0;

	memcpy(&value, item, queue->item_bytes); /* numbers of four bytes or of eight */
	for (int i = times(value != 0); i > 0 && rc == 0; i--)
		rc = __real_process_queue_put(queue, item, timeout_ns);
	return rc;
}

int __real_async_queue_put(struct async_queue *queue, intptr_t item);
int __wrap_async_queue_put(struct async_queue *queue, intptr_t item);

int __wrap_async_queue_put(struct async_queue *queue, intptr_t item)
{
	int rc = 0;

	for (int i = times(item != 0); i > 0 && rc == 0; i--)
		rc = __real_async_queue_put(queue, item);
	return rc;
}

static const struct cheater rows[] = {
	{"switch", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"switch", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"switch", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"ring", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"ring", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"ring", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"wakeup", WAKES_EARLY, "checksum", {NULL}},
	{"queue", LOSES_ITEMS, "operations", {NULL}},
	{"queue", PUTS_ITEMS_TWICE, "operations", {NULL}},
	{"lock", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"lock", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"lock", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"lock", SKIPS_SECTIONS, "operations", {NULL}},
	{"forkjoin", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"forkjoin", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"forkjoin", FORGETS_CHILDREN, "operations", {NULL}},
	{"forkjoin", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"sort", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"sort", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"sort", SORTS_NOTHING, "checksum", {NULL}},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(a_cell_that_cheats_is_told_from_an_honest_one)
{
	cheater_is_told(&rows[_i], exec_main);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/primitive_cheaters");
	TCase *tests = tcase_create("primitive_cheaters");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_cell_that_cheats_is_told_from_an_honest_one, 0, ROWS);
	suite_add_tcase(suite, tests);
	return suite;
}
