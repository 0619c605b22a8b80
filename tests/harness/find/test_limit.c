/*
 * The search for a limit, over machines that only pretend.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness/find/limit.h"
#include "tests/suite.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

static int64_t together_bytes, limit_at, told_at, most_tasks, interrupted_at, pid_max, memory_bytes,
	all_tasks;
static int steps;
static enum status beyond;
static bool asks_readiness;

/* A machine that stops at limit_at, and remembers how far it was driven. */
static int invoke(const struct plan *plan, struct record *record, int *signal)
{
	int64_t tasks = plan->draft.tasks;

	*record = (struct record){
		.memory.user_per_task = 30 * KIB, .memory.kernel_per_task = 10 * KIB};
	*signal = interrupted_at != 0 && tasks >= interrupted_at ? SIGINT : 0;
	ck_assert_int_eq(plan->draft.values[plan->draft.workload->concurrency], tasks);
	/* the first and the second tell what a task takes; a first that is refused is halved */
	bool tells = steps == 0 || tasks <= LIMIT_FIRST_TASKS ||
		     (steps == 1 && tasks <= LIMIT_FIRST_TASKS * LIMIT_GROWTH);
	ck_assert_int_eq((int)plan->draft.kind, tells ? KIND_MEMORY : KIND_TIME);
	if (tasks <= LIMIT_FIRST_TASKS)
		record->memory.user_per_task += (double)together_bytes / (double)tasks;
	if (strcmp(plan->draft.workload->name, "spawn") == 0)
		ck_assert(!plan->until_ready); /* its tasks need not be there at once */
	else if (asks_readiness)
		ck_assert(plan->until_ready);
	steps++;
	all_tasks += tasks;
	most_tasks = tasks > most_tasks ? tasks : most_tasks;
	if (limit_at == 0 || tasks <= limit_at)
		return 0;
	record->status = beyond;
	snprintf(record->reason, sizeof(record->reason),
		beyond == STATUS_LIMIT ? "RLIMIT_NPROC 4096 reached at %lld tasks" : "no idea %lld",
		(long long)(told_at >= 0 ? told_at : limit_at));
	return 0;
}

static int rooms(struct limit_room into[LIMIT_ROOMS_MAX])
{
	into[0] = (struct limit_room){.name = "kernel.pid_max", .used = 200, .most = pid_max};
	into[1] = (struct limit_room){.name = "MemTotal", .most = memory_bytes, .is_memory = true};
	return 2;
}

/* A task takes a millisecond. */
static uint64_t now_ns(void)
{
	return (uint64_t)all_tasks * 1000000;
}

static int64_t map_count, files;

static int own_rooms(struct limit_room into[LIMIT_ROOMS_MAX])
{
	into[0] = (struct limit_room){.name = "vm.max_map_count", .used = 30, .most = map_count};
	into[1] = (struct limit_room){.name = "RLIMIT_NOFILE", .most = files};
	return 2;
}

static const struct limit_world world = {invoke, rooms, own_rooms, now_ns};

static struct limit_found find(const char *model)
{
	struct limit_found found;

	limit_find(&found, &world, workload_find("idle"), model_find(model), 0);
	return found;
}

static void calm(void)
{
	together_bytes = all_tasks = limit_at = most_tasks = interrupted_at = 0;
	steps = 0;
	told_at = -1;
	beyond = STATUS_LIMIT;
	pid_max = 1 << 22;
	map_count = files = 1 << 30;
	memory_bytes = (int64_t)1 << 50;
}

START_TEST(a_search_with_little_time_makes_smaller_steps_and_says_that_time_ended_it)
{
	struct limit_found found;

	limit_find(&found, &world, workload_find("idle"), model_find("threads"), 10000000000u);
	ck_assert_int_eq((int)found.end, LIMIT_NOT_MET);
	ck_assert_int_gt(found.tasks, 1024);
	ck_assert_int_lt(all_tasks, 10000);
	/* which is no limit: what would be one stands beside it */
	ck_assert_str_eq(found.text,
		"the time of a search of all; next: kernel.pid_max 4194304 (raise it: sysctl -w "
		"kernel.pid_max=8388608), at about 3355243");
}
END_TEST

