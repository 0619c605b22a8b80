/*
 * The lectures' claims about Python, measured in Python: the same comparisons as claims_table.c, of
 * cells that guests run (docs/guests.md). What cannot be shown without Python says how to get it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/demo/claims.h"
#include "harness/guest/guest.h"
#include "harness/measure/draft.h"

enum { PROGRAMS_MAX = 2, PATH_BYTES = 600, REASON_BYTES = 480 };
enum { DELEGATION_TASKS, DELEGATION_OPERATIONS, DELEGATION_DEPTH };

#define PYTHON     "python/guest.py"
#define GENERATORS "python/generators.py"

#define LONG_CELL(workload_name, model_name, ms, ...)                                        \
	{                                                                                    \
		.workload = (workload_name), .model = (model_name), .params = {__VA_ARGS__}, \
		.window_ms = (ms)                                                            \
	}
#define CELL(workload_name, model_name, ...) LONG_CELL(workload_name, model_name, 0, __VA_ARGS__)
/* Python needs longer for the samples of a p99. */
#define ECHO(model) LONG_CELL("echo", model, 200, "connections=64")
/* Computation alone: hashing is no example, since CPython gives its lock up while it hashes. */
#define COMPUTING(model, tasks) \
	CELL("mixed", model, tasks, "operations=10", "wait=0", "compute=20us", "heavy=0")
#define HANDING(model, depth) CELL("delegation", model, "operations=2000", depth)

const struct claim_test claim_guest_tests[] = {
	{"gil-python", "speed of computing, four threads over one",
		COMPUTING("python-threading", "tasks=4"), COMPUTING("python-threading", "tasks=1"),
		CLAIM_RATE, AT_MOST, .bound = 1},
	{"gil-python", "waits per second, Python's threads over those of C",
		CELL("sleep", "python-threading", "tasks=16", "wait=5ms"),
		CELL("sleep", "threads", "tasks=16", "wait=5ms"), CLAIM_RATE, AT_LEAST,
		.bound = 0.9},
	{"processes-cpu-python", "speed of computing, four processes over one thread",
		COMPUTING("python-multiprocessing", "tasks=4"),
		COMPUTING("python-threading", "tasks=1"), CLAIM_RATE, AT_LEAST_PER_CPU,
		.bound = 0.9},
	{"main-advantage-python", "requests per second, asyncio over threading",
		ECHO("python-asyncio"), ECHO("python-threading"), CLAIM_RATE, AT_LEAST,
		.bound = 1.05},
	{"main-advantage-python", "memory per connection, asyncio over threading",
		ECHO("python-asyncio"), ECHO("python-threading"), CLAIM_BYTES, AT_MOST,
		.bound = 0.5},
	{"main-advantage-python", "p99, asyncio over threading", ECHO("python-asyncio"),
		ECHO("python-threading"), CLAIM_P99, AT_MOST, .bound = 1},
	{"delegation-python", "values per second through one level, yield from over a loop",
		HANDING("python-yield-from", "depth=1"), HANDING("python-reyield", "depth=1"),
		CLAIM_RATE, AT_LEAST, .bound = 1},
	{"delegation-python", "through ten levels", HANDING("python-yield-from", "depth=10"),
		HANDING("python-reyield", "depth=10"), CLAIM_RATE, AT_LEAST, .bound = 1},
	{0},
};

static int run_guest_claim(struct demo_result *result, const struct demo_setting *setting)
{
	return claim_run_tests(result, setting, claim_guest_tests);
}

const struct demo demo_guest_claims[] = {
	{"gil-python", DEMO_CLAIM, 9,
		"in Python (guest): under the lock threads compute no faster than one, but waiting "
		"still overlaps",
		"CPython's lock lets one thread run bytecode at a time and is given up around "
		"every "
		"waiting call.",
		run_guest_claim},
	{"processes-cpu-python", DEMO_CLAIM, 6,
		"in Python (guest): processes suit work that computes and pass the lock by",
		"Each process has an interpreter and a lock of its own.", run_guest_claim},
	{"main-advantage-python", DEMO_CLAIM, 10,
		"in Python (guest): async costs less memory and is faster than threads at I/O",
		"One loop takes many ready connections at one wake-up and pays with its own "
		"callbacks, written in Python; a thread pays with the lock and a stack.",
		run_guest_claim},
	{"delegation-python", DEMO_CLAIM, 9,
		"in Python (guest): yield from is faster than a loop that yields again",
		"yield from leaves out a level's own loop, yet each value still passes through "
		"every "
		"level: what is saved is what a loop's bytecode costs in this version of Python.",
		run_guest_claim},
	{0},
};

