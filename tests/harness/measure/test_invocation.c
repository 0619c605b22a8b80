#include <pthread.h>
#include <stdio.h>

#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

static struct orders *make(const struct workload *workload, int tasks)
{
	struct plan plan = scripted_plan(workload, model_find("threads"));
	struct orders *orders;

	plan.draft.tasks = tasks;
	ck_assert_int_eq(invocation_map(&orders, &plan.draft), 0);
	return orders;
}

START_TEST(every_task_has_a_slot_and_a_lane_and_the_first_have_chunks)
{
	struct orders *orders = make(&scripted_workload, 1000);

	for (int i = 0; i < 1000; i++) {
		const struct slot *slot = &orders->slots[i];

		ck_assert_uint_eq((uintptr_t)slot % 128, 0);
		ck_assert_ptr_eq(slot->orders, orders);
		ck_assert_int_eq(slot->index, i);
		ck_assert_ptr_eq(slot->lane, &orders->invocation->lanes[i % LANES_MAX]);
		ck_assert(i < CHUNK_TASKS_MAX ? slot->chunks != NULL : slot->chunks == NULL);
	}
	ck_assert_int_eq(orders->invocation->lanes_count, LANES_MAX);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(the_workloads_own_bytes_are_left_for_it)
{
	struct orders *orders = make(&served_workload, 3);

	ck_assert_ptr_nonnull(arena_take(orders->arena, sizeof(struct scripted_line)));
	/* the slots of a server count, the load process keeps the times */
	ck_assert_ptr_null(orders->slots[0].lane);
	ck_assert_ptr_null(orders->slots[0].chunks);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(only_time_is_recorded_in_lanes)
{
	struct plan plan = scripted_plan(&scripted_workload, model_find("threads"));
	struct orders *orders;

	plan.draft.kind = KIND_MEMORY;
	ck_assert_int_eq(invocation_map(&orders, &plan.draft), 0);
	ck_assert_ptr_null(orders->slots[0].lane);
	ck_assert_ptr_null(orders->slots[0].chunks);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(the_first_verdict_wins)
{
	struct orders *orders = make(&scripted_workload, 2);

	orders_verdict(orders, STATUS_INVALID, "%d wrong", 3);
	orders_verdict(orders, STATUS_FAILED, "later");
	ck_assert_int_eq((int)orders->invocation->status, STATUS_INVALID);
	ck_assert_str_eq(orders->invocation->reason, "3 wrong");
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(a_long_reason_is_cut)
{
	struct orders *orders = make(&scripted_workload, 2);

	orders_verdict(orders, STATUS_FAILED, "%1000d", 1);
	ck_assert_uint_eq(strlen(orders->invocation->reason), RECORD_REASON_MAX - 1);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(the_first_failure_is_kept_and_cancels)
{
	struct orders *orders = make(&scripted_workload, 2);

	invocation_fail(orders, 7, -EIO, 0);
	invocation_fail(orders, 1, -EPERM, 0);
	ck_assert_int_eq(orders->invocation->failure.task, 7);
	ck_assert_int_eq(orders->invocation->failure.rc, -EIO);
	ck_assert(coordinate_cancelled(orders));
	arena_unmap(orders->arena);
}
END_TEST

static void *publish_later(void *arg)
{
	scripted_pause(5000000);
	orders_publish(arg, 4711);
	return NULL;
}

START_TEST(a_number_that_is_published_is_awaited)
{
	struct orders *orders = make(&served_workload, 2);
	pthread_t thread;
	uint32_t port = 0;

	ck_assert_int_eq(pthread_create(&thread, NULL, publish_later, orders), 0);
	ck_assert_int_eq(orders_await(orders, &port), 0);
	ck_assert_uint_eq(port, 4711);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	arena_unmap(orders->arena);
}
END_TEST

static void *end_later(void *arg)
{
	struct orders *orders = arg;

	scripted_pause(5000000);
	atomic_store(&orders->invocation->over, 1);
	return NULL;
}

START_TEST(who_awaits_a_number_that_never_comes_is_sent_home)
{
	struct orders *orders = make(&served_workload, 2);
	pthread_t thread;
	uint32_t port;

	ck_assert_int_eq(pthread_create(&thread, NULL, end_later, orders), 0);
	ck_assert_int_eq(orders_await(orders, &port), -ECANCELED);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(served_is_the_sum_of_all_slots)
{
	struct orders *orders = make(&served_workload, 5);

	for (int i = 0; i < 5; i++)
		slot_count(&orders->slots[i], (uint64_t)i + 1, 0, 0);
	ck_assert_uint_eq(orders_served(orders), 15);
	arena_unmap(orders->arena);
}
END_TEST

START_TEST(a_chunk_ends_when_it_is_full)
{
	struct chunks chunks = {.operations = 3, .start_ns = 100};

	chunk_add(&chunks, 1, 110);
	chunk_add(&chunks, 1, 120);
	ck_assert_uint_eq(chunks.count, 0);
	chunk_add(&chunks, 1, 130);
	ck_assert_uint_eq(chunks.count, 1);
	ck_assert_uint_eq(chunks.ns[0], 30);
	for (int i = 0; i < 3 * CHUNKS_MAX; i++)
		chunk_add(&chunks, 1, 130 + (uint64_t)i);
	ck_assert_uint_eq(chunks.count, CHUNKS_MAX);
	struct chunks off = {0};
	chunk_add(&off, 5, 10);
	ck_assert_uint_eq(off.count, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("invocation");
	TCase *tcase = tcase_create("invocation");

	tcase_add_test(tcase, every_task_has_a_slot_and_a_lane_and_the_first_have_chunks);
	tcase_add_test(tcase, the_workloads_own_bytes_are_left_for_it);
	tcase_add_test(tcase, only_time_is_recorded_in_lanes);
	tcase_add_test(tcase, the_first_verdict_wins);
	tcase_add_test(tcase, a_long_reason_is_cut);
	tcase_add_test(tcase, the_first_failure_is_kept_and_cancels);
	tcase_add_test(tcase, a_number_that_is_published_is_awaited);
	tcase_add_test(tcase, who_awaits_a_number_that_never_comes_is_sent_home);
	tcase_add_test(tcase, served_is_the_sum_of_all_slots);
	tcase_add_test(tcase, a_chunk_ends_when_it_is_full);
	suite_add_tcase(s, tcase);
	return s;
}
