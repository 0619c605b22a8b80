#include "harness/advise/advice.h"

const char advice_workload[] = "http";

/* What a service could be built on; polling, a global lock and one after the other are shown by
   demo, not advised. */
static char *const selectors[ADVICE_MODELS] = {"http/async", "http/async-uring",
	"http/async-offload", "http/threads", "http/thread-pool", "http/processes",
	"http/process-pool"};

static const struct effort usual = {.name = "quick",
	.summary = "6 invocations of each model",
	.mirror = true,
	.everything = true,
	.blocks = ADVICE_BLOCKS,
	.memory_blocks = ADVICE_MEMORY_BLOCKS,
	.memory_sizes = 1,
	.window_min_ns = 300000000,
	.window_max_ns = 300000000,
	.settle_ns = 2000000000};
static const struct effort axis = {.name = "quick",
	.summary = "6 invocations of each model",
	.mirror = true,
	.blocks = ADVICE_BLOCKS,
	.window_min_ns = 200000000,
	.window_max_ns = 200000000};

/* Where a p99 is asked for, windows are so long that six invocations together have the thousand
   requests that tell it, and some to spare; but none longer than four seconds. */
static void lengthen(struct effort *effort, const struct request *request)
{
	static const double longest_ns = 4e9, requests = 1500;
	double window_ns = requests * 1e9 / (double)request->rate / (2 * ADVICE_BLOCKS);

	if (request->p99_ns == 0 || window_ns <= (double)effort->window_min_ns)
		return;
	effort->window_min_ns = (uint64_t)(window_ns > longest_ns ? longest_ns : window_ns);
	effort->window_max_ns = effort->window_min_ns;
}

int advice_measure(struct trial *trial, const struct trial_world *world,
	const struct request *request, int times, char *error, size_t error_bytes)
{
	struct trial_world own = *world;
	struct effort effort = usual;
	struct sweep sweeps[REQUEST_SWEEPS];
	char concurrency[32];

	effort.blocks *= times; /* not those of memory: bytes repeat within a percent */
	if (times > 1 && request->memory_bytes == 0)
		effort.memory_blocks = 0; /* bytes decide nothing then */
	lengthen(&effort, request);
	own.effort = &effort;
	request_params(request, sweeps, concurrency, sizeof(concurrency));
	return trial_run(trial, &own, selectors, ADVICE_MODELS, sweeps, REQUEST_SWEEPS, concurrency,
		error, error_bytes);
}

struct effort advice_axis_effort(const struct request *request)
{
	struct effort effort = axis;

	lengthen(&effort, request);
	return effort;
}
