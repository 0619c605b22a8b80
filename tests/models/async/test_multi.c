/*
 * The crew of several loops: dealing out, waking across loops, opening that fails, closing.
 */
/* wrap: pthread_create epoll_create1 eventfd epoll_ctl calloc mmap */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "tests/faults.h"
#include "tests/leftovers.h"
#include "tests/models/async/in_loop.h"

static const struct model multi = {
	"multi", "", FAMILY_ASYNC, MODEL_PER_TASK, 0, &async_multi_crew_ops};

enum { LOOPS = 3, TASKS = 12 };

static struct crew crew;

static int open_crew(int n)
{
	crew = (struct crew){.model = &multi, .tasks_max = n, .workers = LOOPS};
	return multi.ops->open(&crew);
}

static void spawn(task_fn *fn, void *arg)
{
	ck_assert_int_eq(multi.ops->spawn(&crew, fn, arg), 0);
	crew.spawned++;
}

static struct async_loop *seen[TASKS];

static int notes_its_loop(void *arg)
{
	struct async_loop **mine = arg;

	*mine = async_loop_current();
	async_yield();
	return *mine == async_loop_current() ? 0 : -EXDEV;
}

START_TEST(tasks_are_dealt_out_in_turn_and_stay_on_their_loop)
{
	ck_assert_int_eq(open_crew(TASKS), 0);
	for (int i = 0; i < TASKS; i++)
		spawn(notes_its_loop, &seen[i]);
	ck_assert_int_eq(multi.ops->drain(&crew), 0);
	multi.ops->close(&crew);
	for (int i = 0; i < TASKS; i++) {
		ck_assert_ptr_nonnull(seen[i]);
		ck_assert_ptr_eq(seen[i], seen[i % LOOPS]);
		for (int k = i + 1; k < LOOPS; k++)
			ck_assert_ptr_ne(seen[i], seen[k]);
	}
}
END_TEST

enum { HANDS = 200 };

static _Atomic uint32_t turn;

/* A token goes round all tasks, and so from loop to loop: task i waits until turn % TASKS is i. */
static int passes_on(void *arg)
{
	uint32_t mine = (uint32_t)(intptr_t)arg, now;

	while ((now = atomic_load(&turn)) < HANDS) {
		int rc = 0;

		if (now % TASKS == mine) {
			atomic_store(&turn, now + 1);
			multi.ops->word_wake(&turn);
		} else {
			rc = multi.ops->word_wait(&turn, now);
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

START_TEST(a_token_goes_from_loop_to_loop_and_no_wake_is_lost)
{
	ck_assert_int_eq(open_crew(TASKS), 0);
	for (intptr_t i = 0; i < TASKS; i++)
		spawn(passes_on, (void *)i);
	ck_assert_int_eq(multi.ops->drain(&crew), 0);
	multi.ops->close(&crew);
	ck_assert_uint_ge(turn, HANDS);
}
END_TEST

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

/* What there is once threads have been started: the C library keeps their stacks and arenas. */
static struct leftovers warm(void)
{
	mallopt(M_ARENA_MAX, 1);
	ck_assert_int_eq(open_crew(LOOPS), 0);
	multi.ops->close(&crew);
	return leftovers_now();
}

START_TEST(a_crew_is_closed_at_once_after_its_last_task_and_leaves_nothing)
{
	struct leftovers before = warm();

	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(open_crew(2 * LOOPS), 0);
		for (int k = 0; k < LOOPS * (i % 3); k++)
			spawn(nothing, NULL);
		ck_assert_int_eq(multi.ops->drain(&crew), 0);
		multi.ops->close(&crew);
	}
	const char *left = leftovers_since(&before);
	ck_assert_msg(left == NULL, "%s", left);
}
END_TEST

static const struct {
	enum fault fault;
	int error; /* as the call sets it */
} opening[] = {{FAULT_PTHREAD_CREATE, EAGAIN}, {FAULT_EPOLL_CREATE1, EMFILE},
	{FAULT_EVENTFD, EMFILE}, {FAULT_EPOLL_CTL, ENOMEM}, {FAULT_CALLOC, ENOMEM}};

START_TEST(whichever_call_of_its_opening_fails_it_is_told_and_nothing_is_left)
{
	struct leftovers before = warm();
	int failed = 0;

	for (int n = 1;; n++, failed++) {
		fault_set(opening[_i].fault, n, opening[_i].error);
		int rc = open_crew(LOOPS);
		int calls = fault_calls(opening[_i].fault);
		fault_set(opening[_i].fault, 0, 0);
		if (calls < n) { /* it was not among them */
			ck_assert_int_eq(rc, 0);
			multi.ops->close(&crew);
			break;
		}
		ck_assert_int_eq(rc, -opening[_i].error);
		const char *left = leftovers_since(&before);
		ck_assert_msg(left == NULL, "%s %d: %s", fault_names[opening[_i].fault], n, left);
	}
	ck_assert_int_ge(failed, LOOPS);
}
END_TEST

START_TEST(a_task_without_a_stack_is_the_crews_failure_and_the_others_run)
{
	ck_assert_int_eq(open_crew(TASKS), 0);
	fault_set(FAULT_MMAP, 1, ENOMEM);
	for (int i = 0; i < TASKS; i++)
		spawn(notes_its_loop, &seen[i]);
	ck_assert_int_eq(multi.ops->drain(&crew), -ENOMEM);
	fault_set(FAULT_MMAP, 0, 0);
	multi.ops->close(&crew);
	int ran = 0;
	for (int i = 0; i < TASKS; i++)
		ran += seen[i] != NULL;
	ck_assert_int_eq(ran, TASKS - 1);
}
END_TEST

START_TEST(waiting_on_a_word_outside_of_a_task_is_an_error)
{
	_Atomic uint32_t word = 0;

	ck_assert_int_eq(multi.ops->word_wait(&word, 0), -EPERM);
	multi.ops->word_wake(&word); /* nobody waits: nothing */
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/multi");
	TCase *tests = tcase_create("multi");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, tasks_are_dealt_out_in_turn_and_stay_on_their_loop);
	tcase_add_test(tests, a_token_goes_from_loop_to_loop_and_no_wake_is_lost);
	tcase_add_test(tests, a_crew_is_closed_at_once_after_its_last_task_and_leaves_nothing);
	tcase_add_loop_test(tests,
		whichever_call_of_its_opening_fails_it_is_told_and_nothing_is_left, 0,
		sizeof opening / sizeof *opening);
	tcase_add_test(tests, a_task_without_a_stack_is_the_crews_failure_and_the_others_run);
	tcase_add_test(tests, waiting_on_a_word_outside_of_a_task_is_an_error);
	suite_add_tcase(suite, tests);
	return suite;
}
