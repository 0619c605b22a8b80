/*
 * The report of an overflow: of which task, on whose signal stack, and what is none of its
 * business.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/async/overflow.h"
#include "tests/leftovers.h"
#include "tests/models/async/in_loop.h"

static volatile int levels = 1 << 30; /* the compiler must not know that it never ends */

__attribute__((noinline)) static int descend(int level)
{
	volatile char frame[256];

	frame[0] = (char)level;
	return level == levels ? 0 : descend(level + 1) + frame[0];
}

static int digs(void *arg)
{
	(void)arg;
	return descend(0);
}

static int waits(void *arg)
{
	(void)arg;
	return async_sleep(1000u * (uint64_t)MS);
}

static int digs_beside_others(void *arg)
{
	(void)arg;
	async_task_detach(async_spawn(waits, NULL));
	async_task_detach(async_spawn(digs, NULL));
	async_task_detach(async_spawn(waits, NULL));
	return async_sleep(1000u * (uint64_t)MS);
}

/* Runs fn in a child; what it said goes to `said`. Returns  the wait status. */
static int in_child(void (*fn)(void), char *said, size_t bytes)
{
	int ends[2], status;
	size_t got = 0;

	ck_assert_int_eq(pipe(ends), 0);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		fn();
		_exit(0);
	}
	close(ends[1]);
	for (ssize_t n; (n = read(ends[0], said + got, bytes - 1 - got)) > 0;)
		got += (size_t)n;
	said[got] = '\0';
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

static void overflows(void)
{
	async_run(digs_beside_others, NULL);
}

START_TEST(the_task_that_overflowed_is_named_and_nobody_else)
{
	char said[4096];
	int status = in_child(overflows, said, sizeof said);

	ck_assert(status != 0);
	ck_assert_ptr_nonnull(strstr(said, "stack overflow in coroutine 'digs'"));
	ck_assert_ptr_nonnull(strstr(said, "stack_bytes")); /* and what to do */
	ck_assert_ptr_null(strstr(said, "'waits'"));
}
END_TEST

static sigjmp_buf back;
static volatile sig_atomic_t faults, handled_address;

static void programs_own(int signal, siginfo_t *info, void *machine)
{
	(void)signal;
	(void)machine;
	faults++;
	handled_address = info->si_addr == NULL;
	siglongjmp(back, 1);
}

static volatile int *volatile nowhere;

static void faults_elsewhere(void)
{
	struct sigaction action = {
		.sa_sigaction = programs_own, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct async_loop *loop;

	sigemptyset(&action.sa_mask);
	sigaction(SIGSEGV, &action, NULL);
	if (async_loop_open(&loop, NULL) != 0)
		_exit(1);
	if (sigsetjmp(back, 1) == 0)
		*nowhere = 1; /* no guard: the program's own handler gets it */
	async_loop_close(loop);
	_exit(faults == 1 && handled_address ? 42 : 2);
}

START_TEST(a_fault_that_is_no_overflow_goes_to_the_handler_of_before)
{
	char said[4096];
	int status = in_child(faults_elsewhere, said, sizeof said);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 42, "%x %s", status, said);
	ck_assert_str_eq(said, "");
}
END_TEST

static void just_dies(void)
{
	struct async_loop *loop;

	signal(SIGSEGV, SIG_DFL);
	if (async_loop_open(&loop, NULL) != 0)
		_exit(1);
	*nowhere = 1;
}

START_TEST(without_such_a_handler_the_process_dies_of_the_fault)
{
	char said[4096];
	int status = in_child(just_dies, said, sizeof said);

	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(the_signal_stack_comes_with_the_first_pool_and_goes_with_the_last)
{
	struct async_stack_pool first, second;
	stack_t now;

	ck_assert_int_eq(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL), 0);
	ck_assert_int_eq(async_stack_pool_open(&first, 0), 0);
	ck_assert_int_eq(async_stack_pool_open(&second, 0), 0);
	ck_assert_int_eq(sigaltstack(NULL, &now), 0);
	ck_assert_int_eq(now.ss_flags & SS_DISABLE, 0);
	async_stack_pool_close(&first);
	ck_assert_int_eq(sigaltstack(NULL, &now), 0);
	ck_assert_int_eq(now.ss_flags & SS_DISABLE, 0);
	async_stack_pool_close(&second);
	ck_assert_int_eq(sigaltstack(NULL, &now), 0);
	ck_assert_int_ne(now.ss_flags & SS_DISABLE, 0);
}
END_TEST

static char mine[64 * 1024] __attribute__((aligned(64)));

START_TEST(a_signal_stack_of_the_programs_own_stays)
{
	struct async_stack_pool pool;
	stack_t now, own = {.ss_sp = mine, .ss_size = sizeof mine};

	ck_assert_int_eq(sigaltstack(&own, NULL), 0);
	ck_assert_int_eq(async_stack_pool_open(&pool, 0), 0);
	ck_assert(sigaltstack(NULL, &now) == 0 && now.ss_sp == mine);
	async_stack_pool_close(&pool);
	ck_assert(sigaltstack(NULL, &now) == 0 && now.ss_sp == mine);
	ck_assert_int_eq(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/overflow");
	TCase *tests = tcase_create("overflow");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, the_task_that_overflowed_is_named_and_nobody_else);
	if (leftovers_sanitized()) { /* a sanitizer has a signal stack and a handler of its own */
		suite_add_tcase(suite, tests);
		return suite;
	}
	tcase_add_test(tests, a_fault_that_is_no_overflow_goes_to_the_handler_of_before);
	tcase_add_test(tests, without_such_a_handler_the_process_dies_of_the_fault);
	tcase_add_test(tests, the_signal_stack_comes_with_the_first_pool_and_goes_with_the_last);
	tcase_add_test(tests, a_signal_stack_of_the_programs_own_stays);
	suite_add_tcase(suite, tests);
	return suite;
}
