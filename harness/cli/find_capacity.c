/*
 * concbench find capacity: the highest rate whose corrected p99 stays under a bound, of a server of
 * ours or of anybody's.
 */
#include "harness/cli/find_capacity.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/find/capacity.h"
#include "harness/load/drive.h"
#include "harness/measure/draft.h"
#include "harness/params.h"
#include "harness/record_latency.h"
#include "harness/report/number.h"
#include "harness/run/stop.h"

enum {
	PER_ROUND_DIVISOR = 20,
	FIRST_PER_S = 1000,
	LEAST_PER_S = 10,
	MOST_PER_S = 5000000,
	REQUESTS_MIN = 1200 /* a p99 needs 1000, and not all of a step count */
};

static const char help[] =
	"usage: concbench find capacity echo[/MODEL]|http[/MODEL]|connect[/MODEL]|URL [OPTION...]\n"
	"The highest rate at which the corrected p99 stays under a bound; every step is printed.\n"
	"  --bound 10ms         of p99\n"
	"  -c, --connections N  kept connections (64)\n"
	"  -d, --duration 500ms of one step; of low rates the time of 1200 requests, for p99\n"
	"  --dry-run            what would be offered\n"
	"Exit status: 0 found, 1 no rate held, 2 wrong use, 4 could not measure.\n";

/* What is asked, and how. */
struct subject {
	const char *name;
	struct plan plan;             /* a cell of ours … */
	struct drive_settings driven; /* … or a target */
	struct drive *drive;          /* the latter's room; NULL: a cell */
	int rate, requests;           /* indices of the cell's parameters */
	int connections;
	uint64_t duration_ns;
	double bound_ns;
	int signal;
};

/*
 * Latencies begin at the intended start, so what the load's own lag adds to them makes them no
 * lower: where it hides the p99 there is still an upper bound, and the step says so.
 */
static double p99_of(struct capacity_step *step, struct distribution latencies)
{
	if (latencies.lag != NULL && step->text[0] == '\0' && distribution_hides(&latencies, 0.99))
		snprintf(step->text, sizeof(step->text),
			"at most that: the load's own lag is %.0f us of it",
			(double)histogram_quantile_ns(latencies.lag, 0.99) / 1e3);
	latencies.lag = NULL;
	double p99_ns = distribution_percentile_ns(&latencies, 0.99);
	if (isnan(p99_ns) && step->text[0] == '\0')
		snprintf(step->text, sizeof(step->text), "too few requests for a p99");
	return p99_ns;
}

/* How long a rate is offered: long enough for a p99. */
static uint64_t step_ns(const struct subject *subject, uint64_t rate_per_s)
{
	uint64_t least_ns = REQUESTS_MIN * UINT64_C(1000000000) / rate_per_s;

	return subject->duration_ns > least_ns ? subject->duration_ns : least_ns;
}

/* Could the load itself not follow? Then the step says nothing of the server. */
static bool is_load_full(const struct capacity_step *step)
{
	return !step->counts && strstr(step->text, "generator saturated") != NULL;
}

static int offer_to_target(struct subject *subject, uint64_t rate_per_s, struct capacity_step *step)
{
	struct drive *drive = subject->drive;

	subject->driven.rate_per_s = rate_per_s;
	subject->driven.duration_ns = step_ns(subject, rate_per_s);
	int rc = drive_run(drive, &subject->driven);
	if (rc != 0)
		return rc;
	snprintf(step->text, sizeof(step->text), "%s", drive->fault);
	step->counts =
		drive->fault[0] == '\0' && drive->unanswered == 0 && drive->losses.unanswered == 0;
	if (!step->counts && step->text[0] == '\0')
		snprintf(step->text, sizeof(step->text), "requests without a reply");
	step->load_full = is_load_full(step);
	step->p99_ns = p99_of(
		step, (struct distribution){&drive->corrected.histogram, drive->corrected.max_ns,
			      &drive->lag.histogram, drive->lag.max_ns});
	return 0;
}

