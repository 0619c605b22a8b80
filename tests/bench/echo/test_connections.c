/*
 * Memory of a connection that a server holds: the socket, which nobody of the server has made, is
 * in it, whichever control group counts the rest.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/echo/echo.h"
#include "harness/demo/claims.h"
#include "harness/measure/draft.h"
#include "tests/suite.h"

enum { CONNECTIONS = 6 };

static const struct {
	const char *model, *family;
} rows[] = {{"async", "family=tcp"}, {"threads", "family=unix"}, {"processes", "family=tcp"}};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(the_sockets_of_all_connections_are_counted)
{
	const char *params[] = {"connections=6", rows[_i].family, NULL};
	struct record record;
	struct plan plan;

	ck_assert_int_eq(draft_plan(&plan, &echo_workload, rows[_i].model, KIND_MEMORY, params), 0);
	plan.settle_ns = 0;
	ck_assert_int_eq(demo_usual.invoke(&plan, &record), 0);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	const struct record_memory_point *a = &record.memory.a, *b = &record.memory.b;
	/* of 500 to 10 000 bytes each, and none before anybody could connect */
	ck_assert_int_eq(a->accepted, 0);
	ck_assert_msg(b->accepted % CONNECTIONS == 0 && b->accepted > 500 * CONNECTIONS &&
			      b->accepted < 10000 * CONNECTIONS,
		"%lld", (long long)b->accepted);
	if (b->cgroup_kernel >= 0 && a->cgroup_kernel >= 0)
		ck_assert_double_eq_tol(record.memory.kernel_per_task * CONNECTIONS,
			(double)(b->cgroup_kernel - a->cgroup_kernel + b->accepted), 1);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("echo/connections");
	TCase *c = tcase_create("memory");

	tcase_add_loop_test(c, the_sockets_of_all_connections_are_counted, 0, ROWS);
	suite_add_tcase(s, c);
	return s;
}
