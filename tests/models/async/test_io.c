/*
 * Streams, pipes and files on the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

static int reader_of(void *arg)
{
	char byte = 0;
	ssize_t got = async_read(*(int *)arg, &byte, 1);
	return got == 1 ? byte : (int)got;
}

static int read_waits(void *arg)
{
	int ends[2];
	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	struct async_task *reader = async_spawn(reader_of, &ends[0]);
	async_yield();
	must(!async_future_done(&reader->future));
	must(async_write(ends[1], "x", 1) == 1);
	must(async_task_join(reader) == 'x');
	must(async_close(ends[1]) == 0);
	char byte;
	must(async_read(ends[0], &byte, 1) == 0); /* end of file */
	must(async_close(ends[0]) == 0);
	return 0;
}

START_TEST(reading_parks_the_task_until_there_is_something)
{
	in_both_loops(read_waits, NULL);
}
END_TEST

struct flow {
	int fd;
	size_t bytes;
};

static int drain_slowly(void *arg)
{
	struct flow *flow = arg;
	static char buffer[10000];
	unsigned sum = 0;
	for (ssize_t got; (got = async_read(flow->fd, buffer, sizeof buffer)) > 0;) {
		for (ssize_t i = 0; i < got; i++)
			must((unsigned char)buffer[i] == (unsigned char)(sum++ * 7 % 251));
		flow->bytes += (size_t)got;
		async_yield();
	}
	return 0;
}

static int big_write_of(int ends[2])
{
	enum { BYTES = 1 << 20 };
	char *data = malloc(BYTES);
	struct flow flow = {.fd = ends[0]};
	for (unsigned i = 0; i < BYTES; i++)
		data[i] = (char)(i * 7 % 251);
	struct async_task *reader = async_spawn(drain_slowly, &flow);
	must(async_write(ends[1], data, BYTES) == BYTES);
	must(async_close(ends[1]) == 0);
	must(async_task_join(reader) == 0);
	must(flow.bytes == BYTES);
	must(async_close(ends[0]) == 0);
	free(data);
	return 0;
}

static int big_write(void *arg)
{
	int ends[2];
	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	int rc = big_write_of(ends);
	must(rc == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	return big_write_of(ends);
}

START_TEST(a_write_larger_than_the_buffer_waits_and_loses_nothing)
{
	in_both_loops(big_write, NULL);
}
END_TEST

static int reads_of_datagrams(void *arg)
{
	int ends[2];
	char buffer[100];
	(void)arg;
	must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == 0);
	for (int i = 1; i <= 3; i++)
		must(async_write(ends[1], "abc", (size_t)i) == i);
	for (int i = 1; i <= 3; i++) /* each is shorter than the buffer, yet more are there */
		must(async_read(ends[0], buffer, sizeof buffer) == i);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_short_datagram_does_not_mean_that_nothing_is_left)
{
	in_both_loops(reads_of_datagrams, NULL);
}
END_TEST

