/*
 * concbench compare from outside, at smoke size. No verdict is asserted that needs a quiet machine:
 * only what no noise can turn round.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 16];

#define ck_output(wanted) \
	ck_assert_msg(strstr(output, wanted) != NULL, "no '%s' in: %.1500s", wanted, output)

START_TEST(two_builds_end_with_a_verdict_line)
{
	int status = program_run(
		"P=$(readlink -f /proc/$PPID/exe); P=${P%/tests/*}/concbench; "
		"concbench compare \"$P\" -b hash/sequential --effort smoke --quads 2 --seed 1",
		output, sizeof output);
	/* two quads can show nothing: inconclusive by construction */
	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_output("hash/sequential");
	ck_output("2 quads are too few to see any change");
	ck_output("INCONCLUSIVE: 0 regressed, ");
	status = program_run(
		"P=$(readlink -f /proc/$PPID/exe); P=${P%/tests/*}/concbench; "
		"concbench compare \"$P\" \"$P\" -b hash/sequential --effort smoke --quads 2 "
		"--strict -q --format csv",
		output, sizeof output);
	ck_assert_int_eq(status, 3);
	ck_output("benchmark,metric,quad,value,unit\n\"hash/sequential\",wall,0,");
}
END_TEST

START_TEST(a_command_that_sleeps_longer_does_not_pass)
{
	int status = program_run("concbench compare --command true 'sleep 0.05' --gate wall "
				 "--quads 8 -q",
		output, sizeof output);

	/* 1 where the machine lets it be seen; a restless one may hide it, but never pass it */
	ck_assert_msg(status == 1 || status == 4 || status == 0, "%d: %.1500s", status, output);
	ck_assert_msg(strstr(output, "PASSED") == NULL, "%.1500s", output);
	ck_assert_msg(strstr(output, "IMPROVED") == NULL, "%.1500s", output);
}
END_TEST

START_TEST(a_side_that_fails_has_no_verdict)
{
	int status = program_run(
		"concbench compare --command true false -q --quads 5", output, sizeof output);

	ck_assert_int_eq(status, 4);
	ck_output("command: no verdict: head: command: exit status 1");
	ck_output("NOT MEASURED");
	status = program_run(
		"F=$(mktemp); export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=\"$F\"; concbench "
		"compare --command true false -q --quads 5 --format junit; status=$?; cat \"$F\"; "
		"rm \"$F\"; exit $status",
		output, sizeof output);
	ck_assert_int_eq(status, 4);
	ck_output("<testcase classname=\"command\" name=\"measured\"><error message=\"head: ");
	ck_output("::error title=command::head: command: exit status 1");
	ck_output("- command: no verdict: head:"); /* the job's summary */
}
END_TEST

