#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/report/seal.h"
#include "harness/report/session.h"
#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

enum { LINES_MAX = 64 };

static char folder[64], path[4096];
static char *lines[LINES_MAX]; /* of a sound run, with newlines */
static int lines_count;
static char error[400];

/* A run of echo in smoke: header, 4 records, end. */
static void make_run(void)
{
	struct scripted scripted;
	struct run_plan plan;
	struct journal journal;
	struct run_header header;
	struct progress silent = {0};
	char *line = NULL;
	size_t room = 0;

	strcpy(folder, "/tmp/concbench-session-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	scripted_init(&scripted);
	scripted_plan(&plan, "smoke", "echo");
	scripted_header(&header, &plan);
	ck_assert_int_eq(journal_open(&journal, folder, &header), 0);
	struct run run = {.plan = &plan,
		.effort = effort_find("smoke"),
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	ck_assert_int_eq(run_execute(&run), 0);
	strcpy(path, journal.path);
	FILE *file = fopen(path, "r");
	for (lines_count = 0; getline(&line, &room, file) > 0; lines_count++)
		lines[lines_count] = strdup(line);
	fclose(file);
	free(line);
	journal_close(&journal);
	plan_free(&plan);
	run_header_release(&header);
}

static void remove_run(void)
{
	char command[100];

	for (int i = 0; i < lines_count; i++)
		free(lines[i]);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void write_lines(void)
{
	FILE *file = fopen(path, "w");

	for (int i = 0; i < lines_count; i++)
		if (lines[i] != NULL)
			fputs(lines[i], file);
	fclose(file);
}

static int read_back(struct session *session)
{
	error[0] = '\0';
	return session_read(session, path, error, sizeof(error));
}

static void expect_refused(const char *message)
{
	struct session session;

	write_lines();
	ck_assert_int_eq(read_back(&session), -EINVAL);
	ck_assert_msg(strstr(error, message) != NULL, "'%s' instead of '%s'", error, message);
	session_free(&session);
}

START_TEST(a_sound_file_is_read_whole)
{
	struct session session;

	ck_assert_int_eq(lines_count, 6);
	ck_assert_int_eq(read_back(&session), 0);
	ck_assert_int_eq(session.records_count, 4);
	ck_assert_str_eq(session.cut, "");
	ck_assert_ptr_nonnull(session_end(&session));
	ck_assert_str_eq(session_end(&session)->text, "");
	session_free(&session);
}
END_TEST

START_TEST(a_file_cut_in_its_last_line_is_read_up_to_there_with_a_warning)
{
	struct session session;

	free(lines[5]);
	lines[5] = NULL;
	lines[4][strlen(lines[4]) / 2] = '\0';
	write_lines();
	ck_assert_int_eq(read_back(&session), 0);
	ck_assert_int_eq(session.records_count, 3);
	ck_assert_str_eq(session.cut, "line 5 is cut off: read up to line 4");
	ck_assert_ptr_null(session_end(&session));
	session_free(&session);
}
END_TEST

START_TEST(a_file_cut_between_two_lines_is_read_up_to_there_with_a_warning)
{
	struct session session;

	free(lines[5]);
	free(lines[4]);
	lines[5] = lines[4] = NULL;
	write_lines();
	ck_assert_int_eq(read_back(&session), 0);
	ck_assert_int_eq(session.records_count, 3);
	ck_assert_ptr_eq(
		strstr(session.cut, "ends early, after line 4, without the run's end: 3 of "),
		session.cut);
	session_free(&session);
}
END_TEST

START_TEST(a_line_cut_in_the_middle_of_the_file_is_refused_with_its_number)
{
	strcpy(lines[2] + strlen(lines[2]) / 2, "\n");
	expect_refused("line 3: has no seal");
}
END_TEST

START_TEST(an_edited_figure_is_refused_with_its_line_number)
{
	char *at = strstr(lines[3], "\"operations\":");

	ck_assert_ptr_nonnull(at);
	at[strlen("\"operations\":")] ^= 1;
	expect_refused("line 4: was changed");
}
END_TEST

START_TEST(every_edited_byte_of_a_line_is_noticed)
{
	struct session session;
	size_t bytes = strlen(lines[1]);

	/* every 13th: a few hundred files are enough */
	for (size_t i = 0; i + 1 < bytes; i += 13) {
		lines[1][i] ^= 1;
		write_lines();
		ck_assert_int_eq(read_back(&session), -EINVAL);
		ck_assert_int_eq(strncmp(error, "line 2: ", 8), 0);
		session_free(&session);
		lines[1][i] ^= 1;
	}
}
END_TEST

START_TEST(a_lost_line_is_refused)
{
	free(lines[2]);
	lines[2] = NULL;
	expect_refused("line 3: was changed, or lines before it were");
}
END_TEST

START_TEST(swapped_and_doubled_lines_are_refused)
{
	char *kept = lines[2];

	lines[2] = lines[3];
	lines[3] = kept;
	expect_refused("line 3: ");
	free(lines[2]);
	lines[2] = strdup(kept);
	expect_refused("line 4: ");
}
END_TEST

START_TEST(a_foreign_file_is_refused)
{
	strcpy(lines[0], "{\"results\": []}\n");
	expect_refused("line 1: not the header of a concbench run");
	free(lines[0]);
	lines[0] = strdup("hello\n");
	expect_refused("line 1: not the header of a concbench run");
	free(lines[0]);
	lines[0] = strdup("\n");
	expect_refused("line 1: not the header of a concbench run");
}
END_TEST

START_TEST(an_empty_or_missing_file_is_refused)
{
	struct session session;

	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_int_eq(read_back(&session), -EINVAL);
	ck_assert_str_eq(error, "line 1: not the header of a concbench run");
	session_free(&session);
	unlink(path);
	ck_assert_int_eq(read_back(&session), -ENOENT);
	ck_assert_str_eq(error, "No such file or directory");
	session_free(&session);
	/* what remove_run expects */
	strcpy(path, folder);
	ck_assert_int_eq(read_back(&session), -EISDIR);
	session_free(&session);
}
END_TEST

START_TEST(what_may_never_end_is_refused)
{
	struct session session;
	char fifo[300];

	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(session_read(&session, fifo, error, sizeof(error)), -ENOTSUP);
	ck_assert_str_eq(error, "not a file");
	session_free(&session);
	unlink(fifo);
	ck_assert_int_eq(session_read(&session, "/dev/zero", error, sizeof(error)), -ENOTSUP);
	session_free(&session);
}
END_TEST

/* Seals the lines anew, as somebody would who knows how: what they say is still checked. */
static void seal_again(void)
{
	uint64_t chain = SEAL_START;

	for (int i = 0; i < lines_count; i++) {
		size_t bytes = strlen(lines[i]) - 29;
		char *plain = strndup(lines[i], bytes + 2);
		strcpy(plain + bytes, "}\n");
		free(lines[i]);
		lines[i] = seal_line(plain, &chain);
		free(plain);
	}
}

START_TEST(a_record_of_another_run_is_refused)
{
	char *at = strstr(lines[2], "\"session\":\"");

	at[strlen("\"session\":\"")] = '3';
	seal_again();
	expect_refused("line 3: belongs to another run");
}
END_TEST

START_TEST(a_record_out_of_range_is_refused_with_field_and_line)
{
	char *at = strstr(lines[2], "\"steady\":");

	at[strlen("\"steady\":")] = '7';
	seal_again();
	expect_refused("line 3: work.steady: 7 is out of range 0 .. 1");
}
END_TEST

START_TEST(lines_after_the_end_are_refused)
{
	char *end = lines[5];

	lines[5] = lines[4];
	lines[4] = end;
	seal_again();
	expect_refused("line 6: comes after the end of the run");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("session");
	TCase *c = tcase_create("session");

	tcase_set_timeout(c, 30);
	tcase_add_checked_fixture(c, make_run, remove_run);
	tcase_add_test(c, a_sound_file_is_read_whole);
	tcase_add_test(c, a_file_cut_in_its_last_line_is_read_up_to_there_with_a_warning);
	tcase_add_test(c, a_file_cut_between_two_lines_is_read_up_to_there_with_a_warning);
	tcase_add_test(c, a_line_cut_in_the_middle_of_the_file_is_refused_with_its_number);
	tcase_add_test(c, an_edited_figure_is_refused_with_its_line_number);
	tcase_add_test(c, every_edited_byte_of_a_line_is_noticed);
	tcase_add_test(c, a_lost_line_is_refused);
	tcase_add_test(c, swapped_and_doubled_lines_are_refused);
	tcase_add_test(c, a_foreign_file_is_refused);
	tcase_add_test(c, an_empty_or_missing_file_is_refused);
	tcase_add_test(c, what_may_never_end_is_refused);
	tcase_add_test(c, a_record_of_another_run_is_refused);
	tcase_add_test(c, a_record_out_of_range_is_refused_with_field_and_line);
	tcase_add_test(c, lines_after_the_end_are_refused);
	suite_add_tcase(s, c);
	return s;
}
