/*
 * Operations over io_uring that complete once: sends that do not fit, transfers; interrupted at
 * every moment, partial, and without room to submit them.
 */
/* wrap: io_uring_queue_init_params io_uring_register_buf_ring io_uring_submit */
/* wrap: io_uring_submit_and_wait io_uring_submit_and_wait_timeout io_uring_submit_and_get_events */
/* wrap: preadv2 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifdef HAVE_LIBURING

#include "models/async/uring.h"
#include "tests/models/async/uring_faults.h"

enum { FLOOD_BYTES = 4 << 20 };

struct flood {
	int fd;
	char *bytes;
	ssize_t written;
	int next_wait; /* what the waiting call after it returned */
};

/* Byte i of a flood says where it stands. */
static char byte_at(size_t i)
{
	return (char)(i * 31 + i / 251);
}

static int writes_flood(void *arg)
{
	struct flood *flood = arg;

	flood->written = async_write(flood->fd, flood->bytes, FLOOD_BYTES);
	flood->next_wait = async_sleep(0);
	return 0;
}

static int open_flood(struct flood *flood, int ends[2])
{
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	flood->fd = ends[1];
	flood->bytes = malloc(FLOOD_BYTES);
	must(flood->bytes != NULL);
	for (size_t i = 0; i < FLOOD_BYTES; i++)
		flood->bytes[i] = byte_at(i);
	return 0;
}

