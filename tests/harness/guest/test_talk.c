#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/guest/talk.h"
#include "harness/measure/clock.h"
#include "tests/harness/guest/scripted.h"
#include "tests/suite.h"

enum { S = 1000 * 1000 * 1000 };

static struct talk talk;
static char *line;

static int start(const char *script)
{
	const char *argv[] = {guest_program, "first", NULL};

	signal(SIGPIPE, SIG_IGN);
	guest_write(script);
	memset(&talk, 0, sizeof(talk));
	return talk_start(&talk, argv);
}

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

/* No child and no descriptor of a talk is left. */
static int end(uint64_t grace_ns, int before)
{
	int rc = talk_end(&talk, grace_ns);

	guest_remove();
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	ck_assert_int_eq(open_descriptors(), before);
	return rc;
}

START_TEST(lines_go_both_ways)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("echo \"$1\"; while read word; do echo \"<$word>\"; done"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert_str_eq(line, "first");
	ck_assert_int_eq(talk_say(&talk, "a b"), 0);
	ck_assert_int_eq(talk_say(&talk, "c"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert_str_eq(line, "<a b>");
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert_str_eq(line, "<c>");
	ck_assert_int_eq(end(10ull * S, before), 0);
}
END_TEST

START_TEST(what_cannot_be_executed_says_why)
{
	const char *argv[] = {"/nowhere/at-all", NULL};
	int before = open_descriptors();

	memset(&talk, 0, sizeof(talk));
	ck_assert_int_eq(talk_start(&talk, argv), -ENOENT);
	ck_assert_str_eq(talk.reason, "could not be started: No such file or directory");
	ck_assert_int_ne(end(S, before), 1);
}
END_TEST

START_TEST(a_death_is_told_with_its_signal)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("kill -9 $$"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), -EPIPE);
	ck_assert_ptr_nonnull(strstr(talk.reason, "was killed by signal 9"));
	ck_assert_int_eq(end(S, before), -ECHILD);
}
END_TEST

START_TEST(an_end_is_told_with_its_status)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("exit 7"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), -EPIPE);
	ck_assert_str_eq(talk.reason, "the guest ended with status 7");
	ck_assert_int_eq(end(S, before), -ECHILD);
}
END_TEST

START_TEST(saying_something_to_the_dead_is_an_error_not_a_death)
{
	int before = open_descriptors();
	int rc = 0;

	ck_assert_int_eq(start("exec 0<&-; echo gone; exit 3"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	for (int i = 0; i < 100 && rc == 0; i++)
		rc = talk_say(&talk, "hallo");
	ck_assert_int_eq(rc, -EPIPE);
	end(S, before);
}
END_TEST

START_TEST(a_flood_without_an_end_of_line_is_refused)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("exec tr '\\0' x </dev/zero"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), -EMSGSIZE);
	ck_assert_ptr_nonnull(strstr(talk.reason, "more than 256 KiB"));
	end(S, before);
}
END_TEST

START_TEST(silence_ends_with_its_time)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("exec sleep 100"), 0);
	ck_assert_int_eq(talk_hear(&talk, 1, &line), -ETIMEDOUT);
	ck_assert_int_eq(end(1, before), -ETIMEDOUT);
	ck_assert_ptr_nonnull(strstr(talk.reason, "did not end"));
}
END_TEST

START_TEST(an_end_is_seen_though_a_child_holds_the_pipe)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("sleep 1 & printf 'one\\ntwo\\n'; exit 7"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert_str_eq(line, "one");
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert_str_eq(line, "two");
	ck_assert_int_eq(talk_hear(&talk, 0, &line), -EPIPE);
	ck_assert_str_eq(talk.reason, "the guest ended with status 7");
	end(S, before);
}
END_TEST

START_TEST(a_line_that_never_ends_ends_with_its_time)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("while :; do printf x; sleep 0.01; done"), 0);
	ck_assert_int_eq(talk_hear(&talk, S / 5, &line), -ETIMEDOUT);
	end(1, before);
}
END_TEST

START_TEST(what_is_said_unasked_is_pending)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("echo one; echo two; read order; echo three; exec sleep 100"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert(!talk_pending(&talk));
	ck_assert_int_eq(talk_say(&talk, "go"), 0);
	for (int i = 0; i < 1000 && !talk_pending(&talk); i++)
		usleep(10000);
	ck_assert(talk_pending(&talk));
	end(1, before);
}
END_TEST

START_TEST(no_control_character_gets_through)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("printf 'a\\000\\033[1mb\\tc\\177\\n'"), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert_str_eq(line, "a??[1mb?c?");
	end(S, before);
}
END_TEST

static bool at_once(void *arg)
{
	return arg != NULL;
}

START_TEST(whoever_waits_may_give_up)
{
	int before = open_descriptors();

	ck_assert_int_eq(start("exec sleep 100"), 0);
	talk.give_up = at_once;
	talk.give_up_arg = &talk;
	ck_assert_int_eq(talk_hear(&talk, 0, &line), -ECANCELED);
	end(1, before);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("harness/guest/talk");
	TCase *cases = tcase_create("talk");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, lines_go_both_ways);
	tcase_add_test(cases, what_cannot_be_executed_says_why);
	tcase_add_test(cases, a_death_is_told_with_its_signal);
	tcase_add_test(cases, an_end_is_told_with_its_status);
	tcase_add_test(cases, saying_something_to_the_dead_is_an_error_not_a_death);
	tcase_add_test(cases, a_flood_without_an_end_of_line_is_refused);
	tcase_add_test(cases, silence_ends_with_its_time);
	tcase_add_test(cases, an_end_is_seen_though_a_child_holds_the_pipe);
	tcase_add_test(cases, a_line_that_never_ends_ends_with_its_time);
	tcase_add_test(cases, what_is_said_unasked_is_pending);
	tcase_add_test(cases, no_control_character_gets_through);
	tcase_add_test(cases, whoever_waits_may_give_up);
	suite_add_tcase(suite, cases);
	return suite;
}
