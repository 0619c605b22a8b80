/*
 * The tables in README.md are those that `concbench report` makes of the reference run.
 */
#include <stdlib.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[65536];

START_TEST(the_tables_in_the_readme_are_those_of_the_reference_run)
{
	int status = program_run(
		"PROGRAM=$(readlink -f /proc/$PPID/exe); PROGRAM=${PROGRAM%/tests/*}/concbench; "
		"export PROGRAM; scripts/readme --check",
		output, sizeof output);

	ck_assert_msg(status == 0, "%.1500s", output);
}
END_TEST

START_TEST(a_changed_digit_is_found)
{
	int status = program_run(
		"copy=$(mktemp -d) && mkdir \"$copy/results\" && "
		"cp -r README.md scripts \"$copy\" && "
		"cp -r results/reference \"$copy/results\" && "
		"sed -i '/reference: begin/,/reference: end/s/| 1 |/| 2 |/' \"$copy/README.md\" && "
		"PROGRAM=$(readlink -f /proc/$PPID/exe); export "
		"PROGRAM=${PROGRAM%/tests/*}/concbench; "
		"\"$copy/scripts/readme\" --check; status=$?; rm -rf \"$copy\"; exit $status",
		output, sizeof output);

	ck_assert_msg(status == 1, "exit status %d: %.1500s", status, output);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("readme");
	TCase *tcase = tcase_create("reference");

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, the_tables_in_the_readme_are_those_of_the_reference_run);
	tcase_add_test(tcase, a_changed_digit_is_found);
	suite_add_tcase(suite, tcase);
	return suite;
}
