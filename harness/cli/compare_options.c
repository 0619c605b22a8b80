#include "harness/cli/compare_options.h"

#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/compare/calibration.h"
#include "harness/compare/quadlog.h"
#include "harness/params.h"

/* Options that take a value; the others of compare's own take none. */
static const char *const valued[] = {"--gate", "--margin", "--target", "--quads", "--prepare",
	"--cleanup", "--setup", "--conclude", "--build", "--run", "--calibration", "-b",
	"--benchmark", "--inject", "--suites", "--log", "--window"};

static int read_gates(struct compare_options *options, const char *text)
{
	memset(options->gates, 0, sizeof(options->gates));
	options->gates_given = true;
	for (const char *at = text; *at != '\0';) {
		size_t bytes = strcspn(at, ",");
		if (bytes == 4 && strncmp(at, "wall", bytes) == 0)
			options->gates[METRIC_WALL] = options->gates[METRIC_STALL] = true;
		else if (bytes == 3 && strncmp(at, "cpu", bytes) == 0)
			options->gates[METRIC_CPU] = true;
		else if (bytes == 6 && strncmp(at, "memory", bytes) == 0)
			options->gates[METRIC_MEMORY] = true;
		else if (bytes == 12 && strncmp(at, "instructions", bytes) == 0)
			options->instructions = true;
		else
			return cli_wrong_use(options->name,
				"--gate '%.40s': expected a list of wall, cpu, memory, "
				"instructions",
				text);
		at += bytes + (at[bytes] == ',');
	}
	if (text[0] == '\0')
		return cli_wrong_use(
			options->name, "--gate needs some of wall, cpu, memory, instructions");
	return 0;
}

/* "2%" or "0.02" */
static int read_share(
	const struct compare_options *options, const char *option, const char *text, double *share)
{
	char *end;
	double value = strtod(text, &end);

	if (strcmp(end, "%") == 0) {
		value /= 100;
		end++;
	}
	/* the comparison is also false for what is not a number */
	if (end == text || *end != '\0' || !(value > 0 && value < 10))
		return cli_wrong_use(
			options->name, "%s '%.40s' is not a share (like 5%%)", option, text);
	*share = value;
	return 0;
}

static int read_number(
	const struct compare_options *options, const char *option, const char *text, int *number)
{
	int64_t value;

	if (count_parse(text, &value) != 0 || value < 1 || value > 100000)
		return cli_wrong_use(
			options->name, "%s '%.40s' is not a number from 1 on", option, text);
	*number = (int)value;
	return 0;
}

/* "cpu=5%", "syscall=1", "page=0.1" (per operation), "stall=3ms" */
static int read_kind(struct compare_options *options, const char *text, const char *equals)
{
	char *end;
	uint64_t ns;

	for (int i = INJECT_CPU; i < INJECTIONS; i++)
		if (strncmp(text, injection_names[i], (size_t)(equals - text)) == 0 &&
			strlen(injection_names[i]) == (size_t)(equals - text))
			options->injection_kind = (enum injection_kind)i;
	if (options->injection_kind == INJECT_CPU)
		return read_share(options, "--inject", equals + 1, &options->injection_amount);
	if (options->injection_kind == INJECT_STALL && duration_parse(equals + 1, &ns) == 0) {
		options->injection_amount = (double)ns;
		return 0;
	}
	options->injection_amount = strtod(equals + 1, &end);
	if (options->injection_kind != INJECT_NOTHING && options->injection_kind != INJECT_STALL &&
		end != equals + 1 && *end == '\0' && options->injection_amount > 0 &&
		options->injection_amount < 1e6)
		return 0;
	return cli_wrong_use(options->name,
		"--inject '%.40s': expected 5%%, -5%%, cpu=5%%, syscall=1, page=0.1 or stall=3ms",
		text);
}

