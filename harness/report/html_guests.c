/*
 * The lectures' tables of languages in the HTML report. See html_guests.h.
 */
#include "harness/report/html_guests.h"

#include <stdio.h>
#include <string.h>

#include "harness/report/html.h"
#include "harness/report/number.h"

enum { LANGUAGE, OFFERS, MODEL, VERSION, LEAD };

/* What guests have. */
static const char *const workloads_shown[] = {
	"spawn", "idle", "sleep", "echo", "fetch", "hash", "mixed"};
enum { WORKLOADS = sizeof(workloads_shown) / sizeof(workloads_shown[0]) };

/* What the lectures compare, and the model that measures it; a guest's where it has a program. */
static const struct {
	const char *language, *offers, *model, *program, *get;
} offers[] = {
	{"C (here)", "coroutines on one loop", "async", NULL, NULL},
	{"C (here)", "threads", "threads", NULL, NULL},
	{"C (here)", "processes", "processes", NULL, NULL},
	{"Python", "asyncio", "python-asyncio", "./guests/python/guest.py",
		"apt-get install python3"},
	{"Python", "threading", "python-threading", "./guests/python/guest.py", NULL},
	{"Python", "multiprocessing", "python-multiprocessing", "./guests/python/guest.py", NULL},
	{"Go", "goroutines and channels", "go-goroutines", "./build/release/guests/go",
		"apt-get install golang-go; make guests"},
	{"C++", "std::async, std::future", "cpp-async", "./build/release/guests/cpp",
		"apt-get install g++ libboost-dev; make guests"},
	{"C++", "std::thread, std::mutex", "cpp-thread", "./build/release/guests/cpp", NULL},
	{"C++", "Boost.Asio, co_await", "cpp-asio", "./build/release/guests/cpp", NULL},
};
enum { OFFERS_COUNT = sizeof(offers) / sizeof(offers[0]) };

/* The model's row of a workload: the first that has a figure, else the first; NULL: none was run.
 */
static const struct row *row_of(
	const struct groups *groups, const char *workload, const char *model)
{
	const struct row *found = NULL;

	for (int i = 0; i < groups->count; i++) {
		const struct group_rows *group = &groups->groups[i];
		if (group->kind != KIND_TIME || strcmp(group->facts->name, workload) != 0)
			continue;
		for (int j = 0; j < group->rows_count; j++) {
			const struct row *row = &group->rows[j];
			if (strcmp(row->model, model) != 0)
				continue;
			if (found == NULL ||
				(found->status != STATUS_OK && row->status == STATUS_OK))
				found = row;
		}
	}
	return found;
}

static void set_cell(struct grid *grid, int at, int column, const struct row *row, bool memory)
{
	const struct interval *interval = NULL;
	char text[NUMBER_MAX];

	if (row == NULL) {
		grid_set(grid, at, column, "–");
		return;
	}
	if (row->status != STATUS_OK) {
		grid_set(grid, at, column, "%s", row_verdict(row));
		return;
	}
	interval = memory ? &row->memory_bytes : &row->rate;
	if (!(interval->middle > 0)) {
		grid_set(grid, at, column, "n/a");
		return;
	}
	number_interval(text, sizeof(text), interval, memory ? UNIT_BYTES : UNIT_RATE);
	grid_set(grid, at, column, "%s", text);
	grid_value(grid, at, column, interval->middle);
}

static void set_offer(struct grid *grid, int at, const struct groups *groups, int i, bool *seen)
{
	grid_set(grid, at, LANGUAGE, "%s", offers[i].language);
	grid_set(grid, at, OFFERS, "%s", offers[i].offers);
	grid_set(grid, at, MODEL, "%s", offers[i].model);
	for (int w = 0; w < WORKLOADS; w++) {
		const struct row *row = row_of(groups, workloads_shown[w], offers[i].model);

		set_cell(grid, at, LEAD + w, row, strcmp(workloads_shown[w], "idle") == 0);
		if (row == NULL)
			continue;
		*seen = true;
		if (row->records_count > 0 && row->records[0]->guest.version[0] != '\0')
			grid_set(grid, at, VERSION, "%s", row->records[0]->guest.version);
	}
}

/* What runs the guest of a language of which nothing is in the run. */
static void write_command(FILE *out, int i)
{
	fprintf(out, "<p>%s was not run: <code>concbench run", offers[i].language);
	for (int w = 0; w < WORKLOADS; w++)
		fprintf(out, " %s", workloads_shown[w]);
	fprintf(out, " %s</code> (needs: <code>%s</code>)</p>\n", offers[i].program, offers[i].get);
}

static bool has_any_workload(const struct groups *groups)
{
	for (int i = 0; i < groups->count; i++)
		for (int w = 0; w < WORKLOADS && groups->groups[i].kind == KIND_TIME; w++)
			if (strcmp(groups->groups[i].facts->name, workloads_shown[w]) == 0)
				return true;
	return false;
}

int html_guests(FILE *out, const struct report *report)
{
	bool seen[OFFERS_COUNT] = {false};
	struct grid grid;

	if (!has_any_workload(&report->groups))
		return 0;
	int rc = grid_init(&grid, LEAD + WORKLOADS, OFFERS_COUNT, LEAD);
	if (rc == 0) {
		grid_set(&grid, 0, LANGUAGE, "language");
		grid_set(&grid, 0, OFFERS, "offers");
		grid_set(&grid, 0, MODEL, "model");
		grid_set(&grid, 0, VERSION, "version");
		for (int w = 0; w < WORKLOADS; w++)
			grid_set(&grid, 0, LEAD + w, "%s%s", workloads_shown[w],
				strcmp(workloads_shown[w], "idle") == 0 ? ", memory/task"
									: ", op/s");
		for (int i = 0; i < OFFERS_COUNT; i++)
			set_offer(&grid, i + 1, &report->groups, i, &seen[i]);
		fputs("<section id=\"languages\">\n<h2>The lectures' tables of languages, with "
		      "figures</h2>\n",
			out);
		html_grid(out, &grid);
		for (int i = 0; i < OFFERS_COUNT; i++)
			if (!seen[i] && offers[i].get != NULL)
				write_command(out, i);
		fputs("</section>\n", out);
	}
	grid_free(&grid);
	return rc;
}
