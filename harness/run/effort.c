#include "harness/run/effort.h"

#include <stddef.h>
#include <string.h>

enum { MS = 1000000, S = 1000000000 };

/*
 * Six invocations are the fewest whose extremes are a 95 % interval (96.9 %): quick has exactly
 * them. Its budget leaves 40 s of the promised 3 minutes to the hyperfine pass. How long the others
 * take depends on what they find here: run_estimate says it.
 */
const struct effort efforts[] = {
	{.name = "smoke",
		.summary = "every cell once, small: does it run",
		.smoke_sizes = true,
		.blocks = 1,
		.memory_blocks = 1,
		.memory_sizes = 2,
		.window_min_ns = 20 * MS,
		.window_max_ns = 20 * MS,
		.settle_ns = 1200ull * MS},
	{.name = "quick",
		.summary = "8 workloads x 6 models, 6 invocations each",
		.mirror = true,
		.blocks = 3,
		.memory_blocks = 3,
		.memory_more = 6,
		.memory_sizes = 2,
		.window_min_ns = 50 * MS,
		.window_max_ns = 250 * MS,
		.settle_ns = 2ull * S,
		.budget_ns = 140ull * S},
	{.name = "standard",
		.summary = "all models and placements, 12 invocations each",
		.mirror = true,
		.everything = true,
		.blocks = 6,
		.memory_blocks = 6,
		.memory_more = 12,
		.memory_sizes = 3,
		.window_min_ns = 400 * MS,
		.window_max_ns = 400 * MS,
		.settle_ns = 10ull * S},
	{.name = "full",
		.summary = "all models and placements, 30 invocations each",
		.mirror = true,
		.everything = true,
		.blocks = 15,
		.memory_blocks = 10,
		.memory_more = 20,
		.memory_sizes = 4,
		.window_min_ns = 1 * S,
		.window_max_ns = 1 * S,
		.settle_ns = 30ull * S},
	{0},
};

const char *const quick_workloads[] = {
	"spawn", "idle", "sleep", "echo", "fetch", "file", "hash", "mixed", NULL};
const char *const quick_models[] = {
	"sequential", "async", "threads", "thread-pool", "processes", "process-pool", NULL};

const struct effort *effort_find(const char *name)
{
	for (const struct effort *effort = efforts; effort->name != NULL; effort++)
		if (strcmp(effort->name, name) == 0)
			return effort;
	return NULL;
}
