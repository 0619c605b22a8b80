#include <arpa/inet.h>
#include <check.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/binary.h"
#include "harness/measure/counts.h"
#include "harness/measure/environment.h"
#include "harness/measure/overhead.h"
#include "tests/suite.h"

START_TEST(counters_only_grow)
{
	struct environment before, after;

	environment_read(&before);
	environment_read(&after);
	ck_assert_uint_ge(after.stolen_ns, before.stolen_ns);
	ck_assert_uint_ge(after.pressure_us, before.pressure_us);
	ck_assert_uint_ge(after.listen_overflows, before.listen_overflows);
	ck_assert_uint_ge(after.tcp_retransmits, before.tcp_retransmits);
}
END_TEST

/* A network of our own, so that the overflow is nobody else's; false where that is not allowed. */
static bool own_network(void)
{
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	if (unshare(CLONE_NEWNET) != 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &loopback) == 0;
	close(fd);
	return up;
}

START_TEST(an_overflowing_backlog_is_seen)
{
	enum { CLIENTS = 8 };
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(address);
	struct environment before, after;

	if (!own_network())
		return;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	environment_read(&before);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	for (int i = 0; i < CLIENTS; i++) {
		int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(client, (struct sockaddr *)&address, length);
	}
	for (int i = 0; i < 5000; i++) {
		environment_read(&after);
		if (after.listen_overflows > before.listen_overflows)
			break;
		usleep(1000);
	}
	ck_assert_uint_gt(after.listen_overflows, before.listen_overflows);
}
END_TEST

START_TEST(system_calls_of_children_are_counted_too)
{
	struct counts counts;
	int64_t values[COUNT_EVENTS];
	int go[2];
	char byte = 'g';

	ck_assert_int_eq(pipe(go), 0);
	pid_t child = fork();
	if (child == 0) {
		if (read(go[0], &byte, 1) != 1)
			_exit(1);
		if (fork() == 0) {
			for (int i = 0; i < 1000; i++)
				(void)getppid();
			_exit(0);
		}
		wait(NULL);
		_exit(0);
	}
	counts_open(&counts, child);
	ck_assert_int_eq(write(go[1], &byte, 1), 1);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	counts_read(&counts, values);
	ck_assert_int_ne(counts.source[0], '\0');
	if (counts.fds[COUNT_SYSTEM_CALLS] >= 0) {
		ck_assert_int_ge(values[COUNT_SYSTEM_CALLS], 1000);
		ck_assert_int_lt(values[COUNT_SYSTEM_CALLS], 1100);
	} else {
		ck_assert_int_eq(values[COUNT_SYSTEM_CALLS], -1);
	}
	counts_close(&counts);
	counts_read(&counts, values);
	ck_assert_int_eq(values[COUNT_SWITCHES], -1);
}
END_TEST

START_TEST(the_digest_of_the_program_is_the_one_sha256sum_gives)
{
	char text[SHA256_TEXT], expected[SHA256_TEXT] = "", command[64];

	ck_assert_int_eq(binary_sha256(text), 0);
	snprintf(command, sizeof(command), "sha256sum /proc/%d/exe", getpid());
	FILE *sum = popen(command, "r");
	ck_assert_ptr_nonnull(sum);
	if (fscanf(sum, "%64s", expected) == 1)
		ck_assert_str_eq(text, expected);
	pclose(sum);
}
END_TEST

START_TEST(recording_is_compared_with_the_bare_clock)
{
	struct overhead overhead;

	ck_assert_int_eq(overhead_measure(&overhead), 0);
	ck_assert(overhead.low <= overhead.ratio && overhead.ratio <= overhead.high);
	/* two clock readings are in it, and no unoptimised build makes it a hundred */
	ck_assert(overhead.ratio > 0.5 && overhead.ratio < 100);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("environment");
	TCase *tcase = tcase_create("environment");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, counters_only_grow);
	tcase_add_test(tcase, an_overflowing_backlog_is_seen);
	tcase_add_test(tcase, system_calls_of_children_are_counted_too);
	tcase_add_test(tcase, the_digest_of_the_program_is_the_one_sha256sum_gives);
	tcase_add_test(tcase, recording_is_compared_with_the_bare_clock);
	suite_add_tcase(s, tcase);
	return s;
}