static int several_readers(void *arg)
{
	int ends[2];
	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	struct async_task *a = async_spawn(reader_of, &ends[0]),
			  *b = async_spawn(reader_of, &ends[0]),
			  *c = async_spawn(reader_of, &ends[0]);
	must(async_sleep(MS) == 0);
	must(async_write(ends[1], "123", 3) == 3);
	must(async_task_join(a) == '1' && async_task_join(b) == '2' && async_task_join(c) == '3');
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(several_tasks_read_one_descriptor_first_come_first_served)
{
	in_both_loops(several_readers, NULL);
}
END_TEST

static int cancelled_reader_leaves(void *arg)
{
	int ends[2];
	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	struct async_task *a = async_spawn(reader_of, &ends[0]),
			  *b = async_spawn(reader_of, &ends[0]);
	must(async_sleep(MS) == 0);
	async_task_cancel(a);
	must(async_write(ends[1], "1", 1) == 1);
	must(async_task_join(a) == -ECANCELED);
	must(async_task_join(b) == '1');
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_cancelled_reader_takes_no_data_with_it)
{
	in_both_loops(cancelled_reader_leaves, NULL);
}
END_TEST

static int closed_under_reader(void *arg)
{
	int ends[2];
	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	struct async_task *reader = async_spawn(reader_of, &ends[0]);
	must(async_sleep(MS) == 0);
	must(async_close(ends[0]) == 0);
	must(async_task_join(reader) == -EBADF);
	must(async_close(ends[1]) == 0);
	return 0;
}

START_TEST(closing_wakes_who_waits_with_EBADF)
{
	in_both_loops(closed_under_reader, NULL);
}
END_TEST

static int floods(void *arg)
{
	int fd = *(int *)arg;
	static char data[1 << 20];
	for (int i = 0; i < 8; i++)
		must(async_write(fd, data, sizeof data) == sizeof data);
	return async_close(fd);
}

static int flooded(void *arg)
{
	static char buffer[64 * 1024];
	int ends[2];
	size_t total = 0;
	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	struct async_task *writer = async_spawn(floods, &ends[1]);
	for (int i = 0; i < 50; i++)
		async_yield();
	must(!async_future_done(&writer->future)); /* the writer feels that nobody reads */
	for (ssize_t got; (got = async_read(ends[0], buffer, sizeof buffer)) != 0;
		total += (size_t)got)
		must(got > 0);
	must(total == 8u << 20);
	must(async_task_join(writer) == 0);
	must(async_close(ends[0]) == 0);
	return 0;
}

START_TEST(a_writer_that_nobody_reads_is_held_back_and_nothing_is_lost)
{
	in_both_loops(flooded, NULL);
}
END_TEST

static int broken_pipe(void *arg)
{
	int ends[2];
	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	must(async_close(ends[0]) == 0);
	must(async_write(ends[1], "x", 1) == -EPIPE);
	must(async_close(ends[1]) == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	must(async_close(ends[0]) == 0);
	must(async_write(ends[1], "x", 1) == -EPIPE);
	must(async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_broken_pipe_is_an_error_not_a_signal)
{
	in_both_loops(broken_pipe, NULL);
}
END_TEST

static int tick(void *arg)
{
	int *ticks = arg;
	while (async_sleep(MS) == 0)
		++*ticks;
	return 0;
}

static int files(void *arg)
{
	char name[] = "/tmp/concbench-test-XXXXXX", buffer[16] = {0};
	int fd = mkstemp(name), ticks = 0;
	(void)arg;
	must(fd >= 0 && unlink(name) == 0);
	struct async_task *ticker = async_spawn(tick, &ticks);
	must(async_pwrite(fd, "0123456789", 10, 0) == 10);
	must(async_pread(fd, buffer, 4, 3) == 4 && memcmp(buffer, "3456", 4) == 0);
	must(async_pread(fd, buffer, 16, 8) == 2 && memcmp(buffer, "89", 2) == 0);
	must(async_pread(fd, buffer, 4, 100) == 0);
	must(lseek(fd, 0, SEEK_SET) == 0);
	must(async_read(fd, buffer, 10) == 10); /* through the executor */
	must(async_pread(-1, buffer, 1, 0) == -EBADF);
	async_task_cancel(ticker);
	async_task_join(ticker);
	must(async_close(fd) == 0);
	return 0;
}

START_TEST(files_are_read_and_written_at_an_offset)
{
	in_both_loops(files, NULL);
}
END_TEST

static int ready_calls(void *arg)
{
	int ends[2];
	char byte;
	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	must(async_wait_writable(ends[1]) == 0);
	struct async_timeout limit;
	must(async_timeout_begin(&limit, 2 * MS) == 0);
	must(async_wait_readable(ends[0]) == -ETIMEDOUT);
	must(async_timeout_end(&limit));
	must(write(ends[1], "x", 1) == 1);
	must(async_wait_readable(ends[0]) == 0);
	must(read(ends[0], &byte, 1) == 1);
	must(async_detach(ends[0], NULL, 0) == 0 && async_close(ends[1]) == 0);
	must(close(ends[0]) == 0);
	must(async_read(1 << 30, &byte, 1) == -EBADF);
	return 0;
}

START_TEST(waiting_for_readiness_takes_nothing)
{
	in_both_loops(ready_calls, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/io");
	TCase *tests = tcase_create("io");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, reading_parks_the_task_until_there_is_something);
	tcase_add_test(tests, a_write_larger_than_the_buffer_waits_and_loses_nothing);
	tcase_add_test(tests, a_short_datagram_does_not_mean_that_nothing_is_left);
	tcase_add_test(tests, several_tasks_read_one_descriptor_first_come_first_served);
	tcase_add_test(tests, a_cancelled_reader_takes_no_data_with_it);
	tcase_add_test(tests, closing_wakes_who_waits_with_EBADF);
	tcase_add_test(tests, a_writer_that_nobody_reads_is_held_back_and_nothing_is_lost);
	tcase_add_test(tests, a_broken_pipe_is_an_error_not_a_signal);
	tcase_add_test(tests, files_are_read_and_written_at_an_offset);
	tcase_add_test(tests, waiting_for_readiness_takes_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
