#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/params.h"
#include "tests/invoke.h"

enum { ARGUMENTS = 3 * PARAMS_MAX + 16, TEXT_MAX = 128, LINE_MAX_BYTES = 1 << 20 };

struct command_line {
	char *words[ARGUMENTS];
	char texts[ARGUMENTS][TEXT_MAX];
	int count;
};

static void add(struct command_line *line, const char *word)
{
	ck_assert_int_lt(line->count, ARGUMENTS - 1);
	snprintf(line->texts[line->count], TEXT_MAX, "%s", word);
	line->words[line->count] = line->texts[line->count];
	line->count++;
}

static void add_param(struct command_line *line, const char *assignment)
{
	add(line, "-p");
	add(line, assignment);
}

static void compose(struct command_line *line, const struct workload *workload, const char *model,
	const char *const *extra, int record_fd)
{
	char text[TEXT_MAX], value[PARAM_TEXT_MAX];

	add(line, "exec");
	snprintf(text, sizeof(text), "%s/%s", workload->name, model);
	add(line, text);
	for (const struct param *param = workload->params; param->name != NULL; param++) {
		param_format(param, param->smoke, value, sizeof(value));
		snprintf(text, sizeof(text), "%s=%s", param->name, value);
		add_param(line, text);
	}
	for (; extra != NULL && *extra != NULL; extra++)
		add_param(line, *extra);
	snprintf(text, sizeof(text), "%d", INVOKE_SEED);
	add(line, "--seed");
	add(line, text);
	add(line, "--rounds");
	add(line, "2");
	snprintf(text, sizeof(text), "%d", record_fd);
	add(line, "--record-fd");
	add(line, text);
}

void invoke(struct record *record, exec_fn *exec, const struct workload *workload,
	const char *model, const char *const *extra)
{
	static char json[LINE_MAX_BYTES];
	struct command_line *line = calloc(1, sizeof(*line));
	char error[200] = "";
	int ends[2], status;
	size_t bytes = 0;

	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(pipe(ends), 0);
	compose(line, workload, model, extra, ends[1]);
	fflush(NULL);
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(ends[0]);
		_exit(exec(line->count, line->words));
	}
	close(ends[1]);
	for (ssize_t got = 1; got > 0 && bytes < sizeof(json) - 1; bytes += (size_t)got) {
		got = read(ends[0], json + bytes, sizeof(json) - 1 - bytes);
		ck_assert_int_ge(got, 0);
	}
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	memset(record, 0, sizeof(*record));
	int rc = record_from_json(record, json, bytes, error, sizeof(error));
	ck_assert_msg(rc == 0, "%s/%s: %s in: %s", workload->name, model, error, json);
	free(line);
}

bool model_runs_here(const struct model *model)
{
	struct crew crew = {0};
	int rc = crew_open(&crew, model, 1);

	return crew_join(&crew, rc) != -ENOSYS;
}
