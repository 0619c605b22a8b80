/*
 * Scratch files: nothing is left, the content is right, the page cache is as said.
 */
/* wrap: open */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/file/scratch.h"
#include "tests/suite.h"

enum { PIECE = 4096, BYTES = 64 * PIECE };

static char folder[] = "/var/tmp/concbench-test-XXXXXX";
static int open_fails_with; /* 0: does not */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	int mode = va_arg(arguments, int);
	va_end(arguments);
	if (open_fails_with != 0 && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = open_fails_with;
		return -1;
	}
	return __real_open(path, flags, mode);
}

static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void)
{
	rmdir(folder);
}

static int names_in_folder(void)
{
	DIR *list = opendir(folder);
	int count = 0;

	ck_assert_ptr_nonnull(list);
	for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list))
		count += entry->d_name[0] != '.';
	closedir(list);
	return count;
}

static void numbered(void *arg, char *buffer, size_t bytes, off_t offset)
{
	(void)arg;
	memset(buffer, (int)(offset / PIECE), bytes);
}

START_TEST(a_scratch_file_has_no_name)
{
	int fd = scratch_open(folder);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(names_in_folder(), 0);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(it_has_none_either_where_the_filesystem_wants_one)
{
	open_fails_with = EOPNOTSUPP;
	int fd = scratch_open(folder);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(names_in_folder(), 0);
	ck_assert_int_eq(scratch_fill(fd, BYTES, PIECE, numbered, NULL), 0);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_an_error)
{
	ck_assert_int_eq(scratch_open("/nonexistent/folder"), -ENOENT);
	open_fails_with = EACCES;
	ck_assert_int_eq(scratch_open(folder), -EACCES);
}
END_TEST

START_TEST(a_filled_file_is_all_there_cached_and_written_back)
{
	struct scratch_cache cache;
	char byte;
	int fd = scratch_open(folder);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(scratch_fill(fd, BYTES, PIECE, numbered, NULL), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), BYTES);
	for (int i = 0; i < BYTES / PIECE; i++) {
		ck_assert_int_eq(pread(fd, &byte, 1, i * PIECE + PIECE - 1), 1);
		ck_assert_int_eq(byte, i);
	}
	int rc = scratch_cache(fd, &cache);
	if (rc != -ENOSYS) {
		ck_assert_int_eq(rc, 0);
		ck_assert_uint_eq(cache.pages, BYTES / (size_t)sysconf(_SC_PAGESIZE));
		ck_assert_uint_eq(cache.resident, cache.pages);
		ck_assert_uint_eq(cache.dirty, 0);
	}
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_file_made_direct_has_left_the_cache_or_says_that_it_cannot)
{
	struct scratch_cache cache;
	int fd = scratch_open(folder);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(scratch_fill(fd, BYTES, PIECE, numbered, NULL), 0);
	int rc = scratch_make_direct(fd);
	if (rc == 0 && scratch_cache(fd, &cache) == 0)
		ck_assert_uint_eq(cache.resident, 0);
	else if (rc != 0)
		ck_assert_int_eq(rc, -EINVAL);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(what_has_left_the_cache_is_read_in_again)
{
	struct scratch_cache cache;
	int fd = scratch_open(folder);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(scratch_fill(fd, BYTES, PIECE, numbered, NULL), 0);
	ck_assert_int_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	ck_assert_int_eq(scratch_settle(fd, false), 0);
	if (scratch_cache(fd, &cache) == 0)
		ck_assert_uint_gt(cache.resident, cache.pages / 2); /* it may be leaving again */
	close(fd);
}
END_TEST

START_TEST(places_are_folders)
{
	setenv("TMPDIR", "/some/where", 1);
	ck_assert_str_eq(scratch_folder(SCRATCH_TMP), "/some/where");
	unsetenv("TMPDIR");
	ck_assert_str_eq(scratch_folder(SCRATCH_TMP), "/var/tmp");
	ck_assert_str_eq(scratch_folder(SCRATCH_HERE), ".");
	ck_assert_str_eq(scratch_folder(SCRATCH_MEMORY), "/dev/shm");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/file/scratch");
	TCase *tests = tcase_create("scratch");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_scratch_file_has_no_name);
	tcase_add_test(tests, it_has_none_either_where_the_filesystem_wants_one);
	tcase_add_test(tests, a_folder_that_is_not_there_is_an_error);
	tcase_add_test(tests, a_filled_file_is_all_there_cached_and_written_back);
	tcase_add_test(tests, a_file_made_direct_has_left_the_cache_or_says_that_it_cannot);
	tcase_add_test(tests, what_has_left_the_cache_is_read_in_again);
	tcase_add_test(tests, places_are_folders);
	suite_add_tcase(suite, tests);
	return suite;
}
