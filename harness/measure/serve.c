/*
 * The supervisor's answers: accounts at marks, memory at points, the peak in between.
 */
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "harness/measure/accepted.h"
#include "harness/measure/supervisor.h"
#include "harness/measure/without.h"

enum {
	/* With a group of its own the SUT's kernel side is not the machine's: waiting long for
	   other programs to calm down would gain nothing. */
	SETTLE_GROUP_S = 3,
	SAMPLE_EVERY_NS = 20 * 1000 * 1000,
	SAMPLE_SHARE = 5, /* at most this part of the time goes into sampling */
	QUIET_TRIES = 400,
	QUIET_PAUSE_US = 500,
	PAGE = 4096
};

static void read_marks(struct supervisor *supervisor, enum request request)
{
	struct reading *reading = &supervisor->readings[request];
	pid_t asker = supervisor->invocation->marks[request].pid;

	int tries = supervisor->invocation->mode == ROUNDS_ONCE ? 1 : QUIET_TRIES;
	int awake = 1;
	int rc = 0;

	/* the last task at the gate may be here before the others are asleep at it */
	for (int i = 0; i < tries && rc == 0 && awake > 0; i++) {
		if (i > 0)
			usleep(QUIET_PAUSE_US);
		*reading = (struct reading){0};
		rc = account_tree(&reading->tree, supervisor->root.pid, asker, &awake);
	}
	reading->group_cpu_ns = cpu_group_ns(&supervisor->cpu_group);
	counts_read(&supervisor->counts, reading->counts);
	environment_read(&reading->environment);
	if (rc != 0)
		orders_verdict(supervisor->orders, STATUS_FAILED,
			"the SUT's processes could not be read: %s", strerror(-rc));
}

static void read_point(struct supervisor *supervisor, struct record_memory_point *point)
{
	if (memory_read(point, supervisor->root.pid, &supervisor->group) != 0)
		orders_verdict(
			supervisor->orders, STATUS_FAILED, "the SUT's memory could not be read");
	if ((supervisor->orders->workload->flags & WORKLOAD_SERVER) != 0)
		point->accepted = accepted_bytes(
			atomic_load(&supervisor->orders->port), supervisor->group.version);
	if (point->pss > supervisor->memory.peak)
		supervisor->memory.peak = point->pss;
}

/*
 * Maps the arena here too: a page that only the SUT has mapped would count among its private ones.
 */
static void share_arena(const struct arena *arena)
{
	const volatile char *bytes = (const volatile char *)arena->base;

	for (size_t at = 0; at < arena->bytes; at += PAGE)
		(void)bytes[at];
}

static void point_a(struct supervisor *supervisor)
{
	uint64_t most_ns = supervisor->plan->settle_ns;

	if (supervisor->orders->kind == KIND_COUNTS) {
		counts_open(&supervisor->counts, supervisor->root.pid);
		return;
	}
	share_arena(supervisor->orders->arena);
	if (supervisor->group.path[0] != '\0' && most_ns > SETTLE_GROUP_S * 1000000000ull)
		most_ns = SETTLE_GROUP_S * 1000000000ull;
	supervisor->memory.settled = !without("settle") && most_ns > 0 &&
				     memory_settle(most_ns, supervisor_interrupted, supervisor);
	read_point(supervisor, &supervisor->memory.a);
	/* what was there before the tasks is no peak of theirs */
	supervisor->memory.peak = supervisor->memory.a.pss;
}

void serve(struct supervisor *supervisor, enum request request)
{
	switch (request) {
	case REQUEST_A:
		point_a(supervisor);
		break;
	case REQUEST_B:
		read_point(supervisor, &supervisor->memory.b);
		supervisor->memory.measured = 1;
		break;
	case REQUEST_CLOSE:
		read_marks(supervisor, request);
		if (supervisor->orders->kind == KIND_MEMORY)
			sample_peak(supervisor);
		break;
	case REQUEST_OPEN:
		environment_describe(&supervisor->described, supervisor->root.pid);
		read_marks(supervisor, request);
		break;
	case REQUEST_GATE:
		read_marks(supervisor, request);
		break;
	case REQUEST_NONE:
	case REQUESTS:
		break;
	}
}

void sample_peak(struct supervisor *supervisor)
{
	uint64_t start_ns = clock_now_ns();
	uint64_t pause_ns = supervisor->sampling_ns * SAMPLE_SHARE;
	int64_t pss;

	if (pause_ns < SAMPLE_EVERY_NS)
		pause_ns = SAMPLE_EVERY_NS;
	if (start_ns - supervisor->sampled_ns < pause_ns)
		return;
	pss = memory_pss(supervisor->root.pid);
	if (pss > supervisor->memory.peak)
		supervisor->memory.peak = pss;
	supervisor->sampled_ns = clock_now_ns();
	supervisor->sampling_ns = supervisor->sampled_ns - start_ns;
}
