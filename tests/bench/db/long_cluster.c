/*
 * A database of one's own that dies by SIGKILL, alone or with its owner, leaves no shared memory.
 */
#include "bench/db/cluster.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/suite.h"

static struct cluster *cluster;

static void begin(void)
{
	char error[200] = "";

	ck_assert_msg(cluster_start(cluster, 4, error, sizeof(error)) == 0, "%s", error);
}

static void setup(void)
{
	cluster = mmap(
		NULL, sizeof(*cluster), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(cluster, MAP_FAILED);
}

/* Segments of System V shared memory that a process has made. */
static int segments_of(pid_t creator)
{
	struct shm_info info;
	int count = 0, last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info);

	for (int i = 0; i <= last; i++) {
		struct shmid_ds status;
		count += shmctl(i, SHM_STAT_ANY, &status) >= 0 && status.shm_cpid == creator;
	}
	return count;
}

static void await_death(pid_t pid)
{
	for (int i = 0; i < 2000 && kill(pid, 0) == 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	ck_assert_int_ne(kill(pid, 0), 0);
}

START_TEST(what_its_server_shares_lies_in_its_folder)
{
	char pattern[200];
	glob_t found;

	begin();
	snprintf(pattern, sizeof(pattern), "%s/data/pg_dynshmem/*", cluster->folder);
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	globfree(&found);
	ck_assert_int_eq(segments_of(cluster->pid), 1);
	pid_t server = cluster->pid;
	cluster_stop(cluster);
	ck_assert_int_eq(segments_of(server), 0);
}
END_TEST

START_TEST(a_server_that_was_killed_leaves_no_segment)
{
	begin();
	pid_t server = cluster->pid;
	kill(server, SIGKILL);
	cluster_stop(cluster);
	ck_assert_int_eq(segments_of(server), 0);
}
END_TEST

START_TEST(an_owner_and_a_server_that_were_killed_leave_no_segment)
{
	pid_t owner = fork();

	if (owner == 0) {
		begin();
		kill(cluster->pid, SIGKILL);
		raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(owner, NULL, 0), owner);
	ck_assert_int_gt(cluster->pid, 0);
	await_death(cluster->pid);
	ck_assert_int_eq(segments_of(cluster->pid), 1);
	cluster_sweep(owner);
	ck_assert_int_eq(segments_of(cluster->pid), 0);
	ck_assert_int_ne(access(cluster->folder, F_OK), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cluster, long");
	TCase *c = tcase_create("cluster");

#ifdef HAVE_LIBPQ
	tcase_add_unchecked_fixture(c, setup, NULL);
	tcase_add_test(c, what_its_server_shares_lies_in_its_folder);
	tcase_add_test(c, a_server_that_was_killed_leaves_no_segment);
	tcase_add_test(c, an_owner_and_a_server_that_were_killed_leave_no_segment);
#else
	puts("skipped: built without libpq");
#endif
	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	return s;
}
