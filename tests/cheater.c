#include "tests/cheater.h"

#include <check.h>
#include <string.h>

#include "harness/measure/slot.h"
#include "harness/report/ledger.h"

int cheat;

/* At the end of a stretch, before it is looked at. */
static void misreport(struct slot *slot)
{
	/* also for a task that has done nothing: in forkjoin the others may have been faster */
	if (slot->index != 0)
		return;
	slot->operations -= cheat == REPORTS_ONE_OPERATION_LESS;
	slot->operations += cheat == REPORTS_ONE_OPERATION_TWICE;
	slot->bytes -= cheat == REPORTS_ONE_BYTE_LESS;
	slot->checksum += cheat == REPORTS_ANOTHER_RESULT;
}

/* Weak, since a program that does not wrap them has none. */
bool __real_slot_stretch(struct slot *slot) __attribute__((weak));
bool __wrap_slot_stretch(struct slot *slot);

bool __wrap_slot_stretch(struct slot *slot)
{
	misreport(slot);
	return __real_slot_stretch(slot);
}

enum slot_turn __real_slot_turn(struct slot *slot) __attribute__((weak));
enum slot_turn __wrap_slot_turn(struct slot *slot);

enum slot_turn __wrap_slot_turn(struct slot *slot)
{
	if (slot->rounds_left <= 1 && !slot->at_gate)
		misreport(slot);
	return __real_slot_turn(slot);
}

static void is_told_from(const struct record *honest, const struct cheater *row,
	const struct workload *workload, const char *model, exec_fn *exec)
{
	struct record record;

	cheat = row->cheat;
	invoke(&record, exec, workload, model, row->extra);
	cheat = HONEST;
	if (record.status != STATUS_IMPOSSIBLE) {
		enum status expected = row->differs_in == NULL ? STATUS_INVALID : STATUS_OK;
		ck_assert_msg(record.status == expected, "%s/%s: cheat %d: %s: %s", workload->name,
			model, row->cheat, status_names[record.status], record.reason);
		const char *difference = ledger_difference(honest, &record);
		ck_assert_msg(
			row->differs_in == NULL ||
				(difference != NULL && strcmp(difference, row->differs_in) == 0),
			"%s/%s: cheat %d differs in %s, not in %s", workload->name, model,
			row->cheat, difference == NULL ? "nothing" : difference, row->differs_in);
	}
	record_release(&record);
}

void cheater_is_told(const struct cheater *cheater, exec_fn *exec)
{
	const struct workload *workload = workload_find(cheater->workload);
	struct record honest;

	ck_assert_ptr_nonnull(workload);
	invoke(&honest, exec, workload, "threads", cheater->extra);
	ck_assert_int_eq(honest.status, STATUS_OK);
	for (const struct model *model = models; model->name != NULL; model++)
		if (model_runs_here(model))
			is_told_from(&honest, cheater, workload, model->name, exec);
	record_release(&honest);
}
