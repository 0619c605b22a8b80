/*
 * G10: pipelines over a file that grows. With a callback the follower calls the consumer; with
 * generators the consumer pulls: follow → grep → print, and greps compose. Follow keeps one line,
 * whatever the file's size; reading it whole first keeps all of it, and never sees what comes
 * later.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "models/async/async.h"
#include "models/async/examples/examples.h"
#include "models/async/examples/timeline.h"
#include "models/async/generator.h"

enum { LINE_MAX_BYTES = 128, WAIT_NS = 500000 };

static FILE *output;

static void print(const char *line)
{
	fprintf(output, "  %s\n", line);
}

/* Appends a second later, while somebody follows. */
static int append_later(void *arg)
{
	FILE *log = arg;
	int rc = async_sleep(SECOND_NS);

	fputs("python generators\nnothing to see\nPython coroutines and generators\nend\n", log);
	fflush(log);
	return rc;
}

/* One line that was appended, or a wait for it. Returns  0, -ECANCELED. */
static int next_line(FILE *log, char line[LINE_MAX_BYTES])
{
	while (fgets(line, LINE_MAX_BYTES, log) == NULL) {
		int rc = async_sleep(WAIT_NS);

		if (rc != 0)
			return rc;
		clearerr(log);
	}
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

/* The callback style: the follower drives. Ends at the line "end". */
static int follow_calling(FILE *log, void (*fn)(const char *line))
{
	char line[LINE_MAX_BYTES];
	int rc;

	while ((rc = next_line(log, line)) == 0 && strcmp(line, "end") != 0)
		fn(line);
	return rc;
}

static int follow(struct generator *self, void *arg)
{
	char line[LINE_MAX_BYTES];
	int rc;

	while ((rc = next_line(arg, line)) == 0 && strcmp(line, "end") != 0) {
		rc = generator_yield(self, (intptr_t)line, NULL);
		if (rc != 0)
			return rc;
	}
	return rc;
}

struct grep {
	const char *pattern;
	struct generator *source;
	char *(*find)(const char *line, const char *pattern); /* strstr, strcasestr */
};

static int grep(struct generator *self, void *arg)
{
	const struct grep *grep = arg;
	intptr_t line;
	int rc;

	while ((rc = generator_next(grep->source, &line)) == GENERATOR_YIELDED) {
		if (grep->find((const char *)line, grep->pattern) == NULL)
			continue;
		rc = generator_yield(self, line, NULL);
		if (rc != 0)
			return rc;
	}
	return rc < 0 ? rc : 0;
}

static int print_all(struct generator *source)
{
	intptr_t line;
	int rc;

	while ((rc = generator_next(source, &line)) == GENERATOR_YIELDED)
		print((const char *)line);
	return rc < 0 ? rc : 0;
}

/* follow → grep → print, or with two greps one after the other. */
static int pull(FILE *log, struct grep first, struct grep second)
{
	struct generator *lines, *matches = NULL, *both = NULL;
	int rc = generator_create(&lines, follow, log);

	first.source = lines;
	if (rc == 0)
		rc = generator_create(&matches, grep, &first);
	second.source = matches;
	if (rc == 0 && second.pattern != NULL)
		rc = generator_create(&both, grep, &second);
	if (rc == 0)
		rc = print_all(both != NULL ? both : matches);
	generator_free(both);
	generator_free(matches);
	generator_free(lines);
	return rc;
}

/* Bytes that reading the file whole keeps, for the comparison. */
static size_t read_whole(FILE *log)
{
	char line[LINE_MAX_BYTES];
	size_t bytes = 0;

	rewind(log);
	while (fgets(line, sizeof line, log) != NULL)
		bytes += strlen(line) + 1;
	return bytes;
}

struct log {
	FILE *reader, *writer;
	char path[32];
};

static int open_log(struct log *log)
{
	strcpy(log->path, "/tmp/concbench-follow-XXXXXX");
	int fd = mkstemp(log->path);

	log->writer = fd < 0 ? NULL : fdopen(fd, "a");
	log->reader = fd < 0 ? NULL : fopen(log->path, "re");
	return log->reader == NULL || log->writer == NULL ? -errno : 0;
}

/* Runs one style while another task appends. */
static int with_writer(const char *title, struct grep first, struct grep second)
{
	struct log log = {0};
	int rc = open_log(&log);
	struct async_task *writer = rc == 0 ? async_spawn(append_later, log.writer) : NULL;

	if (writer == NULL)
		return rc != 0 ? rc : -ENOMEM;
	fprintf(output, "%s\n", title);
	rc = first.pattern == NULL ? follow_calling(log.reader, print)
				   : pull(log.reader, first, second);
	(void)async_task_join(writer);
	if (first.pattern == NULL)
		fprintf(output,
			"  follow keeps one line; the whole file takes %zu bytes and more "
			"with every line\n",
			read_whole(log.reader));
	fclose(log.reader);
	fclose(log.writer);
	remove(log.path);
	return rc;
}

static int run(void *arg)
{
	const struct grep none = {0}, generators = {"generators", NULL, strstr};
	const struct grep python = {"python", NULL, strstr};
	const struct grep python_any_case = {"python", NULL, strcasestr};

	(void)arg;
	int rc = with_writer("callback:", none, none);
	if (rc == 0)
		rc = with_writer("grep generators:", generators, none);
	if (rc == 0)
		rc = with_writer("grep python of grep generators:", generators, python);
	if (rc == 0)
		rc = with_writer("the same in any case:", generators, python_any_case);
	return rc;
}

int example_pipeline(FILE *out)
{
	output = out;
	return async_run(run, NULL);
}
