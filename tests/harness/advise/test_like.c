/*
 * A request estimated from a running process: this one.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/advise/like.h"
#include "tests/suite.h"

START_TEST(a_process_is_seen_with_its_threads_and_sockets)
{
	struct like like;
	int ends[2];

	ck_assert_int_eq(like_watch(getpid(), 0.01, &like), 0);
	int before = like.sockets;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(like_watch(getpid(), 0.01, &like), 0);
	ck_assert_int_eq(like.sockets, before + 2);
	ck_assert_int_ge(like.threads, 1);
	ck_assert(like.cpu_per_s >= 0);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(a_process_that_is_not_there_is_told_so)
{
	struct like like;

	ck_assert_int_eq(like_watch(0x7ffffff, 0.01, &like), -ESRCH);
}
END_TEST

START_TEST(what_is_not_given_follows_from_the_rate)
{
	struct like like = {.cpu_per_s = 0.5, .threads = 4, .sockets = 100, .seconds = 2};
	struct request request = {.rate = 1000};

	like_complete(&like, &request);
	ck_assert_uint_eq(request.compute_ns, 500000);
	ck_assert_uint_eq(request.wait_ns, 99500000); /* 100 at once are 100 ms each */
	ck_assert_int_gt(request.concurrency, 100);
	request = (struct request){.rate = 1000, .wait_ns = 7, .compute_ns = 8, .concurrency = 9};
	like_complete(&like, &request);
	ck_assert_uint_eq(request.wait_ns, 7);
	ck_assert_uint_eq(request.compute_ns, 8);
	ck_assert_int_eq(request.concurrency, 9);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("like");
	TCase *c = tcase_create("like");

	tcase_add_test(c, a_process_is_seen_with_its_threads_and_sockets);
	tcase_add_test(c, a_process_that_is_not_there_is_told_so);
	tcase_add_test(c, what_is_not_given_follows_from_the_rate);
	suite_add_tcase(s, c);
	return s;
}
