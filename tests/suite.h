#ifndef CONCBENCH_TESTS_SUITE_H
#define CONCBENCH_TESTS_SUITE_H

#include <check.h>

/* What a test file defines; tests/main.c runs it. */
Suite *suite(void);

#endif
