/*
 * Reports of long runs: the reference run's invocations over and over, 5 000 of them, of one size
 * and of sixteen. Memory and the size of the document are bounds; durations are printed, for they
 * are the machine's.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "harness/report/group.h"
#include "harness/run/journal.h"
#include "tests/program.h"
#include "tests/suite.h"

enum { INVOCATIONS = 5000, MEMORY_KIB_MAX = 100 * 1024, DOCUMENT_BYTES_MAX = 4 << 20 };

static char output[65536], path[PATH_MAX];

/* Another size of the same workload: each is a table of its own, with its charts. */
static void resize(struct record *record, int number)
{
	if (record->params_count == 0)
		return;
	record->params[0].value += number;
	snprintf(record->params[0].text, sizeof(record->params[0].text), "%lld",
		(long long)record->params[0].value);
}

/* The names of all first parameters. */
static void list_swept(struct session *session)
{
	char *swept = session->header.swept;
	size_t room = sizeof(session->header.swept);

	swept[0] = '\0';
	for (int i = 0; i < session->records_count; i++) {
		const char *name = session->records[i].params[0].name;
		size_t end = strlen(swept);
		if (session->records[i].params_count > 0 && !run_swept(&session->header, name))
			snprintf(swept + end, room - end, "%s%s", end > 0 ? "," : "", name);
	}
}

/* A run's file of so many records: the reference run's blocks over and over, or, swept, each time
   of other sizes. */
static void write_run(const char *folder, bool swept)
{
	struct session session;
	static struct journal journal;
	char error[400], reference[PATH_MAX];

	ck_assert_int_eq(
		program_run("printf %s results/reference/*.jsonl", reference, PATH_MAX), 0);
	ck_assert_msg(session_read(&session, reference, error, sizeof(error)) == 0, "%s", error);
	if (swept)
		list_swept(&session);
	ck_assert_int_eq(journal_open(&journal, folder, &session.header), 0);
	for (int i = 0; i < INVOCATIONS; i++) {
		struct record record = session.records[i % session.records_count];
		record.place.order = i;
		record.place.block += 100 * (i / session.records_count);
		if (swept)
			resize(&record, i / session.records_count);
		strcpy(record.place.session, session.header.session);
		ck_assert_int_eq(journal_record(&journal, &record), 0);
	}
	ck_assert_int_eq(journal_event(&journal,
				 &(struct run_event){.event = EVENT_END, .from = -1, .to = -1}),
		0);
	strcpy(path, journal.path);
	journal_close(&journal);
	session_free(&session);
}

static void report(const char *options)
{
	char command[PATH_MAX + 300];
	struct timespec before, after;
	long kib = 0;

	snprintf(command, sizeof(command),
		"/usr/bin/time -f 'KiB %%M' $(readlink -f ./concbench) report %s %s", path,
		options);
	clock_gettime(CLOCK_MONOTONIC, &before);
	int status = program_run(command, output, sizeof(output));
	clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_msg(status == 0, "%.400s", output);
	const char *told = strstr(output, "KiB ");
	ck_assert(told != NULL && sscanf(told, "KiB %ld", &kib) == 1);
	printf("report of %d invocations %s: %.2f s, %ld MiB\n", INVOCATIONS, options,
		(double)(after.tv_sec - before.tv_sec) +
			(double)(after.tv_nsec - before.tv_nsec) / 1e9,
		kib / 1024);
	ck_assert_int_le(kib, MEMORY_KIB_MAX);
}

START_TEST(five_thousand_invocations_fit_into_100_mib_and_4_mib_of_document)
{
	char folder[] = "/tmp/concbench-long-XXXXXX", command[PATH_MAX], document[64], options[160];
	struct stat status;

	if (program_run("command -v /usr/bin/time", output, sizeof(output)) != 0) {
		printf("skipped: no GNU time\n");
		return;
	}
	ck_assert_ptr_nonnull(mkdtemp(folder));
	write_run(folder, _i > 0);
	snprintf(document, sizeof(document), "%s/report.html", folder);
	snprintf(options, sizeof(options), "--format html --no-charts -o %s", document);
	report(options);
	report("-o /dev/null");
	report("--format csv -o /dev/null");
	snprintf(options, sizeof(options), "--format html -o %s", document);
	report(options);
	ck_assert_int_eq(stat(document, &status), 0);
	ck_assert_int_gt(status.st_size, 100000);
	printf("HTML of %d invocations: %.2f MiB\n", INVOCATIONS,
		(double)status.st_size / (1 << 20));
	ck_assert_int_le(status.st_size, DOCUMENT_BYTES_MAX);
	snprintf(command, sizeof(command), "scripts/browse %s", document);
	int browsed = program_run(command, output, sizeof(output));
	/* 4: no Chromium, which long_browser.c says */
	ck_assert_msg(browsed == 0 || browsed == 4, "%s", output);
	if (browsed == 0)
		printf("%.*s\n", (int)strcspn(output, "\n"), output);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("long report");
	TCase *tcase = tcase_create("report");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(
		tcase, five_thousand_invocations_fit_into_100_mib_and_4_mib_of_document, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
