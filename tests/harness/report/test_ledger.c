#include <string.h>

#include "harness/report/ledger.h"
#include "tests/suite.h"

enum { MODELS = 6 };

static struct record records[MODELS][2];
static const struct record *pointers[MODELS][2];
static struct row rows[MODELS];
static struct group_rows group;

static const char *const names[] = {
	"sequential", "async", "threads", "thread-pool", "processes", "process-pool"};

/* n models that all did the same work per round in different numbers of rounds. */
static void set_up(int n)
{
	memset(records, 0, sizeof(records));
	memset(rows, 0, sizeof(rows));
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < 2; j++) {
			struct record_work *work = &records[i][j].work;
			work->rounds = (uint64_t)(3 + 2 * i + j);
			work->tasks = 8;
			work->operations = 26 * work->rounds;
			work->bytes = 4096 * work->rounds;
			work->checksum = 0xdeadbeefcafef00du * work->rounds; /* wraps */
			pointers[i][j] = &records[i][j];
		}
		rows[i] =
			(struct row){.model = names[i], .records = pointers[i], .records_count = 2};
	}
	group = (struct group_rows){.rows = rows, .rows_count = n};
}

/* The load had phases, of which each model got as many requests as it can answer. */
static void set_up_courses(struct course *courses)
{
	set_up(3);
	for (int i = 0; i < 3; i++) {
		courses[i] = (struct course){.phases_count = 1,
			.phases = {{.name = "2x", .span_ns = 9}},
			.sent = 100 + (uint64_t)i,
			.answered = 100 + (uint64_t)i};
		courses[i].phases[0].intended = courses[i].phases[0].good = courses[i].sent;
		for (int j = 0; j < 2; j++) {
			records[i][j].course = &courses[i];
			records[i][j].work.operations = courses[i].sent;
		}
	}
}

static int refused(void)
{
	int count = 0;

	for (int i = 0; i < group.rows_count; i++)
		count += rows[i].status == STATUS_INVALID;
	return count;
}

static void cheat(int model, const char *how)
{
	for (int j = 0; j < 2; j++) {
		struct record_work *work = &records[model][j].work;
		if (strcmp(how, "tasks") == 0)
			work->tasks++;
		else if (strcmp(how, "operations") == 0)
			work->operations += work->rounds;
		else if (strcmp(how, "bytes") == 0)
			work->bytes -= work->rounds;
		else
			work->checksum += work->rounds;
	}
}

START_TEST(equal_work_in_different_numbers_of_rounds_passes)
{
	set_up(MODELS);
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 0);
}
END_TEST

START_TEST(one_that_did_other_work_is_refused_alone_and_told_why)
{
	static const char *const hows[] = {"tasks", "operations", "bytes", "checksum"};
	static const char *const reasons[] = {"refused: 9 tasks, sequential has 8 tasks",
		"refused: 27 operations per round, sequential has 26 operations per round",
		"refused: 4095 bytes per round, sequential has 4096 bytes per round",
		"refused: its checksum is not that of sequential"};

	for (int i = 0; i < 4; i++) {
		set_up(MODELS);
		cheat(3, hows[i]);
		ledger_judge(&group);
		ck_assert_int_eq(refused(), 1);
		ck_assert_int_eq(rows[3].status, STATUS_INVALID);
		ck_assert_str_eq(rows[3].reason, reasons[i]);
	}
}
END_TEST

START_TEST(one_operation_in_millions_is_noticed)
{
	set_up(3);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 2; j++)
			records[i][j].work.operations = 1ull << 62;
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 2; j++)
			records[i][j].work.rounds = 1ull << 40;
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 2; j++)
			records[i][j].work.bytes = records[i][j].work.checksum = 0;
	records[1][0].work.operations++;
	records[1][1].work.operations++;
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 1);
	ck_assert_int_eq(rows[1].status, STATUS_INVALID);
}
END_TEST

START_TEST(of_two_that_differ_both_are_refused)
{
	set_up(2);
	cheat(1, "operations");
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 2);
	ck_assert_str_eq(rows[0].reason,
		"refused: 26 operations per round, async has 27 operations per round");
}
END_TEST

START_TEST(without_a_majority_all_are_refused)
{
	set_up(4);
	cheat(2, "bytes");
	cheat(3, "bytes");
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 4);
}
END_TEST

START_TEST(a_row_must_agree_with_itself_and_then_has_no_vote)
{
	set_up(3);
	records[0][1].work.operations++;
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 1);
	ck_assert_str_eq(rows[0].reason, "refused: its invocations differ in operations");
}
END_TEST

START_TEST(failed_invocations_are_not_compared)
{
	set_up(3);
	records[0][0].work.operations = 1;
	records[0][0].status = STATUS_FAILED;
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 0);
}
END_TEST

START_TEST(a_lone_row_is_printed)
{
	set_up(1);
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 0);
}
END_TEST

START_TEST(guests_that_agree_in_what_is_wrong_do_not_outvote_ours)
{
	set_up(4);
	for (int i = 1; i < 4; i++) {
		strcpy(records[i][0].guest.program, "./guest");
		strcpy(records[i][1].guest.program, "./guest");
		cheat(i, "operations");
	}
	ledger_judge(&group);
	ck_assert_int_eq(rows[0].status, STATUS_OK);
	ck_assert_int_eq(refused(), 3);
}
END_TEST

START_TEST(guests_alone_judge_each_other)
{
	set_up(3);
	for (int i = 0; i < 3; i++)
		strcpy(records[i][0].guest.program, "./guest");
	cheat(1, "checksum");
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 1);
	ck_assert_int_eq(rows[1].status, STATUS_INVALID);
}
END_TEST

START_TEST(courses_of_other_capacities_are_compared_by_their_phases)
{
	struct course courses[3];

	set_up_courses(courses);
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 0);
	set_up_courses(courses);
	courses[1].phases[0].span_ns++;
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 1);
	ck_assert_int_eq(rows[1].status, STATUS_INVALID);
}
END_TEST

START_TEST(a_course_that_does_not_add_up_is_refused)
{
	struct course courses[3];

	set_up_courses(courses);
	courses[2].phases[0].good--;
	ledger_judge(&group);
	ck_assert_int_eq(refused(), 1);
	ck_assert_msg(strstr(rows[2].reason, "do not add up") != NULL, "%s", rows[2].reason);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ledger");
	TCase *c = tcase_create("ledger");

	tcase_add_test(c, equal_work_in_different_numbers_of_rounds_passes);
	tcase_add_test(c, one_that_did_other_work_is_refused_alone_and_told_why);
	tcase_add_test(c, one_operation_in_millions_is_noticed);
	tcase_add_test(c, of_two_that_differ_both_are_refused);
	tcase_add_test(c, without_a_majority_all_are_refused);
	tcase_add_test(c, a_row_must_agree_with_itself_and_then_has_no_vote);
	tcase_add_test(c, failed_invocations_are_not_compared);
	tcase_add_test(c, a_lone_row_is_printed);
	tcase_add_test(c, guests_that_agree_in_what_is_wrong_do_not_outvote_ours);
	tcase_add_test(c, guests_alone_judge_each_other);
	tcase_add_test(c, courses_of_other_capacities_are_compared_by_their_phases);
	tcase_add_test(c, a_course_that_does_not_add_up_is_refused);
	suite_add_tcase(s, c);
	return s;
}