START_TEST(what_would_be_next_may_be_a_limit_of_the_process_alone)
{
	struct limit_found found;

	map_count = 65530;
	limit_find(&found, &world, workload_find("idle"), model_find("threads"), 10000000000u);
	ck_assert_str_eq(found.text,
		"the time of a search of all; next: vm.max_map_count 65530 (raise it: sysctl -w "
		"vm.max_map_count=131060), at about 32750");
	/* neither processes nor coroutines take any of it */
	calm();
	map_count = 65530;
	limit_find(&found, &world, workload_find("idle"), model_find("processes"), 10000000000u);
	ck_assert_ptr_nonnull(strstr(found.text, "next: kernel.pid_max"));
	calm();
	map_count = 65530;
	limit_find(&found, &world, workload_find("idle"), model_find("async"), 10000000000u);
	ck_assert_ptr_nonnull(strstr(found.text, "next: memory, 50 % of what is free, at about "));
	/* a server's connections are descriptors, in every model */
	calm();
	files = 20000;
	limit_find(&found, &world, workload_find("echo"), model_find("async"), 0);
	ck_assert_int_eq(found.tasks, workload_find("echo")->params[0].max);
	ck_assert_str_eq(found.text, "the workload's own bound of connections; next: RLIMIT_NOFILE "
				     "20000 (raise it: ulimit -n 40000), at about 20000");
}
END_TEST

START_TEST(a_limit_that_is_met_is_named_with_the_way_to_raise_it)
{
	limit_at = 4093;
	struct limit_found found = find("threads");

	ck_assert_int_eq((int)found.end, LIMIT_MET);
	ck_assert_int_eq(found.tasks, 4093);
	ck_assert_str_eq(found.text, "RLIMIT_NPROC 4096 (raise it: ulimit -u 8192)");
}
END_TEST

/* What started all at once and is gone again says 0, or what was wanted; one in 20 is close. */
START_TEST(a_limit_that_does_not_tell_where_it_was_met_is_closed_in_upon)
{
	static const int64_t told[] = {0, 3, 1000000000};

	limit_at = _i < 3 ? 5001 : 40;
	told_at = told[_i % 3];
	struct limit_found found = find("threads");

	ck_assert_int_eq((int)found.end, LIMIT_MET);
	ck_assert_int_le(found.tasks, limit_at);
	ck_assert_int_ge(found.tasks, limit_at - limit_at / 19 - 1);
	ck_assert_ptr_nonnull(
		strstr(found.text, "RLIMIT_NPROC 4096 (raise it: ulimit -u 8192), met below "));
	ck_assert_int_le(steps, 16);
}
END_TEST

START_TEST(where_a_task_takes_one_of_the_limit_two_steps_are_enough)
{
	limit_at = 4090;
	told_at = 0;
	struct limit_found found = find("threads");

	ck_assert_int_ge(found.tasks, 4000);
	ck_assert_int_eq(steps, 5);
}
END_TEST

START_TEST(it_only_asks_whether_the_tasks_can_be_there)
{
	asks_readiness = true;
	find("threads");
	ck_assert_int_gt(steps, 0);
	asks_readiness = false;
	steps = 0;
	struct limit_found found;
	limit_find(&found, &world, workload_find("spawn"), model_find("threads"), 0);
	ck_assert_int_gt(steps, 0);
}
END_TEST

START_TEST(a_shared_limit_is_never_used_beyond_eighty_percent)
{
	pid_max = 32768;
	struct limit_found found = find("processes");

	ck_assert_int_eq((int)found.end, LIMIT_NOT_MET);
	ck_assert_int_eq(found.tasks, 32768 * 80 / 100 - 200);
	ck_assert_int_eq(most_tasks, found.tasks);
	ck_assert_str_eq(found.text,
		"next: kernel.pid_max 32768 (raise it: sysctl -w kernel.pid_max=65536)");
}
END_TEST

START_TEST(coroutines_take_no_numbers_of_processes_but_the_workloads_bound_holds)
{
	const struct workload *idle = workload_find("idle");

	pid_max = 300;
	struct limit_found found = find("async");

	ck_assert_int_eq((int)found.end, LIMIT_NOT_MET);
	ck_assert_int_eq(found.tasks, idle->params[idle->concurrency].max);
	ck_assert_str_eq(found.text, "the workload's own bound of tasks; next: memory, 50 % of "
				     "what is free, at about 13743895347");
}
END_TEST

START_TEST(no_more_than_half_of_the_free_memory_is_used)
{
	memory_bytes = 400 * MIB;
	struct limit_found found = find("async");

	ck_assert_int_eq((int)found.end, LIMIT_NOT_MET);
	ck_assert_int_eq(found.tasks, 200 * MIB / (40 * KIB));
	ck_assert_int_eq(most_tasks, found.tasks);
	ck_assert_str_eq(found.text, "next: memory, 50 % of what is free");
}
END_TEST

