#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static struct run_plan plan;
static struct run_header header;
static char error[300];

static void set_up(void)
{
	scripted_plan(&plan, "quick", NULL);
	scripted_header(&header, &plan);
	strcpy(header.session, "20261122T134147Z-paper-88d4e84");
}

static void tear_down(void)
{
	plan_free(&plan);
	run_header_release(&header);
}

static int read_header(struct run_header *back, const char *line)
{
	return run_header_from_json(back, line, strlen(line) - 1, error, sizeof(error));
}

START_TEST(a_header_reads_back_to_the_same_line)
{
	struct run_header back;
	char *line = run_header_to_json(&header), *again;

	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	ck_assert_msg(read_header(&back, line) == 0, "%s", error);
	again = run_header_to_json(&back);
	ck_assert_str_eq(line, again);
	ck_assert_int_eq(back.workloads_count, header.workloads_count);
	free(line);
	free(again);
	run_header_release(&back);
}
END_TEST

START_TEST(facts_are_found_by_the_name_of_the_workload)
{
	const struct workload_facts *facts = run_facts(&header, "echo");

	ck_assert_ptr_nonnull(facts);
	ck_assert_int_eq(facts->server, 1);
	ck_assert_int_eq(facts->load, 1);
	ck_assert_str_eq(facts->concurrency, "tasks");
	ck_assert_int_eq(run_facts(&header, "idle")->rate, 0);
	ck_assert_str_eq(run_facts(&header, "mixed")->latency_of, "light requests");
	ck_assert_ptr_null(run_facts(&header, "ech"));
}
END_TEST

/* The line of the header with one text in place of another. */
static void refused(const char *text, const char *other, const char *message)
{
	struct run_header back;
	char *line = run_header_to_json(&header), *at = strstr(line, text), *edited = NULL;

	ck_assert_msg(at != NULL, "no %s in %s", text, line);
	ck_assert_int_ge(
		asprintf(&edited, "%.*s%s%s", (int)(at - line), line, other, at + strlen(text)), 0);
	ck_assert_int_eq(read_header(&back, edited), -EINVAL);
	ck_assert_msg(strstr(error, message) != NULL, "'%s' instead of '%s'", error, message);
	run_header_release(&back);
	free(edited);
	free(line);
}

START_TEST(what_is_missing_unknown_or_out_of_range_is_refused_by_name)
{
	refused("\"host\":", "\"hots\":", "machine.host");
	refused("\"cpus\":2", "\"cpus\":0", "machine.cpus");
	refused("\"concbench_run\":1", "\"concbench_run\":99", "concbench_run");
	refused("\"workloads\":[", "\"workloads\":[7,", "workloads[0]");
	refused("\"rate\":0", "\"rate\":2", "rate");
	refused("{", "", "not JSON at byte");
}
END_TEST

START_TEST(an_event_reads_back)
{
	struct run_event event = {.event = EVENT_DISTURBED, .from = 3, .to = 5, .share = 0.25};
	struct run_event back;

	strcpy(event.text, "\"quoted\"");
	char *line = run_event_to_json(&event);
	ck_assert_int_eq(
		run_event_from_json(&back, line, strlen(line) - 1, error, sizeof(error)), 0);
	ck_assert_int_eq(back.event, EVENT_DISTURBED);
	ck_assert_int_eq(back.from, 3);
	ck_assert_int_eq(back.to, 5);
	ck_assert(back.share == 0.25);
	ck_assert_str_eq(back.text, "\"quoted\"");
	memcpy(strstr(line, "disturbed"), "disturbeD", 9);
	ck_assert_int_eq(
		run_event_from_json(&back, line, strlen(line) - 1, error, sizeof(error)), -EINVAL);
	free(line);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("header");
	TCase *c = tcase_create("header");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, a_header_reads_back_to_the_same_line);
	tcase_add_test(c, facts_are_found_by_the_name_of_the_workload);
	tcase_add_test(c, what_is_missing_unknown_or_out_of_range_is_refused_by_name);
	tcase_add_test(c, an_event_reads_back);
	suite_add_tcase(s, c);
	return s;
}
