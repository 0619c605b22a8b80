/*
 * A guest's invocation from the outside: what a good one leaves in the record, and what every bad
 * one is called.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/hash/hash.h"
#include "bench/echo/echo.h"
#include "bench/sleep/sleep.h"
#include "harness/measure/draft.h"
#include "tests/harness/guest/scripted.h"
#include "tests/suite.h"

static struct record record;
static const struct model model = {
	.name = "sh", .summary = "a shell", .family = FAMILY_PROCESSES, .kind = MODEL_PER_TASK};
static enum kind kind;

/* hash at smoke size: 4 tasks x 4 operations of 4 KiB in a round. */
static void invoke_of(const struct workload *workload, const char *script)
{
	static const char *const no_params[] = {NULL};
	struct plan plan;
	int interrupted;

	guest_write(script);
	ck_assert_int_eq(draft_plan(&plan, workload, "processes", kind, no_params), 0);
	plan.draft.model = &model;
	plan.draft.guest = guest_program;
	plan.draft.window_ns = 20 * 1000 * 1000;
	plan.stall_ns = 1000000000u;
	plan.settle_ns = 0;
	strcpy(plan.guest.program, "guest");
	strcpy(plan.guest.version, "Shell 5");
	ck_assert_int_eq(invocation_run(&plan, &record, &interrupted), 0);
	guest_remove();
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}

/* A guest that does as it is told, but for one line. */
static void invoke(const char *ready, const char *gate, const char *did, const char *ended)
{
	char script[1024];

	snprintf(script, sizeof(script),
		"%s\nwhile read order n; do case $order in\nopen) %s;;\nround) sleep 0.005; %s;;\n"
		"end) %s; exit 0;;\nesac; done",
		ready, gate, did, ended);
	invoke_of(&hash_workload, script);
}

#define DID "echo did tasks=4 operations=$((16 * n)) bytes=$((65536 * n)) checksum=$((7 * n))"

static void assert_record(enum status status, const char *reason)
{
	ck_assert_msg(record.status == status && strstr(record.reason, reason) != NULL,
		"%s: %s; expected %s: %s", status_names[record.status], record.reason,
		status_names[status], reason);
}

START_TEST(a_guest_that_does_as_told_has_a_record_like_ours)
{
	kind = KIND_TIME;
	invoke("echo ready", "echo gate", "echo latency 900:$((16 * n)) max=8500; " DID, ":");
	assert_record(STATUS_OK, "");
	ck_assert_uint_gt(record.work.rounds, 0);
	ck_assert_uint_eq(record.work.operations, record.work.rounds * 16);
	ck_assert_uint_eq(record.work.bytes, record.work.rounds * 65536);
	ck_assert_uint_eq(record.work.checksum, record.work.rounds * 7);
	ck_assert_uint_ge(record.window.ns, record.work.rounds * 5000000u / record.work.rounds);
	ck_assert_uint_eq(histogram_count(&record.latency->closed), record.work.operations);
	ck_assert_uint_eq(record.latency->max_ns, 8500);
	ck_assert_str_eq(record.guest.version, "Shell 5");
	ck_assert_int_eq(record.chunks, 0);
	record_release(&record);
}
END_TEST

START_TEST(its_memory_is_read_by_us)
{
	kind = KIND_MEMORY;
	/* 16 MiB more between A and B */
	invoke("echo ready", "x=$(head -c 4000000 /dev/zero | tr '\\0' x); echo gate", DID, ":");
	assert_record(STATUS_OK, "");
	ck_assert_double_gt(record.memory.user_per_task, 900000.0);
	record_release(&record);
	kind = KIND_TIME;
}
END_TEST

START_TEST(its_system_calls_are_not_counted)
{
	kind = KIND_COUNTS;
	invoke("echo ready", "echo gate", DID, ":");
	assert_record(STATUS_IMPOSSIBLE, "not counted");
	kind = KIND_TIME;
}
END_TEST

