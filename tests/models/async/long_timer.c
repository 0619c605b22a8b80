/*
 * A million random timers: none is early.
 */
#include <stdlib.h>

#include "tests/models/async/in_loop.h"

enum { SLEEPERS = 1000, SLEEPS = 1000, LONGEST_NS = 2 * MS };

static long early, woken;

static int sleeps(void *arg)
{
	unsigned seed = (unsigned)(intptr_t)arg;

	for (int i = 0; i < SLEEPS; i++) {
		uint64_t wanted_ns = (uint64_t)rand_r(&seed) % LONGEST_NS;
		uint64_t start_ns = async_now_ns();
		int rc = async_sleep(wanted_ns);

		if (rc != 0)
			return rc;
		early += async_now_ns() - start_ns < wanted_ns;
		woken++;
	}
	return 0;
}

static int many_sleepers(void *arg)
{
	static struct async_task *tasks[SLEEPERS];

	(void)arg;
	early = woken = 0;
	for (int i = 0; i < SLEEPERS; i++)
		must((tasks[i] = async_spawn(sleeps, (void *)(intptr_t)(i + 1))) != NULL);
	for (int i = 0; i < SLEEPERS; i++)
		must(async_task_join(tasks[i]) == 0);
	must(woken == (long)SLEEPERS * SLEEPS);
	must(early == 0);
	return 0;
}

START_TEST(a_million_random_sleeps_never_end_early)
{
	in_both_loops(many_sleepers, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/long_timer");
	TCase *tests = tcase_create("timer");

	tcase_set_timeout(tests, 600);
	tcase_add_test(tests, a_million_random_sleeps_never_end_early);
	suite_add_tcase(suite, tests);
	return suite;
}