/* What generators.py does; no row of the table, since no other program does it. */
static const struct param delegation_params[] = {
	[DELEGATION_TASKS] = {"tasks", "one: a generator has one caller", PARAM_COUNT, 1, 1, 1, 1,
		NULL},
	[DELEGATION_OPERATIONS] = {"operations", "values per round", PARAM_COUNT, 1, 1000000, 2000,
		2000, NULL},
	[DELEGATION_DEPTH] = {"depth", "generators that hand a value on", PARAM_COUNT, 1, 100, 1, 1,
		NULL},
	{0},
};

static const struct workload delegation_workload = {.name = "delegation",
	.summary = "values handed on by generators",
	.kind = "primitive",
	.operation = "one value through all levels",
	.params = delegation_params,
	.concurrency = DELEGATION_TASKS,
	.flags = WORKLOAD_NO_LATENCY};

/* A program that was asked what it is, and its models as rows like ours. */
struct claim_program {
	const char *name;
	struct guest_about about;
	struct model models[GUEST_MODELS_MAX];
};

/* Where the guests are: as told, beside the sources this program was built from, or installed. */
static bool find_program(const char *name, char path[PATH_BYTES])
{
	static const char *const folders[] = {"../../guests", "../share/concbench/guests"};
	const char *told = getenv("CONCBENCH_GUESTS");
	char self[PATH_BYTES / 2] = "";
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash = length > 0 ? strrchr(self, '/') : NULL;

	if (told != NULL) {
		snprintf(path, PATH_BYTES, "%s/%s", told, name);
		return access(path, X_OK) == 0;
	}
	if (slash != NULL)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, PATH_BYTES, "%s/%s/%s", self, folders[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static int ask_program(struct demo_result *result, struct claim_program *program, const char *name)
{
	char path[PATH_BYTES], error[REASON_BYTES / 2], reason[REASON_BYTES];

	if (!find_program(name, path)) {
		snprintf(reason, sizeof(reason),
			"– guests/%s is not here (CONCBENCH_GUESTS=FOLDER says where guests are)",
			name);
		demo_not_here(result, reason);
		return -EAGAIN;
	}
	if (guest_ask(&program->about, path, error, sizeof(error)) != 0) {
		snprintf(reason, sizeof(reason), "– %s (Debian, Ubuntu: apt-get install python3)",
			error);
		demo_not_here(result, reason);
		return -EAGAIN;
	}
	for (int i = 0; i < program->about.count; i++)
		program->models[i] = (struct model){.name = program->about.names[i],
			.summary = program->about.summaries[i],
			.family = FAMILY_PROCESSES,
			.kind = MODEL_PER_TASK};
	program->name = name;
	return 0;
}

/* Each program is asked once. */
static int program_of(
	struct demo_result *result, const char *name, const struct claim_program **found)
{
	static struct claim_program programs[PROGRAMS_MAX];

	for (int i = 0; i < PROGRAMS_MAX; i++) {
		*found = &programs[i];
		if (programs[i].name != NULL && strcmp(programs[i].name, name) == 0)
			return 0;
		if (programs[i].name == NULL)
			return ask_program(result, &programs[i], name);
	}
	return -ENOSPC;
}

int claim_guest_plan(struct demo_result *result, const struct claim_cell *cell, enum kind kind,
	struct plan *plan)
{
	bool generators = strcmp(cell->workload, delegation_workload.name) == 0;
	const struct workload *workload =
		generators ? &delegation_workload : workload_find(cell->workload);
	const char *name = generators ? "python/generators.py" : "python/guest.py";
	const struct claim_program *program;
	char reason[REASON_BYTES];
	int rc = program_of(result, name, &program);

	/* a model that is there for certain, until the guest's own takes its place */
	if (rc == 0)
		rc = draft_plan(plan, workload, models[0].name, kind, cell->params);
	if (rc != 0)
		return rc;
	for (int i = 0; i < program->about.count; i++)
		if (strcmp(program->models[i].name, cell->model) == 0) {
			plan->draft.model = &program->models[i];
			plan->draft.guest = program->about.program;
			snprintf(plan->guest.program, sizeof(plan->guest.program), "guests/%s",
				name);
			snprintf(plan->guest.version, sizeof(plan->guest.version), "%s",
				program->about.version);
			return 0;
		}
	snprintf(reason, sizeof(reason), "– %s (%s) has no model %s", name, program->about.version,
		cell->model);
	demo_not_here(result, reason);
	return -EAGAIN;
}
