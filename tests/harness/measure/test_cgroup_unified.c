/*
 * Control groups of version 2, on machines that have version 1 too: the files of /proc that say
 * where they are, and what the kernel does when a group is made, are scripted here.
 */
/* wrap: fopen proc_read mkdir rmdir */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/cgroup.h"
#include "harness/measure/limit_table.h"
#include "harness/measure/memory.h"
#include "harness/measure/tree.h"
#include "tests/suite.h"

enum { PATH_BYTES = 512 };

static char root[] = "/tmp/concbench-unified-XXXXXX"; /* where the hierarchy is "mounted" */
static char mounts[PATH_BYTES];
static const char *own_name;

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
ssize_t __real_proc_read(int folder, const char *path, char *buffer, size_t bytes);
ssize_t __wrap_proc_read(int folder, const char *path, char *buffer, size_t bytes);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __real_rmdir(const char *path);
int __wrap_rmdir(const char *path);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return __real_fopen(strcmp(path, "/proc/self/mounts") == 0 ? mounts : path, mode);
}

ssize_t __wrap_proc_read(int folder, const char *path, char *buffer, size_t bytes)
{
	if (strcmp(path, "/proc/self/cgroup") != 0)
		return __real_proc_read(folder, path, buffer, bytes);
	return snprintf(buffer, bytes, "0::%s\n", own_name);
}

static void put(const char *folder, const char *file, const char *text)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	FILE *into = __real_fopen(path, "w");
	ck_assert_ptr_nonnull(into);
	fputs(text, into);
	fclose(into);
}

static bool hands_down(const char *folder, const char *controller)
{
	char above[PATH_BYTES], text[128];

	snprintf(above, sizeof(above), "%.*s/cgroup.subtree_control",
		(int)(strrchr(folder, '/') - folder), folder);
	return __real_proc_read(AT_FDCWD, above, text, sizeof(text)) > 0 &&
	       strstr(text, controller) != NULL;
}

/* What the kernel puts into a new group. */
static void fill_group(const char *folder)
{
	put(folder, "cgroup.procs", "");
	put(folder, "cgroup.subtree_control", "\n");
	put(folder, "cpu.stat", "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n");
	if (hands_down(folder, "cpu")) {
		put(folder, "cpu.weight", "100\n");
		put(folder, "cpu.max", "max 100000\n");
	}
	if (hands_down(folder, "pids"))
		put(folder, "pids.max", "max\n");
	if (!hands_down(folder, "memory"))
		return;
	put(folder, "memory.current", "1048576\n");
	put(folder, "memory.max", "max\n");
	put(folder, "memory.stat",
		"anon 4096\nfile 8192\nkernel 20480\nkernel_stack 16384\npagetables 4096\n");
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	int rc = __real_mkdir(path, mode);

	if (rc == 0 && strncmp(path, root, strlen(root)) == 0)
		fill_group(path);
	return rc;
}

/* A group is removed with its files. */
int __wrap_rmdir(const char *path)
{
	static const char *const files[] = {"cgroup.procs", "cgroup.subtree_control", "cpu.stat",
		"cpu.weight", "cpu.max", "pids.max", "memory.current", "memory.max", "memory.stat"};
	char file[PATH_BYTES];

	for (size_t i = 0;
		i < sizeof(files) / sizeof(files[0]) && strncmp(path, root, strlen(root)) == 0;
		i++) {
		snprintf(file, sizeof(file), "%s/%s", path, files[i]);
		unlink(file);
	}
	return __real_rmdir(path);
}