static const struct {
	const char *ready, *gate, *did, *ended;
	enum status status;
	const char *reason;
} bad[] = {
	{"exit 3", "", DID, ":", STATUS_FAILED, "the guest ended with status 3"},
	{"echo hallo", "", DID, ":", STATUS_FAILED, "said \"hallo\" instead of ready"},
	{"echo ready now", "", DID, ":", STATUS_FAILED, "instead of ready"},
	{"echo impossible not in shell", "", DID, ":", STATUS_IMPOSSIBLE, "not in shell"},
	{"echo ready", "echo limit RLIMIT_NPROC 9 reached", DID, ":", STATUS_LIMIT,
		"RLIMIT_NPROC 9 reached"},
	{"echo ready", "echo error no such luck", DID, ":", STATUS_FAILED, "no such luck"},
	{"echo ready", "kill -11 $$", DID, ":", STATUS_FAILED, "was killed by signal 11"},
	{"echo ready", "echo gate", "kill -9 $$", ":", STATUS_FAILED, "was killed by signal 9"},
	{"echo ready", "echo gate", "echo did tasks=4 operations=-16", ":", STATUS_FAILED,
		"not a number"},
	{"echo ready", "echo gate", "echo did nothing", ":", STATUS_FAILED, "unknown word"},
	{"echo ready", "echo gate", "echo done", ":", STATUS_FAILED, "instead of did"},
	{"echo ready", "echo gate", "echo did tasks=4 operations=9000000000000", ":",
		STATUS_INVALID, "more operations than the time allows"},
	{"echo ready", "echo gate", "echo did tasks=5 operations=16", ":", STATUS_INVALID,
		"more tasks than were asked for"},
	{"echo ready", "echo gate", "echo did tasks=3 operations=$((16 * n))", ":", STATUS_FAILED,
		"3 of 4 tasks ran"},
	{"echo ready", "echo gate", "echo latency 900:17; " DID, ":", STATUS_INVALID,
		"more latencies than operations"},
	{"echo ready", "echo gate", "echo latency 4700:1; " DID, ":", STATUS_INVALID,
		"a latency longer than the rounds"},
	{"echo ready", "echo gate", "echo latency 1:x; " DID, ":", STATUS_FAILED,
		"not BUCKET:COUNT"},
	{"echo ready", "echo gate", DID, "exit 5", STATUS_FAILED, "ended with status 5"},
	{"echo ready", "echo gate", DID, "sleep 100 >/dev/null & :", STATUS_FAILED,
		"left processes behind"},
	{"echo ready", "echo gate", "exec tr '\\0' x </dev/zero", ":", STATUS_FAILED,
		"a line of more than 256 KiB"},
	{"echo ready", "exec sleep 100", DID, ":", STATUS_FAILED, "no progress for 1 s"},
	{"echo ready", "echo gate", DID "; " DID, ":", STATUS_FAILED,
		"instead of waiting for an order"},
	{"echo ready", "echo gate", DID, "echo bye", STATUS_FAILED,
		"said \"bye\" instead of ending"},
	{"echo ready", "echo gate", "exit 0", ":", STATUS_FAILED, "ended with status 0"},
	{"echo ready", "echo gate", "exec 1>&-; exec sleep 100", ":", STATUS_FAILED,
		"closed its end"},
	{"echo ready", "echo gate", "printf '\\000\\033[31m\\177\\n'", ":", STATUS_FAILED,
		"said \"??[31m?\" instead of did"},
	{"echo ready", "echo gate", DID, "setsid -f sleep 100 >/dev/null", STATUS_FAILED,
		"left processes behind"},
	/* with the pipe open */
	{"echo ready; sleep 100 &", "echo gate", "exit 4", ":", STATUS_FAILED,
		"ended with status 4"},
	{"echo ready; (setsid sleep 100 &)", "echo gate", DID, ":", STATUS_FAILED,
		"left processes behind"},
	{"echo ready", "echo gate", "kill -9 $PPID", ":", STATUS_FAILED, "killed by signal 9"},
};

START_TEST(a_guest_that_misbehaves_is_called_by_what_it_did)
{
	invoke(bad[_i].ready, bad[_i].gate, bad[_i].did, bad[_i].ended);
	assert_record(bad[_i].status, bad[_i].reason);
	record_release(&record);
}
END_TEST

START_TEST(a_server_that_listens_nowhere_is_no_server)
{
	invoke_of(&echo_workload, "echo ready; read order; exec sleep 100");
	assert_record(STATUS_FAILED, "instead of ready port=N");
	record_release(&record);
	invoke_of(&echo_workload, "echo ready port=70000; read order; exec sleep 100");
	assert_record(STATUS_FAILED, "instead of ready port=N");
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("harness/guest/run");
	TCase *cases = tcase_create("run");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, a_guest_that_does_as_told_has_a_record_like_ours);
	tcase_add_test(cases, its_memory_is_read_by_us);
	tcase_add_test(cases, its_system_calls_are_not_counted);
	tcase_add_loop_test(cases, a_guest_that_misbehaves_is_called_by_what_it_did, 0,
		sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, a_server_that_listens_nowhere_is_no_server);
	suite_add_tcase(suite, cases);
	return suite;
}
