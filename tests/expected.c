#include <check.h>
#include <string.h>

#include "tests/expected.h"

uint64_t number_of(uint64_t task, uint64_t operation)
{
	uint64_t value = INVOKE_SEED;

	for (int i = 0; i < 2; i++) {
		value += ((i == 0 ? task : operation) + 1) * UINT64_C(11400714819323198485);
		value = (value ^ value >> 30) * UINT64_C(13787848793156543929);
		value = (value ^ value >> 27) * UINT64_C(10723151780598845931);
		value = value ^ value >> 31;
	}
	return value;
}

uint64_t value_of(const struct record *record, const char *name)
{
	int64_t value = record_param_value(record, name, -1);

	ck_assert_msg(value >= 0, "%s has no parameter %s", record->workload, name);
	return (uint64_t)value;
}

static bool cannot(const struct workload *workload, const struct model *model)
{
	return workload->run[model->family] == NULL ||
	       ((workload->flags & WORKLOAD_SHARE) != 0 && model_apart(model) != NULL) ||
	       ((workload->flags & WORKLOAD_MEET) != 0 && model->kind == MODEL_INLINE);
}

static void is_equal(uint64_t is, uint64_t expected, const char *what, const struct record *record,
	const char *extra)
{
	ck_assert_msg(is == expected, "%s/%s %s: %s is %llx, not %llx", record->workload,
		record->model, extra == NULL ? "" : extra, what, (unsigned long long)is,
		(unsigned long long)expected);
}

static void is_as_expected(const struct expected *expected, const struct workload *workload,
	const struct model *model, exec_fn *exec)
{
	struct record record;

	invoke(&record, exec, workload, model->name, expected->extra);
	if (cannot(workload, model)) {
		ck_assert_int_eq(record.status, STATUS_IMPOSSIBLE);
	} else if (record.status != STATUS_IMPOSSIBLE || !expected->not_everywhere) {
		ck_assert_msg(record.status == STATUS_OK, "%s/%s: %s: %s", workload->name,
			model->name, status_names[record.status], record.reason);
		const struct work work = expected->work(&record);
		const char *extra = expected->extra[0];
		is_equal(record.work.rounds, 2, "rounds", &record, extra);
		is_equal(record.work.tasks, value_of(&record, "tasks"), "tasks", &record, extra);
		is_equal(record.work.operations, 2 * work.operations, "operations", &record, extra);
		is_equal(record.work.bytes, 2 * work.bytes, "bytes", &record, extra);
		is_equal(record.work.checksum, 2 * work.checksum, "checksum", &record, extra);
	}
	record_release(&record);
}

void every_model_does(const struct expected *expected, exec_fn *exec)
{
	const struct workload *workload = NULL;

	for (int i = 0; workloads[i] != NULL; i++)
		if (strcmp(workloads[i]->name, expected->workload) == 0)
			workload = workloads[i];
	ck_assert_ptr_nonnull(workload);
	for (const struct model *model = models; model->name != NULL; model++)
		if (model_runs_here(model))
			is_as_expected(expected, workload, model, exec);
}