static int read_injection(struct compare_options *options, char *text)
{
	const char *equals = strchr(text, '=');
	bool less = text[0] == '-';

	options->injection = text;
	if (strlen(text) >= QUADLOG_TEXT_MAX || strchr(text, ',') != NULL)
		return cli_wrong_use(options->name, "--inject '%.40s' is too long", text);
	if (equals != NULL)
		return read_kind(options, text, equals);
	int rc = read_share(options, "--inject", text + less, &options->inject);
	if (rc == 0 && less && options->inject >= 0.9)
		return cli_wrong_use(
			options->name, "--inject '%.40s' leaves too little work", text);
	if (less)
		options->inject = -options->inject;
	return rc;
}

static int read_window(struct compare_options *options, const char *text)
{
	if (duration_parse(text, &options->window_ns) != 0 || options->window_ns == 0)
		return cli_wrong_use(
			options->name, "--window '%.40s' is not a duration (like 100ms)", text);
	return 0;
}

/* WORKLOAD[/MODEL], or with :free behind it. The suffix is cut off. */
static int add_benchmark(struct compare_options *options, char *text)
{
	size_t bytes = strlen(text), suffix = strlen(compared_free_suffix);

	if (options->benchmarks_count == COMPARED_MAX)
		return cli_wrong_use(options->name, "more than %d benchmarks", COMPARED_MAX);
	if (bytes > suffix && strcmp(text + bytes - suffix, compared_free_suffix) == 0) {
		options->free[options->benchmarks_count] = true;
		text[bytes - suffix] = '\0';
	}
	options->benchmarks[options->benchmarks_count++] = text;
	return 0;
}

/* Options whose value is taken as it is, and benchmarks. */
static int read_text(struct compare_options *options, const char *option, char *value)
{
	const struct {
		const char *name, **into;
	} texts[] = {{"--setup", &options->setup}, {"--prepare", &options->prepare},
		{"--conclude", &options->conclude}, {"--cleanup", &options->cleanup},
		{"--build", &options->build}, {"--run", &options->run},
		{"--calibration", &options->calibration}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(option, texts[i].name) == 0) {
			*texts[i].into = value;
			return 0;
		}
	return add_benchmark(options, value);
}

/* "--ignore-failure" alone, or with a list of exit statuses: "=1,3". */
static int read_policy(struct compare_options *options, const char *list)
{
	options->ignore_failure = true;
	for (const char *at = list; *at != '\0';) {
		char *end;
		long code = strtol(at, &end, 10);
		if (end == at || (*end != ',' && *end != '\0') || code < 0 || code > 255 ||
			options->codes_count == SHELL_CODES_MAX)
			return cli_wrong_use(options->name,
				"--ignore-failure '%.40s' is not a list of exit statuses", list);
		options->codes[options->codes_count++] = (int)code;
		at = end + (*end == ',');
	}
	return 0;
}

static int read_valued(struct compare_options *options, const char *option, char *value)
{
	if (strcmp(option, "--gate") == 0)
		return read_gates(options, value);
	if (strcmp(option, "--margin") == 0)
		return read_share(options, option, value, &options->margin);
	if (strcmp(option, "--target") == 0)
		return read_share(options, option, value, &options->target);
	if (strcmp(option, "--quads") == 0)
		return read_number(options, option, value, &options->quads);
	if (strcmp(option, "--suites") == 0)
		return read_number(options, option, value, &options->suites);
	if (strcmp(option, "--inject") == 0)
		return read_injection(options, value);
	if (strcmp(option, "--window") == 0)
		return read_window(options, value);
	if (strcmp(option, "--log") == 0)
		options->log = value;
	else
		return read_text(options, option, value);
	return 0;
}

/*
 * Takes the option at argv[at] if it is one of compare's own.
 *   Returns  arguments used up, 0 = not ours, -1 after a complaint.
 */
