/*
 * Ports that workers share, in both designs.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { WORKERS = 3, CONNECTIONS = 30, BACKLOG = 64 };

static struct process_listen listening;
static struct process_semaphore *ready;

static const struct sockaddr_in any_port = {
	.sin_family = AF_INET, .sin_addr = {.s_addr = 0x0100007f}};

/* Says its number to everybody who connects. */
static int answer(void *arg)
{
	char number = (char)('0' + (long)arg);
	int fd = process_listen_worker(&listening);

	if (fd < 0)
		return 1;
	process_semaphore_release(ready);
	for (;;) {
		int connection = accept(fd, NULL, NULL);
		if (connection < 0 || write(connection, &number, 1) != 1)
			return 1;
		close(connection);
	}
}

static char connect_once(void)
{
	char number = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(
		connect(fd, (struct sockaddr *)&listening.address, sizeof(listening.address)), 0);
	ck_assert_int_eq(read(fd, &number, 1), 1);
	close(fd);
	return number;
}

START_TEST(every_connection_is_answered_by_one_of_the_workers)
{
	pid_t pids[WORKERS];

	ready = mmap(
		NULL, sizeof(*ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	process_semaphore_make(ready, 0, SPIN_DEFAULT_NS);
	ck_assert_int_eq(
		process_listen_open(&listening, (enum process_listen_design)_i, &any_port, BACKLOG),
		0);
	ck_assert_uint_ne(listening.address.sin_port, 0);
	for (long i = 0; i < WORKERS; i++)
		ck_assert_int_eq(process_fork(answer, (void *)i, &pids[i]), 0);
	for (int i = 0; i < WORKERS; i++)
		ck_assert_int_eq(process_semaphore_acquire(ready, SYNC_FOREVER), 0);
	for (int i = 0; i < CONNECTIONS; i++) {
		char number = connect_once();
		ck_assert(number >= '0' && number < '0' + WORKERS);
	}
	for (int i = 0; i < WORKERS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	process_listen_close(&listening);
}
END_TEST

START_TEST(a_port_in_use_is_refused_and_nothing_stays_open)
{
	struct process_listen second;
	struct leftovers before = leftovers_now();

	ck_assert_int_eq(
		process_listen_open(&listening, (enum process_listen_design)_i, &any_port, BACKLOG),
		0);
	int fd = process_listen_worker(&listening);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
		process_listen_open(&second, PROCESS_LISTEN_SHARED, &listening.address, BACKLOG),
		-EADDRINUSE);
	close(fd);
	process_listen_close(&listening);
	process_listen_close(&listening);
	ck_assert_ptr_null(leftovers_since(&before));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("listen");
	TCase *tc = tcase_create("designs");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, every_connection_is_answered_by_one_of_the_workers, 0, 2);
	tcase_add_loop_test(tc, a_port_in_use_is_refused_and_nothing_stays_open, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
