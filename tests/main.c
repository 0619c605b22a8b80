/*
 * Runs the one suite of a test file: every tests/…/test_X.c defines `Suite *suite(void)`.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/suite.h"

int main(void)
{
	SRunner *runner = srunner_create(suite());

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