static int offer_to_cell(struct subject *subject, uint64_t rate_per_s, struct capacity_step *step)
{
	struct orders *draft = &subject->plan.draft;
	uint64_t per_round = rate_per_s / PER_ROUND_DIVISOR / (uint64_t)subject->connections;
	struct record record;

	draft->values[subject->rate] = (int64_t)rate_per_s;
	draft->values[subject->requests] = per_round > 0 ? (int64_t)per_round : 1;
	draft->window_ns = step_ns(subject, rate_per_s);
	int rc = invocation_run(&subject->plan, &record, &subject->signal);
	if (rc == 0 && subject->signal != 0)
		rc = -ECANCELED;
	if (rc == 0) {
		step->counts = record.status == STATUS_OK;
		snprintf(step->text, sizeof(step->text), "%.250s", record.reason);
		step->load_full = is_load_full(step);
		if (record.latency != NULL && record.latency->has_corrected)
			step->p99_ns = p99_of(step, record_distribution(record.latency));
		if (record.status != STATUS_OK && record.status != STATUS_INVALID &&
			record.status != STATUS_DISTURBED) {
			cli_error("find", "%s: %s", subject->name, record.reason);
			rc = -EIO;
		}
		record_release(&record);
	}
	return rc;
}

static int offer(void *arg, uint64_t rate_per_s, struct capacity_step *step)
{
	struct subject *subject = arg;

	return subject->drive != NULL ? offer_to_target(subject, rate_per_s, step)
				      : offer_to_cell(subject, rate_per_s, step);
}

static void told(void *arg, const struct capacity_step *step)
{
	char rate[NUMBER_MAX], p99[NUMBER_MAX];

	(void)arg;
	number_format(rate, sizeof(rate), (double)step->rate_per_s, UNIT_RATE, 4);
	number_format(p99, sizeof(p99), step->p99_ns, UNIT_DURATION, DIGITS_DEFAULT);
	printf("  %8s/s  p99 %9s  %s%s%s\n", rate, p99, step->holds ? "holds" : "does not hold",
		step->text[0] != '\0' ? ": " : "", step->text);
	fflush(stdout);
}

static bool is_stopped(void *arg)
{
	(void)arg;
	return stop_signal() != 0;
}

static int index_of(const struct workload *workload, const char *name)
{
	for (int i = 0; workload->params[i].name != NULL; i++)
		if (strcmp(workload->params[i].name, name) == 0)
			return i;
	return -1;
}

/* "echo/async", or "echo" for it. */
static int aim_at_cell(struct subject *subject)
{
	static const char *const no_params[] = {NULL};
	char name[RECORD_NAME_MAX];
	const char *slash = strchr(subject->name, '/');
	const char *model = slash != NULL ? slash + 1 : "async";

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(subject->name, "/"), subject->name);
	const struct workload *workload = workload_find(name);
	if (workload == NULL || (workload->flags & WORKLOAD_SERVER) == 0 ||
		index_of(workload, "rate") < 0)
		return cli_wrong_use("find",
			"%s is no server of ours (echo, http, connect) and no URL", subject->name);
	if (model_find(model) == NULL)
		return cli_wrong_use("find", "no model \"%s\" (concbench list shows them)", model);
	if (draft_plan(&subject->plan, workload, model, KIND_TIME, no_params) != 0)
		return EXIT_NOT_MEASURED;
	struct orders *draft = &subject->plan.draft;
	subject->rate = index_of(workload, "rate");
	subject->requests = index_of(workload, "requests");
	draft->values[workload->concurrency] = draft->tasks = subject->connections;
	if (draft->model->kind == MODEL_POOL)
		draft->common[COMMON_POOL] = subject->connections;
	return EXIT_FINE;
}

static int search(struct subject *subject)
{
	const struct capacity_search search = {.offer = offer,
		.told = told,
		.arg = subject,
		.first_per_s = FIRST_PER_S,
		.most_per_s = MOST_PER_S,
		.least_per_s = LEAST_PER_S,
		.bound_ns = subject->bound_ns};
	struct capacity_found found;
	char bound[NUMBER_MAX], rate[NUMBER_MAX];

	number_format(bound, sizeof(bound), subject->bound_ns, UNIT_DURATION, DIGITS_DEFAULT);
	cli_print("%s, %d connections: the highest rate with a corrected p99 of at most %s\n",
		subject->name, subject->connections, bound);
	int rc = capacity_find(&found, &search);
	if (rc != 0 && (subject->signal != 0 || stop_signal() != 0))
		return 128 + (subject->signal != 0 ? subject->signal : stop_signal());
	if (rc != 0) {
		if (subject->drive != NULL)
			cli_error("find", "%s: %s", subject->name, subject->drive->problem);
		return EXIT_NOT_MEASURED;
	}
	number_format(rate, sizeof(rate), (double)found.rate_per_s, UNIT_RATE, DIGITS_DEFAULT);
	if (found.rate_per_s == 0)
		printf("no rate of %d/s or more holds\n", LEAST_PER_S);
	else
		printf("capacity: %s%s/s%s\n",
			found.beyond == 0 || found.load_full ? "at least " : "", rate,
			found.load_full ? ", the most that the load itself could offer" : "");
	return found.rate_per_s == 0 ? EXIT_ANSWER_NO : EXIT_FINE;
}

