/*
 * The crew of the async family beyond what holds for every model: gates, failures, warm spawning.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

static const struct model model = {
	"async", "under test", FAMILY_ASYNC, MODEL_PER_TASK, 0, &async_crew_ops};

/* The crew_ functions' part of opening, spawning and draining. */
static int open_crew(struct crew *crew, int n)
{
	crew->model = &model;
	crew->tasks_max = n;
	return model.ops->open(crew);
}

static int spawn(struct crew *crew, task_fn *fn, void *arg)
{
	int rc = model.ops->spawn(crew, fn, arg);
	crew->spawned += rc == 0;
	return rc;
}

struct gate {
	_Atomic uint32_t word;
	int waiting, n, passed;
};

static int pass_gate(void *arg)
{
	struct gate *gate = arg;
	if (++gate->waiting == gate->n) {
		atomic_store(&gate->word, 1);
		async_crew_ops.word_wake(&gate->word);
	} else {
		while (atomic_load(&gate->word) == 0) {
			int rc = async_crew_ops.word_wait(&gate->word, 0);
			if (rc != 0)
				return rc;
		}
	}
	gate->passed++;
	return 0;
}

START_TEST(tasks_meet_at_a_gate)
{
	struct crew crew = {0};
	struct gate gates[2] = {{.n = 1000}, {.n = 10}};

	ck_assert_int_eq(open_crew(&crew, 1010), 0);
	for (int i = 0; i < 1010; i++)
		ck_assert_int_eq(spawn(&crew, pass_gate, &gates[i % 101 == 0]), 0);
	ck_assert_int_eq(gates[0].passed, 0);
	ck_assert_int_eq(model.ops->drain(&crew), 0);
	ck_assert_int_eq(gates[0].passed, 1000);
	ck_assert_int_eq(gates[1].passed, 10);
	model.ops->close(&crew);
}
END_TEST

static int told_task, told_rc;

static void told(void *arg, int task, int rc)
{
	(void)arg;
	told_task = task;
	told_rc = rc;
}

static int fail_after(void *arg)
{
	int rc = async_sleep(*(int *)arg * (uint64_t)MS);
	return rc != 0 ? rc : -(*(int *)arg);
}

START_TEST(the_first_spawned_failure_wins_and_each_is_told_at_once)
{
	struct crew crew = {.on_failure = told};
	int delays[3] = {0, 5, 1};

	ck_assert_int_eq(open_crew(&crew, 3), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(spawn(&crew, fail_after, &delays[i]), 0);
	ck_assert_int_eq(model.ops->drain(&crew), -5);
	ck_assert_int_eq(crew.failure.task, 1);
	ck_assert_int_eq(crew.failure.rc, -5);
	ck_assert_int_eq(told_task, 1); /* it was the last to fail */
	ck_assert_int_eq(told_rc, -5);
	model.ops->close(&crew);
}
END_TEST

static int one(void *arg)
{
	++*(int *)arg;
	return 0;
}

START_TEST(a_drained_crew_takes_more)
{
	struct crew crew = {0};
	int ran = 0;

	ck_assert_int_eq(open_crew(&crew, 10), 0);
	for (int round = 1; round <= 5; round++) {
		for (int i = 0; i < 10; i++)
			ck_assert_int_eq(spawn(&crew, one, &ran), 0);
		ck_assert_int_eq(model.ops->drain(&crew), 0);
		ck_assert_int_eq(ran, 10 * round);
	}
	ck_assert_int_eq(model.ops->drain(&crew), 0); /* nothing to wait for */
	model.ops->close(&crew);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/crew");
	TCase *tests = tcase_create("crew");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, tasks_meet_at_a_gate);
	tcase_add_test(tests, the_first_spawned_failure_wins_and_each_is_told_at_once);
	tcase_add_test(tests, a_drained_crew_takes_more);
	suite_add_tcase(suite, tests);
	return suite;
}
