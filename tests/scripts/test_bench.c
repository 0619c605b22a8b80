/*
 * scripts/bench passes a signal on that reached it alone, waits, and prints the tables of what was
 * measured. Here concbench and scripts/hyperfine are scripts that wait to be stopped.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/program.h"
#include "tests/suite.h"

static char folder[PATH_MAX], bench[PATH_MAX], output[1 << 14];

/* run begins a run and waits where a file "wait" is, else ends with the status in the file "status"
 */
static const char concbench[] =
	"#!/bin/sh\n"
	"if [ \"$1\" = report ]; then echo \"tables $*\"; exit 0; fi\n"
	"trap 'echo run is stopped; exit 143' TERM\n"
	"trap 'echo run is stopped; exit 129' HUP\n"
	"[ -e idle ] || { mkdir -p results/one && ln -sfn one results/latest; }\n"
	"echo $$ >began\n"
	"while [ -e wait ]; do sleep 0.02; done\n"
	"exit $(cat status)\n";

static const char hyperfine[] = "#!/bin/sh\n"
				"trap 'echo hyperfine is stopped; exit 143' TERM\n"
				"trap 'echo hyperfine is stopped; exit 129' HUP\n"
				"echo $$ >timing\n"
				"while [ -e time ]; do sleep 0.02; done\n";

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	ck_assert_int_eq(chmod(name, 0755), 0);
}

static void set_up(void)
{
	char top[PATH_MAX];

	ck_assert_int_eq(program_run("printf %s \"$PWD\"", top, sizeof(top)), 0);
	ck_assert_int_lt(snprintf(bench, sizeof(bench), "%.4000s/scripts/bench", top), PATH_MAX);
	strcpy(folder, "/tmp/concbench-bench-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(mkdir("scripts", 0755), 0);
	put("concbench", concbench);
	put("scripts/hyperfine", hyperfine);
	put("status", "0");
}

static void tear_down(void)
{
	char command[PATH_MAX + 16];

	ck_assert_int_eq(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		int out = open("output", O_WRONLY | O_CREAT | O_TRUNC, 0644);
		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
		/* what a shell ignored when it was started it cannot trap */
		for (int i = 0; i < SIGNALS; i++)
			signal(signals[i], SIG_DFL);
		execl("/bin/sh", "sh", bench, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

/* Waits for a script to have written its number into the file. */
static pid_t number_in(const char *name)
{
	int pid = 0;

	while (pid == 0) {
		FILE *file = fopen(name, "r");
		if (file != NULL && fscanf(file, "%d", &pid) != 1)
			pid = 0;
		if (file != NULL)
			fclose(file);
		usleep(5000);
	}
	return pid;
}

/* The exit status as a shell tells it; what was printed is in output. */
static int end(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	FILE *file = fopen("output", "r");
	output[fread(output, 1, sizeof(output) - 1, file)] = '\0';
	fclose(file);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void has(const char *text)
{
	ck_assert_msg(strstr(output, text) != NULL, "no '%s' in: %s", text, output);
}

START_TEST(a_signal_while_it_measures_is_passed_on_and_the_tables_follow)
{
	put("wait", "");
	pid_t pid = start(), run = number_in("began");

	kill(pid, signals[_i]);
	ck_assert_int_eq(end(pid), 128 + signals[_i]);
	has("run is stopped\n");
	has("tables report --format terminal");
	has("tables report --format md -o results/latest/report.md");
	ck_assert_int_eq(kill(run, 0), -1);
	ck_assert_int_eq(access("timing", F_OK), -1);
}
END_TEST

START_TEST(a_signal_in_the_hyperfine_pass_is_passed_on_and_the_tables_follow)
{
	put("time", "");
	pid_t pid = start(), timing = number_in("timing");

	kill(pid, signals[_i]);
	ck_assert_int_eq(end(pid), 128 + signals[_i]);
	has("hyperfine is stopped\n");
	has("tables report --format terminal");
	ck_assert_int_eq(kill(timing, 0), -1);
}
END_TEST

START_TEST(what_a_killed_run_measured_is_printed)
{
	put("wait", "");
	pid_t pid = start();

	kill(number_in("began"), SIGKILL);
	ck_assert_int_eq(end(pid), 137);
	has("tables report --format terminal");
}
END_TEST

START_TEST(a_run_that_began_nothing_has_no_tables)
{
	put("idle", "");
	put("status", "2");
	ck_assert_int_eq(end(start()), 2);
	ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(a_run_without_figures_shows_why_and_keeps_its_status)
{
	put("status", "4");
	ck_assert_int_eq(end(start()), 4);
	has("tables report --format terminal");
	ck_assert_int_eq(access("timing", F_OK), -1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bench");
	TCase *c = tcase_create("signals");

	tcase_set_timeout(c, 30);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(
		c, a_signal_while_it_measures_is_passed_on_and_the_tables_follow, 0, SIGNALS);
	tcase_add_loop_test(
		c, a_signal_in_the_hyperfine_pass_is_passed_on_and_the_tables_follow, 0, SIGNALS);
	tcase_add_test(c, what_a_killed_run_measured_is_printed);
	tcase_add_test(c, a_run_that_began_nothing_has_no_tables);
	tcase_add_test(c, a_run_without_figures_shows_why_and_keeps_its_status);
	suite_add_tcase(s, c);
	return s;
}