static int search_target(struct subject *subject, struct target *target)
{
	struct http_ask ask;
	char error[300], request[TARGET_PATH_MAX + 512];

	if (target_parse(target, subject->name, error, sizeof(error)) != 0)
		return cli_wrong_use("find", "%s", error);
	if (target_resolve(target, error, sizeof(error)) != 0) {
		cli_error("find", "%s: %s", subject->name, error);
		return EXIT_NOT_MEASURED;
	}
	int bytes = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n",
		target->path, target->authority);
	ask = (struct http_ask){.request = request, .bytes = (size_t)bytes};
	subject->driven = (struct drive_settings){.timeout_ns = 2000000000u,
		.seed = 1,
		.client = {.connections = subject->connections,
			.active = subject->connections,
			.depth = 1,
			.message_bytes = 64,
			.per_round = 1,
			.http = target->http ? &ask : NULL,
			.target = target,
			.cancelled = is_stopped}};
	subject->drive = malloc(sizeof(*subject->drive));
	if (subject->drive == NULL)
		return EXIT_NOT_MEASURED;
	stop_install();
	int status = search(subject);
	free(subject->drive);
	return status;
}

static int read_options(struct subject *subject, int argc, char **argv)
{
	static const struct option options[] = {{"bound", required_argument, NULL, 'b'},
		{"connections", required_argument, NULL, 'c'},
		{"concurrency", required_argument, NULL, 'c'},
		{"duration", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
	uint64_t ns = 0;
	int64_t count = 0;
	int option;

	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, ":c:d:", options, NULL)) != -1) {
		bool right = option == 'c' ? count_parse(optarg, &count) == 0 && count > 0 &&
						     count <= 10000
					   : (option == 'b' || option == 'd') &&
						     duration_parse(optarg, &ns) == 0 && ns > 0;
		if (!right)
			return cli_wrong_use("find",
				"%s: not understood (concbench find capacity --help)",
				argv[optind - 1]);
		if (option == 'b')
			subject->bound_ns = (double)ns;
		else if (option == 'd')
			subject->duration_ns = ns;
		else
			subject->connections = (int)count;
	}
	if (argc - optind != 1)
		return cli_wrong_use("find", "capacity of what? (echo, http, connect or a URL)");
	subject->name = argv[optind];
	return EXIT_FINE;
}

/* The steps follow from what each one finds. */
static int print_plan(const struct subject *subject)
{
	char bound[NUMBER_MAX], duration[PARAM_TEXT_MAX];

	number_format(bound, sizeof(bound), subject->bound_ns, UNIT_DURATION, DIGITS_DEFAULT);
	duration_format(subject->duration_ns, duration, sizeof(duration));
	cli_print(
		"%s, %d connections: the highest rate with a corrected p99 of at most %s; from %d "
		"requests per second on, steps of %s, longer where that is less than %d requests; "
		"nothing was sent\n",
		subject->name, subject->connections, bound, FIRST_PER_S, duration, REQUESTS_MIN);
	return EXIT_FINE;
}

int find_capacity(int argc, char **argv)
{
	struct subject subject = {.connections = 64, .duration_ns = 500000000, .bound_ns = 1e7};
	struct target target = {0};

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return cli_print_help(help);
	bool dry = cli_take_option("--dry-run", &argc, argv);
	int status = read_options(&subject, argc, argv);
	if (dry && status == EXIT_FINE && subject.name != NULL) {
		bool target_given = strstr(subject.name, "://") != NULL;
		status = target_given ? EXIT_FINE : aim_at_cell(&subject);
		return status == EXIT_FINE ? print_plan(&subject) : status;
	}
	if (status == EXIT_FINE && subject.name != NULL && strstr(subject.name, "://") != NULL) {
		status = search_target(&subject, &target);
		target_close(&target);
	} else if (status == EXIT_FINE && subject.name != NULL &&
		   (status = aim_at_cell(&subject)) == EXIT_FINE) {
		signal(SIGPIPE, SIG_IGN);
		status = search(&subject);
	}
	return status;
}
