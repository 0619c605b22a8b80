/*
 * The recipes of docs/recipes and the exports beside them, on the run that is committed: what other
 * people's tools demand of them, asked of parsers that are not ours.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 16];

#define RUN "R=$(ls results/reference/*.jsonl); J() { concbench report \"$R\" --format json; }; "

static void expect(const char *command, const char *wanted)
{
	int status = program_run(command, output, sizeof output);

	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_assert_msg(strstr(output, wanted) != NULL, "no '%s' in: %.1500s", wanted, output);
}

static int lacks(const char *program, const char *package)
{
	char command[100];

	snprintf(command, sizeof command, "command -v %s", program);
	if (program_run(command, output, sizeof output) == 0)
		return 0;
	printf("skipped: %s is not installed (Debian: apt-get install %s)\n", program, package);
	return 1;
}

START_TEST(bencher_has_a_latency_per_benchmark)
{
	if (lacks("jq", "jq"))
		return;
	expect(RUN "J | jq -f docs/recipes/bencher.jq | jq -r 'to_entries | map(.value.latency | "
		   "(.lower_value <= .value) and (.value <= .upper_value)) | all, length > 5'",
		"true\ntrue");
}
END_TEST

START_TEST(otava_has_as_many_columns_in_every_line)
{
	if (lacks("jq", "jq"))
		return;
	expect(RUN "{ J | jq -r --arg header 1 -f docs/recipes/otava.jq; "
		   "J | jq -r --arg header '' -f docs/recipes/otava.jq; } | "
		   "awk -F, '{ n[NF]++ } END { for (i in n) print (i + 0 > 5 && n[i] == 3) }'",
		"1\n");
	expect(RUN "J | jq -r --arg header 1 -f docs/recipes/otava.jq", "\"time\",\"commit\",\"");
}
END_TEST

START_TEST(google_benchmark_has_what_its_compare_reads)
{
	if (lacks("jq", "jq"))
		return;
	expect(RUN
		"J | jq -f docs/recipes/google-benchmark.jq | jq '.benchmarks | map(has(\"name\") "
		"and has(\"run_type\") and .real_time > 0 and has(\"cpu_time\") and .time_unit == "
		"\"ns\") | all'",
		"true");
}
END_TEST

START_TEST(openmetrics_is_read_by_prometheus_own_parser)
{
	if (lacks("jq", "jq"))
		return;
	if (program_run("/usr/bin/python3 -c 'import prometheus_client'", output, sizeof output) !=
		0) {
		puts("skipped: prometheus_client is not installed (Debian: apt-get install "
		     "python3-prometheus-client)");
		return;
	}
	expect(RUN
		"J | jq -r -f docs/recipes/openmetrics.jq | /usr/bin/python3 -c '\n"
		"import sys\n"
		"from prometheus_client.openmetrics.parser import text_string_to_metric_families\n"
		"f = list(text_string_to_metric_families(sys.stdin.read()))\n"
		"print(len(f), all(len(m.samples) > 5 for m in f))'",
		"2 True");
}
END_TEST

START_TEST(openmetrics_is_what_promtool_accepts)
{
	if (lacks("jq", "jq") || lacks("promtool", "prometheus"))
		return;
	expect(RUN "M=$(J | jq -r -f docs/recipes/openmetrics.jq); "
		   "printf '%s\\n' \"$M\" | promtool check metrics && echo accepted; "
		   "printf '%s\\n' \"$M\" | sed 's/} .*/} much/' | promtool check metrics || "
		   "echo refused",
		"accepted");
	ck_assert_ptr_nonnull(strstr(output, "refused"));
}
END_TEST

/* Records of the run that is committed, and one of today. */
START_TEST(records_are_as_their_schema_says)
{
	if (program_run("/usr/bin/python3 -W ignore -c 'import jsonschema'", output,
		    sizeof output) != 0) {
		puts("skipped: jsonschema is not installed (Debian: apt-get install "
		     "python3-jsonschema)");
		return;
	}
	expect("{ tail -n +2 results/reference/*.jsonl; concbench exec hash/sequential --seed 1 "
	       "--rounds 1; } | /usr/bin/python3 -c '\n"
	       "import json, sys\n"
	       "from jsonschema import Draft202012Validator as Validator\n"
	       "schema = json.load(open(\"results/record.schema.json\"))\n"
	       "Validator.check_schema(schema)\n"
	       "check = Validator(schema)\n"
	       "records = [r for r in map(json.loads, sys.stdin) if \"event\" not in r]\n"
	       "bad = [e.message[:200] for r in records for e in check.iter_errors(r)]\n"
	       "del records[0][\"kind\"]\n"
	       "print(len(records) > 100, bad, check.is_valid(records[0]))'",
		"True [] False");
}
END_TEST