/* Reads `bytes` of a flood, and that there are no more. */
static int reads_flood(int fd, size_t bytes)
{
	static char got[65536];

	for (size_t at = 0; at < bytes;) {
		ssize_t n = read(fd, got, sizeof got < bytes - at ? sizeof got : bytes - at);
		must(n > 0);
		for (ssize_t i = 0; i < n; i++)
			must(got[i] == byte_at(at + (size_t)i));
		at += (size_t)n;
	}
	must(recv(fd, got, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	return 0;
}

static int close_flood(struct flood *flood, int ends[2])
{
	free(flood->bytes);
	return async_close(ends[0]) == 0 ? async_close(ends[1]) : -errno;
}

static int interrupted_write(void *arg)
{
	struct flood flood = {0};
	int ends[2], rc = open_flood(&flood, ends);

	(void)arg;
	must(rc == 0);
	struct async_task *writer = async_spawn(writes_flood, &flood);
	must(async_sleep(MS) == 0);
	must(async_task_cancel(writer) && async_task_join(writer) == 0);
	must(flood.written > 0 && flood.written < FLOOD_BYTES);
	must(flood.next_wait == -ECANCELED);
	must(reads_flood(ends[0], (size_t)flood.written) == 0);
	return close_flood(&flood, ends);
}

START_TEST(an_interrupted_write_says_how_much_was_written_and_the_interrupt_comes_next)
{
	in_uring_loop(interrupted_write, NULL);
}
END_TEST

static int drains(void *arg)
{
	return reads_flood(*(int *)arg, FLOOD_BYTES);
}

/* The completion comes after the cancel, but before the task had its turn. */
static int done_and_cancelled(void *arg)
{
	struct flood flood = {0};
	int ends[2], rc = open_flood(&flood, ends);
	struct async_poller *poller = async_loop_current()->poller;

	(void)arg;
	must(rc == 0);
	struct async_task *writer = async_spawn(writes_flood, &flood);
	must(async_sleep(MS) == 0);
	must(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
	static char got[65536];
	size_t have = 0;
	ssize_t n;
	/* the last part fits once all before it is gone; its completion lies in the ring then */
	while (have < FLOOD_BYTES) {
		while ((n = read(ends[0], got, sizeof got)) > 0)
			have += (size_t)n;
		if (have < FLOOD_BYTES)
			async_uring_flush(async_loop_current());
	}
	must(async_task_cancel(writer)); /* queues it */
	must(poller->wait(poller, 0) == 0);
	must(async_task_join(writer) == 0);
	must(flood.written == FLOOD_BYTES && flood.next_wait == -ECANCELED);
	return close_flood(&flood, ends);
}

START_TEST(an_interrupt_and_the_completion_in_one_turn_lose_neither)
{
	in_uring_loop(done_and_cancelled, NULL);
}
END_TEST

static int ended_by_the_kernel(void *arg)
{
	struct flood flood = {0};
	int ends[2], rc = open_flood(&flood, ends);

	(void)arg;
	must(rc == 0);
	for (int i = 0; i < 2; i++) {
		struct async_task *writer = async_spawn(writes_flood, &flood);
		must(async_sleep(MS) == 0);
		if (i == 0) {
			ring_fault.ended_with = -EINTR;
			ring_fault.end_all = true;
			must(async_sleep(MS) == 0);
		}
		must(async_run_in_executor(drains, &ends[0]) == 0);
		must(async_task_join(writer) == 0);
		must(flood.written == FLOOD_BYTES && flood.next_wait == 0);
	}
	return close_flood(&flood, ends);
}

START_TEST(a_send_that_the_kernel_ends_in_the_middle_is_continued)
{
	in_uring_loop(ended_by_the_kernel, NULL);
}
END_TEST

static int without_room(void *arg)
{
	static const int errors[] = {-EBUSY, -EAGAIN};
	struct async_poller *poller = async_loop_current()->poller;
	char path[] = "/tmp/concbench-uring-XXXXXX", got[4] = "";
	int file = mkstemp(path), ends[2];

	(void)arg;
	must(file >= 0 && unlink(path) == 0 && write(file, "abcd", 4) == 4);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	for (int i = 0; i < 2; i++) {
		ring_fault.fill = true;
		must(poller->wait(poller, 0) == 0);
		ring_fault.submit_error = errors[i];
		ring_fault.submit_errors = 1000000;
		must(async_uring_transfer(file, false, got, 4, 0) == errors[i]);
		must(async_uring_send(ends[1], "x", 1) == errors[i]);
		ring_fault.submit_errors = 0;
	}
	must(async_uring_transfer(file, false, got, 4, 0) == 4 && memcmp(got, "abcd", 4) == 0);
	must(async_uring_send(ends[1], "x", 1) == 1);
	must(read(ends[0], got, 4) == 1); /* what failed was not sent later */
	must(async_close(file) == 0 && async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(without_room_to_submit_a_transfer_fails_and_the_next_one_works)
{
	in_uring_loop(without_room, NULL);
}
END_TEST

static int more_than_32_bits(void *arg)
{
	char path[] = "/tmp/concbench-uring-XXXXXX";
	int file = mkstemp(path);
	size_t bytes = (size_t)1 << 32;
	char *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)arg;
	must(file >= 0 && unlink(path) == 0 && write(file, "abcd", 4) == 4);
	must(room != MAP_FAILED);
	must(async_uring_transfer(file, false, room, bytes, 0) == 4); /* not 0, the file's end */
	must(memcmp(room, "abcd", 4) == 0);
	must(async_uring_transfer(file, false, room, bytes, 4) == 0);
	must(async_uring_transfer(file, false, room, 4, -2) == -EINVAL);
	must(munmap(room, bytes) == 0 && async_close(file) == 0);
	return 0;
}

START_TEST(a_transfer_of_more_than_32_bits_can_say_is_short_and_not_empty)
{
	in_uring_loop(more_than_32_bits, NULL);
}
END_TEST

static bool one_byte_is_cached;

ssize_t __real_preadv2(int fd, const struct iovec *parts, int n, off_t offset, int flags);
ssize_t __wrap_preadv2(int fd, const struct iovec *parts, int n, off_t offset, int flags);
ssize_t __wrap_preadv2(int fd, const struct iovec *parts, int n, off_t offset, int flags)
{
	if (!one_byte_is_cached)
		return __real_preadv2(fd, parts, n, offset, flags);
	*(char *)parts[0].iov_base = 'c';
	return 1;
}

struct partly {
	int fd, next_wait;
	ssize_t got;
};

static int reads_partly(void *arg)
{
	struct partly *partly = arg;
	char bytes[4];

	partly->got = async_pread(partly->fd, bytes, sizeof bytes, 0);
	must(bytes[0] == 'c');
	partly->next_wait = async_sleep(0);
	return 0;
}

/* A pipe stands for a device that has not answered yet. */
static int partly_cached(void *arg)
{
	struct partly partly = {0};
	int ends[2];

	(void)arg;
	must(pipe2(ends, O_CLOEXEC) == 0);
	partly.fd = ends[0];
	one_byte_is_cached = true;
	struct async_task *reader = async_spawn(reads_partly, &partly);
	must(async_sleep(MS) == 0);
	must(async_task_cancel(reader) && async_task_join(reader) == 0);
	one_byte_is_cached = false;
	must(partly.got == 1 && partly.next_wait == -ECANCELED);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(a_read_interrupted_after_its_cached_part_gives_that_and_the_interrupt_comes_next)
{
	in_uring_loop(partly_cached, NULL);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests,
		a_read_interrupted_after_its_cached_part_gives_that_and_the_interrupt_comes_next);
	tcase_add_test(
		tests, an_interrupted_write_says_how_much_was_written_and_the_interrupt_comes_next);
	tcase_add_test(tests, an_interrupt_and_the_completion_in_one_turn_lose_neither);
	tcase_add_test(tests, a_send_that_the_kernel_ends_in_the_middle_is_continued);
	tcase_add_test(tests, without_room_to_submit_a_transfer_fails_and_the_next_one_works);
	tcase_add_test(tests, a_transfer_of_more_than_32_bits_can_say_is_short_and_not_empty);
}

#else

#include "tests/suite.h"

static void add_tests(TCase *tests)
{
	(void)tests; /* test_uring says what happens without the library */
}

#endif

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/uring_once");
	TCase *tests = tcase_create("uring_once");

	tcase_set_timeout(tests, 60);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	return suite;
}
