#include "harness/cli/logbook.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/compare/quadlog.h"

static void log_quad(struct compare_world *world, const struct comparison *comparison,
	int benchmark, int order, bool kept, const struct sample *samples)
{
	struct logbook *logbook = world->log;
	bool canary = benchmark >= comparison->count;

	/* of one benchmark they would be two rows in three; the last row tells whether they moved
	 */
	if (canary && strcmp(logbook->options->injection, "none") != 0)
		return;
	struct quad_row row = {
		.suite = comparison->seed, .first = order == 0 ? ARM_BASE : ARM_HEAD};
	const struct compared *compared =
		canary ? &comparison->canaries[benchmark - comparison->count]
		       : &comparison->benchmarks[benchmark];

	snprintf(row.injection, sizeof(row.injection), "%s", logbook->options->injection);
	snprintf(row.benchmark, sizeof(row.benchmark), "%s%s", canary ? quadlog_canary : "",
		canary ? canary_names[benchmark - comparison->count] : compared->name);
	snprintf(row.state, sizeof(row.state), "%s", kept ? "kept" : "dropped");
	row.share = compared->injected;
	row.quad = compared->quads + compared->dropped[0] + compared->dropped[1] - 1;
	for (int i = 0; i < QUAD; i++) {
		row.values[LOGGED_WALL][i] = samples[i].values[METRIC_WALL];
		row.values[LOGGED_CPU][i] = samples[i].values[METRIC_CPU];
		row.values[LOGGED_STALL][i] = samples[i].values[METRIC_STALL];
		row.values[LOGGED_TOTAL][i] = samples[i].window_wall;
	}
	int rc = quadlog_write(logbook->out, &row);
	logbook->rc = logbook->rc == 0 ? rc : logbook->rc;
}

int logbook_open(
	struct logbook *logbook, const struct compare_options *options, struct compare_world *world)
{
	memset(logbook, 0, sizeof(*logbook));
	logbook->options = options;
	if (options->log == NULL)
		return 0;
	logbook->out = quadlog_open(options->log);
	if (logbook->out == NULL) {
		int rc = -errno;
		cli_error(options->name, "%s: %s", options->log,
			rc == -EINVAL ? "is there already, and no log of quads" : strerror(-rc));
		return rc;
	}
	world->quad = log_quad;
	world->log = logbook;
	return 0;
}

int logbook_end(struct logbook *logbook, const struct comparison *comparison)
{
	struct compare_world *world = comparison->world;
	struct comparison_summary summary = comparison_summarize(comparison);
	struct quad_row row = {.suite = comparison->seed};

	if (logbook->out == NULL)
		return 0;
	snprintf(row.injection, sizeof(row.injection), "%s", logbook->options->injection);
	snprintf(row.benchmark, sizeof(row.benchmark), "%s", quadlog_end);
	snprintf(row.state, sizeof(row.state), "%s",
		comparison->contaminated   ? "contaminated"
		: summary.regressed > 0    ? "regressed"
		: summary.failed > 0       ? "failed"
		: summary.inconclusive > 0 ? "inconclusive"
					   : "passed");
	for (int i = 0; i < LOGGED; i++)
		for (int j = 0; j < QUAD; j++)
			row.values[i][j] = NAN;
	row.values[0][0] = (double)(world->now_ns(world) - comparison->start_ns) / 1e9;
	int rc = quadlog_write(logbook->out, &row);
	return logbook->rc != 0 ? logbook->rc : rc;
}

void logbook_close(struct logbook *logbook)
{
	if (logbook->out != NULL)
		fclose(logbook->out);
	logbook->out = NULL;
}
