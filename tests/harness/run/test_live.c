/*
 * The live table as a terminal shows it: a small one, which knows the few movements that are made,
 * stands here; and the program itself behind a pseudo-terminal.
 */
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run/progress.h"
#include "tests/suite.h"

enum { ROWS = 24, COLUMNS = 200, OUTPUT_MAX = 1 << 18 };

/* What a terminal of some width shows after these bytes: one character per cell, '?' for others. */
struct screen {
	char cells[ROWS][COLUMNS + 1];
	int row, column, width;
};

static void blank(struct screen *screen, int row, int from)
{
	for (int i = from; i < COLUMNS; i++)
		screen->cells[row][i] = ' ';
	screen->cells[row][COLUMNS] = '\0';
}

static void newline(struct screen *screen)
{
	screen->column = 0;
	if (++screen->row < ROWS)
		return;
	memmove(screen->cells[0], screen->cells[1], sizeof(screen->cells[0]) * (ROWS - 1));
	screen->row = ROWS - 1;
	blank(screen, screen->row, 0);
}

/* After ESC [; the end of the sequence. */
static const char *control(struct screen *screen, const char *at)
{
	int number = (int)strtol(at, (char **)(uintptr_t)&at, 10);

	if (*at == 'A')
		screen->row -= number == 0 ? 1 : number;
	if (screen->row < 0)
		screen->row = 0;
	if (*at == 'K' || *at == 'J')
		blank(screen, screen->row, screen->column);
	for (int row = screen->row + 1; *at == 'J' && row < ROWS; row++)
		blank(screen, row, 0);
	ck_assert_msg(strchr("AKJm", *at) != NULL, "ESC [ %c is not known", *at);
	return at + 1;
}

static void show(struct screen *screen, int width, const char *text)
{
	*screen = (struct screen){.width = width};
	for (int row = 0; row < ROWS; row++)
		blank(screen, row, 0);
	while (*text != '\0') {
		if (strncmp(text, "\033[", 2) == 0) {
			text = control(screen, text + 2);
			continue;
		}
		char byte = *text++;
		if (byte == '\n') {
			newline(screen);
		} else if (byte == '\r') {
			screen->column = 0;
		} else if (((unsigned char)byte & 0xc0) != 0x80) {
			if (screen->column == width)
				newline(screen);
			screen->cells[screen->row][screen->column++] =
				(char)((unsigned char)byte < 0x80 ? byte : '?');
		}
	}
}

/* The row on which a text stands; -1: nowhere. */
static int row_of(const struct screen *screen, const char *text)
{
	for (int row = 0; row < ROWS; row++)
		if (strstr(screen->cells[row], text) != NULL)
			return row;
	return -1;
}

static char *drawn;
static size_t drawn_bytes;

static struct progress begin(int width, int height)
{
	return (struct progress){.out = open_memstream(&drawn, &drawn_bytes),
		.terminal = true,
		.width = width,
		.height = height,
		.live = {.utf8 = true}};
}

static void result(struct progress *progress, const char *model, uint64_t operations)
{
	struct record record = {.workload = "hash", .params_count = 0};

	snprintf(record.model, sizeof(record.model), "%s", model);
	record.work.operations = operations;
	record.window.ns = 1000000000;
	progress_result(progress, &record);
}

static void at(struct progress *progress, const char *what, int done)
{
	progress_at(progress, what, false, done, 8, 1000000000u, 5000000000u);
}

