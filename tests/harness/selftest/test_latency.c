/*
 * A stall that a latency leaves out; the line sees it.
 */
#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

/* The real invocation, which only leaves the waiting of requests that were due out. */
static int leaves_waiting_out(const struct plan *plan, struct record *record)
{
	int rc = selftest_subjects.invoke(plan, record);

	if (rc == 0 && record->latency != NULL) {
		memset(&record->latency->corrected, 0, sizeof(record->latency->corrected));
		record->latency->corrected.counts[histogram_bucket(50000)] = 1000;
	}
	record->status = STATUS_OK; /* whatever else this machine does meanwhile */
	return rc;
}

/* A closed loop: it asks again only when it was answered. */
static int is_closed(const struct plan *plan, struct record *record)
{
	struct plan closed = *plan;

	for (int i = 0; closed.draft.workload->params[i].name != NULL; i++)
		if (strcmp(closed.draft.workload->params[i].name, "rate") == 0)
			closed.draft.values[i] = 0;
	int rc = selftest_subjects.invoke(&closed, record);
	record->status = STATUS_OK;
	return rc;
}

/* No stall came to pass: the truth about nothing proves nothing. */
static int nothing_happens(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){.window.ns = 1000000000};
	pretend_latency(record, 190000000);
	record->latency->has_corrected = 1;
	record->latency->corrected = record->latency->closed;
	return 0;
}

START_TEST(a_latency_that_omits_the_stall_fails)
{
	ck_assert_int_eq(verdict_with(check_stall, leaves_waiting_out, 1), LINE_FAILED);
}
END_TEST

START_TEST(a_closed_loop_fails)
{
	ck_assert_int_eq(verdict_with(check_stall, is_closed, 2), LINE_FAILED);
}
END_TEST

START_TEST(the_line_tells_the_uncorrected_figures_beside_the_corrected_ones)
{
	struct subjects subjects = selftest_subjects;
	struct line line = {.verdict = LINE_NOT_HERE};

	subjects.invoke = nothing_happens;
	subjects.stops = 1;
	check_stall(&line, &subjects, 0);
	ck_assert_ptr_nonnull(strstr(line.expected, "p99 90 and p95 50 ms over 1 stops of 100 ms"));
	ck_assert_ptr_nonnull(strstr(line.measured, "uncorrected, the lie: "));
	ck_assert_ptr_nonnull(strstr(line.measured, ", 0 stops of "));
}
END_TEST

START_TEST(the_proof_takes_twenty_stops)
{
	ck_assert_int_ge(selftest_subjects.stops, 20);
}
END_TEST

START_TEST(a_stall_that_did_not_happen_fails)
{
	ck_assert_int_eq(verdict_with(check_stall, nothing_happens, 0), LINE_FAILED);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/latency");
	TCase *tcase = tcase_create("latency");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_latency_that_omits_the_stall_fails);
	tcase_add_test(tcase, a_closed_loop_fails);
	tcase_add_test(tcase, the_line_tells_the_uncorrected_figures_beside_the_corrected_ones);
	tcase_add_test(tcase, the_proof_takes_twenty_stops);
	tcase_add_test(tcase, a_stall_that_did_not_happen_fails);
	suite_add_tcase(s, tcase);
	return s;
}