START_TEST(what_tasks_have_in_common_does_not_make_each_of_them_dear)
{
	memory_bytes = 400 * MIB;
	together_bytes = 5 * MIB;
	struct limit_found found = find("async");

	ck_assert_int_eq(found.tasks, 200 * MIB / (40 * KIB));
}
END_TEST

/* A task takes a millisecond. */
START_TEST(closing_in_on_a_limit_ends_with_the_time)
{
	struct limit_found found;
	int64_t all_time = 10000;

	limit_at = 5001;
	told_at = 0;
	limit_find(&found, &world, workload_find("idle"), model_find("threads"),
		(uint64_t)all_time * 1000000);
	ck_assert_int_le(all_tasks, all_time);
	if (found.end == LIMIT_MET)
		ck_assert_ptr_nonnull(strstr(found.text, "RLIMIT_NPROC 4096 (raise it: "));
	ck_assert_int_le(found.tasks, limit_at);
	calm();
	limit_at = 800;
	told_at = 0;
	limit_find(&found, &world, workload_find("idle"), model_find("threads"), 1200 * 1000000);
	ck_assert_int_eq((int)found.end, LIMIT_MET);
	ck_assert_int_eq(found.tasks, 64); /* no time to come closer, and it says so */
	ck_assert_str_eq(
		found.text, "RLIMIT_NPROC 4096 (raise it: ulimit -u 8192), met below 1024");
}
END_TEST

START_TEST(what_is_no_limit_is_told_as_it_is)
{
	struct limit_found found;

	limit_at = 1000;
	beyond = STATUS_FAILED;
	found = find("threads");

	/* what was there before stays true */
	ck_assert_int_eq((int)found.end, LIMIT_NOT_MET);
	ck_assert_int_eq(found.tasks, 64);
	ck_assert_ptr_eq(
		strstr(found.text, "failed with 1024 tasks: no idea 1000; next: "), found.text);
	calm();
	limit_at = 1;
	beyond = STATUS_FAILED;
	ck_assert_int_eq((int)find("threads").end, LIMIT_NO_SEARCH);
	calm();
	limit_at = 1;
	beyond = STATUS_IMPOSSIBLE;
	found = find("threads");
	ck_assert_int_eq((int)found.end, LIMIT_NO_SEARCH);
	ck_assert_str_eq(found.text, "no idea 1");
}
END_TEST

START_TEST(tasks_that_were_late_were_there_nonetheless)
{
	limit_at = 100;
	beyond = STATUS_INVALID;
	pid_max = 10000;
	ck_assert_int_eq(find("threads").tasks, 8000 - 200);
}
END_TEST

START_TEST(an_interrupted_search_ends_at_once)
{
	interrupted_at = 1024;
	struct limit_found found = find("threads");

	ck_assert_int_eq(found.signal, SIGINT);
	ck_assert_int_eq(most_tasks, 1024);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("find/limit");
	TCase *tcase = tcase_create("limit");

	tcase_add_checked_fixture(tcase, calm, NULL);
	tcase_add_test(
		tcase, a_search_with_little_time_makes_smaller_steps_and_says_that_time_ended_it);
	tcase_add_test(tcase, what_would_be_next_may_be_a_limit_of_the_process_alone);
	tcase_add_test(tcase, a_limit_that_is_met_is_named_with_the_way_to_raise_it);
	tcase_add_loop_test(
		tcase, a_limit_that_does_not_tell_where_it_was_met_is_closed_in_upon, 0, 4);
	tcase_add_test(tcase, where_a_task_takes_one_of_the_limit_two_steps_are_enough);
	tcase_add_test(tcase, it_only_asks_whether_the_tasks_can_be_there);
	tcase_add_test(tcase, a_shared_limit_is_never_used_beyond_eighty_percent);
	tcase_add_test(
		tcase, coroutines_take_no_numbers_of_processes_but_the_workloads_bound_holds);
	tcase_add_test(tcase, no_more_than_half_of_the_free_memory_is_used);
	tcase_add_test(tcase, what_tasks_have_in_common_does_not_make_each_of_them_dear);
	tcase_add_test(tcase, closing_in_on_a_limit_ends_with_the_time);
	tcase_add_test(tcase, what_is_no_limit_is_told_as_it_is);
	tcase_add_test(tcase, tasks_that_were_late_were_there_nonetheless);
	tcase_add_test(tcase, an_interrupted_search_ends_at_once);
	suite_add_tcase(s, tcase);
	return s;
}