START_TEST(rows_appear_widths_shrink_and_the_line_stands_below)
{
	struct progress progress = begin(80, 24);
	struct screen screen;

	at(&progress, "hash/async", 0);
	result(&progress, "async", 100000);
	at(&progress, "hash/threads", 1);
	result(&progress, "threads", 200000);
	for (int i = 0; i < 12; i++)
		result(&progress, "async", i == 0 ? 140000 : 100000 + (uint64_t)i);
	fflush(progress.out);
	show(&screen, 80, drawn);
	ck_assert_int_eq(row_of(&screen, "hash"), 0);
	ck_assert_int_eq(row_of(&screen, "model"), 1);
	ck_assert_int_eq(row_of(&screen, "async "), 2);
	ck_assert_int_eq(row_of(&screen, "threads  "), 3);
	ck_assert_int_eq(row_of(&screen, "1 of 8"), 4);
	ck_assert_ptr_nonnull(strstr(screen.cells[4], "about 0:05 left"));
	/* with two the one that was off is the interval, with thirteen no more */
	ck_assert_ptr_nonnull(strstr(drawn, "±16.7 %"));
	ck_assert_ptr_nonnull(strstr(screen.cells[2], "?0.0 %"));
	progress_end(&progress);
	fflush(progress.out);
	show(&screen, 80, drawn);
	for (int row = 0; row < ROWS; row++)
		ck_assert_int_eq(strspn(screen.cells[row], " "), COLUMNS);
	ck_assert_int_eq(screen.row, 0);
	fclose(progress.out);
	free(drawn);
}
END_TEST

START_TEST(what_is_said_stands_above_the_table_and_stays)
{
	struct progress progress = begin(80, 24);
	struct screen screen;

	at(&progress, "hash/async", 0);
	result(&progress, "async", 100000);
	progress_say(&progress, "something was disturbed");
	at(&progress, "hash/async", 1);
	fflush(progress.out);
	show(&screen, 80, drawn);
	ck_assert_int_eq(row_of(&screen, "something was disturbed"), 0);
	ck_assert_int_eq(row_of(&screen, "async "), 3);
	ck_assert_int_eq(row_of(&screen, "1 of 8"), 4);
	progress_end(&progress);
	fflush(progress.out);
	show(&screen, 80, drawn);
	ck_assert_int_eq(row_of(&screen, "something was disturbed"), 0);
	ck_assert_int_eq(row_of(&screen, "async"), -1);
	fclose(progress.out);
	free(drawn);
}
END_TEST

START_TEST(a_table_that_is_too_high_or_too_wide_is_cut)
{
	struct progress progress = begin(24, 6);
	struct screen screen;
	char model[24];

	at(&progress, "hash/async", 0);
	for (int i = 0; i < 20; i++) {
		snprintf(model, sizeof(model), "a-model-with-a-name-%d", i);
		result(&progress, model, 100000);
		at(&progress, model, i);
	}
	fflush(progress.out);
	show(&screen, 24, drawn);
	ck_assert_int_eq(row_of(&screen, "hash"), 0);
	ck_assert_int_eq(row_of(&screen, "of 8"), 4);
	for (int row = 0; row < ROWS; row++)
		ck_assert_int_eq(strspn(screen.cells[row] + 23, " "), COLUMNS - 23);
	progress_end(&progress);
	fclose(progress.out);
	free(drawn);
}
END_TEST

START_TEST(a_terminal_that_became_narrower_is_cleared_too)
{
	struct progress progress = begin(80, 24);

	result(&progress, "async", 100000);
	at(&progress, "hash/async with a rather long name that takes the line", 0);
	fflush(progress.out);
	size_t before = drawn_bytes;
	progress.width = 40; /* the last line, of more than 40 columns, takes two now */
	progress_end(&progress);
	fflush(progress.out);
	ck_assert_str_eq(drawn + before, "\033[4A\r\033[J");
	fclose(progress.out);
	free(drawn);
}
END_TEST

/* A root that was changed to, without /dev/pts, has none. */
static bool no_terminal(void)
{
	int terminal, program;

	if (openpty(&terminal, &program, NULL, NULL, NULL) != 0) {
		printf("skipped: no pseudo-terminal can be opened: %s\n", strerror(errno));
		return true;
	}
	close(terminal);
	close(program);
	return false;
}

