/*
 * A campaign on paper: rules of deciding on quads whose outcome is known, and their log.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/compare/campaign.h"
#include "tests/suite.h"

enum { QUADS = 12, ROWS_MAX = 200 };

static struct quad_row rows[ROWS_MAX];
static int count;
static struct campaign campaign;

/* A benchmark of a suite: the head is `ratio` times the base, drifting by `drift` per invocation.
 */
static void add_benchmark(
	uint64_t suite, const char *injection, const char *name, double ratio, double drift)
{
	for (int quad = 0; quad < QUADS; quad++) {
		struct quad_row *row = &rows[count++];
		memset(row, 0, sizeof(*row));
		row->suite = suite;
		row->share = ratio - 1;
		row->quad = quad;
		row->first = quad % 2 == 0 ? ARM_BASE : ARM_HEAD;
		strcpy(row->injection, injection);
		strcpy(row->benchmark, name);
		strcpy(row->state, "kept");
		for (int i = 0; i < QUAD; i++) {
			bool head = quad_orders[row->first == ARM_HEAD][i] == ARM_HEAD;
			double value = 100 * exp(drift * (QUAD * quad + i)) *
				       (head ? ratio * (1 + 0.0005 * (quad % 3 - 1)) : 1);
			row->values[LOGGED_WALL][i] = row->values[LOGGED_TOTAL][i] = value;
			row->values[LOGGED_CPU][i] = NAN;
			row->values[LOGGED_STALL][i] = 0;
		}
	}
}

static void end(uint64_t suite, const char *injection, const char *state)
{
	struct quad_row *row = &rows[count++];

	memset(row, 0, sizeof(*row));
	row->suite = suite;
	strcpy(row->injection, injection);
	strcpy(row->benchmark, quadlog_end);
	strcpy(row->state, state);
	row->values[0][0] = 7;
}

static void set_up(void)
{
	count = 0;
	memset(&campaign, 0, sizeof(campaign));
}

START_TEST(drift_alarms_blocks_and_not_turns)
{
	add_benchmark(1, "none", "a", 1, 0.01);
	add_benchmark(1, "none", "b", 1, 0);
	end(1, "none", "passed");
	ck_assert_int_eq(campaign_evaluate(&campaign, rows, count), 0);
	const struct false_alarms *alarms = &campaign.alarms;
	ck_assert_int_eq(alarms->suites, 1);
	ck_assert_int_eq(alarms->quads, 2 * QUADS);
	ck_assert_int_eq(alarms->alarms[RULE_OURS][IN_TURNS], 0);
	ck_assert_int_eq(alarms->alarms[RULE_THRESHOLD][IN_TURNS], 0);
	ck_assert_int_eq(alarms->alarms[RULE_THRESHOLD][IN_BLOCKS], 1);
	ck_assert_int_eq(alarms->alarms[RULE_RANKS][IN_BLOCKS], 1);
	ck_assert_int_eq(alarms->alarms[RULE_DOUBLE][IN_BLOCKS], 0);
	/* b without drift, its second block made 5 % slower: found by ranks; a by all but 200 % */
	ck_assert_int_eq(alarms->scaled_count, 2);
	ck_assert_int_eq(alarms->scaled[RULE_RANKS], 2);
	ck_assert_double_eq(alarms->seconds, 7);
}
END_TEST

START_TEST(an_injection_is_found_and_lies_in_its_interval)
{
	for (uint64_t i = 0; i < 2; i++) {
		add_benchmark(i, "5%", "a", 1.05, 0);
		end(i, "5%", i == 0 ? "regressed" : "contaminated");
	}
	add_benchmark(9, "-5%", "a", 0.95, 0);
	end(9, "-5%", "passed");
	ck_assert_int_eq(campaign_evaluate(&campaign, rows, count), 0);
	ck_assert_int_eq(campaign.trials_count, 2);
	const struct trials *trials = &campaign.trials[0];
	ck_assert_str_eq(trials->injection, "5%");
	ck_assert_int_eq(trials->trials, 2);
	/* a contaminated one has no verdict */
	ck_assert_int_eq(trials->regressed, 1);
	ck_assert_int_eq(trials->contaminated, 1);
	ck_assert_int_eq(trials->inside[0], 2);
	ck_assert_int_eq(trials->intervals[1], 0);
	ck_assert_int_eq(campaign.trials[1].improved, 1);
	ck_assert_int_eq(campaign.alarms.suites, 0);
}
END_TEST

START_TEST(a_comparison_without_its_end_is_left_out)
{
	add_benchmark(1, "none", "a", 1.5, 0);
	add_benchmark(2, "none", "a", 1.5, 0);
	end(2, "none", "regressed");
	ck_assert_int_eq(campaign_evaluate(&campaign, rows, count), 0);
	ck_assert_int_eq(campaign.alarms.cut, 1);
	ck_assert_int_eq(campaign.alarms.suites, 1);
	ck_assert_int_eq(campaign.alarms.alarms[RULE_OURS][IN_TURNS], 1);
	/* all of 12 beyond the margin, two pairs at 1 %: 11 of 12 suffice, in 13 flips of 4096 */
	ck_assert_double_eq_tol(campaign.alarms.flips, 13.0 / 4096, 1e-9);
}
END_TEST

