#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/tree.h"
#include "tests/suite.h"

static void wait_for_end(void)
{
	for (;;)
		pause();
}

/* A child with a child of its own, which has left for a session of its own. */
static pid_t make_branch(void)
{
	pid_t child = fork();

	if (child == 0) {
		if (fork() == 0)
			setsid();
		wait_for_end();
	}
	return child;
}

static void list_until(struct tree *tree, int count)
{
	for (int i = 0; i < 5000; i++) {
		ck_assert_int_eq(tree_list(tree, getpid()), 0);
		if (tree->count == count)
			return;
		usleep(1000);
	}
	ck_assert_int_eq(tree->count, count);
}

static void reap_all(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	ck_assert_int_eq(errno, ECHILD);
}

static void *fork_in_thread(void *arg)
{
	*(pid_t *)arg = make_branch();
	sleep(1000);
	return NULL;
}

START_TEST(every_descendant_is_listed_whichever_thread_forked_it)
{
	struct tree tree = {0};
	pthread_t thread;
	pid_t child;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	make_branch();
	ck_assert_int_eq(pthread_create(&thread, NULL, fork_in_thread, &child), 0);
	list_until(&tree, 5);
	ck_assert_int_eq(tree.pids[0], getpid());
	tree_kill(0);
	reap_all();
	list_until(&tree, 1);
	tree_release(&tree);
}
END_TEST

START_TEST(more_children_than_one_read_holds_are_all_found)
{
	enum { CHILDREN = 900 };
	struct tree tree = {0};

	for (int i = 0; i < CHILDREN; i++) {
		pid_t child = fork();
		ck_assert_int_ge(child, 0);
		if (child == 0)
			wait_for_end();
	}
	list_until(&tree, CHILDREN + 1);
	for (int i = 1; i < tree.count; i++)
		ck_assert_int_gt(tree.pids[i], 0);
	tree_kill(0);
	reap_all();
	tree_release(&tree);
}
END_TEST

START_TEST(one_child_can_be_spared)
{
	pid_t spared = fork();
	struct tree tree = {0};

	if (spared == 0)
		wait_for_end();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	make_branch();
	list_until(&tree, 4);
	tree_kill(spared);
	for (int i = 0; i < 2; i++)
		ck_assert_int_ne(waitpid(-1, NULL, 0), spared);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), 0);
	ck_assert_int_eq(kill(spared, 0), 0);
	tree_kill(0);
	reap_all();
	tree_release(&tree);
}
END_TEST

START_TEST(fields_are_found_at_the_start_of_a_line_only)
{
	static const char text[] = "SwapPss:  3 kB\nPss:  17 kB\nPss_Shmem:  5 kB\n";

	ck_assert_int_eq(proc_field(text, "Pss:", -1), 17);
	ck_assert_int_eq(proc_field(text, "Pss_Shmem:", -1), 5);
	ck_assert_int_eq(proc_field(text, "kB", -1), -1);
	ck_assert_int_eq(proc_field("", "Pss:", -7), -7);
}
END_TEST

START_TEST(a_file_is_cut_at_the_buffers_end_and_terminated)
{
	char text[8];

	ck_assert_int_eq(proc_read(AT_FDCWD, "/proc/meminfo", text, sizeof(text)), 7);
	ck_assert_str_eq(text, "MemTota");
	ck_assert_int_eq(proc_read(AT_FDCWD, "/proc/none", text, sizeof(text)), -ENOENT);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tree");
	TCase *tcase = tcase_create("tree");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, every_descendant_is_listed_whichever_thread_forked_it);
	tcase_add_test(tcase, more_children_than_one_read_holds_are_all_found);
	tcase_add_test(tcase, one_child_can_be_spared);
	tcase_add_test(tcase, fields_are_found_at_the_start_of_a_line_only);
	tcase_add_test(tcase, a_file_is_cut_at_the_buffers_end_and_terminated);
	suite_add_tcase(s, tcase);
	return s;
}
