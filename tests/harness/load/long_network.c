/*
 * A network that delays, cuts, resets and swallows between the load and every server model, and
 * where this is root one whose link goes down, for a while or for ever: the record says what was
 * lost, and nothing waits past its deadline.
 */
/* wrap: orders_await */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/measure/clock.h"
#include "harness/record.h"
#include "tests/invoke.h"
#include "tests/proxy.h"
#include "tests/suite.h"

enum { RECORD_BYTES = 1 << 20, DEADLINE_S = 60, DELAY_MS = 10 };

static const char *const servers[] = {"echo", "http"};

static struct proxy network;
static bool in_between;
static int stall_s = 2; /* without progress; more where nothing swallows, for a busy machine */

int __real_orders_await(struct orders *orders, uint32_t *port);
int __wrap_orders_await(struct orders *orders, uint32_t *port);

/* The load process of a server meets a proxy in its place; the farewell goes straight there. */
int __wrap_orders_await(struct orders *orders, uint32_t *port)
{
	int rc = __real_orders_await(orders, port);

	if (rc == 0 && in_between && network.listener == 0) {
		network.server = *port;
		proxy_start(&network); /* ends with the process */
		*port = network.number;
	}
	return rc;
}

static pid_t start(const char *cell, const char *window, int out)
{
	char stall[16], fd[16];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	snprintf(stall, sizeof(stall), "%ds", stall_s);
	snprintf(fd, sizeof(fd), "%d", out);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	char *words[] = {"exec", (char *)(uintptr_t)cell, "--size", "smoke", "--seed", "1",
		"--window", (char *)(uintptr_t)window, "--kind", "time", "--stall", stall,
		"--record-fd", fd, NULL};
	_exit(exec_main((int)(sizeof(words) / sizeof(words[0])) - 1, words));
}

/* The record of an invocation, within the deadline; `meanwhile` is done beside it. */
static void measure(
	struct record *record, const char *cell, const char *window, void (*meanwhile)(void))
{
	static char json[RECORD_BYTES];
	uint64_t start_ns = clock_now_ns();
	char error[200] = "";
	size_t bytes = 0;
	int ends[2], status;

	ck_assert_int_eq(pipe(ends), 0);
	fflush(NULL);
	pid_t pid = start(cell, window, ends[1]);
	ck_assert_int_gt(pid, 0);
	close(ends[1]);
	if (meanwhile != NULL)
		meanwhile();
	for (ssize_t got = 1; got > 0; bytes += got > 0 ? (size_t)got : 0)
		got = read(ends[0], json + bytes, sizeof(json) - 1 - bytes);
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_uint_lt((clock_now_ns() - start_ns) / 1000000000u, DEADLINE_S);
	ck_assert_msg(
		record_from_json(record, json, strcspn(json, "\n"), error, sizeof(error)) == 0,
		"%s: %s: %.200s", cell, error, json);
}

static bool serves(const char *workload, const struct model *model)
{
	return workload_find(workload) != NULL &&
	       workload_find(workload)->run[model->family] != NULL && model->kind != MODEL_INLINE &&
	       model_runs_here(model);
}

/* Every server over every model under a fault of the network; what the record must say. */
static void matrix(enum proxy_fault fault, int delay_ms, enum status status, const char *reason)
{
	char cell[64];

	in_between = true;
	if (fault != PROXY_HOLE)
		stall_s = DEADLINE_S / 3;
	network = (struct proxy){.fault = fault, .after = 400, .delay_ms = delay_ms};
	for (int i = 0; i < 2; i++)
		for (const struct model *model = models; model->name != NULL; model++) {
			struct record record;
			if (!serves(servers[i], model))
				continue;
			snprintf(cell, sizeof(cell), "%s/%s", servers[i], model->name);
			measure(&record, cell, "200ms", NULL);
			ck_assert_msg(
				record.status == status && strstr(record.reason, reason) != NULL,
				"%s: %s: %s", cell, status_names[record.status], record.reason);
			ck_assert_msg((strstr(record.warning, "requests had no reply") != NULL) ==
					      (status != STATUS_OK),
				"%s: %s", cell, record.warning);
			if (status == STATUS_OK && record.latency != NULL)
				ck_assert_uint_ge(histogram_quantile_ns(&record.latency->closed, 0),
					2u * (unsigned)delay_ms * 1000000);
			record_release(&record);
		}
}

START_TEST(a_slow_network_costs_its_delay_and_nothing_is_lost)
{
	matrix(PROXY_PASS, DELAY_MS, STATUS_OK, "");
}
END_TEST

START_TEST(a_reply_cut_in_its_middle_is_told)
{
	matrix(PROXY_CUT, 0, STATUS_FAILED, "closed by the server after");
}
END_TEST

START_TEST(a_reset_is_told)
{
	matrix(PROXY_RESET, 0, STATUS_FAILED, "Connection reset by peer");
}
END_TEST

START_TEST(a_network_that_swallows_ends_with_the_deadline)
{
	matrix(PROXY_HOLE, 0, STATUS_FAILED, "no progress for");
}
END_TEST

/* A network of this process's own, where it may have one. */
static bool own_network(void)
{
	if (unshare(CLONE_NEWNET) == 0 && system("ip link set lo up 2>/dev/null") == 0)
		return true;
	puts("skipped: no network of one's own here (root and ip(8) are needed)");
	return false;
}

static useconds_t down_after_us;

static void link_goes_down(void)
{
	usleep(down_after_us);
	ck_assert_int_eq(system("ip link set lo down"), 0);
}

static void link_goes_down_for_a_while(void)
{
	link_goes_down();
	usleep(300000);
	ck_assert_int_eq(system("ip link set lo up"), 0);
}

/* Does the figure, or what is said instead of one, show that the link was down? */
static bool shows(const struct record *record)
{
	if (record->status == STATUS_OK && record->latency != NULL)
		return record->latency->max_ns > 200000000;
	/* beside other work it may be down for longer, and TCP asks ever more rarely */
	return strstr(record->reason, "no progress for") != NULL &&
	       strstr(record->warning, "had no reply") != NULL;
}

START_TEST(a_link_that_was_down_for_a_while_shows)
{
	/* when the window begins depends on what else the machine does */
	enum { TRIES = 5, LATER_US = 500000 };
	char cell[64];

	if (!own_network())
		return;
	for (const struct model *model = models; model->name != NULL; model++) {
		bool shown = false;
		if (!serves("echo", model))
			continue;
		snprintf(cell, sizeof(cell), "echo/%s", model->name);
		for (int i = 0; i < TRIES && !shown; i++) {
			struct record record;
			down_after_us = 700000 + (useconds_t)i * LATER_US;
			measure(&record, cell, "2s", link_goes_down_for_a_while);
			shown = shows(&record);
			record_release(&record);
		}
		ck_assert_msg(shown, "%s: a link that was down is not seen", cell);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("network, long");
	TCase *c = tcase_create("passes"), *breaks = tcase_create("breaks"),
	      *link = tcase_create("link");

	tcase_add_test(c, a_slow_network_costs_its_delay_and_nothing_is_lost);
	tcase_add_test(c, a_network_that_swallows_ends_with_the_deadline);
	tcase_add_test(breaks, a_reply_cut_in_its_middle_is_told);
	tcase_add_test(breaks, a_reset_is_told);
	tcase_add_test(link, a_link_that_was_down_for_a_while_shows);
	tcase_set_timeout(c, 300);
	tcase_set_timeout(breaks, 300);
	tcase_set_timeout(link, 300);
	suite_add_tcase(s, c);
	suite_add_tcase(s, breaks);
	suite_add_tcase(s, link);
	return s;
}
