/*
 * concbench find: wrong use, and limits that are set low so that they are met soon.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/measure/cgroup.h"
#include "harness/measure/limits.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

static char output[1 << 14];

static int find(const char *what, const char *cell)
{
	char *arguments[] = {"find", (char *)what, (char *)cell, NULL};
	char path[] = "/tmp/concbench-find-XXXXXX";
	int fd = mkstemp(path);
	int kept = dup(STDOUT_FILENO);

	ck_assert_int_ge(fd, 0);
	unlink(path);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	int status = find_main(what == NULL ? 1 : cell == NULL ? 2 : 3, arguments);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	ssize_t length = pread(fd, output, sizeof(output) - 1, 0);
	output[length > 0 ? length : 0] = '\0';
	close(fd);
	close(kept);
	return status;
}

START_TEST(what_cannot_be_found_is_wrong_use)
{
	ck_assert_int_eq(find(NULL, NULL), EXIT_WRONG_USE);
	ck_assert_int_eq(find("happiness", NULL), EXIT_WRONG_USE);
	ck_assert_int_eq(find("limit", "idel"), EXIT_WRONG_USE);
	ck_assert_int_eq(find("limit", "idle/thread"), EXIT_WRONG_USE);
	ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(a_dry_run_says_what_would_be_searched)
{
	ck_assert_int_eq(find("limit", "--dry-run"), EXIT_FINE);
	ck_assert_ptr_nonnull(strstr(output, "echo/async\n"));
	ck_assert_ptr_nonnull(strstr(output, "less than five minutes; nothing was measured\n"));
}
END_TEST

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

START_TEST(descriptors_stop_a_server_and_nothing_is_left_of_it)
{
	struct rlimit limit = {200, 200};
	int before = open_descriptors();

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(find("limit", "echo/threads"), EXIT_FINE);
	ck_assert_ptr_nonnull(strstr(output, "RLIMIT_NOFILE 200 (raise it: ulimit -n 400)"));
	ck_assert_int_eq(open_descriptors(), before);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(a_users_processes_stop_threads_and_children)
{
	static const char *const cells[] = {"idle/threads", "idle/processes", "idle/thread-pool"};
	struct rlimit limit = {150, 150};
	uid_t uid = 300000 + (uid_t)getpid(); /* nobody else's */

	if (leftovers_sanitized() || getuid() != 0)
		return;
	ck_assert_int_eq(setresuid(uid, uid, uid), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &limit), 0);
	ck_assert_int_eq(find("limit", cells[_i]), EXIT_FINE);
	ck_assert_msg(
		strstr(output, "RLIMIT_NPROC 150 (raise it: ulimit -u 300)") != NULL, "%s", output);
}
END_TEST

/* A pool whose threads are gone again when it is asked, and threads that are not. */
enum { FOLDER_MAX = CGROUP_PATH_MAX + 32 };