/* Runs the program behind a pseudo-terminal; everything it wrote. At the first `stop`: ^C. */
static int behind_terminal(const char *environment, const char *arguments, const char *stop,
	char *output, size_t bytes)
{
	struct winsize size = {.ws_col = 80, .ws_row = ROWS};
	char program[512], command[1024];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	size_t end = 0;
	int terminal, status = 0;

	ck_assert_int_gt(length, 0);
	program[length] = '\0';
	*strstr(program, "/tests/") = '\0';
	snprintf(command, sizeof(command),
		"trap : INT; folder=$(mktemp -d) && cd $folder && env %s %s/concbench %s; "
		"status=$?; rm -r $folder; exit $status",
		environment, program, arguments);
	pid_t child = forkpty(&terminal, NULL, NULL, &size);
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	ck_assert_int_gt(child, 0);
	while (end + 1 < bytes && (length = read(terminal, output + end, bytes - 1 - end)) > 0) {
		end += (size_t)length;
		output[end] = '\0';
		if (stop != NULL && strstr(output, stop) != NULL) {
			ck_assert_int_eq(write(terminal, "\003", 1), 1);
			stop = NULL;
		}
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	close(terminal);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char output[OUTPUT_MAX];

START_TEST(a_run_on_a_terminal_leaves_its_report_and_nothing_else)
{
	struct screen screen;
	if (no_terminal())
		return;
	int status = behind_terminal("TERM=xterm LC_ALL=C",
		"run hash/async hash/threads -p operations=4 --effort smoke -q", NULL, output,
		sizeof(output));

	ck_assert_msg(status == 0, "status %d: %s", status, output);
	ck_assert_ptr_nonnull(strstr(output, "model "));
	ck_assert_ptr_nonnull(strstr(output, "\033[J"));
	for (const char *byte = output; *byte != '\0'; byte++)
		ck_assert_msg((unsigned char)*byte < 0x80, "not ASCII: %s", byte);
	show(&screen, 80, output);
	ck_assert_int_eq(row_of(&screen, "left"), -1);
	ck_assert_int_eq(row_of(&screen, "async"), -1);
	ck_assert_int_ge(row_of(&screen, "results/"), 0);
}
END_TEST

START_TEST(ctrl_c_ends_it_with_a_report_of_what_there_is)
{
	struct screen screen;
	if (no_terminal())
		return;
	int status = behind_terminal("TERM=xterm",
		"run hash/async hash/threads -p operations=4 --effort quick", "op/s", output,
		sizeof(output));

	ck_assert_msg(status == 130, "status %d: %s", status, output);
	show(&screen, 80, output);
	ck_assert_int_eq(row_of(&screen, " left "), -1);
	ck_assert_ptr_nonnull(strstr(output, "one block digested"));
	ck_assert_ptr_nonnull(strstr(output, "stopped by"));
}
END_TEST

START_TEST(a_terminal_that_cannot_move_its_cursor_gets_a_log)
{
	if (no_terminal())
		return;
	int status = behind_terminal("TERM=dumb",
		"run hash/async -p operations=4 --effort smoke -q", NULL, output, sizeof(output));

	ck_assert_int_eq(status, 0);
	ck_assert_ptr_null(strchr(output, '\033'));
	ck_assert_ptr_nonnull(strstr(output, "0 of 1"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("live");
	TCase *c = tcase_create("live");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, rows_appear_widths_shrink_and_the_line_stands_below);
	tcase_add_test(c, what_is_said_stands_above_the_table_and_stays);
	tcase_add_test(c, a_table_that_is_too_high_or_too_wide_is_cut);
	tcase_add_test(c, a_terminal_that_became_narrower_is_cleared_too);
	tcase_add_test(c, a_run_on_a_terminal_leaves_its_report_and_nothing_else);
	tcase_add_test(c, ctrl_c_ends_it_with_a_report_of_what_there_is);
	tcase_add_test(c, a_terminal_that_cannot_move_its_cursor_gets_a_log);
	suite_add_tcase(s, c);
	return s;
}
