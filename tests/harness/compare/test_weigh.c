/*
 * The weight of real commands: bounds that hold on any machine.
 */
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/compare/weigh.h"
#include "tests/suite.h"

static struct weight weight;
static const uint64_t long_ns = 20000000000u;

static void run(const char *command, uint64_t deadline_ns)
{
	int go[2];
	char byte;

	memset(&weight, 0, sizeof(weight));
	ck_assert_int_eq(pipe(go), 0);
	weight.deadline_ns = deadline_ns;
	weight.go = go[1];
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		setpgid(0, 0);
		if (read(go[0], &byte, 1) == 1)
			execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	weigh(child, &weight);
	close(go[0]);
	close(go[1]);
}

START_TEST(one_process_is_asked_for_its_own_mark)
{
	run("exec dd if=/dev/zero of=/dev/null bs=32M count=1 2>/dev/null", long_ns);
	ck_assert_int_eq(weight.status, 0);
	ck_assert_int_eq(weight.processes, 1);
	ck_assert_double_ge(weight.peak_bytes, 32 << 20);
	/* nothing of this test's own memory, which wait4 would add */
	ck_assert_double_le(weight.peak_bytes, 64 << 20);
}
END_TEST

START_TEST(a_tree_is_weighed_as_a_whole)
{
	run("dd if=/dev/zero of=/dev/null bs=16M count=1 2>/dev/null & "
	    "dd if=/dev/zero of=/dev/null bs=16M count=1 2>/dev/null; wait",
		long_ns);
	ck_assert_int_eq(weight.status, 0);
	ck_assert_int_ge(weight.processes, 3);
	ck_assert_double_ge(weight.peak_bytes, 16 << 20);
}
END_TEST

START_TEST(a_signal_and_a_status_come_through)
{
	run("exit 5", long_ns);
	ck_assert_int_eq(WEXITSTATUS(weight.status), 5);
	run("kill -TERM $$", long_ns);
	ck_assert_int_eq(WTERMSIG(weight.status), 15);
}
END_TEST

START_TEST(one_without_an_end_is_ended)
{
	run("sleep 100", 50000000);
	ck_assert(weight.timed_out);
	ck_assert_int_eq(WTERMSIG(weight.status), 9);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/weigh");
	TCase *real = tcase_create("real");

	tcase_add_test(real, one_process_is_asked_for_its_own_mark);
	tcase_add_test(real, a_tree_is_weighed_as_a_whole);
	tcase_add_test(real, a_signal_and_a_status_come_through);
	tcase_add_test(real, one_without_an_end_is_ended);
	suite_add_tcase(suite, real);
	return suite;
}