START_TEST(junit_is_xml_with_a_case_per_cell)
{
	if (lacks("xmllint", "libxml2-utils"))
		return;
	expect(RUN "concbench report \"$R\" --format junit | xmllint --xpath "
		   "'count(//testcase) = //testsuite/@tests and count(//skipped) = "
		   "//testsuite/@skipped and count(//testcase) > 5' -",
		"true");
	expect("concbench compare --command true true -q --quads 1 --format junit --ignore-failure "
	       "| xmllint --xpath 'count(//testcase) = //testsuite/@tests' -",
		"true");
}
END_TEST

START_TEST(hyperfine_has_the_fields_of_hyperfine)
{
	if (lacks("jq", "jq"))
		return;
	expect(RUN "concbench report \"$R\" --format hyperfine | jq -c '.results | map(keys) | "
		   "unique'",
		"[[\"command\",\"exit_codes\",\"max\",\"mean\",\"median\",\"min\",\"parameters\","
		"\"stddev\",\"system\",\"times\",\"user\"]]");
}
END_TEST

START_TEST(benchstat_text_is_lines_of_the_go_format)
{
	/* the format's own words: name, iterations, then pairs of value and unit */
	expect(RUN "concbench report \"$R\" --format benchstat | awk '\n"
		   "/^Benchmark[A-Z][^ \\t]*-[0-9]+\\t[0-9]+(\\t[0-9.e+-]+ [a-z-]+\\/op)+$/ { "
		   "good++; next }\n"
		   "/^(goos|pkg|cpu|commit): / || /^Unit [^ ]+ better=lower$/ { next }\n"
		   "{ print \"bad: \" $0; exit 1 }\n"
		   "END { print (good > 50) }'",
		"1\n");
}
END_TEST

START_TEST(a_distribution_ends_at_infinity_and_never_falls)
{
	expect(RUN "concbench report \"$R\" --format hgrm | awk '\n"
		   "/^#\\[Benchmark/ { value = 0; total = 0; kinds++; next }\n"
		   "/^#/ || NF == 0 || /Percentile/ { next }\n"
		   "$1 + 0 < value || $3 + 0 < total { print \"falls: \" $0; exit 1 }\n"
		   "{ value = $1 + 0; total = $3 + 0 }\n"
		   "NF == 3 && $2 == 1 { ends++ }\n"
		   "END { print (kinds > 5), (kinds == ends) }'",
		"1 1\n");
}
END_TEST

START_TEST(the_examples_in_the_document_are_accepted)
{
	expect("grep -c 'concbench compare' docs/ci.md", "");
	/* every option that the document names is one of compare's, calibrate's or report's */
	expect("{ concbench compare --help; concbench calibrate --help; concbench report --help; } "
	       ">/tmp/concbench-help.$$; for o in $(grep -oE -- '[ `(]--[a-z][a-z-]+' docs/ci.md | "
	       "grep -oE -- '--[a-z][a-z-]+' | sort -u); do case $o in --depth|--table|--arg) ;; "
	       "*) "
	       "grep -q -- \"$o\" /tmp/concbench-help.$$ || echo \"unknown: $o\";; esac; done; "
	       "rm /tmp/concbench-help.$$; echo done",
		"done");
	ck_assert_msg(strstr(output, "unknown") == NULL, "%s", output);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("scripts/recipes");
	TCase *exports = tcase_create("exports");

	tcase_add_test(exports, bencher_has_a_latency_per_benchmark);
	tcase_add_test(exports, otava_has_as_many_columns_in_every_line);
	tcase_add_test(exports, google_benchmark_has_what_its_compare_reads);
	tcase_add_test(exports, openmetrics_is_read_by_prometheus_own_parser);
	tcase_add_test(exports, openmetrics_is_what_promtool_accepts);
	tcase_add_test(exports, records_are_as_their_schema_says);
	tcase_add_test(exports, junit_is_xml_with_a_case_per_cell);
	tcase_add_test(exports, hyperfine_has_the_fields_of_hyperfine);
	tcase_add_test(exports, benchstat_text_is_lines_of_the_go_format);
	tcase_add_test(exports, a_distribution_ends_at_infinity_and_never_falls);
	tcase_add_test(exports, the_examples_in_the_document_are_accepted);
	suite_add_tcase(suite, exports);
	return suite;
}
