/*
 * Memory that is counted wrongly; the line sees it.
 */
#include <errno.h>
#include <sys/wait.h>

#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

enum { KIB = 1024, MIB = 1024 * 1024, KERNEL_KIB = 23 };

static double user_share = 1; /* of what is touched, that is reported */
static double child_mib, parent_mib, kernel_kib;

static int touches(const struct plan *plan, struct record *record)
{
	*record = (struct record){.memory.measured = 1};
	record->memory.user_per_task = 9 * KIB + user_share * (double)planned(plan, "touch");
	return 0;
}

static int shares(const struct plan *plan, struct record *record)
{
	ck_assert_int_eq(planned(plan, "bytes"), 64 * MIB);
	*record = (struct record){.memory.measured = 1};
	record->memory.user_per_task = child_mib * MIB;
	record->memory.b.pss = (int64_t)(parent_mib * MIB);
	return 0;
}

static int stacks(const struct plan *plan, struct record *record)
{
	ck_assert_int_eq(planned(plan, "tasks"), 200);
	*record = (struct record){.memory.measured = 1};
	record->memory.kernel_per_task = kernel_kib * KIB;
	return 0;
}

static int is_refused(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){.status = STATUS_LIMIT, .reason = "a limit"};
	return 0;
}

START_TEST(memory_of_a_task_that_is_counted_three_percent_off_fails)
{
	user_share = 1.015;
	ck_assert_int_eq(verdict_with(check_touched, touches, _i), LINE_OK);
	user_share = 1.03;
	ck_assert_int_eq(verdict_with(check_touched, touches, _i), LINE_FAILED);
	user_share = 0.97;
	ck_assert_int_eq(verdict_with(check_touched, touches, _i), LINE_FAILED);
}
END_TEST

START_TEST(shared_memory_that_is_charged_to_each_child_fails)
{
	child_mib = 0.1;
	parent_mib = 65;
	ck_assert_int_eq(verdict_with(check_shared, shares, 0), LINE_OK);
	child_mib = 64; /* what RSS says */
	ck_assert_int_eq(verdict_with(check_shared, shares, 0), LINE_FAILED);
	child_mib = 0.1;
	parent_mib = 8; /* charged to nobody */
	ck_assert_int_eq(verdict_with(check_shared, shares, 0), LINE_FAILED);
}
END_TEST

START_TEST(a_kernel_stack_that_is_not_seen_fails)
{
	kernel_kib = KERNEL_KIB;
	ck_assert_int_eq(verdict_with(check_kernel_stack, stacks, 0), LINE_OK);
	kernel_kib = 0;
	ck_assert_int_eq(verdict_with(check_kernel_stack, stacks, 0), LINE_FAILED);
	kernel_kib = 100;
	ck_assert_int_eq(verdict_with(check_kernel_stack, stacks, 0), LINE_FAILED);
}
END_TEST

static double bare_kib;
static int bare_rc, bare_objects;

static int bare(int children, struct bare *found)
{
	ck_assert_int_eq(children, 200);
	*found = (struct bare){.kernel_bytes = bare_kib * KIB, .objects = bare_objects};
	return bare_rc;
}

START_TEST(a_forked_child_that_carries_more_than_a_bare_one_fails)
{
	struct subjects subjects = selftest_subjects;

	subjects.invoke = stacks;
	subjects.bare_fork = bare;
	bare_rc = 0;
	bare_objects = 3;
	bare_kib = 83;
	kernel_kib = 105;
	ck_assert_int_eq(verdict_of(check_bare_fork, &subjects, 0), LINE_OK);
	kernel_kib = 155; /* two dozen libraries more */
	ck_assert_int_eq(verdict_of(check_bare_fork, &subjects, 0), LINE_FAILED);
	kernel_kib = 30; /* less than its stack and page tables */
	ck_assert_int_eq(verdict_of(check_bare_fork, &subjects, 0), LINE_FAILED);
	kernel_kib = 105;
	bare_kib = -1;
	ck_assert_int_eq(verdict_of(check_bare_fork, &subjects, 0), LINE_FAILED);
	bare_rc = -EPROTO;
	ck_assert_int_eq(verdict_of(check_bare_fork, &subjects, 0), LINE_FAILED);
	/* a static shell is no measure for a program with libc */
	bare_rc = 0;
	bare_objects = 1;
	ck_assert_int_eq(verdict_of(check_bare_fork, &subjects, 0), LINE_NOT_HERE);
}
END_TEST

START_TEST(a_real_shell_forks_as_told_and_leaves_nothing)
{
	struct bare found;

	setenv("CONCBENCH_WITHOUT", "settle", 1);
	ck_assert_int_eq(bare_fork(5, &found), 0);
	ck_assert_int_ge(found.objects, 1);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(an_invocation_that_is_not_ok_fails_the_line_with_its_reason)
{
	struct subjects subjects = selftest_subjects;
	struct line line = {0};

	subjects.invoke = is_refused;
	check_kernel_stack(&line, &subjects, 0);
	ck_assert_int_eq(line.verdict, LINE_FAILED);
	ck_assert_str_eq(line.measured, "idle/threads: a limit");
}
END_TEST

START_TEST(the_real_children_share_and_a_real_task_has_touched_its_stack)
{
	setenv("CONCBENCH_WITHOUT", "settle",
		1); /* set sizes do not depend on the machine's rest */
	ck_assert_int_eq(verdict_of(check_shared, &selftest_subjects, 0), LINE_OK);
#ifndef __SANITIZE_ADDRESS__ /* which keeps a shadow of every stack */
	ck_assert_int_eq(verdict_of(check_touched, &selftest_subjects, 0), LINE_OK);
#endif
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/memory");
	TCase *tcase = tcase_create("memory");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, memory_of_a_task_that_is_counted_three_percent_off_fails, 0,
		SELFTEST_MODELS);
	tcase_add_test(tcase, shared_memory_that_is_charged_to_each_child_fails);
	tcase_add_test(tcase, a_kernel_stack_that_is_not_seen_fails);
	tcase_add_test(tcase, a_forked_child_that_carries_more_than_a_bare_one_fails);
	tcase_add_test(tcase, a_real_shell_forks_as_told_and_leaves_nothing);
	tcase_add_test(tcase, an_invocation_that_is_not_ok_fails_the_line_with_its_reason);
	tcase_add_test(tcase, the_real_children_share_and_a_real_task_has_touched_its_stack);
	suite_add_tcase(s, tcase);
	return s;
}
