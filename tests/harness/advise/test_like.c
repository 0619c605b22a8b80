/*
 * A request estimated from a running process: this one, and a service whose figures are known.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/advise.h"

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

/* A service of processes: each computes 2 ms of CPU time and waits 6 ms, again and again. */
enum { WORKERS = 3, COMPUTE_NS = 2000000, WAIT_NS = 6000000 };

static uint64_t cpu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void serve(atomic_ulong *served)
{
	struct timespec wait = {0, WAIT_NS};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		uint64_t end_ns = cpu_now_ns() + COMPUTE_NS;
		while (cpu_now_ns() < end_ns)
			;
		atomic_fetch_add(served, 1);
		nanosleep(&wait, NULL);
	}
}

static pid_t start_service(atomic_ulong *served)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < WORKERS; i++)
		if (fork() == 0)
			serve(served);
	for (;;)
		pause();
}

/*
 * Watched once, with the rate counted meanwhile, since a machine with other load serves fewer. Is
 * the estimate as near as the clock ticks allow? Where somebody else had the CPUs between counting
 * and watching it is not.
 */
static bool watch_service(pid_t pid, atomic_ulong *served, struct request *request)
{
	struct like like;
	unsigned long before = atomic_load(served);
	int rc = like_watch(pid, 0.25, &like);
	unsigned long done = atomic_load(served) - before;

	*request = (struct request){.rate = (int64_t)((double)done / like.seconds)};
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(like.processes, 1 + WORKERS);
	ck_assert_int_eq(like.threads, 1 + WORKERS);
	if (request->rate < 1)
		return false;
	like_complete(&like, request);
	/* ticks of 10 ms at either end, of each worker */
	double most_off_ns = WORKERS * 1e7 / (double)done + 0.1 * COMPUTE_NS;
	/* the parent, which only waits, counts as in progress: the wait is an upper bound */
	return fabs((double)request->compute_ns - COMPUTE_NS) < most_off_ns &&
	       request->wait_ns >= WAIT_NS - (uint64_t)most_off_ns;
}

START_TEST(a_service_of_known_computation_and_concurrency_is_found_out)
{
	enum { TRIES = 12 };
	atomic_ulong *served = mmap(
		NULL, sizeof(*served), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec begin = {0, 50000000};
	struct request request = {0};
	pid_t pid = start_service(served);
	bool found = false;

	for (int i = 0; i < TRIES && !found; i++) {
		nanosleep(&begin, NULL);
		found = watch_service(pid, served, &request);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ck_assert_msg(found, "at last computes %lu ns, waits %lu ns, %ld a second",
		(unsigned long)request.compute_ns, (unsigned long)request.wait_ns,
		(long)request.rate);
	munmap(served, sizeof(*served));
}
END_TEST

/* Root becomes somebody else; the first process is then another's, unless nobody else is here. */
START_TEST(a_process_of_another_user_is_refused)
{
	struct like like;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct stat owner;
		if ((geteuid() == 0 && setuid(65534) != 0) || stat("/proc/1", &owner) != 0 ||
			owner.st_uid == geteuid())
			_exit(0);
		_exit(like_watch(1, 0.01, &like) == -EACCES ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(what_is_no_process_number_is_wrong_use)
{
	static const char *const numbers[] = {"0", "-1", "abc", "", "4294967297", "1x"};
	char name[] = "advise", like[] = "--like", rate[] = "--rate", many[] = "100",
	     from[] = "--from", run[] = "none", number[32];
	char *words[] = {name, rate, many, from, run, like, number, NULL};
	struct advise_options options;

	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(number, sizeof(number), "%s", numbers[i]);
		ck_assert_msg(advise_read_options(&options, 7, words) == 2, "%s", number);
	}
	snprintf(number, sizeof(number), "4242");
	ck_assert_int_eq(advise_read_options(&options, 7, words), 0);
	ck_assert_int_eq(options.like, 4242);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("like");
	TCase *c = tcase_create("like");

	tcase_add_test(c, a_process_is_seen_with_its_threads_and_sockets);
	tcase_add_test(c, a_process_that_is_not_there_is_told_so);
	tcase_add_test(c, what_is_not_given_follows_from_the_rate);
	tcase_add_test(c, a_service_of_known_computation_and_concurrency_is_found_out);
	tcase_add_test(c, a_process_of_another_user_is_refused);
	tcase_add_test(c, what_is_no_process_number_is_wrong_use);
	suite_add_tcase(s, c);
	return s;
}
