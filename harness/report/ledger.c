#include "harness/report/ledger.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

static bool differs(uint64_t a, uint64_t a_rounds, uint64_t b, uint64_t b_rounds)
{
	return (wide)a * b_rounds != (wide)b * a_rounds;
}

const char *ledger_difference(const struct record *a, const struct record *b)
{
	const struct record_work *x = &a->work, *y = &b->work;

	if (x->tasks != y->tasks)
		return "tasks";
	/* the rates are shares of each one's own capacity: the same course, not as many requests */
	if (a->course != NULL && b->course != NULL)
		return course_like(a->course, b->course) ? NULL : "phases";
	if (differs(x->operations, x->rounds, y->operations, y->rounds))
		return "operations";
	if (differs(x->bytes, x->rounds, y->bytes, y->rounds))
		return "bytes";
	/* a sum over rounds modulo 2^64, so the products agree modulo 2^64 */
	if (x->checksum * y->rounds != y->checksum * x->rounds)
		return "checksum";
	return NULL;
}

/* The first ok record of a row; NULL if it has none. */
static const struct record *first_ok(const struct row *row)
{
	for (int i = 0; i < row->records_count; i++)
		if (row->records[i]->status == STATUS_OK)
			return row->records[i];
	return NULL;
}

static uint64_t work_of(const struct record *record, const char *what)
{
	const struct record_work *work = &record->work;

	return what[0] == 't'   ? work->tasks
	       : what[0] == 'o' ? work->operations
	       : what[0] == 'b' ? work->bytes
				: work->checksum;
}

static void __attribute__((format(printf, 2, 3))) refuse(struct row *row, const char *format, ...)
{
	va_list arguments;

	row->status = STATUS_INVALID;
	va_start(arguments, format);
	vsnprintf(row->reason, sizeof(row->reason), format, arguments);
	va_end(arguments);
}

/* "26 operations per round" or, where no whole number comes out, "105 operations in 4 rounds". */
static void describe(const struct record *record, const char *what, char *text, size_t bytes)
{
	uint64_t work = work_of(record, what), rounds = record->work.rounds;

	if (strcmp(what, "checksum") == 0)
		snprintf(text, bytes, "another checksum");
	else if (strcmp(what, "tasks") == 0)
		snprintf(text, bytes, "%llu tasks", (unsigned long long)work);
	else if (rounds > 0 && work % rounds == 0)
		snprintf(text, bytes, "%llu %s per round", (unsigned long long)(work / rounds),
			what);
	else
		snprintf(text, bytes, "%llu %s in %llu rounds", (unsigned long long)work, what,
			(unsigned long long)rounds);
}

/* All invocations of a cell must agree among themselves. */
static void judge_itself(struct row *row)
{
	const struct record *first = first_ok(row);
	char text[RECORD_REASON_MAX - 16];

	for (int i = 0; i < row->records_count; i++) {
		const struct record *record = row->records[i];
		if (record->status == STATUS_OK && record->course != NULL &&
			course_fault(record->course, text, sizeof(text))) {
			refuse(row, "refused: %s", text);
			return;
		}
	}
	for (int i = 0; first != NULL && i < row->records_count; i++) {
		if (row->records[i]->status != STATUS_OK)
			continue;
		const char *what = ledger_difference(first, row->records[i]);
		if (what == NULL)
			continue;
		refuse(row, "refused: its invocations differ in %s", what);
		return;
	}
}

static bool votes(const struct row *row)
{
	return row->status == STATUS_OK && first_ok(row) != NULL;
}

static bool is_guest(const struct row *row)
{
	return first_ok(row)->guest.program[0] != '\0';
}

static bool ours_votes(const struct group_rows *group)
{
	for (int i = 0; i < group->rows_count; i++)
		if (votes(&group->rows[i]) && !is_guest(&group->rows[i]))
			return true;
	return false;
}

/* The models of one guest may all be wrong alike: where ours are there, they alone decide. */
static bool decides(const struct group_rows *group, int at)
{
	const struct row *row = &group->rows[at];

	return votes(row) && (!is_guest(row) || !ours_votes(group));
}

/* Rows that agree with row `at`, itself included. */
static int followers(const struct group_rows *group, int at)
{
	int count = 0;

	for (int i = 0; i < group->rows_count; i++)
		if (decides(group, i) && ledger_difference(first_ok(&group->rows[at]),
						 first_ok(&group->rows[i])) == NULL)
			count++;
	return count;
}

/* The row that more than half of the voters agree with; -1 = there is none. */
static int majority(const struct group_rows *group, int voters)
{
	for (int i = 0; i < group->rows_count; i++)
		if (decides(group, i) && 2 * followers(group, i) > voters)
			return i;
	return -1;
}

/* Some row that differs from row `at`. */
static const struct row *opponent(const struct group_rows *group, int at)
{
	for (int i = 0; i < group->rows_count; i++)
		if (first_ok(&group->rows[i]) != NULL &&
			ledger_difference(first_ok(&group->rows[at]), first_ok(&group->rows[i])) !=
				NULL)
			return &group->rows[i];
	return NULL;
}

static void refuse_against(struct row *row, const struct row *other)
{
	char own[80], theirs[80];
	const char *what = ledger_difference(first_ok(row), first_ok(other));

	describe(first_ok(row), what, own, sizeof(own));
	describe(first_ok(other), what, theirs, sizeof(theirs));
	if (strcmp(what, "checksum") == 0)
		refuse(row, "refused: its checksum is not that of %s", other->model);
	else
		refuse(row, "refused: %s, %s has %s", own, other->model, theirs);
}

void ledger_judge(struct group_rows *group)
{
	int voters = 0;

	for (int i = 0; i < group->rows_count; i++) {
		if (votes(&group->rows[i]))
			judge_itself(&group->rows[i]);
	}
	for (int i = 0; i < group->rows_count; i++)
		voters += decides(group, i);
	int right = majority(group, voters);
	/* the work itself does not change, so refusing one leaves the judgement of the next */
	for (int i = 0; i < group->rows_count; i++) {
		struct row *row = &group->rows[i];
		const struct row *other = !votes(row)  ? NULL
					  : right >= 0 ? &group->rows[right]
						       : opponent(group, i);
		if (other != NULL && ledger_difference(first_ok(row), first_ok(other)) != NULL)
			refuse_against(row, other);
	}
}
