/*
 * Whoever does less than the others, or says more, is refused: one cheat at a time is seeded into
 * one cell of the workloads whose tasks hand something to each other.
 */
/* wrap: slot_stretch slot_turn sort_part lock_inside sync_event_wait async_event_wait */
/* wrap: switch_plan switch_count ring_plan ring_count ring_turn */
/* wrap: forkjoin_work thread_queue_put process_queue_put async_queue_put */
#include <string.h>

#include "bench/forkjoin/forkjoin.h"
#include "bench/lock/lock.h"
#include "bench/ring/ring.h"
#include "bench/sort/sort.h"
#include "bench/switch/switch.h"
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
	LOSES_AN_ELEMENT,
	SKIPS_SECTIONS,
	PASSES_SECTIONS_TWICE,
	FORGETS_CHILDREN,
	SKIPS_A_UNITS_WORK,
	DOES_A_UNITS_WORK_TWICE,
	LOSES_A_HOP,
	HANDS_OVER_TWICE,
	LEAVES_OUT_THE_LAST
};

int __real_switch_plan(struct switch_plan *plan, const struct slot *slot);
int __wrap_switch_plan(struct switch_plan *plan, const struct slot *slot);

/* Both of a pair, or each would wait for the other. */
int __wrap_switch_plan(struct switch_plan *plan, const struct slot *slot)
{
	int rc = __real_switch_plan(plan, slot);

	plan->operations -= cheat == LOSES_A_HOP;
	plan->operations += cheat == HANDS_OVER_TWICE;
	return rc;
}

void __real_switch_count(struct slot *slot, const struct switch_plan *plan);
void __wrap_switch_count(struct slot *slot, const struct switch_plan *plan);

/* Claims what was asked for, whatever has been done. */
void __wrap_switch_count(struct slot *slot, const struct switch_plan *plan)
{
	struct switch_plan claimed = *plan;

	claimed.operations += cheat == LOSES_A_HOP;
	claimed.operations -= cheat == HANDS_OVER_TWICE;
	__real_switch_count(slot, &claimed);
}

enum { LAPS = 5 }; /* of the token, of the smoke size */

int __real_ring_plan(struct ring_plan *plan, const struct slot *slot);
int __wrap_ring_plan(struct ring_plan *plan, const struct slot *slot);

/* The last but one hands the token to the first, and the last is never visited. */
int __wrap_ring_plan(struct ring_plan *plan, const struct slot *slot)
{
	int rc = __real_ring_plan(plan, slot);
	const size_t last = (size_t)slot->orders->tasks - 1;

	if (cheat == LEAVES_OUT_THE_LAST && plan->next == last)
		plan->next = 0;
	if (cheat == LEAVES_OUT_THE_LAST && plan->turn == last)
		plan->laps = 0;
	return rc;
}

void __real_ring_count(struct slot *slot, const struct ring_plan *plan);
void __wrap_ring_count(struct slot *slot, const struct ring_plan *plan);

void __wrap_ring_count(struct slot *slot, const struct ring_plan *plan)
{
	struct ring_plan claimed = *plan;

	if (claimed.laps == 0)
		claimed.laps = LAPS;
	__real_ring_count(slot, &claimed);
}

void __real_ring_turn(const struct ring_plan *plan);
void __wrap_ring_turn(const struct ring_plan *plan);

/* One of the tasks passes the token on as it came, or has its turn twice. */
void __wrap_ring_turn(const struct ring_plan *plan)
{
	if (cheat == HANDS_OVER_TWICE && plan->turn == 1)
		__real_ring_turn(plan);
	if (cheat != LOSES_A_HOP || plan->turn != 1)
		__real_ring_turn(plan);
}

void __real_lock_inside(const struct lock_plan *plan);
void __wrap_lock_inside(const struct lock_plan *plan);

void __wrap_lock_inside(const struct lock_plan *plan)
{
	static uint64_t sections;

	if (cheat != SKIPS_SECTIONS || sections++ % 3 != 0)
		__real_lock_inside(plan);
	if (cheat == PASSES_SECTIONS_TWICE && sections++ % 3 == 0)
		__real_lock_inside(plan);
}

int __real_forkjoin_work(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children);
int __wrap_forkjoin_work(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children);

/* Some unit does less or more than its own work, or creates nothing. */
int __wrap_forkjoin_work(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children)
{
	struct forkjoin_plan changed = *plan;

	if (number == 2 && cheat == SKIPS_A_UNITS_WORK)
		changed.iterations = 0;
	if (number == 2 && cheat == DOES_A_UNITS_WORK_TWICE)
		changed.iterations *= 2;
	int count = __real_forkjoin_work(&changed, number, children);

	return cheat == FORGETS_CHILDREN && number == 2 ? 0 : count;
}

void __real_sort_part(const struct sort_plan *plan);
void __wrap_sort_part(const struct sort_plan *plan);

void __wrap_sort_part(const struct sort_plan *plan)
{
	struct sort_plan changed = *plan;

	/* the last of the first part */
	if (cheat == LOSES_AN_ELEMENT && plan->task == 0)
		changed.elements -= changed.tasks;
	if (cheat != SORTS_NOTHING)
		__real_sort_part(&changed);
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
	{"switch", LOSES_A_HOP, "checksum", {NULL}},
	{"switch", HANDS_OVER_TWICE, "checksum", {NULL}},
	{"ring", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"ring", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"ring", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"ring", LOSES_A_HOP, "checksum", {NULL}},
	{"ring", HANDS_OVER_TWICE, "checksum", {NULL}},
	{"ring", LEAVES_OUT_THE_LAST, "checksum", {NULL}},
	{"wakeup", WAKES_EARLY, "checksum", {NULL}},
	{"wakeup", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"wakeup", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"queue", LOSES_ITEMS, "operations", {NULL}},
	{"queue", PUTS_ITEMS_TWICE, "operations", {NULL}},
	{"lock", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"lock", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"lock", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"lock", SKIPS_SECTIONS, "operations", {NULL}},
	{"lock", PASSES_SECTIONS_TWICE, "operations", {NULL}},
	{"forkjoin", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"forkjoin", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"forkjoin", FORGETS_CHILDREN, "operations", {NULL}},
	{"forkjoin", SKIPS_A_UNITS_WORK, "checksum", {NULL}},
	{"forkjoin", DOES_A_UNITS_WORK_TWICE, "checksum", {NULL}},
	{"forkjoin", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"sort", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"sort", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"sort", SORTS_NOTHING, "checksum", {NULL}},
	{"sort", LOSES_AN_ELEMENT, "checksum", {NULL}},
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
