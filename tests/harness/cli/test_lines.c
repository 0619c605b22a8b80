/*
 * Text of the commands fits the terminal: 80, 120 and 200 columns, with and without UTF-8.
 */
#include "harness/cli/lines.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/workload.h"
#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 18];

static void check_laid_out(int width, const char *text, const char *expected)
{
	char *got = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&got, &bytes);

	lines_write(out, width, text);
	fclose(out);
	ck_assert_str_eq(got, expected);
	free(got);
}

START_TEST(what_fits_stays_as_it_is)
{
	check_laid_out(
		40, "one line\n\n  two   columns\nno end", "one line\n\n  two   columns\nno end");
	check_laid_out(40, "\n", "\n");
	check_laid_out(40, "", "");
	check_laid_out(20, "exactly twenty wide.\n", "exactly twenty wide.\n");
}
END_TEST

START_TEST(a_wide_line_goes_on_under_its_last_column)
{
	check_laid_out(30, "  -p N=V   a parameter, of which some sweep\n",
		"  -p N=V   a parameter, of\n           which some sweep\n");
	check_laid_out(20, "a sentence that is not set in\n", "a sentence that is\nnot set in\n");
	check_laid_out(20, "  one that is set in by two\n", "  one that is set in\n    by two\n");
	/* a column too far right is none */
	check_laid_out(24, "  left words and more  right words\n",
		"  left words and more\n    right words\n");
	check_laid_out(20, "  a  longer-than-the-terminal\n", "  a  longer-than-the-terminal\n");
}
END_TEST

START_TEST(lines_under_the_last_column_flow_together)
{
	const char *text =
		"  -b X  what to compare by;\n        may be repeated\n  -c    another\n";

	check_laid_out(60, text, "  -b X  what to compare by; may be repeated\n  -c    another\n");
	check_laid_out(24, text,
		"  -b X  what to compare\n        by; may be\n        repeated\n"
		"  -c    another\n");
}
END_TEST

START_TEST(characters_count_and_not_bytes)
{
	check_laid_out(20, "µµµµµ µµµµµ µµµµµ µµ\n", "µµµµµ µµµµµ µµµµµ µµ\n");
	check_laid_out(20, "µµµµµ µµµµµ µµµµµ µµµ\n", "µµµµµ µµµµµ µµµµµ\nµµµ\n");
}
END_TEST

/* The widest line of the output; *beyond counts bytes that are no ASCII. */
static int widest(const char **line, int *beyond)
{
	int most = 0, columns = 0;

	*beyond = 0;
	*line = output;
	for (const char *at = output, *begin = output; *at != '\0'; at++) {
		columns += ((unsigned char)*at & 0xc0) != 0x80 && *at != '\n';
		*beyond += (unsigned char)*at >= 0x80;
		if (columns > most) {
			most = columns;
			*line = begin;
		}
		if (*at == '\n') {
			columns = 0;
			begin = at + 1;
		}
	}
	return most;
}

static void check_fits(const char *command, int columns, const char *locale)
{
	char line[400];
	const char *wide;
	int beyond;

	snprintf(line, sizeof(line), "export COLUMNS=%d LC_ALL=%s; concbench %s", columns, locale,
		command);
	int status = program_run(line, output, sizeof(output));
	ck_assert_msg(status == 0 || status == 1, "%s: status %d: %s", command, status, output);
	int most = widest(&wide, &beyond);
	ck_assert_msg(
		most <= columns, "%s at %d columns: %d: %.300s", command, columns, most, wide);
	ck_assert_msg(strcmp(locale, "C") != 0 || beyond == 0, "%s: not ASCII", command);
}

/* What measures nothing and prints more than a line. The help of each command and what there is of
   each workload are tried besides. */
static const char *const printing[] = {"", "--help", "--version", "list", "list async",
	"run --dry-run", "run --effort full --dry-run", "run echo -c 8,64,512 --dry-run",
	"advise --rate 2000 --wait 5ms --compute 200us --verify --dry-run",
	"advise --rate 20000 --wait 5ms --compute 200us --dry-run",
	"advise --rate 2000 --wait 5ms --compute 200us -c 4",
	"advise --rate 2000 --wait 5ms --compute 200us --from results/reference/*.jsonl",
	"find crossover mixed --vary compute --dry-run", "find tuning echo --dry-run",
	"find limit --dry-run", "find capacity http/async --dry-run",
	"compare --command true false --dry-run", "calibrate --dry-run", "selftest --dry-run",
	"demo", "demo --dry-run", "demo fibonacci --size smoke", "report results/reference/*.jsonl",
	"report results/reference/*.jsonl --why echo/threads",
	"report results/reference/*.jsonl --table matrix", "load http://127.0.0.1:1/ --dry-run"};

START_TEST(every_command_fits_80_120_and_200_columns)
{
	static const int columns[] = {80, 120, 200};

	check_fits(printing[_i], columns[0], "C.UTF-8");
	check_fits(printing[_i], columns[1], "C.UTF-8");
	check_fits(printing[_i], columns[2], "C.UTF-8");
	check_fits(printing[_i], columns[0], "C");
}
END_TEST

START_TEST(the_help_of_each_command_fits_80_columns)
{
	char command[64];

	for (const struct command *each = commands; each->name != NULL; each++) {
		snprintf(command, sizeof(command), "%s --help", each->name);
		check_fits(command, 80, "C");
	}
}
END_TEST

START_TEST(every_workload_is_listed_in_80_columns_and_wider_in_200)
{
	char command[64];

	for (int i = 0; workloads[i] != NULL; i++) {
		const char *line;
		int beyond;
		snprintf(command, sizeof(command), "list %s", workloads[i]->name);
		check_fits(command, 80, "C.UTF-8");
		check_fits(command, 200, "C.UTF-8");
		ck_assert_int_gt(widest(&line, &beyond), 80);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lines");
	TCase *c = tcase_create("lines");

	tcase_set_timeout(c, 30);
	tcase_add_test(c, what_fits_stays_as_it_is);
	tcase_add_test(c, a_wide_line_goes_on_under_its_last_column);
	tcase_add_test(c, lines_under_the_last_column_flow_together);
	tcase_add_test(c, characters_count_and_not_bytes);
	tcase_add_loop_test(c, every_command_fits_80_120_and_200_columns, 0,
		(int)(sizeof(printing) / sizeof(printing[0])));
	tcase_add_test(c, the_help_of_each_command_fits_80_columns);
	tcase_add_test(c, every_workload_is_listed_in_80_columns_and_wider_in_200);
	suite_add_tcase(s, c);
	return s;
}
