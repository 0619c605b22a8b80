/*
 * Memory against allocations whose size is known.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/selftest/selftest.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

/* User memory per task of idle tasks, one of each family; false: the line says why not. */
static bool user_per_task(struct line *line, const struct subjects *subjects, const char *model,
	const char *touch, double *bytes)
{
	const char *const params[] = {"tasks=32", "stack=1MiB", touch, NULL};
	struct record record;
	struct plan plan;

	if (draft_plan(&plan, workload_find("idle"), model, KIND_MEMORY, params) != 0) {
		line_measured(line, "no workload idle in this build");
		line_judge(line, false);
		return false;
	}
	plan.settle_ns = 0; /* set sizes do not depend on what the rest of the machine gives back */
	bool done = selftest_invoke(line, subjects, &plan, &record);
	*bytes = record.memory.user_per_task;
	record_release(&record);
	return done;
}

/*
 * What a task has anyway (frames, thread-local memory) is in both figures; the 64 KiB below it too,
 * so that none of the 256 KiB lies in a page that was there already.
 */
void check_touched(struct line *line, const struct subjects *subjects, int variant)
{
	const double known = 256 * KIB;
	double little, much;

	line_expected(line, "256.0 KiB");
	line_tolerance(line, "+-2 %%");
	if (!user_per_task(line, subjects, selftest_models[variant], "touch=64KiB", &little) ||
		!user_per_task(line, subjects, selftest_models[variant], "touch=320KiB", &much))
		return;
	line_measured(line, "%.1f KiB", (much - little) / KIB);
	line_judge(line, much - little >= 0.98 * known && much - little <= 1.02 * known);
}

enum { SHARED_TASKS, SHARED_BYTES };

static const struct param shared_params[] = {
	[SHARED_TASKS] = {"tasks", "children", PARAM_COUNT, 1, 64, 8, 8, NULL},
	[SHARED_BYTES] = {"bytes", "written by the parent", PARAM_BYTES, 0, 1 << 30, 64 * MIB,
		64 * MIB, NULL},
	{0},
};

/* The parent's memory before it forks; the children inherit it and write none of it. */
static int shared_prepare(struct orders *orders)
{
	size_t bytes = (size_t)orders->values[SHARED_BYTES];

	orders->shared =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (orders->shared == MAP_FAILED) {
		orders->shared = NULL;
		return -ENOMEM;
	}
	memset(orders->shared, 1, bytes);
	return 0;
}

static void shared_finish(struct orders *orders)
{
	if (orders->shared != NULL)
		munmap(orders->shared, (size_t)orders->values[SHARED_BYTES]);
}

static int shared_task(void *arg)
{
	struct slot *slot = arg;

	while (slot_round(slot))
		slot_count(slot, 1, 0, 1);
	return slot_result(slot);
}

static int shared_run(struct orders *orders)
{
	return crew_run(orders, shared_task);
}

static const struct workload shared_workload = {
	.name = "shared",
	.summary = "children that share their parent's memory",
	.kind = "primitive",
	.operation = "nothing",
	.params = shared_params,
	.concurrency = SHARED_TASKS,
	.flags = WORKLOAD_MEET | WORKLOAD_NO_RATE | WORKLOAD_NO_LATENCY | WORKLOAD_NO_CHUNKS,
	.pool = POOL_TASKS,
	.prepare = shared_prepare,
	.finish = shared_finish,
	.run = {[FAMILY_PROCESSES] = shared_run},
};

void check_shared(struct line *line, const struct subjects *subjects, int variant)
{
	const char *const params[] = {NULL};
	const double most = MIB;
	struct record record;
	struct plan plan;

	(void)variant;
	line_expected(line, "a child shares its parent's 64 MiB: 0 MiB more");
	line_tolerance(line, "<= %.0f MiB", most / MIB);
	if (draft_plan(&plan, &shared_workload, "processes", KIND_MEMORY, params) != 0) {
		line_measured(line, "it cannot be planned in this build");
		line_judge(line, false);
		return;
	}
	plan.settle_ns = 0;
	if (selftest_invoke(line, subjects, &plan, &record)) {
		line_measured(line, "%.2f MiB a child, %.1f MiB in all",
			record.memory.user_per_task / MIB, (double)record.memory.b.pss / MIB);
		line_judge(line,
			record.memory.user_per_task <= most && record.memory.b.pss >= 64 * MIB);
	}
	record_release(&record);
}

/* 16 KiB on the architectures here, and what describes a thread: RSS knows of neither. */
void check_kernel_stack(struct line *line, const struct subjects *subjects, int variant)
{
	const char *const params[] = {"tasks=200", NULL};
	const double least = 16 * KIB, most = 64 * KIB;
	struct record record;
	struct plan plan;

	(void)variant;
	line_expected(line, ">= 16 KiB of kernel memory a thread");
	line_tolerance(line, "16 .. 64 KiB");
	if (draft_plan(&plan, workload_find("idle"), "threads", KIND_MEMORY, params) != 0) {
		line_measured(line, "it cannot be planned in this build");
		line_judge(line, false);
		return;
	}
	if (selftest_invoke(line, subjects, &plan, &record)) {
		line_measured(line, "%.1f KiB", record.memory.kernel_per_task / KIB);
		line_judge(line, record.memory.kernel_per_task >= least &&
					 record.memory.kernel_per_task <= most);
	}
	record_release(&record);
}

/*
 * Every object that this program is linked to is a handful of mappings in each forked child: kernel
 * memory that would look like the model's. A shell's children have little more than libc.
 */
void check_bare_fork(struct line *line, const struct subjects *subjects, int variant)
{
	enum { CHILDREN = 200 };
	const char *const params[] = {"tasks=200", NULL};
	const double least = 0.5, most = 1.6;
	struct record record;
	struct plan plan;
	struct bare bare;

	(void)variant;
	line_expected(line, "the kernel memory of a forked child that of a child of /bin/sh");
	line_tolerance(line, "%.1f .. %.1f times", least, most);
	int rc = subjects->bare_fork(CHILDREN, &bare);
	if (rc == 0 && bare.objects < 2) {
		line_measured(line, "/bin/sh is not linked to libc");
		line->verdict = LINE_NOT_HERE;
		return;
	}
	if (rc != 0) {
		line_measured(line, "/bin/sh: %s", strerror(-rc));
		line_judge(line, false);
		return;
	}
	if (draft_plan(&plan, workload_find("idle"), "processes", KIND_MEMORY, params) != 0) {
		line_measured(line, "it cannot be planned in this build");
		line_judge(line, false);
		return;
	}
	if (selftest_invoke(line, subjects, &plan, &record)) {
		double ours = record.memory.kernel_per_task;

		line_measured(line, "%.1f against %.1f KiB, %.2f times", ours / KIB,
			bare.kernel_bytes / KIB, ours / bare.kernel_bytes);
		line_judge(line, bare.kernel_bytes > 0 && ours >= least * bare.kernel_bytes &&
					 ours <= most * bare.kernel_bytes);
	}
	record_release(&record);
}
