/*
 * The memory of stackless coroutines: no stacks, few bytes, used again.
 */
/* wrap: mmap malloc */
#include <errno.h>

#include "models/async/async.h"
#include "models/async/loop.h"
#include "models/async/stackless.h"
#include "models/async/task.h"
#include "tests/faults.h"
#include "tests/models/async/stackless_events.h"

static int sleeps_a_little(void *arg)
{
	struct stackless *self = stackless_self();

	STACKLESS_BEGIN(self);
	STACKLESS_AWAIT(self, stackless_sleep_until(self, *(uint64_t *)arg));
	++*((uint64_t *)arg + 1);
	STACKLESS_END;
	return 0;
}

/* Lines of /proc/self/maps: mappings this process has. */
static int mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int lines = 0, c;

	ck_assert_ptr_nonnull(maps);
	while ((c = getc(maps)) != EOF)
		lines += c == '\n';
	fclose(maps);
	return lines;
}

enum { MANY = 100000, MANY_BYTES_EACH = 205 };

static int very_many(void *arg)
{
	uint64_t deadline_and_woken[2] = {0};
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);
	int before = mappings();

	(void)arg;
	deadline_and_woken[0] = async_now_ns() + 1000000;
	for (int i = 0; i < MANY && rc == 0; i++)
		rc = stackless_spawn(&set, sleeps_a_little, deadline_and_woken, 32, NULL);
	if (rc != 0)
		return rc;
	size_t bytes = set.chunks_count * STACKLESS_CHUNK_BYTES;
	ck_assert_uint_eq(set.loop->stacks[0].taken, 2); /* this task's and the driver's */
	ck_assert_int_lt(
		mappings() - before, MANY / 100); /* none of its own each; sanitizers map a few */
	rc = stackless_close(&set);
	bytes += set.loop->timers.room * sizeof(struct async_timer_node);
	ck_assert_uint_eq(deadline_and_woken[1], MANY);
	ck_assert_uint_le(bytes / MANY, MANY_BYTES_EACH);
	return rc;
}

START_TEST(a_hundred_thousand_need_no_stacks_and_two_hundred_bytes_each)
{
	run(very_many);
}
END_TEST

static int returns_locals(void *arg)
{
	struct stackless *self = stackless_self();
	char *my = stackless_locals(self);

	STACKLESS_BEGIN(self);
	for (size_t i = 0; i < (size_t)(intptr_t)arg; i++) /* zeroed, whoever had it before */
		if (my[i] != 0)
			return -EILSEQ;
	memset(my, 7, (size_t)(intptr_t)arg);
	STACKLESS_AWAIT(self, stackless_yield(self));
	STACKLESS_END;
	return ((uintptr_t)stackless_locals(self) & 15) == 0 ? 0 : -EFAULT;
}

static int all_sizes(void *arg)
{
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);

	(void)arg;
	for (int round = 0; round < 3 && rc == 0; round++) {
		struct async_future done[6] = {{.value = 0}};
		static const int sizes[] = {0, 1, 16, 128, 129, STACKLESS_LOCALS_MAX};

		for (int i = 0; i < 6 && rc == 0; i++)
			rc = stackless_spawn(&set, returns_locals, (void *)(intptr_t)sizes[i],
				(size_t)sizes[i], &done[i]);
		for (int i = 0; i < 6 && rc == 0; i++)
			rc = (int)async_await(&done[i]);
	}
	note(set.chunks_count == 1 && set.large == NULL ? "recycled" : "?");
	note(stackless_spawn(&set, returns_locals, NULL, STACKLESS_LOCALS_MAX + 1, NULL) == -EINVAL
			? "EINVAL"
			: "?");
	return rc != 0 ? rc : stackless_close(&set);
}

START_TEST(locals_of_every_size_are_zeroed_aligned_and_recycled)
{
	run(all_sizes);
	ck_assert_str_eq(events, "recycled EINVAL ");
}
END_TEST

static int without_memory(void *arg)
{
	struct async_future done = {0};
	struct stackless_set set;
	int rc = stackless_open(&set, NULL);

	(void)arg;
	if (rc != 0)
		return rc;
	fault_set(FAULT_MMAP, 1, ENOMEM);
	note(stackless_spawn(&set, returns_locals, NULL, 0, NULL) == -ENOMEM ? "mmap" : "?");
	fault_set(FAULT_MMAP, 0, 0);
	fault_set(FAULT_MALLOC, 1, ENOMEM);
	note(stackless_spawn(&set, returns_locals, NULL, 1000, NULL) == -ENOMEM ? "malloc" : "?");
	fault_set(FAULT_MALLOC, 0, 0);
	rc = stackless_spawn(&set, returns_locals, NULL, 1000, &done);
	if (rc == 0)
		rc = (int)async_await(&done);
	return rc != 0 ? rc : stackless_close(&set);
}

START_TEST(a_coroutine_without_memory_is_an_error_and_the_next_one_runs)
{
	run(without_memory);
	ck_assert_str_eq(events, "mmap malloc ");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/stackless_frames");
	TCase *tests = tcase_create("stackless_frames");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_hundred_thousand_need_no_stacks_and_two_hundred_bytes_each);
	tcase_add_test(tests, locals_of_every_size_are_zeroed_aligned_and_recycled);
	tcase_add_test(tests, a_coroutine_without_memory_is_an_error_and_the_next_one_runs);
	suite_add_tcase(suite, tests);
	return suite;
}
