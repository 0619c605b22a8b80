/*
 * The kept verdict: see verdict.h. One small JSON object in the folder of the runs. It holds for
 * the machine and boot it was made on and for the very program: another one is another harness.
 */
#include "harness/selftest/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/fields.h"
#include "harness/measure/binary.h"
#include "harness/measure/tree.h"
#include "harness/version.h"

enum { PATH_BYTES = 4096, LINE_BYTES = 2048 };

/* What the verdict holds for. */
struct subject {
	char host[65], boot[40], commit[64], binary[SHA256_TEXT];
};

struct kept {
	char at[24];
	struct subject subject;
	struct selftest_sum sum;
};

static const struct field subject_fields[] = {
	{FIELD(TEXT, struct subject, host)},
	{FIELD(TEXT, struct subject, boot)},
	{FIELD(TEXT, struct subject, commit)},
	{FIELD(TEXT, struct subject, binary)},
	{0},
};

static const struct field sum_fields[] = {
	{FIELD(INTEGER, struct selftest_sum, lines), .max = 1000},
	{FIELD(INTEGER, struct selftest_sum, failed), .max = 1000},
	{FIELD(INTEGER, struct selftest_sum, undecided), .max = 1000},
	{FIELD(INTEGER, struct selftest_sum, not_here), .max = 1000},
	{FIELD(TEXT, struct selftest_sum, parts)},
	{0},
};

static const struct field kept_fields[] = {
	{FIELD(TEXT, struct kept, at)},
	{FIELD(GROUP, struct kept, subject), .fields = subject_fields},
	{FIELD(GROUP, struct kept, sum), .fields = sum_fields},
	{0},
};

static void describe(struct subject *subject)
{
	*subject = (struct subject){0};
	gethostname(subject->host, sizeof(subject->host) - 1);
	if (proc_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", subject->boot,
		    sizeof(subject->boot)) <= 0)
		subject->boot[0] = '\0';
	subject->boot[strcspn(subject->boot, "\n")] = '\0';
	snprintf(subject->commit, sizeof(subject->commit), "%s", version_commit);
	if (binary_sha256(subject->binary) != 0)
		subject->binary[0] = '\0';
}

static bool same(const struct subject *a, const struct subject *b)
{
	return strcmp(a->host, b->host) == 0 && strcmp(a->boot, b->boot) == 0 &&
	       strcmp(a->commit, b->commit) == 0 && strcmp(a->binary, b->binary) == 0;
}

/* Replaces the file at once, so that a run beside it reads the old one or the new one. */
static int replace(const char *path, const char *line)
{
	char next[PATH_BYTES + 16];
	int rc = 0;

	snprintf(next, sizeof(next), "%s.%d", path, (int)getpid());
	FILE *file = fopen(next, "we");
	if (file == NULL)
		return -errno;
	if (fputs(line, file) == EOF)
		rc = -EIO;
	if (fclose(file) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(next, path) != 0)
		rc = -errno;
	if (rc != 0)
		unlink(next);
	return rc;
}

static int file_name(const char *results, char path[PATH_BYTES])
{
	int length = snprintf(path, PATH_BYTES, "%s/selftest.json", results);

	return length < 0 || length >= PATH_BYTES ? -ENAMETOOLONG : 0;
}

int selftest_keep(const char *results, const struct selftest_sum *sum)
{
	struct kept kept = {.sum = *sum};
	char path[PATH_BYTES];
	time_t now = time(NULL);
	struct tm utc;
	int rc = file_name(results, path);

	if (rc == 0 && mkdir(results, 0777) != 0 && errno != EEXIST)
		rc = -errno;
	if (rc != 0)
		return rc;
	strftime(kept.at, sizeof(kept.at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	describe(&kept.subject);
	char *line = fields_to_line(kept_fields, &kept);
	rc = line != NULL ? replace(path, line) : -ENOMEM;
	free(line);
	return rc;
}

static bool read_kept(const char *results, struct kept *kept)
{
	char path[PATH_BYTES], line[LINE_BYTES], error[200];
	struct subject here;

	if (file_name(results, path) != 0 || proc_read(AT_FDCWD, path, line, sizeof(line)) <= 0 ||
		fields_from_line(
			kept_fields, kept, line, strcspn(line, "\n"), error, sizeof(error)) != 0)
		return false;
	describe(&here);
	return same(&here, &kept->subject);
}

void selftest_verdict(const char *results, char text[VERDICT_TEXT_MAX])
{
	struct kept kept = {0};
	const struct selftest_sum *sum = &kept.sum;
	char beside[64] = "";

	if (!read_kept(results, &kept)) {
		snprintf(text, VERDICT_TEXT_MAX, "not run here (concbench selftest, two minutes)");
		return;
	}
	if (sum->not_here > 0)
		snprintf(beside, sizeof(beside), ", %" PRId64 " not examined here", sum->not_here);
	if (sum->failed > 0)
		snprintf(text, VERDICT_TEXT_MAX,
			"FAILED, %" PRId64 " of %" PRId64 " lines (%s)%s, %s", sum->failed,
			sum->lines, sum->parts, beside, kept.at);
	else if (sum->undecided > 0)
		snprintf(text, VERDICT_TEXT_MAX,
			"undecided, %" PRId64 " of %" PRId64
			" lines (%s: others used the CPUs)%s, %s",
			sum->undecided, sum->lines, sum->parts, beside, kept.at);
	else
		snprintf(text, VERDICT_TEXT_MAX, "passed, %" PRId64 " lines%s, %s", sum->lines,
			beside, kept.at);
}