START_TEST(no_row_counts_twice)
{
	add_benchmark(1, "none", "a", 1, 0);
	end(1, "none", "passed");
	/* the same seed may be drawn for something else */
	add_benchmark(1, "5%", "a", 1.05, 0);
	end(1, "5%", "regressed");
	ck_assert_int_eq(campaign_evaluate(&campaign, rows, count), 0);
	add_benchmark(1, "none", "a", 1, 0);
	end(1, "none", "passed");
	ck_assert_int_eq(campaign_evaluate(&campaign, rows, count), -EEXIST);
}
END_TEST

START_TEST(flips_of_two_metrics_share_their_coins)
{
	double up[QUADS], down[QUADS];
	struct finding both[3] = {{.values = up, .n = QUADS, .ratio = true, .margin = 0.02},
		{.values = down, .n = QUADS, .ratio = true, .margin = 0.02}};

	for (int i = 0; i < QUADS; i++) {
		up[i] = 0.1;
		down[i] = -0.1;
	}
	/* each is significant in one flip, and never the same */
	ck_assert_double_eq_tol(campaign_flips(both, 2, 1e-3), 2.0 / 4096, 1e-12);
	both[1].values = up;
	ck_assert_double_eq_tol(campaign_flips(both, 2, 1e-3), 1.0 / 4096, 1e-12);
	/* within the margin no flip reaches it */
	both[0].margin = both[1].margin = 0.2;
	ck_assert_double_eq(campaign_flips(both, 2, 1e-3), 0);
}
END_TEST

START_TEST(a_log_is_read_as_it_was_written_and_without_its_torn_row)
{
	char path[] = "/tmp/concbench-test-XXXXXX", error[300];
	struct quad_row *read = NULL;
	int got = 0, fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	add_benchmark(18446744073709551615u, "5%", "a/b:free", 1.05, 0.001);
	end(18446744073709551615u, "5%", "regressed");
	for (int i = 0; i < 2; i++) {
		/* the second sitting finds a torn row at the end of the first */
		FILE *out = quadlog_open(path);
		ck_assert_ptr_nonnull(out);
		ck_assert_int_eq(quadlog_write(out, &rows[i]), 0);
		ck_assert_int_gt(fputs("12,5%,0", out), 0);
		fclose(out);
	}
	ck_assert_int_eq(quadlog_read(path, &read, &got, error, sizeof(error)), 0);
	ck_assert_int_eq(got, 2);
	ck_assert_uint_eq(read[1].suite, rows[1].suite);
	ck_assert_str_eq(read[1].benchmark, "a/b:free");
	ck_assert_int_eq(read[1].first, ARM_HEAD);
	ck_assert_double_eq_tol(
		read[1].values[LOGGED_WALL][3], rows[1].values[LOGGED_WALL][3], 1e-3);
	ck_assert(isnan(read[1].values[LOGGED_CPU][0]));
	unlink(path);
	free(read);
}
END_TEST

START_TEST(a_foreign_file_is_refused_with_its_line)
{
	char error[300] = "";
	struct quad_row *read = NULL;
	int got = 0;

	ck_assert_int_eq(quadlog_read("Makefile", &read, &got, error, sizeof(error)), -EINVAL);
	ck_assert_str_eq(error, "Makefile: line 1 is no row of a log of quads");
	ck_assert_ptr_null(quadlog_open("/proc/self/status"));
	ck_assert_int_eq(quadlog_read("/nowhere/x", &read, &got, error, sizeof(error)), -ENOENT);
	free(read);
}
END_TEST

START_TEST(the_tables_say_how_often)
{
	char *text = NULL;
	size_t bytes = 0;

	add_benchmark(1, "none", "a", 1, 0.01);
	end(1, "none", "passed");
	add_benchmark(2, "5%", "a", 1.05, 0);
	end(2, "5%", "regressed");
	ck_assert_int_eq(campaign_evaluate(&campaign, rows, count), 0);
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .format = WRITER_MARKDOWN, .utf8 = true};
	ck_assert_int_eq(campaign_write(&writer, &campaign), 0);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "| concbench compare | in turns | 0 of 1 (0.0 %) |"));
	ck_assert_ptr_nonnull(
		strstr(text, "| means apart by 5 % (hyperfine) | in blocks | 1 of 1 (100.0 %) |"));
	ck_assert_ptr_nonnull(strstr(text, "| 5% | a | 1 | 1 |"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/campaign");
	TCase *paper = tcase_create("paper");

	tcase_add_checked_fixture(paper, set_up, NULL);
	tcase_add_test(paper, no_row_counts_twice);
	tcase_add_test(paper, drift_alarms_blocks_and_not_turns);
	tcase_add_test(paper, an_injection_is_found_and_lies_in_its_interval);
	tcase_add_test(paper, a_comparison_without_its_end_is_left_out);
	tcase_add_test(paper, flips_of_two_metrics_share_their_coins);
	tcase_add_test(paper, a_log_is_read_as_it_was_written_and_without_its_torn_row);
	tcase_add_test(paper, a_foreign_file_is_refused_with_its_line);
	tcase_add_test(paper, the_tables_say_how_often);
	suite_add_tcase(suite, paper);
	return suite;
}
