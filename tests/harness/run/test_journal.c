#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

/* wrap: write */

ssize_t __real_write(int fd, const void *buffer, size_t bytes);
ssize_t __wrap_write(int fd, const void *buffer, size_t bytes);

/* Writes to this descriptor have so much room left; -1 = no descriptor. */
static int halved_fd = -1; /* writes to it take one half at most */
static int limited_fd = -1, out_of_room = ENOSPC;
static size_t room;

ssize_t __wrap_write(int fd, const void *buffer, size_t bytes)
{
	if (fd == halved_fd && bytes > 1)
		return __real_write(fd, buffer, bytes / 2);
	if (fd != limited_fd)
		return __real_write(fd, buffer, bytes);
	if (room == 0) {
		errno = out_of_room;
		return -1;
	}
	ssize_t wrote = __real_write(fd, buffer, bytes < room ? bytes : room);
	room -= wrote > 0 ? (size_t)wrote : 0;
	return wrote;
}

static char folder[] = "/tmp/concbench-journal-XXXXXX";
static struct run_plan plan;
static struct run_header header;
static struct journal journal;

static void set_up(void)
{
	strcpy(folder, "/tmp/concbench-journal-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	scripted_plan(&plan, "quick", "echo");
	scripted_header(&header, &plan);
}

static void tear_down(void)
{
	char command[64];

	limited_fd = -1;
	out_of_room = ENOSPC;
	journal_close(&journal);
	plan_free(&plan);
	run_header_release(&header);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static int measure(void)
{
	struct scripted scripted;
	struct progress silent = {0};

	scripted_init(&scripted);
	struct run run = {.plan = &plan,
		.effort = effort_find("quick"),
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	return run_execute(&run);
}

START_TEST(a_run_is_named_by_time_host_and_commit_and_latest_links_to_its_folder)
{
	char link[PATH_MAX], target[PATH_MAX] = "";
	struct stat status;

	ck_assert_int_eq(journal_open(&journal, folder, &header), 0);
	ck_assert_str_eq(journal.session.header.session, "20261122T134147Z-paper-88d4e84");
	snprintf(link, sizeof(link), "%s/latest", folder);
	ck_assert_int_gt(readlink(link, target, sizeof(target) - 1), 0);
	ck_assert_str_eq(target, "20261122T134147Z-paper-88d4e84");
	ck_assert_int_eq(stat(link, &status), 0);
	ck_assert(S_ISDIR(status.st_mode));
}
END_TEST

START_TEST(two_runs_of_one_second_have_two_files)
{
	struct journal second;

	ck_assert_int_eq(journal_open(&journal, folder, &header), 0);
	ck_assert_int_eq(journal_open(&second, folder, &header), 0);
	ck_assert_str_eq(second.session.header.session, "20261122T134147Z-paper-88d4e84-2");
	ck_assert_str_ne(journal.path, second.path);
	journal_close(&second);
}
END_TEST

START_TEST(every_record_is_in_the_file_at_once)
{
	struct session session;
	char error[400];

	ck_assert_int_eq(journal_open(&journal, folder, &header), 0);
	ck_assert_int_eq(measure(), 0);
	/* read while it is still open: nothing waits in a buffer */
	ck_assert_int_eq(session_read(&session, journal.path, error, sizeof(error)), 0);
	ck_assert_int_eq(session.records_count, plan.steps_count);
	session_free(&session);
}
END_TEST

START_TEST(a_full_disk_is_told_and_what_was_measured_stays_readable)
{
	struct session session;
	char error[400];

	ck_assert_int_eq(journal_open(&journal, folder, &header), 0);
	limited_fd = journal.fd;
	room = 0;
	ck_assert_int_eq(measure(), -ENOSPC);
	ck_assert_int_eq(journal.session.records_count, 1);
	limited_fd = -1;
	ck_assert_int_eq(session_read(&session, journal.path, error, sizeof(error)), 0);
	ck_assert_int_eq(session.records_count, 0);
	ck_assert_ptr_eq(strstr(session.cut, "ends early, after line 1, "), session.cut);
	session_free(&session);
}
END_TEST

static const int reasons[] = {ENOSPC, EDQUOT, EFBIG, EIO};
enum { REASONS = sizeof(reasons) / sizeof(reasons[0]) };

START_TEST(a_write_of_half_a_line_is_told_with_the_reason_of_the_rest)
{
	out_of_room = reasons[_i];
	ck_assert_int_eq(journal_open(&journal, folder, &header), 0);
	limited_fd = journal.fd;
	room = 100;
	ck_assert_int_eq(measure(), -reasons[_i]);
}
END_TEST

START_TEST(a_line_that_is_written_in_two_parts_is_whole)
{
	struct session session;
	char error[400];

	ck_assert_int_eq(journal_open(&journal, folder, &header), 0);
	halved_fd = journal.fd;
	ck_assert_int_eq(measure(), 0);
	halved_fd = -1;
	ck_assert_int_eq(session_read(&session, journal.path, error, sizeof(error)), 0);
	ck_assert_int_eq(session.records_count, plan.steps_count);
	session_free(&session);
}
END_TEST

START_TEST(a_line_that_fits_by_half_is_taken_back)
{
	struct session session;
	char error[400];

	ck_assert_int_eq(journal_open(&journal, folder, &header), 0);
	limited_fd = journal.fd;
	room = 20000;
	ck_assert_int_eq(measure(), -ENOSPC);
	int measured = journal.session.records_count;
	ck_assert_int_gt(measured, 1);
	limited_fd = -1;
	ck_assert_int_eq(session_read(&session, journal.path, error, sizeof(error)), 0);
	ck_assert_ptr_nonnull(strstr(session.cut, "ends early, "));
	/* the last one is in memory only */
	ck_assert_int_eq(session.records_count, measured - 1);
	session_free(&session);
}
END_TEST

START_TEST(a_disk_that_is_full_from_the_start_leaves_no_file)
{
	char command[200];

	/* the next descriptor is the file's */
	int next = dup(0);
	close(next);
	limited_fd = next;
	room = 10;
	ck_assert_int_eq(journal_open(&journal, folder, &header), -ENOSPC);
	snprintf(command, sizeof(command), "test -z \"$(ls -A %s)\"", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(a_folder_that_cannot_be_made_is_an_error)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/file", folder);
	fclose(fopen(path, "w"));
	strcat(path, "/results");
	ck_assert_int_eq(journal_open(&journal, path, &header), -ENOTDIR);
}
END_TEST

START_TEST(folders_on_the_way_are_made)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/a/b/c", folder);
	ck_assert_int_eq(journal_open(&journal, path, &header), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("journal");
	TCase *c = tcase_create("journal");

	tcase_set_timeout(c, 30);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, a_run_is_named_by_time_host_and_commit_and_latest_links_to_its_folder);
	tcase_add_test(c, two_runs_of_one_second_have_two_files);
	tcase_add_test(c, every_record_is_in_the_file_at_once);
	tcase_add_test(c, a_full_disk_is_told_and_what_was_measured_stays_readable);
	tcase_add_loop_test(
		c, a_write_of_half_a_line_is_told_with_the_reason_of_the_rest, 0, REASONS);
	tcase_add_test(c, a_line_that_is_written_in_two_parts_is_whole);
	tcase_add_test(c, a_line_that_fits_by_half_is_taken_back);
	tcase_add_test(c, a_disk_that_is_full_from_the_start_leaves_no_file);
	tcase_add_test(c, a_folder_that_cannot_be_made_is_an_error);
	tcase_add_test(c, folders_on_the_way_are_made);
	suite_add_tcase(s, c);
	return s;
}
