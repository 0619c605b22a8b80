/*
 * The crew of the async family beyond what holds for every model: gates, failures, warm spawning.
 */
#include <errno.h>
#include <pthread.h>

#include "tests/models/async/in_loop.h"

static const struct model all[] = {
	{"epoll", "", FAMILY_ASYNC, MODEL_PER_TASK, ASYNC_VARIANT_EPOLL, &async_crew_ops},
	{"uring", "", FAMILY_ASYNC, MODEL_PER_TASK, ASYNC_VARIANT_URING, &async_crew_ops},
	{"offload", "", FAMILY_ASYNC, MODEL_PER_TASK, ASYNC_VARIANT_OFFLOAD, &async_crew_ops},
	{"polling", "", FAMILY_ASYNC, MODEL_PER_TASK, ASYNC_VARIANT_POLLING, &async_crew_ops},
	{"multi", "", FAMILY_ASYNC, MODEL_PER_TASK, 0, &async_multi_crew_ops},
};
enum { MODELS = sizeof all / sizeof *all };

/* The model of a looped test; io_uring may be forbidden here. */
static const struct model *model;

static bool choose(int i)
{
	struct crew crew = {.model = &all[i], .tasks_max = 1};

	model = &all[i];
	int rc = model->ops->open(&crew);
	if (rc == 0)
		model->ops->close(&crew);
	ck_assert(rc == 0 || all[i].variant == ASYNC_VARIANT_URING);
	return rc == 0;
}

/* The crew_ functions' part of opening, spawning and draining. */
static int open_crew(struct crew *crew, int n)
{
	crew->model = model;
	crew->tasks_max = n;
	return model->ops->open(crew);
}

static int spawn(struct crew *crew, task_fn *fn, void *arg)
{
	int rc = model->ops->spawn(crew, fn, arg);
	crew->spawned += rc == 0;
	return rc;
}

struct gate {
	_Atomic uint32_t word;
	_Atomic int waiting, passed;
	int n;
};

static int pass_gate(void *arg)
{
	struct gate *gate = arg;
	if (atomic_fetch_add(&gate->waiting, 1) + 1 == gate->n) {
		atomic_store(&gate->word, 1);
		model->ops->word_wake(&gate->word);
	} else {
		while (atomic_load(&gate->word) == 0) {
			int rc = model->ops->word_wait(&gate->word, 0);
			if (rc != 0)
				return rc;
		}
	}
	atomic_fetch_add(&gate->passed, 1);
	return 0;
}

START_TEST(tasks_meet_at_a_gate)
{
	if (!choose(_i))
		return;
	struct crew crew = {0};
	struct gate gates[2] = {{.n = 1000}, {.n = 10}};

	ck_assert_int_eq(open_crew(&crew, 1010), 0);
	for (int i = 0; i < 1010; i++)
		ck_assert_int_eq(spawn(&crew, pass_gate, &gates[i % 101 == 0]), 0);
	ck_assert_int_eq(model->ops->drain(&crew), 0);
	ck_assert_int_eq(gates[0].passed, 1000);
	ck_assert_int_eq(gates[1].passed, 10);
	model->ops->close(&crew);
}
END_TEST

static _Atomic int told_count;

static void told(void *arg, int task, int rc, int signal)
{
	(void)signal;
	(void)arg;
	told_count += task == 1 ? rc == -5 : rc == -1;
}

static int fail_after(void *arg)
{
	int rc = async_sleep(*(int *)arg * (uint64_t)MS);
	return rc != 0 ? rc : -(*(int *)arg);
}

START_TEST(the_first_spawned_failure_wins_and_each_is_told_at_once)
{
	if (!choose(_i))
		return;
	struct crew crew = {.on_failure = told};
	int delays[3] = {0, 5, 1};

	ck_assert_int_eq(open_crew(&crew, 3), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(spawn(&crew, fail_after, &delays[i]), 0);
	ck_assert_int_eq(model->ops->drain(&crew), -5);
	ck_assert_int_eq(crew.failure.task, 1);
	ck_assert_int_eq(crew.failure.rc, -5);
	ck_assert_int_eq(told_count, 2);
	model->ops->close(&crew);
}
END_TEST

static int one(void *arg)
{
	atomic_fetch_add((_Atomic int *)arg, 1);
	return 0;
}

START_TEST(a_drained_crew_takes_more)
{
	if (!choose(_i))
		return;
	struct crew crew = {0};
	_Atomic int ran = 0;

	ck_assert_int_eq(open_crew(&crew, 10), 0);
	for (int round = 1; round <= 5; round++) {
		for (int i = 0; i < 10; i++)
			ck_assert_int_eq(spawn(&crew, one, &ran), 0);
		ck_assert_int_eq(model->ops->drain(&crew), 0);
		ck_assert_int_eq(ran, 10 * round);
	}
	ck_assert_int_eq(model->ops->drain(&crew), 0); /* nothing to wait for */
	model->ops->close(&crew);
}
END_TEST

static _Atomic int off_loop;
static pthread_t loop_thread;

static int where(void *arg)
{
	(void)arg;
	if (!pthread_equal(pthread_self(), loop_thread))
		atomic_fetch_add(&off_loop, 1);
	return 0;
}

static int computes(void *arg)
{
	loop_thread = pthread_self();
	return async_compute(where, arg);
}

START_TEST(computation_leaves_the_loop_in_async_offload_only)
{
	if (!choose(_i))
		return;
	struct crew crew = {0};
	int nothing = 0;

	ck_assert_int_eq(open_crew(&crew, 1), 0);
	ck_assert_int_eq(spawn(&crew, computes, &nothing), 0);
	ck_assert_int_eq(model->ops->drain(&crew), 0);
	model->ops->close(&crew);
	ck_assert_int_eq(off_loop, model->variant == ASYNC_VARIANT_OFFLOAD);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/crew");
	TCase *tests = tcase_create("crew");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, tasks_meet_at_a_gate, 0, MODELS);
	tcase_add_loop_test(
		tests, the_first_spawned_failure_wins_and_each_is_told_at_once, 0, MODELS);
	tcase_add_loop_test(tests, a_drained_crew_takes_more, 0, MODELS);
	tcase_add_loop_test(tests, computation_leaves_the_loop_in_async_offload_only, 0, MODELS);
	suite_add_tcase(suite, tests);
	return suite;
}
