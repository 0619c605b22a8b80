/*
 * scripts/hyperfine times the cells of a run that were ok, as whole processes, and is content
 * without hyperfine. Here hyperfine is a script that tells how it was called.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[16384], folder[] = "/tmp/concbench-hyperfine-XXXXXX";

static void put(const char *name, const char *text, mode_t mode)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	setenv("F", folder, 1);
	/* what a shell ignored when it was started it cannot trap */
	signal(SIGHUP, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	/* writes what it was called with, and its results one after the other */
	put("hyperfine",
		"#!/bin/sh\nF=${0%/*}\nfor a; do echo \"[$a]\"; done >\"$F/called\"\n"
		"for a; do [ \"$before\" = --export-json ] && json=$a\n"
		"[ \"$before\" = --export-markdown ] && md=$a\nbefore=$a\ndone\n"
		"echo '{\"results\":[' >\"$json\"; echo $$ >\"$F/began\"\n"
		"[ ! -e \"$F/wait\" ] || exec sleep 60\n"
		"echo ']}' >>\"$json\"; echo table >\"$md\"\n",
		0755);
	put("run.jsonl",
		"{\"concbench_run\":1}\n"
		"{\"kind\":\"time\",\"status\":\"ok\",\"workload\":\"hash\",\"model\":\"threads\","
		"\"seed\":\"7\","
		"\"place\":{\"sut_cpus\":\"0-1\",\"load_cpus\":\"\"}}\n"
		"{\"kind\":\"time\",\"status\":\"ok\",\"workload\":\"hash\",\"model\":\"threads\","
		"\"seed\":\"7\","
		"\"place\":{\"sut_cpus\":\"0-1\",\"load_cpus\":\"\"}}\n"
		"{\"kind\":\"time\",\"status\":\"failed\",\"workload\":\"hash\",\"model\":"
		"\"async\",\"seed\":\"7\"}\n"
		"{\"kind\":\"memory\",\"status\":\"ok\",\"workload\":\"idle\",\"model\":\"async\","
		"\"seed\":\"7\"}\n"
		"{\"kind\":\"time\",\"status\":\"ok\",\"workload\":\"echo\",\"model\":\"async\","
		"\"params\":{\"calibration\":{\"text\":\"512k\",\"value\":512000}},\"seed\":\"8\","
		"\"place\":{\"sut_cpus\":\"0\",\"load_cpus\":\"1\"}}\n",
		0644);
}

static void teardown(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

static void hyperfine(const char *path, const char *arguments, int status)
{
	char command[500];

	snprintf(command, sizeof command,
		"F='%s'; PATH=%s scripts/hyperfine %s; s=$?; cat $F/called 2>/dev/null; "
		"exit $s",
		folder, path, arguments);
	int got = program_run(command, output, sizeof output);
	ck_assert_msg(got == status, "exit status %d, not %d: %s", got, status, output);
}

static void has(const char *text)
{
	ck_assert_msg(strstr(output, text) != NULL, "no '%s' in: %s", text, output);
}

START_TEST(each_cell_that_was_ok_is_timed_once)
{
	hyperfine("$F:$PATH", "--runs 5 --program prog $F/run.jsonl", 0);
	has("hyperfine: 2 cells as whole processes, 5 runs each");
	has("[hash/threads]\n[prog exec hash/threads --size smoke --rounds 1 --kind time --seed 7 "
	    "--sut-cpus 0-1]");
	has("[echo/async]\n[prog exec echo/async --size smoke --rounds 1 --kind time --seed 8 "
	    "--sut-cpus 0 "
	    "-p calibration=512000 --load-cpus 1]");
	ck_assert_ptr_null(strstr(output, "hash/async"));
	ck_assert_ptr_null(strstr(output, "idle"));
}
END_TEST

START_TEST(its_own_json_and_markdown_go_beside_the_run)
{
	hyperfine("$F:$PATH", "$F/run.jsonl", 0);
	has("[--runs]\n[3]");
	ck_assert_int_eq(program_run("cd $F/run && ls -A && cat *", output, sizeof output), 0);
	ck_assert_str_eq(output, "hyperfine.json\nhyperfine.md\n{\"results\":[\n]}\ntable\n");
}
END_TEST

START_TEST(an_interrupted_pass_leaves_neither_half_a_file_nor_a_process)
{
	static const int statuses[] = {143, 129};
	static const char *const signals[] = {"TERM", "HUP"};
	char command[500];

	put("wait", "", 0644);
	snprintf(command, sizeof command,
		"PATH=$F:$PATH; scripts/hyperfine $F/run.jsonl & pid=$!; "
		"until [ -s $F/began ]; do sleep 0.02; done; kill -s %s $pid; wait $pid; s=$?; "
		"ls -A $F/run; kill -0 $(cat $F/began) 2>/dev/null && echo still there; exit $s",
		signals[_i]);
	ck_assert_int_eq(program_run(command, output, sizeof output), statuses[_i]);
	ck_assert_str_eq(output, "hyperfine: 2 cells as whole processes, 3 runs each\n"
				 "hyperfine: interrupted, so its column is left out\n");
}
END_TEST

START_TEST(without_hyperfine_nothing_is_timed_and_nothing_fails)
{
	hyperfine("$F/none:$(mkdir -p $F/none; for p in sh bash readlink cat; do ln -sf $(command "
		  "-v $p) $F/none; done; "
		  "echo $F/none)",
		"$F/run.jsonl", 0);
	has("hyperfine: not installed, so its column is left out");
}
END_TEST

START_TEST(a_run_that_is_not_there_is_wrong_use)
{
	hyperfine("$F:$PATH", "$F/none.jsonl", 2);
	has("hyperfine: there is no run ");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("hyperfine");
	TCase *tcase = tcase_create("cells");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, each_cell_that_was_ok_is_timed_once);
	tcase_add_test(tcase, its_own_json_and_markdown_go_beside_the_run);
	tcase_add_loop_test(
		tcase, an_interrupted_pass_leaves_neither_half_a_file_nor_a_process, 0, 2);
	tcase_add_test(tcase, without_hyperfine_nothing_is_timed_and_nothing_fails);
	tcase_add_test(tcase, a_run_that_is_not_there_is_wrong_use);
	suite_add_tcase(suite, tcase);
	return suite;
}
