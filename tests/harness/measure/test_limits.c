#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/measure/limits.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

static char text[240];

START_TEST(an_error_that_is_no_limit_has_no_name)
{
	ck_assert_int_eq(limit_name(-EIO, 5, text, sizeof(text)), -ENOENT);
	ck_assert_int_eq(limit_name(0, 5, text, sizeof(text)), -ENOENT);
}
END_TEST

START_TEST(an_error_without_an_exhausted_limit_has_no_name)
{
	ck_assert_int_eq(limit_name(-EAGAIN, 5, text, sizeof(text)), -ENOENT);
	ck_assert_int_eq(limit_name(-ENOMEM, 5, text, sizeof(text)), -ENOENT);
}
END_TEST

START_TEST(descriptors_of_the_process_and_of_the_machine)
{
	struct rlimit limit = {100, 100};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(limit_name(-EMFILE, 93, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "RLIMIT_NOFILE 100 reached at 93 tasks");
	ck_assert_int_eq(limit_name(-ENFILE, 7, text, sizeof(text)), 0);
	ck_assert_ptr_eq(strstr(text, "fs.file-max "), text);
}
END_TEST

START_TEST(the_address_space)
{
	struct rlimit limit = {400 << 20, 400 << 20};

	if (leftovers_sanitized())
		return; /* a sanitizer has mapped more than that already */
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	while (mmap(NULL, 8 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		;
	ck_assert_int_eq(limit_name(-ENOMEM, 12, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "RLIMIT_AS 419430400 reached at 12 tasks");
	/* pthread_create tells the same as EAGAIN */
	ck_assert_int_eq(limit_name(-EAGAIN, 12, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "RLIMIT_AS 419430400 reached at 12 tasks");
}
END_TEST

START_TEST(mappings)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = 70000;
	char *area = mmap(
		NULL, pages * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t i = 0;

	if (leftovers_sanitized())
		return; /* it needs mappings itself */
	ck_assert_ptr_ne(area, MAP_FAILED);
	for (; i < pages && mprotect(area + i * page, page, PROT_NONE) == 0; i += 2)
		;
	if (i >= pages)
		return; /* a machine with a higher limit than that */
	ck_assert_int_eq(limit_name(-ENOMEM, 3, text, sizeof(text)), 0);
	ck_assert_ptr_eq(strstr(text, "vm.max_map_count "), text);
}
END_TEST

START_TEST(the_users_processes)
{
	struct rlimit limit = {1, 1};
	uid_t uid = 100000 + (uid_t)getpid(); /* nobody else's */

	if (leftovers_sanitized())
		return; /* it looks for leaks in a process of its own */
	if (getuid() == 0)
		ck_assert_int_eq(setresuid(uid, uid, uid), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &limit), 0);
	ck_assert_int_eq(fork(), -1);
	ck_assert_int_eq(limit_name(-errno, 0, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "RLIMIT_NPROC 1 reached at 0 tasks");
}
END_TEST

START_TEST(many_at_once_that_are_gone_again)
{
	enum { MOST = 50 };
	struct rlimit limit = {MOST, MOST};
	uid_t uid = 200000 + (uid_t)getpid(); /* nobody else's */

	if (leftovers_sanitized() || getuid() != 0)
		return;
	ck_assert_int_eq(setresuid(uid, uid, uid), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &limit), 0);
	ck_assert_int_eq(limit_name_of_many(-EAGAIN, 30, 0, text, sizeof(text)), -ENOENT);
	ck_assert_int_eq(limit_name_of_many(-EIO, 60, 0, text, sizeof(text)), -ENOENT);
	ck_assert_int_eq(limit_name_of_many(-EAGAIN, 60, 0, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "RLIMIT_NPROC 50 reached at 49 tasks"); /* one is this one */
}
END_TEST

START_TEST(stacks_of_a_pool_that_are_gone_again)
{
	struct rlimit limit = {(rlim_t)1 << 30, (rlim_t)1 << 30};
	long long tasks;

	if (leftovers_sanitized())
		return;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ck_assert_int_eq(limit_name_of_many(-ENOMEM, 100, 1 << 20, text, sizeof(text)), -ENOENT);
	ck_assert_int_eq(limit_name_of_many(-ENOMEM, 5000, 0, text, sizeof(text)), -ENOENT);
	ck_assert_int_eq(limit_name_of_many(-ENOMEM, 5000, 1 << 20, text, sizeof(text)), 0);
	ck_assert_int_eq(sscanf(text, "RLIMIT_AS 1073741824 reached at %lld tasks", &tasks), 1);
	ck_assert_int_le(tasks, 1024);
	ck_assert_int_ge(tasks, 800);
}
END_TEST

START_TEST(addresses_for_many_stacks_at_once)
{
	struct rlimit limit = {(rlim_t)4 << 30, (rlim_t)4 << 30};

	if (leftovers_sanitized())
		return;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ck_assert_int_eq(limit_name(-ENOMEM, 12, text, sizeof(text)), -ENOENT);
	while (mmap(NULL, 512 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		;
	ck_assert_int_eq(limit_name(-ENOMEM, 12, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "RLIMIT_AS 4294967296 reached at 12 tasks");
}
END_TEST

START_TEST(data_for_many_stacks_at_once)
{
	struct rlimit limit = {(rlim_t)2 << 30, (rlim_t)2 << 30};

	if (leftovers_sanitized())
		return;
	ck_assert_int_eq(setrlimit(RLIMIT_DATA, &limit), 0);
	ck_assert_int_eq(limit_name(-ENOMEM, 12, text, sizeof(text)), -ENOENT);
	/* what may be written counts, touched or not */
	while (mmap(NULL, 384 << 20, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED)
		;
	ck_assert_int_eq(limit_name(-ENOMEM, 12, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "RLIMIT_DATA 2147483648 reached at 12 tasks");
}
END_TEST

START_TEST(ports_to_connect_from)
{
	ck_assert_int_eq(limit_name(-EADDRNOTAVAIL, 12, text, sizeof(text)), 0);
	ck_assert_ptr_eq(strstr(text, "net.ipv4.ip_local_port_range "), text);
	ck_assert_ptr_nonnull(strstr(text, " reached at 12 tasks"));
}
END_TEST

START_TEST(shared_limits_have_room_and_every_limit_a_way_out)
{
	static const char *const ways[][2] = {{"RLIMIT_NOFILE", "ulimit -n 2048"},
		{"RLIMIT_AS", "ulimit -v 2"}, {"kernel.pid_max", "sysctl -w kernel.pid_max=2048"},
		{"MemTotal", "more memory"},
		{"net.ipv4.ip_local_port_range",
			"sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\""}};
	struct limit_room rooms[LIMIT_ROOMS_MAX];
	int count = limit_rooms(rooms);

	ck_assert_int_ge(count, 1);
	for (int i = 0; i < count; i++) {
		ck_assert_int_gt(rooms[i].most, rooms[i].used);
		ck_assert_int_eq(limit_raise(rooms[i].name, 1, text, sizeof(text)), 0);
	}
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(limit_raise(ways[i][0], 1024, text, sizeof(text)), 0);
		ck_assert_str_eq(text, ways[i][1]);
	}
	ck_assert_int_eq(limit_raise("cgroup pids.max", 10, text, sizeof(text)), 0);
	ck_assert_ptr_eq(strstr(text, "echo 20 > "), text);
	ck_assert_int_eq(limit_raise("RLIMIT", 1, text, sizeof(text)), -ENOENT);
}
END_TEST

START_TEST(limits_of_the_process_alone_have_room_for_an_invocation)
{
	struct limit_room rooms[LIMIT_ROOMS_MAX];
	struct rlimit files;
	bool seen = false;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max < 512 ? files.rlim_max : 512;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	int count = limit_own_rooms(rooms);
	for (int i = 0; i < count; i++) {
		ck_assert_int_gt(rooms[i].most, rooms[i].used);
		ck_assert(!rooms[i].is_memory);
		if (strcmp(rooms[i].name, "RLIMIT_NOFILE") != 0)
			continue;
		/* the hard one: that is where an invocation goes */
		ck_assert_int_eq(rooms[i].most, (int64_t)files.rlim_max);
		ck_assert_int_eq(rooms[i].used, 0);
		seen = true;
	}
	ck_assert(seen || files.rlim_max == RLIM_INFINITY);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("limits");
	TCase *tcase = tcase_create("limits");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, an_error_that_is_no_limit_has_no_name);
	tcase_add_test(tcase, an_error_without_an_exhausted_limit_has_no_name);
	tcase_add_test(tcase, descriptors_of_the_process_and_of_the_machine);
	tcase_add_test(tcase, the_address_space);
	tcase_add_test(tcase, mappings);
	tcase_add_test(tcase, the_users_processes);
	tcase_add_test(tcase, many_at_once_that_are_gone_again);
	tcase_add_test(tcase, stacks_of_a_pool_that_are_gone_again);
	tcase_add_test(tcase, addresses_for_many_stacks_at_once);
	tcase_add_test(tcase, data_for_many_stacks_at_once);
	tcase_add_test(tcase, ports_to_connect_from);
	tcase_add_test(tcase, shared_limits_have_room_and_every_limit_a_way_out);
	tcase_add_test(tcase, limits_of_the_process_alone_have_room_for_an_invocation);
	suite_add_tcase(s, tcase);
	return s;
}
