/*
 * The HTML report of the reference run in headless Chromium (scripts/browse). Its screenshots and
 * its PDF stay in build/screenshots.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[16384];

static int have(const char *program)
{
	char command[100];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	return program_run(command, output, sizeof(output)) == 0;
}

static int browse(const char *change)
{
	char command[800];

	snprintf(command, sizeof(command),
		"f=$(mktemp --suffix .html) && "
		"concbench report results/reference/*.jsonl --format html -o $f && %s && "
		"timeout 200 scripts/browse $f build/screenshots; status=$?; rm -f $f; exit "
		"$status",
		change);
	return program_run(command, output, sizeof(output));
}

START_TEST(a_browser_can_do_with_the_report_what_it_promises)
{
	if (!have("chromium") || !have("python3")) {
		printf("skipped: no Chromium or no python3\n");
		return;
	}
	ck_assert_msg(browse("true") == 0, "%.3000s", output);
	ck_assert_ptr_null(strstr(output, "FAILED"));
	ck_assert_ptr_nonnull(strstr(output, "ok: no request leaves the file"));
}
END_TEST

START_TEST(a_report_that_breaks_its_promises_is_found)
{
	if (!have("chromium") || !have("python3")) {
		printf("skipped: no Chromium or no python3\n");
		return;
	}
	ck_assert_int_eq(browse("sed -i -e 's|<main>|<main><img src=\"http://127.0.0.1:9/x.png\" "
				"style=\"min-width:900px\">|' -e 's|Number(cell.dataset.v)|0|' $f"),
		1);
	ck_assert_ptr_nonnull(strstr(output, "FAILED: a click on a head sorts"));
	ck_assert_ptr_nonnull(strstr(output, "FAILED: no request leaves the file"));
	ck_assert_ptr_nonnull(strstr(output, "FAILED: the console stays silent"));
	ck_assert_ptr_nonnull(strstr(output, "FAILED: nothing sticks out at 360 pixels"));
	ck_assert_ptr_nonnull(
		strstr(output, "FAILED: everything that can be used or seen has a name"));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("browser");
	TCase *tcase = tcase_create("browser");

	tcase_set_timeout(tcase, 240);
	tcase_add_test(tcase, a_browser_can_do_with_the_report_what_it_promises);
	tcase_add_test(tcase, a_report_that_breaks_its_promises_is_found);
	suite_add_tcase(suite, tcase);
	return suite;
}