/* A group of this process's own with so many tasks in it at most; false where none can be made. */
static bool make_pids_group(char folder[FOLDER_MAX], int most)
{
	char path[FOLDER_MAX + 16], own[CGROUP_PATH_MAX];

	if (cgroup_own_file("pids", "", own, sizeof(own)) != 0)
		return false;
	snprintf(folder, FOLDER_MAX, "%sconcbench-test-%d", own, (int)getpid());
	if (mkdir(folder, 0755) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/pids.max", folder);
	FILE *file = fopen(path, "w");
	bool written = file != NULL && fprintf(file, "%d", most) > 0;
	if (file != NULL && fclose(file) != 0)
		written = false;
	if (!written)
		rmdir(folder);
	return written;
}

static bool enter_group(const char *folder)
{
	char path[CGROUP_PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	FILE *file = fopen(path, "w");
	bool written = file != NULL && fprintf(file, "%d", (int)getpid()) > 0;
	return file != NULL && fclose(file) == 0 && written;
}

/* What the child was not told: 0 the limit was named, 1 it was not, 2 it could not enter. */
static int find_in_group(const char *folder, const char *cell)
{
	if (!enter_group(folder))
		return 2;
	if (find("limit", cell) != EXIT_FINE)
		return 1;
	return strstr(output, "cgroup pids.max 120 (raise it: echo 240 > ") == NULL;
}

START_TEST(a_groups_tasks_stop_threads_and_children)
{
	static const char *const cells[] = {"idle/threads", "idle/processes", "idle/process-pool"};
	char folder[FOLDER_MAX];
	int status = -1;

	if (leftovers_sanitized() || !make_pids_group(folder, 120))
		return;
	pid_t child = fork();
	if (child == 0)
		_exit(find_in_group(folder, cells[_i]));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	/* the dead leave it a little later */
	for (int i = 0; i < 500 && rmdir(folder) != 0 && errno == EBUSY; i++)
		usleep(10000);
	ck_assert_int_eq(status, 0);
	ck_assert_int_ne(access(folder, F_OK), 0);
}
END_TEST

START_TEST(addresses_stop_threads_where_their_stacks_fill_them)
{
	static const char *const cells[] = {"idle/threads", "idle/thread-pool"};
	struct rlimit limit = {(rlim_t)1 << 30, (rlim_t)1 << 30};
	long long tasks;

	if (leftovers_sanitized())
		return;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ck_assert_int_eq(find("limit", cells[_i]), EXIT_FINE);
	ck_assert_msg(strstr(output, "RLIMIT_AS 1073741824 (raise it: ulimit -v 2097152)") != NULL,
		"%s", output);
	/* 256 KiB each, of 1 GiB */
	ck_assert_int_eq(sscanf(output, "%*s %lld", &tasks), 1);
	ck_assert_int_ge(tasks, 3000);
	ck_assert_int_le(tasks, 4096);
}
END_TEST

START_TEST(a_limit_of_a_group_above_is_named_with_its_file)
{
	char folder[FOLDER_MAX], below[FOLDER_MAX + 8], way[FOLDER_MAX + 80];
	int status = -1;

	if (leftovers_sanitized() || !make_pids_group(folder, 120))
		return;
	snprintf(below, sizeof(below), "%s/below", folder);
	ck_assert_int_eq(mkdir(below, 0755), 0);
	snprintf(
		way, sizeof(way), "cgroup pids.max 120 (raise it: echo 240 > %s/pids.max)", folder);
	pid_t child = fork();
	if (child == 0)
		_exit(find_in_group(below, "idle/threads") == 0 && strstr(output, way) != NULL ? 0
											       : 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	for (int i = 0; i < 500 && rmdir(below) != 0 && errno == EBUSY; i++)
		usleep(10000);
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert_int_eq(status, 0);
}
END_TEST

/*
 * vm.max_map_count is the machine's; low for this process alone it is when that has most of them:
 * every other page of an area has other rights, and its children inherit that. False: not here.
 */
static bool leave_mappings(int left)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct limit_room rooms[LIMIT_ROOMS_MAX];
	int64_t pages = 0;
	int count = limit_own_rooms(rooms);

	for (int i = 0; i < count; i++)
		if (strcmp(rooms[i].name, "vm.max_map_count") == 0)
			pages = rooms[i].most - rooms[i].used - left;
	if (pages <= 0 || pages > 200000)
		return false;
	char *area = mmap(NULL, (size_t)pages * page, PROT_READ,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ck_assert_ptr_ne(area, MAP_FAILED);
	for (int64_t i = 0; i < pages; i += 2)
		ck_assert_int_eq(mprotect(area + (size_t)i * page, page, PROT_NONE), 0);
	return true;
}

START_TEST(mappings_stop_threads_where_there_are_few_left)
{
	static const char *const cells[] = {"idle/threads", "idle/thread-pool"};
	enum { LEFT = 800 };
	long long tasks, limit, twice;

	if (leftovers_sanitized() || !leave_mappings(LEFT))
		return;
	ck_assert_int_eq(find("limit", cells[_i]), EXIT_FINE);
	const char *named = strstr(output, " vm.max_map_count ");
	ck_assert_msg(named != NULL && sscanf(output, "%*s %lld", &tasks) == 1, "%s", output);
	ck_assert_int_eq(
		sscanf(named, " vm.max_map_count %lld (raise it: sysctl -w vm.max_map_count=%lld",
			&limit, &twice),
		2);
	ck_assert_int_eq(twice, 2 * limit);
	/* a stack and its guard are two */
	ck_assert_int_ge(tasks, LEFT / 2 - 50);
	ck_assert_int_le(tasks, LEFT / 2);
}
END_TEST

START_TEST(data_stops_an_ordinary_users_coroutines)
{
	enum { MOST = 256 << 20 };
	struct rlimit limit = {MOST, MOST};
	uid_t uid = 400000 + (uid_t)getpid();
	long long tasks;

	if (leftovers_sanitized())
		return;
	if (getuid() == 0)
		ck_assert_int_eq(setresuid(uid, uid, uid), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_DATA, &limit), 0);
	ck_assert_int_eq(find("limit", "idle/async"), EXIT_FINE);
	ck_assert_msg(strstr(output, "RLIMIT_DATA 268435456 (raise it: ulimit -d 524288)") != NULL,
		"%s", output);
	ck_assert_int_eq(sscanf(output, "%*s %lld", &tasks), 1);
	ck_assert_int_ge(tasks, 64);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cli/find");
	TCase *tcase = tcase_create("find");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, what_cannot_be_found_is_wrong_use);
	tcase_add_test(tcase, a_dry_run_says_what_would_be_searched);
	tcase_add_test(tcase, descriptors_stop_a_server_and_nothing_is_left_of_it);
	tcase_add_loop_test(tcase, a_users_processes_stop_threads_and_children, 0, 3);
	tcase_add_loop_test(tcase, a_groups_tasks_stop_threads_and_children, 0, 3);
	tcase_add_loop_test(tcase, addresses_stop_threads_where_their_stacks_fill_them, 0, 2);
	tcase_add_test(tcase, a_limit_of_a_group_above_is_named_with_its_file);
	tcase_add_loop_test(tcase, mappings_stop_threads_where_there_are_few_left, 0, 2);
	tcase_add_test(tcase, data_stops_an_ordinary_users_coroutines);
	suite_add_tcase(s, tcase);
	return s;
}
