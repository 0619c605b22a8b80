/*
 * concbench compare --command and --build … --run: whole processes of any program.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/compare.h"
#include "harness/compare/operand.h"
#include "harness/compare/shell.h"
#include "harness/run/stop.h"

static const char command[] = "compare";

/* Enough for an interval of 95 %, where memory is only reported: each is one more run. */
enum { REPORTED_QUADS = 6 };

/* Both revisions built, each in a tree of its own. An exit status. */
static int build(
	const struct compare_options *options, struct operands *operands, struct shell *shell)
{
	char error[OPERAND_ERROR_MAX];
	int rc = operands_open(operands);

	if (rc != 0) {
		cli_error(command, "cannot make a folder in /tmp: %s", strerror(-rc));
		return EXIT_NOT_MEASURED;
	}
	for (int arm = 0; arm < ARMS && rc == 0 && stop_signal() == 0; arm++) {
		bool given = arm < options->shared.arguments_count;
		rc = operand_build(operands, (enum arm)arm,
			given ? options->shared.arguments[arm] : NULL, options->build, error,
			sizeof(error));
		shell->folders[arm] = operands->trees[arm];
		shell->commands[arm] = options->run;
	}
	if (rc != 0)
		cli_error(command, "%s", error);
	return rc == 0 ? EXIT_FINE : rc == -EINVAL ? EXIT_WRONG_USE : EXIT_NOT_MEASURED;
}

static int measure(const struct compare_options *options, struct shell *shell)
{
	struct compared benchmarks[SHELL_BENCHMARKS] = {{.name = "command"}, {.name = "command"}};
	char error[RECORD_REASON_MAX];
	int status = EXIT_NOT_MEASURED;

	if (!options->gates[METRIC_MEMORY])
		benchmarks[SHELL_WEIGHED].quads_max = REPORTED_QUADS;
	int rc = shell_aside(shell, "setup", options->setup, error, sizeof(error));
	if (rc == 0)
		status =
			compare_execute(options, &shell->world, benchmarks, SHELL_BENCHMARKS, NULL);
	if (rc == 0)
		rc = shell_aside(shell, "cleanup", options->cleanup, error, sizeof(error));
	if (rc != 0 && stop_signal() == 0)
		cli_error(command, "%s", error);
	return rc != 0 && status == EXIT_FINE ? EXIT_NOT_MEASURED : status;
}

int compare_commands(const struct compare_options *options)
{
	struct operands operands = {.folder = ""};
	struct shell shell;
	int status = EXIT_FINE;

	if (options->command && options->shared.arguments_count != 2)
		return cli_wrong_use(command, "--command takes two commands, there are %d",
			options->shared.arguments_count);
	if (options->shared.dry_run)
		return compare_dry(options, NULL);
	shell_init(&shell);
	for (int arm = 0; arm < ARMS && options->command; arm++)
		shell.commands[arm] = options->shared.arguments[arm];
	shell.prepare = options->prepare;
	shell.conclude = options->conclude;
	shell.ignore_failure = options->ignore_failure;
	shell.codes_count = options->codes_count;
	memcpy(shell.codes, options->codes, sizeof(shell.codes));
	stop_install();
	if (!options->command)
		status = build(options, &operands, &shell);
	if (status == EXIT_FINE && stop_signal() == 0)
		status = measure(options, &shell);
	operands_close(&operands);
	return stop_signal() != 0 ? 128 + stop_signal() : status;
}
