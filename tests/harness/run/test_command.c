/*
 * The commands run and report from outside, as a user meets them: the real program, real (small)
 * invocations, a folder of its own.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/suite.h"

static char folder[] = "/tmp/concbench-command-XXXXXX";
static char program[PATH_MAX]; /* build/<mode>/concbench beside build/<mode>/tests/ */
static char output[1 << 16];

static void set_up(void)
{
	ssize_t bytes = readlink("/proc/self/exe", program, sizeof(program) - 1);

	ck_assert_int_gt(bytes, 0);
	program[bytes] = '\0';
	char *tests = strstr(program, "/tests/");
	ck_assert_ptr_nonnull(tests);
	strcpy(tests, "/concbench");
	ck_assert_msg(access(program, X_OK) == 0, "%s is not built", program);
	strcpy(folder, "/tmp/concbench-command-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
}

static void tear_down(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(system(command), 0);
}

/* Runs a shell command in which CB stands for the program; its output (both streams) in `output`.
 */
static int shell(const char *format, ...)
{
	char words[1000], command[PATH_MAX + 1100];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	snprintf(command, sizeof(command), "CB=%s; { %s\n} 2>&1", program, words);
	FILE *pipe = popen(command, "r");
	size_t bytes = fread(output, 1, sizeof(output) - 1, pipe);
	output[bytes] = '\0';
	int status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void expect(int status, const char *text, const char *command)
{
	int got = shell("%s", command);

	ck_assert_msg(
		got == status, "%s: status %d instead of %d:\n%s", command, got, status, output);
	ck_assert_msg(strstr(output, text) != NULL, "%s: no '%s' in:\n%s", command, text, output);
}

START_TEST(a_run_ends_with_tables_files_and_a_report_that_says_the_same)
{
	expect(0, "3 invocations, about 0 min 0 s, seed 7",
		"$CB run hash/async hash/threads hash/processes --effort smoke --seed 7 -o a");
	expect(0, "", "test -s results/latest/report.md && test -s results/latest/report.csv");
	expect(0, "", "$CB report > b");
	expect(0, "hash, on ", "cat a b");
	expect(0, "", "cmp a b");
	expect(0, "", "$CB report results/*.jsonl > c; cmp b c");
	expect(0, "", "$CB report --format md > d; cmp d results/latest/report.md");
	expect(0, "workload,model,", "$CB report --format csv");
	expect(0, "\"rows\"", "$CB report --format json");
	expect(0, "\"results\"", "$CB report --format hyperfine");
}
END_TEST

START_TEST(nonsense_gets_one_clear_line_and_status_2)
{
	static const char *const cases[][2] = {
		{"run hsah", "concbench: run: there is no workload 'hsah'; did you mean hash?"},
		{"run hash/thread", "there is no model 'thread'; did you mean threads?"},
		{"run hash -p tasks=0", "tasks: 0 is out of range"},
		{"run hash -p taks=1", "there is no parameter 'taks'; did you mean tasks?"},
		{"run hash -p tasks", "'tasks' is not NAME=VALUE"},
		{"run hash --effort quik", "there is no effort 'quik'; did you mean quick?"},
		{"run hash --budget soon", "--budget 'soon' is not a duration"},
		{"run hash --seed -1", "--seed '-1' is not a number"},
		{"run hash --sut-cpus 0 --load-cpus 0", "overlap in CPU 0"},
		{"run hash --sut-cpus x", "is not a list of CPUs"},
		{"run hash --cpus 0", "--cpus: 0 is out of range 1 .. 1024"},
		{"run hash --nonsense", "there is no option --nonsense"},
		{"run hash --seed", "--seed needs a value"},
		{"run hash --format html5", "there is no format 'html5'"},
		{"report nowhere.jsonl", "nowhere.jsonl: No such file or directory"},
		{"report", "there is no run yet (make one with: concbench run)"},
		{"report --fromat md", "there is no option --fromat"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char command[200];
		snprintf(command, sizeof(command), "$CB %s", cases[i][0]);
		expect(2, cases[i][1], command);
		ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
	}
	/* nothing was made */
	expect(0, "", "test ! -e results");
}
END_TEST

START_TEST(a_dry_run_prints_the_plan_and_makes_nothing)
{
	expect(0, "invocations, about", "$CB run --effort quick --dry-run --seed 5");
	ck_assert_ptr_nonnull(strstr(output, "seed 5"));
	/* idle's memory: 2 sizes x 6 models x 6 blocks at most */
	ck_assert_ptr_nonnull(strstr(output, "\nat most 72 more of memory, about "));
	expect(0, "1 model x  6 invocations\n6 invocations, about", "$CB run hash/async --dry-run");
	expect(0,
		"seed 5, effort smoke (every cell once, small: does it run): windows of at most "
		"20ms\n",
		"$CB run hash/async --effort smoke --dry-run --seed 5");
	expect(0, "", "test ! -e results");
}
END_TEST

START_TEST(damaged_files_are_refused_with_their_line_and_cut_ones_read)
{
	expect(0, "", "$CB run hash/threads --effort smoke -qq");
	expect(0, "", "cp results/*.jsonl whole");
	expect(2, "line 2: was changed",
		"sed '2s/\"rounds\":/\"rounds\":1/' whole > x.jsonl; $CB report x.jsonl");
	expect(2, "line 1: not the header", "echo '{}' > y.jsonl; $CB report y.jsonl");
	expect(0, "concbench: report: warning: z.jsonl: line 3 is cut off: read up to line 2",
		"head -c -20 whole > z.jsonl; $CB report z.jsonl");
	expect(0, "concbench: report: warning: z.jsonl: ends early, after line 2, ",
		"head -n -1 whole > z.jsonl; $CB report z.jsonl");
}
END_TEST

START_TEST(a_reader_that_has_gone_is_no_error)
{
	expect(0, "", "$CB run hash/threads --effort smoke -qq");
	expect(0, "",
		"($CB report; echo status $? > status) | true; sleep 0.1; grep 'status 0' status");
	expect(4, "cannot write the report: No space left on device", "$CB report > /dev/full");
	expect(4, "cannot write /dev/full", "$CB report -o /dev/full");
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_is_status_4)
{
	expect(0, "", "touch results");
	expect(4, "concbench: run: cannot write to results/: ",
		"$CB run hash/threads --effort smoke");
}
END_TEST

START_TEST(quiet_is_for_the_terminal_not_for_the_file)
{
	expect(0, "workload,",
		"$CB run hash/threads --effort smoke -q --format csv -o t.csv "
		"2>errors >out; test ! -s out && cat t.csv");
}
END_TEST

START_TEST(an_output_that_cannot_be_written_is_noticed_before_measuring)
{
	static const char *const bad[] = {"missing/table", ".", "/proc/none"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char command[200], line[200];
		snprintf(command, sizeof(command), "$CB run hash/threads -o %s", bad[i]);
		snprintf(line, sizeof(line), "concbench: run: cannot write %s: ", bad[i]);
		expect(4, line, command);
		ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
	}
	expect(0, "", "test ! -e results");
	/* looking does no harm */
	expect(0, "old", "echo old > there; $CB run hash/threads --dry-run -o there && cat there");
	expect(4, "",
		"touch results; $CB run hash/threads -o there || exit $(($(cat there | wc -c)))");
	expect(4, "", "$CB run hash/threads -o new; s=$?; test ! -e new && exit $s");
}
END_TEST

START_TEST(tables_that_cannot_be_saved_are_printed_all_the_same_with_status_4)
{
	expect(0, "", "$CB run hash/threads --effort smoke -qq");
	/* the next runs find a folder where their report.md is to be */
	expect(0, "",
		"name=$(readlink results/latest); now=$(date +%s); for s in $(seq 0 60); do "
		"for n in '' -2; do mkdir -p \"results/$(date -u -d @$((now + s)) "
		"+%Y%m%dT%H%M%SZ)-${name#*-}$n/report.md\"; done; done");
	expect(4, "/report.md: Is a directory", "$CB run hash/threads --effort smoke");
	ck_assert_ptr_nonnull(strstr(output, "hash, on "));
}
END_TEST

START_TEST(the_control_groups_of_a_killed_exec_go_with_it)
{
	expect(0, "",
		"$CB run sleep/processes --effort standard -q > /dev/null 2>&1 & run=$!; exec=; "
		"for i in $(seq 200); do sleep 0.02; "
		"exec=$(cat /proc/$run/task/$run/children); "
		"[ -n \"$exec\" ] && [ -n \"$(cat /proc/${exec% }/task/*/children 2>/dev/null)\" ] "
		"&& break; done; "
		"kill -KILL $exec; kill -TERM $run; wait $run; "
		"! find /sys/fs/cgroup -maxdepth 4 -name \"concbench-${exec% }\" 2>/dev/null | "
		"grep .");
}
END_TEST

START_TEST(closed_standard_descriptors_leave_the_records_alone)
{
	expect(4, "", "$CB run hash/threads --effort smoke >&-");
	expect(0, "", "$CB run sleep/threads --effort smoke -v > /dev/null 2>&-");
	expect(4, "", "$CB run hash/async --effort smoke -v <&- >&- 2>&-");
	expect(0, "", "for run in results/*.jsonl; do $CB report $run || exit 1; done");
}
END_TEST

START_TEST(a_limit_of_file_sizes_is_an_error_and_not_a_death)
{
	expect(4, "; what was measured follows",
		"(ulimit -f 8; $CB run hash sleep --effort smoke)");
	ck_assert_ptr_nonnull(strstr(output, "How to read"));
}
END_TEST

/* Starts a long run, interrupts it after its first records, and expects tables and the status. */
static void interrupt(const char *signal, int status)
{
	expect(status, "concbench run",
		"rm -rf results; $CB run sleep/async sleep/threads --effort full > out 2>&1 & "
		"pid=$!; "
		"for i in $(seq 600); do sleep 0.05; "
		"[ \"$(cat results/*.jsonl 2>/dev/null | wc -l)\" -ge 3 ] && break; done; "
		"kill -$SIGNAL $pid; wait $pid; status=$?; cat out; exit $status");
	ck_assert_msg(strstr(output, "stopped by") != NULL, "%s: %s", signal, output);
	ck_assert_msg(strstr(output, "sleep, on ") != NULL, "%s: %s", signal, output);
}

START_TEST(interrupted_runs_report_what_they_have)
{
	/* a shell's background job ignores SIGINT, and a handler cannot tell: TERM and HUP do */
	setenv("SIGNAL", "TERM", 1);
	interrupt("TERM", 143);
	setenv("SIGNAL", "HUP", 1);
	interrupt("HUP", 129);
	expect(0, "sleep, on ", "$CB report");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("command");
	TCase *c = tcase_create("command");

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, a_run_ends_with_tables_files_and_a_report_that_says_the_same);
	tcase_add_test(c, nonsense_gets_one_clear_line_and_status_2);
	tcase_add_test(c, a_dry_run_prints_the_plan_and_makes_nothing);
	tcase_add_test(c, damaged_files_are_refused_with_their_line_and_cut_ones_read);
	tcase_add_test(c, a_reader_that_has_gone_is_no_error);
	tcase_add_test(c, a_folder_that_cannot_be_written_is_status_4);
	tcase_add_test(c, quiet_is_for_the_terminal_not_for_the_file);
	tcase_add_test(c, an_output_that_cannot_be_written_is_noticed_before_measuring);
	tcase_add_test(c, tables_that_cannot_be_saved_are_printed_all_the_same_with_status_4);
	tcase_add_test(c, the_control_groups_of_a_killed_exec_go_with_it);
	tcase_add_test(c, closed_standard_descriptors_leave_the_records_alone);
	tcase_add_test(c, a_limit_of_file_sizes_is_an_error_and_not_a_death);
	tcase_add_test(c, interrupted_runs_report_what_they_have);
	suite_add_tcase(s, c);
	return s;
}
