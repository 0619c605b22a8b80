/*
 * Reports of a long run: the reference run's invocations over and over, 5 000 of them. Memory and
 * the size of the document are bounds; durations are printed, for they are the machine's.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "harness/run/journal.h"
#include "tests/program.h"
#include "tests/suite.h"

enum { INVOCATIONS = 5000, MEMORY_KIB_MAX = 100 * 1024, DOCUMENT_BYTES_MAX = 4 << 20 };

static char output[65536], path[PATH_MAX];

/* A run's file of so many records, blocks after blocks of the reference run's. */
static void write_run(const char *folder)
{
	struct session session;
	static struct journal journal;
	char error[400], reference[PATH_MAX];

	ck_assert_int_eq(
		program_run("printf %s results/reference/*.jsonl", reference, PATH_MAX), 0);
	ck_assert_msg(session_read(&session, reference, error, sizeof(error)) == 0, "%s", error);
	ck_assert_int_eq(journal_open(&journal, folder, &session.header), 0);
	for (int i = 0; i < INVOCATIONS; i++) {
		struct record record = session.records[i % session.records_count];
		record.place.order = i;
		record.place.block += 100 * (i / session.records_count);
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
	write_run(folder);
	snprintf(document, sizeof(document), "%s/report.html", folder);
	snprintf(options, sizeof(options), "--format html --no-charts -o %s", document);
	report(options);
	report("-o /dev/null");
	report("--format csv -o /dev/null");
	snprintf(options, sizeof(options), "--format html -o %s", document);
	report(options);
	ck_assert_int_eq(stat(document, &status), 0);
	ck_assert_int_gt(status.st_size, 100000);
	ck_assert_int_le(status.st_size, DOCUMENT_BYTES_MAX);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("long report");
	TCase *tcase = tcase_create("report");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, five_thousand_invocations_fit_into_100_mib_and_4_mib_of_document);
	suite_add_tcase(suite, tcase);
	return suite;
}