static const char *folder_of(const char *name)
{
	static char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s%.200s", root, name);
	return path;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

/* As systemd leaves it: /slice hands memory and pids down, and this process is in /slice/scope. */
static void mount_it(void)
{
	char line[PATH_BYTES * 2];

	snprintf(root, sizeof(root), "/tmp/concbench-unified-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(mounts, sizeof(mounts), "%s/mounts", root);
	snprintf(line, sizeof(line), "proc /proc proc rw 0 0\ncgroup2 %s cgroup2 rw,nosuid 0 0\n",
		root);
	put(root, "mounts", line);
	put(root, "cgroup.procs", "");
	put(root, "cgroup.subtree_control", "cpu memory pids\n");
	ck_assert_int_eq(mkdir(folder_of("/slice"), 0755), 0);
	put(folder_of("/slice"), "cgroup.subtree_control", "memory pids\n");
	ck_assert_int_eq(mkdir(folder_of("/slice/scope"), 0755), 0);
	own_name = "/slice/scope";
}

static void unmount_it(void)
{
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *name_of(const struct control_group *group)
{
	return group->path + strlen(root);
}

START_TEST(a_group_of_version_2_counts_memory_beside_ones_own)
{
	struct control_group group;
	char text[64], file[CGROUP_PATH_MAX + 16];

	ck_assert_int_eq(memory_group_make(&group), 0);
	ck_assert_int_eq(group.version, 2);
	snprintf(text, sizeof(text), "/slice/concbench-%d", (int)getpid());
	ck_assert_str_eq(name_of(&group), text);
	ck_assert_int_eq(memory_group_bytes(&group), 1048576);
	ck_assert_int_eq(memory_group_kernel_bytes(&group), 20480);
	ck_assert_int_eq(control_group_enter(&group), 0);
	snprintf(file, sizeof(file), "%s/cgroup.procs", group.path);
	ck_assert_int_gt(proc_read(AT_FDCWD, file, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "0\n");
	snprintf(file, sizeof(file), "%s", group.path);
	control_group_remove(&group);
	ck_assert_int_ne(access(file, F_OK), 0);
	ck_assert_int_eq(memory_group_bytes(&group), -1);
	ck_assert_int_eq(memory_group_kernel_bytes(&group), -1);
}
END_TEST

START_TEST(a_point_of_memory_has_both_counts_of_version_2)
{
	struct record_memory_point point;
	struct control_group group;

	ck_assert_int_eq(memory_group_make(&group), 0);
	ck_assert_int_eq(memory_read(&point, getpid(), &group), 0);
	ck_assert_int_eq(point.cgroup, 1048576);
	ck_assert_int_eq(point.cgroup_kernel, 20480);
	control_group_remove(&group);
}
END_TEST

START_TEST(a_kernel_that_does_not_count_its_part_says_so)
{
	struct control_group group;

	ck_assert_int_eq(memory_group_make(&group), 0);
	put(group.path, "memory.stat", "anon 4096\nfile 8192\nkernel_stack 16384\n"); /* < 5.18 */
	ck_assert_int_eq(memory_group_bytes(&group), 1048576);
	ck_assert_int_eq(memory_group_kernel_bytes(&group), -1);
	control_group_remove(&group);
}
END_TEST

START_TEST(where_ones_own_group_hands_memory_down_it_is_made_below)
{
	struct control_group group;
	char name[64];

	put(folder_of("/slice/scope"), "cgroup.subtree_control", "memory\n");
	ck_assert_int_eq(memory_group_make(&group), 0);
	snprintf(name, sizeof(name), "/slice/scope/concbench-%d", (int)getpid());
	ck_assert_str_eq(name_of(&group), name);
	control_group_remove(&group);
	/* the root may hold processes and hand down all the same */
	own_name = "/";
	ck_assert_int_eq(memory_group_make(&group), 0);
	snprintf(name, sizeof(name), "/concbench-%d", (int)getpid());
	ck_assert_str_eq(name_of(&group), name);
	control_group_remove(&group);
}
END_TEST

START_TEST(no_limit_of_ones_own_is_escaped)
{
	static const char *const limits[][2] = {{"memory.max", "1073741824\n"},
		{"memory.high", "1073741824\n"}, {"pids.max", "100\n"},
		{"cpu.max", "50000 100000\n"}, {"cpuset.cpus", "0\n"}};
	struct control_group group;

	put(folder_of("/slice/scope"), limits[_i][0], limits[_i][1]);
	ck_assert_int_eq(memory_group_make(&group), -EOPNOTSUPP);
	ck_assert_str_eq(group.path, "");
	ck_assert_int_eq(memory_group_bytes(&group), -1);
	/* nothing was left of the attempt */
	char path[PATH_BYTES];
	snprintf(path, sizeof(path), "/slice/scope/concbench-%d", (int)getpid());
	ck_assert_int_ne(access(folder_of(path), F_OK), 0);
}
END_TEST

START_TEST(where_nobody_hands_memory_down_there_is_no_group)
{
	struct control_group group;

	put(folder_of("/slice"), "cgroup.subtree_control", "pids\n");
	ck_assert_int_eq(memory_group_make(&group), -EOPNOTSUPP);
	ck_assert_str_eq(group.path, "");
	/* a container shows its own group as the root, and nothing above */
	own_name = "/";
	put(root, "cgroup.subtree_control", "\n");
	ck_assert_int_eq(memory_group_make(&group), -EOPNOTSUPP);
	ck_assert_str_eq(group.path, "");
	own_name = "/not/in/here";
	ck_assert_int_eq(memory_group_make(&group), -EOPNOTSUPP);
	ck_assert_str_eq(group.path, "");
}
END_TEST

START_TEST(cpu_time_is_counted_where_it_is_not_shared_out)
{
	struct control_group group, none = {0};
	char name[64];

	ck_assert_int_eq(cpu_group_make(&group, &none), 0);
	ck_assert_int_eq(group.version, 2);
	snprintf(name, sizeof(name), "/slice/scope/concbench-%d", (int)getpid());
	ck_assert_str_eq(name_of(&group), name);
	ck_assert_int_eq(cpu_group_ns(&group), 1500000);
	control_group_remove(&group);
	put(folder_of("/slice/scope"), "cgroup.subtree_control", "cpu\n");
	ck_assert_int_eq(cpu_group_make(&group, &none), -EOPNOTSUPP);
	ck_assert_int_eq(cpu_group_ns(&group), -1);
}
END_TEST

/* In one hierarchy a process is in one group: entering a second would leave the first. */
START_TEST(a_process_whose_memory_is_counted_enters_no_second_group)
{
	struct control_group memory, cpu;

	if (_i == 1) /* where both would have the same name */
		put(folder_of("/slice/scope"), "cgroup.subtree_control", "memory\n");
	ck_assert_int_eq(memory_group_make(&memory), 0);
	ck_assert_int_eq(cpu_group_make(&cpu, &memory), -EBUSY);
	ck_assert_str_eq(cpu.path, "");
	ck_assert_int_eq(access(memory.path, F_OK), 0);
	ck_assert_int_eq(memory_group_bytes(&memory), 1048576);
	control_group_remove(&memory);
}
END_TEST

START_TEST(groups_of_the_dead_are_swept_beside_ones_own)
{
	char path[PATH_BYTES];
	pid_t dead = fork();

	if (dead == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(dead, NULL, 0), dead);
	snprintf(path, sizeof(path), "%s/slice/concbench-%d", root, (int)dead);
	ck_assert_int_eq(__real_mkdir(path, 0755), 0);
	control_groups_sweep();
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(limits_of_version_2_are_those_of_the_group_above_with_the_least_room)
{
	char path[CGROUP_PATH_MAX];
	int64_t used, most;

	ck_assert_int_eq(
		limit_of_group("cgroup pids.max", &used, &most, path, sizeof(path)), -ENOENT);
	put(folder_of("/slice"), "pids.max", "500\n");
	put(folder_of("/slice"), "pids.current", "300\n");
	put(folder_of("/slice/scope"), "pids.max", "400\n");
	put(folder_of("/slice/scope"), "pids.current", "7\n");
	/* a group of ours, which was handed nothing down */
	ck_assert_int_eq(__real_mkdir(folder_of("/slice/scope/concbench-1"), 0755), 0);
	put(folder_of("/slice/scope/concbench-1"), "cgroup.procs", "");
	own_name = "/slice/scope/concbench-1";
	ck_assert_int_eq(limit_of_group("cgroup pids.max", &used, &most, path, sizeof(path)), 0);
	ck_assert_int_eq(most, 500);
	ck_assert_int_eq(used, 300);
	ck_assert_str_eq(path, folder_of("/slice/pids.max"));
	put(folder_of("/slice"), "pids.max", "max\n");
	ck_assert_int_eq(limit_of_group("cgroup pids.max", &used, &most, path, sizeof(path)), 0);
	ck_assert_int_eq(most, 400);
	put(folder_of("/slice/scope"), "memory.max", "67108864\n");
	ck_assert_int_eq(limit_of_group("cgroup memory", &used, &most, path, sizeof(path)), 0);
	ck_assert_int_eq(most, 67108864);
	ck_assert_int_eq(used, 1048576);
}
END_TEST

START_TEST(the_quota_and_the_name_of_version_2)
{
	char text[64];

	cgroup_own_name(text, sizeof(text));
	ck_assert_str_eq(text, "/slice/scope");
	cgroup_cpu_max(text, sizeof(text));
	ck_assert_str_eq(text, "");
	put(folder_of("/slice/scope"), "cpu.max", "50000 100000\n");
	put(folder_of("/slice/scope"), "cpu.stat", "usage_usec 9\nthrottled_usec 250\n");
	cgroup_cpu_max(text, sizeof(text));
	ck_assert_str_eq(text, "50000 100000");
	ck_assert_int_eq(cgroup_throttled_ns(), 250000);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cgroup, version 2");
	TCase *tcase = tcase_create("unified");

	tcase_add_checked_fixture(tcase, mount_it, unmount_it);
	tcase_add_test(tcase, a_group_of_version_2_counts_memory_beside_ones_own);
	tcase_add_test(tcase, a_point_of_memory_has_both_counts_of_version_2);
	tcase_add_test(tcase, a_kernel_that_does_not_count_its_part_says_so);
	tcase_add_test(tcase, where_ones_own_group_hands_memory_down_it_is_made_below);
	tcase_add_loop_test(tcase, no_limit_of_ones_own_is_escaped, 0, 5);
	tcase_add_test(tcase, where_nobody_hands_memory_down_there_is_no_group);
	tcase_add_test(tcase, cpu_time_is_counted_where_it_is_not_shared_out);
	tcase_add_loop_test(tcase, a_process_whose_memory_is_counted_enters_no_second_group, 0, 2);
	tcase_add_test(tcase, groups_of_the_dead_are_swept_beside_ones_own);
	tcase_add_test(tcase, limits_of_version_2_are_those_of_the_group_above_with_the_least_room);
	tcase_add_test(tcase, the_quota_and_the_name_of_version_2);
	suite_add_tcase(s, tcase);
	return s;
}
