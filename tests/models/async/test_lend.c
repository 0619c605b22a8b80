/*
 * Lent buffers beyond those that the kernel fills.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "models/async/uring.h"
#include "tests/models/async/in_loop.h"

enum { HELD = ASYNC_URING_BUFFERS + 200 };

static int hold_many(int ends[2])
{
	static void *held[HELD];

	for (int i = 0; i < HELD; i++) {
		must(async_write(ends[1], &i, sizeof i) == sizeof i);
		must(async_recv_lend(ends[0], &held[i]) == sizeof i);
	}
	for (int i = 0; i < HELD; i++)
		must(memcmp(held[i], &i, sizeof i) == 0);
	for (int i = 0; i < HELD; i++)
		async_release(held[i]);
	return 0;
}

static int holds_more_than_there_are(void *arg)
{
	void *none = NULL;
	int ends[2], rc = 0;

	(void)arg;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	for (int i = 0; i < 2 && rc == 0; i++) /* the second time all are free again */
		rc = hold_many(ends);
	must(async_close(ends[1]) == 0);
	must(rc != 0 || async_recv_lend(ends[0], &none) == 0);
	must(none == NULL);
	must(async_close(ends[0]) == 0);
	return rc;
}

START_TEST(who_holds_all_buffers_of_the_kernel_is_lent_others)
{
	in_both_loops(holds_more_than_there_are, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("lend");
	TCase *tests = tcase_create("lend");

	tcase_add_test(tests, who_holds_all_buffers_of_the_kernel_is_lent_others);
	suite_add_tcase(suite, tests);
	return suite;
}