static int take_own(struct compare_options *options, int argc, char **argv, int at)
{
	size_t name = strcspn(argv[at], "=");

	if (strcmp(argv[at], "--command") == 0)
		return options->command = true;
	if (strcmp(argv[at], "--from") == 0)
		return options->from = true;
	if (strcmp(argv[at], "--ignore-failure") == 0)
		return options->ignore_failure = true;
	if (strncmp(argv[at], "--ignore-failure=", 17) == 0)
		return read_policy(options, argv[at] + 17) != 0 ? -1 : 1;
	if (strcmp(argv[at], "--confirm-layout") == 0)
		return options->confirm_layout = true;
	for (size_t i = 0; i < sizeof(valued) / sizeof(valued[0]); i++) {
		if (strlen(valued[i]) != name || strncmp(argv[at], valued[i], name) != 0)
			continue;
		bool inside = argv[at][name] == '=';
		char *value = inside ? argv[at] + name + 1 : at + 1 < argc ? argv[at + 1] : NULL;
		if (value == NULL) {
			cli_wrong_use(options->name, "%s needs a value", valued[i]);
			return -1;
		}
		return read_valued(options, valued[i], value) != 0 ? -1 : inside ? 1 : 2;
	}
	return 0;
}

/* What goes with commands, and what does not. */
static int check_commands(const struct compare_options *options)
{
	bool whole = options->command || options->run != NULL;
	bool aside = options->setup != NULL || options->prepare != NULL ||
		     options->conclude != NULL || options->cleanup != NULL;

	if ((options->build != NULL) != (options->run != NULL))
		return cli_wrong_use(options->name, "--build and --run go together");
	if (options->command && options->run != NULL)
		return cli_wrong_use(options->name,
			"--command takes two commands, --run one for two revisions: not both");
	if (!whole && (aside || options->ignore_failure))
		return cli_wrong_use(options->name,
			"--setup, --prepare, --conclude, --cleanup and --ignore-failure go with "
			"--command or --run");
	if (whole && options->benchmarks_count > 0)
		return cli_wrong_use(options->name, "-b does not go with --command or --run");
	if (whole && options->confirm_layout)
		return cli_wrong_use(
			options->name, "--confirm-layout links concbench anew, not other programs");
	return 0;
}

/* Bounds that only make sense together. */
static int check(const struct compare_options *options)
{
	double margin = options->margin > 0 ? options->margin : metric_facts[METRIC_WALL].margin;
	double target = options->target > 0 ? options->target : metric_facts[METRIC_WALL].target;

	if (target <= margin)
		return cli_wrong_use(options->name,
			"--target %g %% must lie above --margin %g %%: what is tolerated cannot be "
			"found",
			target * 100, margin * 100);
	bool calibrates = strcmp(options->name, "calibrate") == 0;
	if (!calibrates &&
		(strcmp(options->injection, "none") != 0 || options->suites > 1 || options->from))
		return cli_wrong_use(
			options->name, "--inject, --suites and --from go with calibrate");
	return calibrates && options->command
		       ? cli_wrong_use(options->name, "--command goes with compare")
		       : check_commands(options);
}

int compare_options_parse(struct compare_options *options, const char *name, int argc, char **argv)
{
	static const uint64_t budget_ns = 300000000000u;
	bool budget = false;
	int kept = 1;

	memset(options, 0, sizeof(*options));
	options->name = name;
	options->suites = 1;
	options->injection = "none";
	options->calibration = calibration_folder;
	options->gates[METRIC_WALL] = options->gates[METRIC_CPU] = true;
	options->gates[METRIC_STALL] = true;
	for (int at = 1, used; at<argc; at += used> 0 ? used : 1) {
		used = take_own(options, argc, argv, at);
		if (used < 0)
			return EXIT_WRONG_USE;
		if (used > 0)
			continue;
		budget = budget || strncmp(argv[at], "--budget", 8) == 0;
		options->placed = options->placed || strncmp(argv[at], "--cpus", 6) == 0 ||
				  strncmp(argv[at], "--sut-cpus", 10) == 0;
		argv[kept++] = argv[at];
	}
	argv[kept] = NULL;
	int rc = options_parse(&options->shared, options->name, kept, argv);
	if (!budget)
		options->shared.budget_ns = budget_ns;
	return rc != 0 ? rc : check(options);
}
