/*
 * concbench report: the tables of past runs, and exports.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/advise.h"
#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/cli/output.h"
#include "harness/cli/report_why.h"
#include "harness/params.h"
#include "harness/report/report.h"

static const char command[] = "report";
static const char latest[] = "results/latest";

static const char help[] =
	"usage: concbench report [RUN...] [--format FORMAT] [-o FILE] [OPTION...]\n"
	"Prints the tables of past runs; RUN is a .jsonl file or its folder (results/latest).\n"
	"  --format FORMAT  terminal, md, html, csv, json, hyperfine, benchstat,\n"
	"                   github, junit or hgrm (latencies, for HdrHistogram's plotter)\n"
	"  -o FILE          print there\n"
	"  --table NAME     one workload's table, or the matrix: terminal, md, tsv; or a chart of\n"
	"                   it: svg, png\n"
	"  --chart ABOUT    throughput, latency, cpu, memory, sweep or speed-up\n"
	"  --why CELL       counts that say why WORKLOAD[/MODEL] is as fast as it is\n"
	"  --tuned          with what find tuning kept: each model's best setting beside its\n"
	"                   default (terminal, md, html)\n"
	"  --no-charts      html: leave out the charts, which gnuplot draws\n";

static const struct option long_options[] = {
	{"format", required_argument, NULL, 'f'},
	{"output", required_argument, NULL, 'o'},
	{"table", required_argument, NULL, 't'},
	{"chart", required_argument, NULL, 'c'},
	{"why", required_argument, NULL, 'w'},
	{"tuned", no_argument, NULL, 'T'},
	{"no-charts", no_argument, NULL, 'n'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

/* The .jsonl file of a run named by file, folder or link, and the folder beside it. */
static int find_run(const char *run, char *path, char *folder)
{
	char real[PATH_MAX];
	struct stat status;

	if (realpath(run, real) == NULL)
		return -errno;
	size_t bytes = strlen(real);
	if (stat(real, &status) == 0 && S_ISDIR(status.st_mode)) {
		if (snprintf(path, PATH_MAX, "%s.jsonl", real) >= PATH_MAX)
			return -ENAMETOOLONG;
		strcpy(folder, real);
		return access(path, F_OK) == 0 ? 0 : -errno;
	}
	strcpy(path, real);
	if (bytes > 6 && strcmp(real + bytes - 6, ".jsonl") == 0)
		real[bytes - 6] = '\0';
	strcpy(folder, real);
	return 0;
}

/* What is asked for. */
struct wish {
	struct output_choice choice;
	const char *why; /* a cell, NULL = the report */
	bool charts, tuned;
};

static int print_wish(struct report *report, const struct wish *wish)
{
	report->charts = wish->charts;
	report->tuned = wish->tuned;
	if (wish->why != NULL)
		return report_why(report, wish->why);
	if (wish->choice.table != NULL)
		return output_excerpt(command, report, &wish->choice);
	return output_report(command, report, wish->choice.format, wish->choice.path);
}

int cli_read_run(
	const char *for_command, const char *run, struct session *session, struct report *report)
{
	char path[PATH_MAX], folder[PATH_MAX], error[400];
	int rc = find_run(run, path, folder);

	memset(session, 0, sizeof(*session));
	memset(report, 0, sizeof(*report));
	if (rc == -ENOENT && strcmp(run, latest) == 0)
		return cli_wrong_use(
			for_command, "there is no run yet (make one with: concbench run)");
	if (rc == -ENOENT && access(run, F_OK) == 0)
		return cli_wrong_use(for_command,
			"%s: the run itself is missing, the file %s beside the folder", run, path);
	if (rc != 0)
		return cli_wrong_use(for_command, "%s: %s", run, strerror(-rc));
	rc = session_read(session, path, error, sizeof(error));
	if (rc != 0)
		return cli_wrong_use(for_command, "%s: %s", run, error);
	if (session->cut[0] != '\0')
		cli_error(for_command, "warning: %s: %s", run, session->cut);
	rc = report_make(report, session, folder);
	if (rc == 0)
		return EXIT_FINE;
	cli_error(for_command, "%s: %s", run, strerror(-rc));
	return EXIT_NOT_MEASURED;
}

void cli_close_run(struct session *session, struct report *report)
{
	report_free(report);
	session_free(session);
}

static int report_run(const char *run, const struct wish *wish)
{
	struct session session;
	struct report report;
	int status = cli_read_run(command, run, &session, &report);

	if (status == EXIT_FINE)
		status = print_wish(&report, wish);
	cli_close_run(&session, &report);
	return status;
}

/* What goes with what. */
static int check_wish(const struct wish *wish)
{
	const char *format = wish->choice.format == NULL ? "terminal" : wish->choice.format;
	bool drawn = strcmp(format, "svg") == 0 || strcmp(format, "png") == 0;
	bool part = drawn || strcmp(format, "tsv") == 0 || strcmp(format, "terminal") == 0 ||
		    strcmp(format, "md") == 0;

	if (wish->choice.table == NULL && (drawn || strcmp(format, "tsv") == 0))
		return cli_wrong_use(
			command, "--format %s is of one table: name it (--table echo)", format);
	if (wish->choice.table != NULL && !part)
		return cli_wrong_use(
			command, "--table goes with terminal, md, tsv, svg or png, not %s", format);
	if (wish->tuned && (wish->choice.table != NULL || wish->why != NULL ||
				   (!part && strcmp(format, "html") != 0)))
		return cli_wrong_use(
			command, "--tuned goes with a whole report: terminal, md or html");
	if (wish->choice.chart != NULL && !drawn)
		return cli_wrong_use(command, "--chart goes with --format svg or png");
	return EXIT_FINE;
}

int report_main(int argc, char **argv)
{
	struct wish wish = {.charts = true};
	int option, status = EXIT_FINE;

	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, ":o:h", long_options, NULL)) != -1) {
		if (option == 'f')
			wish.choice.format = optarg;
		else if (option == 'o')
			wish.choice.path = optarg;
		else if (option == 'n')
			wish.charts = false;
		else if (option == 'T')
			wish.tuned = true;
		else if (option == 't')
			wish.choice.table = optarg;
		else if (option == 'c')
			wish.choice.chart = optarg;
		else if (option == 'w')
			wish.why = optarg;
		else if (option == 'h')
			return cli_print_help(help);
		else if (option == ':')
			return cli_wrong_use(command, "%s needs a value", argv[optind - 1]);
		else
			return cli_wrong_use(command,
				"there is no option %s (concbench report --help)",
				argv[optind - 1]);
	}
	if (output_check(command, wish.choice.format) != EXIT_FINE)
		return EXIT_WRONG_USE;
	if (check_wish(&wish) != EXIT_FINE)
		return EXIT_WRONG_USE;
	if (wish.choice.path != NULL && argc - optind > 1)
		return cli_wrong_use(
			command, "-o takes one run at a time, there are %d", argc - optind);
	signal(SIGPIPE, SIG_IGN);
	if (optind == argc)
		return report_run(latest, &wish);
	for (int i = optind; i < argc && status == EXIT_FINE; i++)
		status = report_run(argv[i], &wish);
	return status;
}