START_TEST(wrong_use_is_one_line_and_status_two)
{
	static const struct {
		const char *arguments, *said;
	} wrong[] = {
		{"", "expected OLD [NEW], there are 0 operands"},
		{"/no/such", "/no/such: there is no executable concbench"},
		{"/bin/true", "/bin/true is not a concbench"},
		{"git:no-such-revision", "git:no-such-revision: there is no such revision here"},
		{"x --gate disk", "--gate 'disk': expected a list of wall, cpu, memory"},
		{"x --build make", "--build and --run go together"},
		{"x --ignore-failure=1,x", "is not a list of exit statuses"},
		{"--build true --run true /bin/true", "--build expects git:REVISION"},
		{"--command a b --confirm-layout", "--confirm-layout links concbench anew"},
		{"x.jsonl y", "a stored result is compared with another stored one"},
		{"x.jsonl y.jsonl --gate wall", "--gate: stored results decide nothing"},
		{"x.jsonl y.json", "x.jsonl and y.json are of different kinds"},
		{"x.jsonl y.jsonl", "x.jsonl: "},
		{"/dev/null/x.json y.json", "Not a directory"},
		{"results/record.schema.json results/record.schema.json",
			"is no JSON of hyperfine"},
		{"x --margin 5% --target 3%", "must lie above"},
		{"x --margin much", "--margin 'much' is not a share"},
		{"x --quads 0", "--quads '0' is not a number"},
		{"x --prepare true", "go with --command"},
		{"--command x", "takes two commands, there are 1"},
		{"x --gat wall", "there is no option --gat"},
		{"x --gate", "--gate needs a value"},
		{"x -b ecko", "there is no workload 'ecko'; did you mean echo?"},
		{"x --format html", "there is no format 'html'"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char command[200];
		snprintf(command, sizeof(command), "concbench compare %s", wrong[i].arguments);
		int status = program_run(command, output, sizeof output);
		ck_assert_msg(status == 2, "%s: status %d: %.300s", command, status, output);
		ck_output(wrong[i].said);
		ck_assert_msg(strchr(output, '\n') == strrchr(output, '\n'), "%.300s", output);
	}
}
END_TEST

START_TEST(a_dry_run_prints_the_plan_and_runs_nothing)
{
	int status = program_run("concbench compare --command 'touch /tmp/concbench-was-run' "
				 "true --dry-run --setup 'touch /tmp/concbench-was-run' && "
				 "test ! -e /tmp/concbench-was-run",
		output, sizeof output);

	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_output("base  touch /tmp/concbench-was-run\nhead  true\n");
	ck_output("decide: wall, cpu, stall; margin 2 %, target 5 %\n");
	/* a revision that would have to be built, if it were there */
	status = program_run("concbench compare git:no-such --dry-run -b echo/async "
			     "-b queue/threads:free --budget 90s --seed 4",
		output, sizeof output);
	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_output("base  git:no-such\nhead  this program\nqueue/threads:free ");
	ck_output("\necho/async ");
	ck_output("a pilot of 12 quads each, 96 invocations with at least 9.6s in their windows; "
		  "then as many as their noise asks for, within 90s\nseed 4\n");
	/* who gates memory alone is not told that there is no time */
	status = program_run(
		"concbench compare /bin/true --dry-run -b idle/async -b echo/async:free "
		"--gate memory | grep -c ' memory '; concbench compare /bin/true "
		"--dry-run -b idle/async --gate memory | grep -c ' time '",
		output, sizeof output);
	ck_assert_str_eq(output, "2\n0\n");
	status = program_run(
		"concbench calibrate --suites 3 --inject 5% -b hash/sequential --quads 8 --dry-run",
		output, sizeof output);
	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_output("this program and a copy of it with 5% injected\nhash/sequential ");
	ck_output("at most 8 each and within 300s\nall of it 3 times\n");
}
END_TEST

START_TEST(stored_results_say_who_won_and_give_no_verdict)
{
	int status = program_run("F=$(ls results/reference/*.jsonl); "
				 "concbench compare \"$F\" \"$F\"",
		output, sizeof output);

	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_output("ADVISORY, no verdict: the winner changes in 0 of ");
	ck_output("measured apart");
	status = program_run("F=tests/golden/run/hyperfine.json; "
			     "concbench compare $F $F --format md",
		output, sizeof output);
	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_output("| echo/async | 0.1234 s | 0.1234 s | +0.0 % |");
}
END_TEST

START_TEST(a_command_is_weighed_and_its_exit_status_may_be_wanted)
{
	int status = program_run("concbench compare --command 'exit 3' 'exit 3' "
				 "--ignore-failure=1,3 --gate memory --quads 1 -q",
		output, sizeof output);

	ck_assert_msg(status == 0 || status == 4, "status %d: %.1500s", status, output);
	ck_output("command    memory");
	ck_output("iB"); /* the base's level */
	status = program_run("concbench compare --command 'exit 3' 'exit 3' --ignore-failure=1 "
			     "--quads 1 -q",
		output, sizeof output);
	ck_assert_int_eq(status, 4);
	ck_output("no verdict: base: command: exit status 3");
}
END_TEST

START_TEST(two_revisions_of_any_repository_are_built_and_run)
{
	int status = program_run(
		"D=$(mktemp -d); P=$(readlink -f /proc/$PPID/exe); P=${P%/tests/*}/concbench; "
		"cd \"$D\" && git init -q && printf 'exit 0\\n' >x && git add x && "
		"git -c user.name=a -c user.email=a@b commit -qm 1 && printf 'exit 7\\n' >x; "
		"\"$P\" compare git:HEAD --build 'cp x y' --run 'sh y' --quads 2 -q; s=$?; "
		"rm -rf \"$D\"; exit $s",
		output, sizeof output);

	/* the working tree is the head, with what is not committed */
	ck_assert_msg(status == 4, "status %d: %.1500s", status, output);
	ck_output("no verdict: head: command: exit status 7");
}
END_TEST

START_TEST(ctrl_c_prints_the_verdict_so_far)
{
	int status = program_run(
		"P=$(readlink -f /proc/$PPID/exe); P=${P%/tests/*}/concbench; F=$(mktemp); "
		"\"$P\" compare --command 'sleep 0.02' 'sleep 0.02' 2>\"$F\" & "
		"while ! grep -q compare: \"$F\"; do sleep 0.05; done; sleep 0.3; "
		"kill -INT $!; wait $!; status=$?; rm \"$F\"; exit $status",
		output, sizeof output);

	ck_assert_msg(status == 130, "status %d: %.1000s", status, output);
	ck_output("so far, interrupted");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("cli/compare");
	TCase *use = tcase_create("use");

	tcase_set_timeout(use, 120);
	tcase_add_test(use, two_builds_end_with_a_verdict_line);
	tcase_add_test(use, a_command_that_sleeps_longer_does_not_pass);
	tcase_add_test(use, a_side_that_fails_has_no_verdict);
	tcase_add_test(use, wrong_use_is_one_line_and_status_two);
	tcase_add_test(use, a_dry_run_prints_the_plan_and_runs_nothing);
	tcase_add_test(use, stored_results_say_who_won_and_give_no_verdict);
	tcase_add_test(use, a_command_is_weighed_and_its_exit_status_may_be_wanted);
	tcase_add_test(use, two_revisions_of_any_repository_are_built_and_run);
	tcase_add_test(use, ctrl_c_prints_the_verdict_so_far);
	suite_add_tcase(suite, use);
	return suite;
}
