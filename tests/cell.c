/*
 * See cell.h.
 */
#include "tests/cell.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/program.h"

enum { LINE_MAX_BYTES = 1 << 20 };

int cell_run(const char *workload, const char *model, const char *more, struct record *record)
{
	char command[512], error[200] = "";
	char *line = malloc(LINE_MAX_BYTES);

	ck_assert_ptr_nonnull(line);
	snprintf(command, sizeof(command), "concbench exec %s/%s --size smoke --seed 1 %s",
		workload, model, more);
	int status = program_run(command, line, LINE_MAX_BYTES);
	int rc = record_from_json(record, line, strcspn(line, "\n"), error, sizeof(error));
	ck_assert_msg(rc == 0, "%s: %s: %.300s", command, error, line);
	free(line);
	return status;
}

bool cell_complete(const struct record *record)
{
	return record->status == STATUS_OK ||
	       (record->status == STATUS_INVALID &&
		       (strstr(record->reason, "listen backlog") != NULL ||
			       strstr(record->reason, "CPU quota") != NULL ||
			       strstr(record->reason, "upstream was") != NULL ||
			       strstr(record->reason, "upstream saturated") != NULL));
}
