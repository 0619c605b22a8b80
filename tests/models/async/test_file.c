/*
 * Regular files: what would wait for the device does not hold the loop.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

enum { BLOCK = 4096 };

/* A nameless file of one block, all 'x', written back. */
static int file_of_one_block(void)
{
	char name[] = "/var/tmp/concbench-test-XXXXXX", block[BLOCK];
	int fd = mkostemp(name, O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	unlink(name);
	memset(block, 'x', sizeof block);
	ck_assert_int_eq(write(fd, block, sizeof block), BLOCK);
	ck_assert_int_eq(fsync(fd), 0);
	return fd;
}

static int note_that_others_run(void *arg)
{
	*(bool *)arg = true;
	return 0;
}

struct reading {
	int fd;
	char *block;
	bool others_ran;
};

/* Reads the block while another task is ready. */
static int read_block(void *arg)
{
	struct reading *reading = arg;
	struct async_task *other = async_spawn(note_that_others_run, &reading->others_ran);

	must(other != NULL);
	must(async_pread(reading->fd, reading->block, BLOCK, 0) == BLOCK);
	must(reading->block[0] == 'x' && reading->block[BLOCK - 1] == 'x');
	bool ran = reading->others_ran;
	must(async_task_join(other) == 0);
	reading->others_ran = ran;
	return 0;
}

static struct reading reading;

static void set_up(void)
{
	reading = (struct reading){.fd = file_of_one_block()};
	ck_assert_int_eq(posix_memalign((void **)&reading.block, BLOCK, BLOCK), 0);
}

static void tear_down(void)
{
	close(reading.fd);
	free(reading.block);
}

START_TEST(a_block_is_read_as_it_was_written)
{
	ck_assert_int_eq(async_run(read_block, &reading), 0);
}
END_TEST

START_TEST(a_direct_read_lets_others_run_meanwhile)
{
	if (fcntl(reading.fd, F_SETFL, O_RDWR | O_DIRECT) != 0)
		return; /* this filesystem has no direct access */
	ck_assert_int_eq(async_run(read_block, &reading), 0);
	ck_assert(reading.others_ran);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/file");
	TCase *tests = tcase_create("file");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_block_is_read_as_it_was_written);
	tcase_add_test(tests, a_direct_read_lets_others_run_meanwhile);
	suite_add_tcase(suite, tests);
	return suite;
}
