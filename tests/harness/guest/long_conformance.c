/*
 * The examination of guests: a good one passes every line, and for each line there is a bad one
 * that fails it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/guest/conformance.h"
#include "harness/measure/slot.h"
#include "tests/harness/guest/scripted.h"
#include "tests/suite.h"

enum { TASKS, OPERATIONS, PROOF = 10000, LINES = 9, SUBJECT = 120 };

/* Work whose proof a shell can compute: the seed's last four digits and the operation's number. */
static const struct param params[] = {
	{"tasks", "tasks", PARAM_COUNT, 1, 100, 2, 2, NULL},
	{"operations", "operations", PARAM_COUNT, 1, 100, 3, 3, NULL},
	{0},
};

static int task(void *arg)
{
	struct slot *slot = arg;
	const struct orders *orders = slot->orders;

	while (slot_round(slot))
		for (int64_t i = 0; i < orders->values[OPERATIONS]; i++)
			slot_end(slot, slot_begin(slot), 0, orders->seed % PROOF + (uint64_t)i);
	return slot_result(slot);
}

static int run(struct orders *orders)
{
	return crew_run(orders, task);
}

static size_t no_bytes(const struct orders *orders)
{
	(void)orders;
	return 0;
}

static int prepare(struct orders *orders)
{
	(void)orders;
	return 0;
}

static void finish(struct orders *orders)
{
	(void)orders;
}

static const struct workload counting = {.name = "counting",
	.summary = "counts",
	.kind = "primitive",
	.operation = "one count",
	.params = params,
	.concurrency = TASKS,
	.arena_bytes = no_bytes,
	.prepare = prepare,
	.finish = finish,
	.run = {[FAMILY_THREADS] = run}};
static const struct workload *const table[] = {&counting, NULL};

struct seen {
	int lines, failed;
	char subjects[LINES + 1][SUBJECT]; /* of those that failed */
};
static struct seen seen;

static void note(void *arg, const char *subject, const struct line *line)
{
	(void)arg;
	ck_assert_str_ne(line->expected, "");
	ck_assert_str_ne(line->measured, "");
	ck_assert_str_ne(line->tolerance, "");
	seen.lines++;
	if (line->verdict == LINE_OK)
		return;
	printf("%s: expected %s, measured %s\n", subject, line->expected, line->measured);
	snprintf(seen.subjects[seen.failed++], SUBJECT, "%s", subject);
}

/* A guest of the workload above with a line of its own at some places. */
static void examine(const char *begin, const char *round, const char *closed, uint64_t grace_ns)
{
	char script[2048];

	snprintf(script, sizeof(script),
		"[ \"$1\" = concbench-guest ] && { echo '{\"concbench-guest\": 1, \"version\": "
		"\"Shell\", \"models\": [{\"name\": \"sh\", \"summary\": \"s\"}]}'; exit; }\n"
		"for w; do case $w in *=*) eval \"${w%%%%=*}='${w#*=}'\";; esac; done\n"
		"stage=ready more=0\n%s\n"
		"s=0000$seed; s=${s#\"${s%%????}\"}; o=$operations\n"
		"echo ready\n"
		"while read order n; do case $order in\n"
		"open) stage=gate; echo gate;;\n"
		"round) stage=round; all=$((concurrency * o * n)) told=$((concurrency * o * n))\n"
		"%s\nsleep 0.002; echo latency 5:$told\n"
		"echo did tasks=$concurrency operations=$all checksum=$((concurrency * n * "
		"(o * s + o * (o - 1) / 2) + more));;\n"
		"end) exit 0;;\nesac; done\n%s\n",
		begin, round, closed);
	guest_write(script);
	seen = (struct seen){0};
	workloads = table;
	ck_assert_int_eq(
		conformance_examine(guest_program, NULL, grace_ns, note, NULL), seen.lines);
	guest_remove();
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}

START_TEST(a_good_guest_passes_every_line)
{
	examine("", "", "", 20000000000u);
	ck_assert_int_eq(seen.lines, LINES);
	ck_assert_int_eq(seen.failed, 0);
}
END_TEST

#define COUNTED \
	"echo >>$0.count; [ $(wc -l <$0.count) -ne 5 ] || { rm $0.count; echo error both; exit; }"

static const struct {
	const char *begin, *round, *closed, *subject;
	int failed;
} bad[] = {
	{"seed=1", "", "", "counting/sh: another seed", 1},
	{"operations=3", "", "", "counting/sh: other parameters", 1},
	{"", "told=$((told - 1))", "", "counting/sh: latencies", 1},
	{COUNTED, "", "", "counting/sh: two at once", 1},
	{"", "more=1", "", "counting/sh: does the work of ours", 4},
	{"", "", "[ $stage != ready ] || sleep 60",
		"counting/sh: ends when stdin closes before open", 1},
	{"", "", "[ $stage != gate ] || sleep 60", "counting/sh: ends when stdin closes after gate",
		1},
	{"", "", "[ $stage != round ] || sleep 60", "counting/sh: ends when stdin closes in rounds",
		1},
	{"", "", "[ $stage != gate ] || sleep 60 </dev/null >/dev/null 2>&1 &",
		"counting/sh: ends when stdin closes after gate", 1},
};

START_TEST(a_bad_guest_fails_the_line_for_it)
{
	examine(bad[_i].begin, bad[_i].round, bad[_i].closed, 3000000000u);
	ck_assert_str_eq(seen.subjects[0], bad[_i].subject);
	ck_assert_int_eq(seen.failed, bad[_i].failed);
}
END_TEST

START_TEST(what_does_not_describe_itself_is_not_examined)
{
	guest_write("exit 3");
	seen = (struct seen){0};
	conformance_examine(guest_program, NULL, 1000000000u, note, NULL);
	guest_remove();
	ck_assert_int_eq(seen.lines, 1);
	ck_assert_str_eq(seen.subjects[0], "describes itself");
}
END_TEST

START_TEST(a_guest_without_a_workload_is_none)
{
	examine("echo impossible never; exit", "", "", 1000000000u);
	ck_assert_int_eq(seen.lines, 2);
	ck_assert_str_eq(seen.subjects[0], "offers workloads");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("harness/guest/conformance");
	TCase *cases = tcase_create("conformance");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, a_good_guest_passes_every_line);
	tcase_add_loop_test(
		cases, a_bad_guest_fails_the_line_for_it, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, what_does_not_describe_itself_is_not_examined);
	tcase_add_test(cases, a_guest_without_a_workload_is_none);
	suite_add_tcase(suite, cases);
	return suite;
}
