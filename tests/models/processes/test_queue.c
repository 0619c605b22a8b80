/*
 * The bounded queue across processes.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "tests/suite.h"

enum { PRODUCERS = 2, CONSUMERS = 2, ITEMS = 1000, SHORT_NS = 2000000, KILLS = 20 };

struct item {
	int number;
	int inverse; /* ~number: tells a torn copy */
};

static struct process_queue *queue;
static _Atomic int *taken, *torn;

static void map_shared(void)
{
	taken = mmap(NULL, (PRODUCERS * ITEMS + 1) * sizeof(*taken), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(taken, MAP_FAILED);
	torn = &taken[PRODUCERS * ITEMS];
}

static int produce(void *arg)
{
	int first = (int)(long)arg * ITEMS;

	for (int i = first; i < first + ITEMS; i++)
		if (process_queue_put(queue, &(struct item){i, ~i}, SYNC_FOREVER) != 0)
			return 1;
	return 0;
}

static int consume(void *arg)
{
	struct item item;
	int rc;

	(void)arg;
	while ((rc = process_queue_get(queue, &item, SYNC_FOREVER)) == 0)
		if (item.inverse != ~item.number)
			atomic_fetch_add(torn, 1);
		else
			atomic_fetch_add(&taken[item.number], 1);
	return rc != -EPIPE;
}

static void reap_all(const pid_t *pids, int count, int *killed)
{
	int status;

	for (int i = 0; i < count; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		if (WIFSIGNALED(status) && killed != NULL)
			(*killed)++;
		else
			ck_assert_int_eq(status, 0);
	}
}

static const size_t capacities[] = {1, 3, 64};

START_TEST(everything_comes_through_once)
{
	pid_t producers[PRODUCERS], consumers[CONSUMERS];

	ck_assert_int_eq(
		process_queue_open(&queue, capacities[_i], sizeof(struct item), SPIN_DEFAULT_NS),
		0);
	for (int i = 0; i < CONSUMERS; i++)
		ck_assert_int_eq(process_fork(consume, NULL, &consumers[i]), 0);
	for (long i = 0; i < PRODUCERS; i++)
		ck_assert_int_eq(process_fork(produce, (void *)i, &producers[i]), 0);
	reap_all(producers, PRODUCERS, NULL);
	process_queue_shutdown(queue);
	reap_all(consumers, CONSUMERS, NULL);
	ck_assert_int_eq(atomic_load(torn), 0);
	for (int i = 0; i < PRODUCERS * ITEMS; i++)
		ck_assert_int_eq(atomic_load(&taken[i]), 1);
	process_queue_close(queue);
}
END_TEST

START_TEST(it_holds_exactly_its_capacity_and_gives_what_is_left_when_closed)
{
	struct item item;

	ck_assert_int_eq(process_queue_open(&queue, 2, sizeof(item), 0), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(process_queue_put(queue, &(struct item){i, ~i}, SYNC_TRY), 0);
	ck_assert_uint_eq(process_queue_size(queue), 2);
	ck_assert_int_eq(process_queue_put(queue, &item, SYNC_TRY), -ETIMEDOUT);
	ck_assert_int_eq(process_queue_put(queue, &item, SHORT_NS), -ETIMEDOUT);
	process_queue_shutdown(queue);
	ck_assert_int_eq(process_queue_put(queue, &item, SYNC_FOREVER), -EPIPE);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(process_queue_get(queue, &item, SYNC_FOREVER), 0);
		ck_assert_int_eq(item.number, i);
	}
	ck_assert_int_eq(process_queue_get(queue, &item, SYNC_FOREVER), -EPIPE);
	process_queue_close(queue);
	ck_assert_int_eq(process_queue_open(&queue, 2, sizeof(item), 0), 0);
	ck_assert_int_eq(process_queue_get(queue, &item, SHORT_NS), -ETIMEDOUT);
	process_queue_close(queue);
}
END_TEST

/* Producers and consumers are killed wherever they are; the queue goes on and nothing comes twice.
 */
START_TEST(a_death_inside_put_or_get_stops_nobody_and_tears_nothing)
{
	pid_t victim, survivors[2];
	int killed = 0;

	ck_assert_int_eq(process_queue_open(&queue, 3, sizeof(struct item), 0), 0);
	ck_assert_int_eq(process_fork(consume, NULL, &survivors[0]), 0);
	for (int i = 0; i < KILLS; i++) {
		int role = i % 2;
		ck_assert_int_eq(
			process_fork(role ? consume : produce, (void *)(long)0, &victim), 0);
		usleep((useconds_t)(i * 97 % 500));
		kill(victim, SIGKILL);
		reap_all(&victim, 1, &killed);
	}
	ck_assert_int_eq(process_fork(produce, (void *)1L, &survivors[1]), 0);
	reap_all(&survivors[1], 1, NULL);
	process_queue_shutdown(queue);
	reap_all(survivors, 1, NULL);
	ck_assert_int_eq(atomic_load(torn), 0);
	for (int i = ITEMS; i < 2 * ITEMS; i++)
		ck_assert_int_eq(atomic_load(&taken[i]), 1);
	process_queue_close(queue);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("queue");
	TCase *tc = tcase_create("processes");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, map_shared, NULL);
	tcase_add_loop_test(tc, everything_comes_through_once, 0,
		(int)(sizeof(capacities) / sizeof(capacities[0])));
	tcase_add_test(tc, it_holds_exactly_its_capacity_and_gives_what_is_left_when_closed);
	tcase_add_test(tc, a_death_inside_put_or_get_stops_nobody_and_tears_nothing);
	suite_add_tcase(s, tc);
	return s;
}
