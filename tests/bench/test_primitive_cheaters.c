/*
 * Whoever does less than the others, or says more, is refused: one cheat at a time is seeded into
 * one cell of the workloads whose tasks hand something to each other.
 */
/* wrap: slot_stretch slot_turn sort_part lock_inside sync_event_wait async_event_wait */
/* wrap: thread_queue_put process_queue_put async_queue_put */
#include <string.h>

#include "bench/lock/lock.h"
#include "bench/sort/sort.h"
#include "harness/cli/cli.h"
#include "harness/report/ledger.h"
#include "models/async/async.h"
#include "models/processes/processes.h"
#include "models/threads/threads.h"
#include "tests/invoke.h"
#include "tests/suite.h"

/* What is wrong with the cell; set before it is invoked, so all its processes have it. */
static enum cheat {
	HONEST,
	REPORTS_ONE_OPERATION_LESS,
	REPORTS_ONE_OPERATION_TWICE,
	REPORTS_ANOTHER_RESULT,
	LOSES_ITEMS,
	PUTS_ITEMS_TWICE,
	WAKES_EARLY,
	SORTS_NOTHING,
	SKIPS_SECTIONS
} cheat;

/* At the end of a stretch, before it is looked at. */
static void misreport(struct slot *slot)
{
	/* also for a task that has done nothing: in forkjoin the others may have been faster */
	if (slot->index == 0) {
		slot->operations -= cheat == REPORTS_ONE_OPERATION_LESS;
		slot->operations += cheat == REPORTS_ONE_OPERATION_TWICE;
		slot->checksum += cheat == REPORTS_ANOTHER_RESULT;
	}
}

bool __real_slot_stretch(struct slot *slot);
bool __wrap_slot_stretch(struct slot *slot);

bool __wrap_slot_stretch(struct slot *slot)
{
	misreport(slot);
	return __real_slot_stretch(slot);
}

enum slot_turn __real_slot_turn(struct slot *slot);
enum slot_turn __wrap_slot_turn(struct slot *slot);

enum slot_turn __wrap_slot_turn(struct slot *slot)
{
	if (slot->rounds_left <= 1 && !slot->at_gate)
		misreport(slot);
	return __real_slot_turn(slot);
}

void __real_lock_inside(const struct lock_plan *plan);
void __wrap_lock_inside(const struct lock_plan *plan);

void __wrap_lock_inside(const struct lock_plan *plan)
{
	static uint64_t sections;

	if (cheat != SKIPS_SECTIONS || sections++ % 3 != 0)
		__real_lock_inside(plan);
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

static const struct cheater {
	const char *workload;
	enum cheat cheat;
	const char *differs_in;
} rows[] = {
	{"switch", REPORTS_ONE_OPERATION_LESS, "operations"},
	{"switch", REPORTS_ONE_OPERATION_TWICE, "operations"},
	{"switch", REPORTS_ANOTHER_RESULT, "checksum"},
	{"ring", REPORTS_ONE_OPERATION_LESS, "operations"},
	{"ring", REPORTS_ONE_OPERATION_TWICE, "operations"},
	{"ring", REPORTS_ANOTHER_RESULT, "checksum"},
	{"wakeup", WAKES_EARLY, "checksum"},
	{"queue", LOSES_ITEMS, "operations"},
	{"queue", PUTS_ITEMS_TWICE, "operations"},
	{"lock", REPORTS_ONE_OPERATION_LESS, "operations"},
	{"lock", REPORTS_ONE_OPERATION_TWICE, "operations"},
	{"lock", REPORTS_ANOTHER_RESULT, "checksum"},
	{"lock", SKIPS_SECTIONS, "operations"},
	{"forkjoin", REPORTS_ONE_OPERATION_LESS, "operations"},
	{"forkjoin", REPORTS_ONE_OPERATION_TWICE, "operations"},
	{"forkjoin", REPORTS_ANOTHER_RESULT, "checksum"},
	{"sort", REPORTS_ONE_OPERATION_LESS, "operations"},
	{"sort", REPORTS_ONE_OPERATION_TWICE, "operations"},
	{"sort", SORTS_NOTHING, "checksum"},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void is_told_from(const struct record *honest, const struct cheater *row,
	const struct workload *workload, const char *model)
{
	struct record record;

	cheat = row->cheat;
	invoke(&record, exec_main, workload, model, NULL);
	cheat = HONEST;
	if (record.status != STATUS_IMPOSSIBLE) {
		ck_assert_msg(record.status == STATUS_OK, "%s/%s: %s: %s", workload->name, model,
			status_names[record.status], record.reason);
		const char *difference = ledger_difference(honest, &record);
		ck_assert_msg(difference != NULL && strcmp(difference, row->differs_in) == 0,
			"%s/%s: cheat %d differs in %s, not in %s", workload->name, model,
			row->cheat, difference == NULL ? "nothing" : difference, row->differs_in);
	}
	record_release(&record);
}

START_TEST(a_cell_that_cheats_is_told_from_an_honest_one)
{
	const struct cheater *row = &rows[_i];
	const struct workload *workload = workload_find(row->workload);
	struct record honest;

	ck_assert_ptr_nonnull(workload);
	invoke(&honest, exec_main, workload, "threads", NULL);
	ck_assert_int_eq(honest.status, STATUS_OK);
	for (const struct model *model = models; model->name != NULL; model++)
		if (model_runs_here(model))
			is_told_from(&honest, row, workload, model->name);
	record_release(&honest);
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
