/*
 * concbench compare OLD.jsonl NEW.jsonl: stored results, advisory only.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/cli/cli.h"
#include "harness/cli/compare.h"
#include "harness/compare/stored.h"

static const char command[] = "compare";

static bool ends_in(const char *text, const char *end)
{
	size_t bytes = strlen(text), tail = strlen(end);

	return bytes > tail && strcmp(text + bytes - tail, end) == 0;
}

bool compare_is_stored(const char *operand)
{
	return ends_in(operand, ".jsonl") || ends_in(operand, ".json");
}

static int compare_runs(const struct writer *writer, char *const *paths)
{
	struct session sessions[2];
	struct stored_summary summary;
	char error[400] = "";
	int status = EXIT_FINE;

	for (int i = 0; i < 2; i++)
		session_init(&sessions[i]);
	for (int i = 0; i < 2 && status == EXIT_FINE; i++) {
		session_free(&sessions[i]);
		if (session_read(&sessions[i], paths[i], error, sizeof(error)) != 0)
			status = cli_wrong_use(command, "%s: %s", paths[i], error);
		else if (sessions[i].cut[0] != '\0')
			cli_error(command, "warning: %s: %s", paths[i], sessions[i].cut);
	}
	const struct session *const both[2] = {&sessions[0], &sessions[1]};
	int rc = status == EXIT_FINE ? stored_runs(writer, both, &summary) : 0;
	if (rc == 0 && status == EXIT_FINE && summary.benchmarks == 0)
		status = cli_wrong_use(
			command, "%s and %s have no benchmark in common", paths[0], paths[1]);
	else if (rc == 0 && status == EXIT_FINE)
		stored_verdict(writer, &summary);
	else if (rc != 0)
		cli_error(command, "%s", strerror(-rc));
	for (int i = 0; i < 2; i++)
		session_free(&sessions[i]);
	return rc != 0 ? EXIT_NOT_MEASURED : status;
}

static int compare_hyperfine(const struct writer *writer, char *const *paths)
{
	struct hyperfine files[2] = {{.results = NULL}, {.results = NULL}};
	struct stored_summary summary;
	int status = EXIT_FINE, rc = 0;

	for (int i = 0; i < 2 && status == EXIT_FINE && rc == 0; i++) {
		struct stat found;
		if (stat(paths[i], &found) != 0)
			status = cli_wrong_use(command, "%s: %s", paths[i], strerror(errno));
		else
			rc = hyperfine_read(&files[i], paths[i]);
		if (status == EXIT_FINE && rc == 0 && files[i].count == 0)
			status = cli_wrong_use(command, "%s is no JSON of hyperfine%s%s", paths[i],
				files[i].missing[0] != '\0' ? ": " : " with results",
				files[i].missing);
	}
	const struct hyperfine *const both[2] = {&files[0], &files[1]};
	if (rc == 0 && status == EXIT_FINE)
		rc = stored_hyperfine(writer, both, &summary);
	if (rc == 0 && status == EXIT_FINE && summary.benchmarks == 0)
		status = cli_wrong_use(
			command, "%s and %s have no command in common", paths[0], paths[1]);
	else if (rc == 0 && status == EXIT_FINE)
		stored_verdict(writer, &summary);
	if (rc != 0)
		cli_error(command, "%s", strerror(-rc));
	for (int i = 0; i < 2; i++)
		hyperfine_free(&files[i]);
	return rc != 0 ? EXIT_NOT_MEASURED : status;
}

int compare_stored(const struct compare_options *options)
{
	char *const *paths = options->shared.arguments;
	const char *format = options->shared.format;
	bool markdown = format != NULL && strcmp(format, "md") == 0;
	struct writer writer = writer_for(stdout, markdown ? WRITER_MARKDOWN : WRITER_TERMINAL);

	if (options->shared.arguments_count != 2 || !compare_is_stored(paths[0]) ||
		!compare_is_stored(paths[1]))
		return cli_wrong_use(command, "a stored result is compared with another stored "
					      "one: what was measured then "
					      "says nothing about a program now");
	if (options->gates_given)
		return cli_wrong_use(command,
			"--gate: stored results decide nothing, machines drift by more than a "
			"change; compare the two programs");
	if (ends_in(paths[0], ".jsonl") != ends_in(paths[1], ".jsonl"))
		return cli_wrong_use(command,
			"%s and %s are of different kinds: a run of concbench (.jsonl) and "
			"hyperfine's JSON have nothing in common",
			paths[0], paths[1]);
	if (format != NULL && !markdown && strcmp(format, "terminal") != 0)
		return cli_wrong_use(command,
			"stored results are shown as terminal or md, not as %.40s", format);
	return ends_in(paths[0], ".jsonl") ? compare_runs(&writer, paths)
					   : compare_hyperfine(&writer, paths);
}
