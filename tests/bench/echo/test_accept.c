/*
 * Who accepts in echo, by the threads and processes that called accept: all tasks, or one of them.
 */
/* wrap: accept4 */
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/echo/echo.h"
#include "harness/cli/cli.h"
#include "tests/invoke.h"
#include "tests/suite.h"

enum { CALLERS_MAX = 64 };

/* In memory that children share. */
static struct callers {
	_Atomic int count;
	_Atomic pid_t ids[CALLERS_MAX];
} * callers;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	int rc = __real_accept4(fd, address, length, flags);

	if (rc >= 0 && callers != NULL) {
		int at = atomic_fetch_add(&callers->count, 1);
		if (at < CALLERS_MAX)
			atomic_store(&callers->ids[at], gettid());
	}
	return rc;
}

static int different(void)
{
	int found = 0;

	for (int i = 0; i < atomic_load(&callers->count); i++) {
		bool known = false;
		for (int j = 0; j < i; j++)
			known |= callers->ids[i] == callers->ids[j];
		found += !known;
	}
	return found;
}

static const char *const some_models[] = {"threads", "thread-pool", "processes", "process-pool"};
enum { MODELS = sizeof(some_models) / sizeof(some_models[0]), TASKS = 8 /* smoke */ };

static int accepted_by(const char *model, const char *design)
{
	const char *const params[] = {design, NULL};
	struct record record;

	callers = mmap(
		NULL, sizeof(*callers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(callers, MAP_FAILED);
	invoke(&record, exec_main, &echo_workload, model, params);
	ck_assert_uint_eq(record.work.tasks, TASKS);
	record_release(&record);
	ck_assert_int_eq(atomic_load(&callers->count), TASKS);
	return different();
}

START_TEST(each_task_accepts_its_own_connection)
{
	ck_assert_int_eq(accepted_by(some_models[_i], "accept=shared"), TASKS);
}
END_TEST

START_TEST(one_task_accepts_for_all)
{
	ck_assert_int_eq(accepted_by(some_models[_i], "accept=one"), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("who accepts in echo");
	TCase *c = tcase_create("accept");

	tcase_add_loop_test(c, each_task_accepts_its_own_connection, 0, MODELS);
	tcase_add_loop_test(c, one_task_accepts_for_all, 0, MODELS);
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
