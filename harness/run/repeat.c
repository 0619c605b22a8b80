/*
 * What is to be measured again: see repeat.h.
 */
#include "harness/run/repeat.h"

#include <errno.h>
#include <stdlib.h>

/* The session's records of kind memory alone: only they are computed anew after each block. */
static int only_memory(struct session *memory, const struct session *session)
{
	*memory = (struct session){.header = session->header};
	memory->records = calloc((size_t)session->records_count + 1, sizeof(*memory->records));
	if (memory->records == NULL)
		return -ENOMEM;
	for (int i = 0; i < session->records_count; i++)
		if (session->records[i].kind == KIND_MEMORY)
			memory->records[memory->records_count++] = session->records[i];
	return 0;
}

/* The row that holds the session's record of that place in the order; NULL if none has figures. */
static const struct row *row_of(const struct groups *groups, int order)
{
	for (int i = 0; i < groups->count; i++)
		for (int j = 0; j < groups->groups[i].rows_count; j++) {
			const struct row *row = &groups->groups[i].rows[j];
			for (int k = 0; k < row->records_count; k++)
				if (row->records[k]->place.order == order)
					return row->status == STATUS_OK ? row : NULL;
		}
	return NULL;
}

int repeat_wide(const struct session *session, const int *records, int cells, bool *wide)
{
	struct session memory;
	struct groups groups = {0};
	int count = 0;
	int rc = only_memory(&memory, session);

	if (rc == 0)
		rc = groups_make(&groups, &memory);
	for (int i = 0; i < cells && rc == 0; i++) {
		const struct row *row = records[i] >= 0 ? row_of(&groups, records[i]) : NULL;

		wide[i] = row != NULL && row_memory_spread(row) > memory_spread_most;
		count += wide[i];
	}
	groups_free(&groups);
	free(memory.records);
	return rc == 0 ? count : rc;
}
