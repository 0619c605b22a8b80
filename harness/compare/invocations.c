#include "harness/compare/invocations.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/compare/canary.h"
#include "harness/measure/clock.h"
#include "harness/params.h"

/* Beyond any sound invocation of the sizes that are compared. */
static const uint64_t deadline_ns = 60000000000u;

/* The order for one chunk of the head; INJECT_NOTHING for all others. */
static struct injection injection_for(
	const struct invocations *invocations, int benchmark, enum arm arm, uint64_t rounds)
{
	double operations = (double)invocations->chunk[benchmark];
	double amount = invocations->injection_amount;

	if (invocations->injection == INJECT_NOTHING || arm != ARM_HEAD || rounds == 0)
		return (struct injection){.kind = INJECT_NOTHING};
	if (invocations->injection == INJECT_CPU)
		amount *= operations * invocations->cpu_ns[benchmark];
	else if (invocations->injection != INJECT_STALL)
		amount *= operations;
	return (struct injection){
		.kind = invocations->injection, .amount = amount < 1 ? 1 : (uint64_t)amount};
}

/* Every invocation of the head does the same more work, some of it. */
static void check_injected(
	struct invocations *invocations, int benchmark, uint64_t done, struct sample *sample)
{
	uint64_t *expected = &invocations->injected[benchmark];

	if (*expected == 0)
		*expected = done;
	if (sample->status != STATUS_OK || (done > 0 && done == *expected))
		return;
	sample->status = STATUS_FAILED;
	snprintf(sample->reason, sizeof(sample->reason),
		"%llu units were injected, %llu into an invocation before",
		(unsigned long long)done, (unsigned long long)*expected);
}

static int invoke(struct invocations *invocations, int benchmark, enum arm arm, uint64_t rounds,
	int padding, struct sample *sample)
{
	const struct cell *cell = &invocations->plan->cells[benchmark];
	struct executor *executor = &invocations->sides[arm].executor;
	struct invocation_request request = {.cell = cell,
		.seed = invocations->seed,
		.window_ns = invocations->window_ns,
		.rounds = rounds,
		.injection = injection_for(invocations, benchmark, arm, rounds),
		.chunk = rounds > 0 && invocations->chunks ? invocations->chunk[benchmark] : 0,
		.deadline_ns = deadline_ns,
		.padding = padding};
	struct record record;

	memset(&record, 0, sizeof(record));
	int rc = executor->invoke(executor, &request, &record);
	if (rc == 0 && rounds == 0)
		invocations->chunk[benchmark] =
			record.chunk_operations > 0 ? (uint64_t)record.chunk_operations : 0;
	if (rc == 0)
		sample_from_record(
			sample, &record, (cell->workload->flags & WORKLOAD_NO_RATE) == 0);
	if (rc == 0 && request.injection.kind != INJECT_NOTHING)
		check_injected(invocations, benchmark, record.injected, sample);
	record_release(&record);
	return rc;
}

/* Once on the base, so that both sides compute the same. */
static void calibrate(struct invocations *invocations, struct cell *cell)
{
	const struct workload *workload = cell->workload;
	struct executor *executor = &invocations->sides[ARM_BASE].executor;

	if (workload->calibrate == NULL)
		return;
	const struct param *param = &workload->params[workload->calibrated];
	int64_t *value = &cell->values[workload->calibrated];
	/* another value than the defaults is the user's */
	if (*value == param->usual || *value == param->smoke)
		*value = executor->calibrate(executor, cell);
}

/* What the head does for so many nominal rounds. */
static uint64_t injected_rounds(const struct invocations *invocations, uint64_t rounds)
{
	return (uint64_t)llround((double)rounds * (1 + invocations->inject));
}

static int probe(struct compare_world *world, int benchmark, struct sample *sample)
{
	struct invocations *invocations = world->state;

	calibrate(invocations, &invocations->plan->cells[benchmark]);
	int rc = invoke(invocations, benchmark, ARM_BASE, 0, 0, sample);
	if (rc != 0 || sample->status != STATUS_OK)
		return rc;
	invocations->work[benchmark] = sample->work;
	invocations->cpu_ns[benchmark] = sample->values[METRIC_CPU];
	if (invocations->injection != INJECT_NOTHING && invocations->chunk[benchmark] == 0) {
		sample->status = STATUS_IMPOSSIBLE;
		snprintf(sample->reason, sizeof(sample->reason),
			"it has no chunks at whose ends something could be injected");
	}
	if (fabs(invocations->inject) * (double)sample->work.rounds < 1 &&
		invocations->inject != 0) {
		sample->status = STATUS_IMPOSSIBLE;
		snprintf(sample->reason, sizeof(sample->reason),
			"%llu rounds fit the window, %g %% of them is less than one",
			(unsigned long long)sample->work.rounds, fabs(invocations->inject) * 100);
	}
	sample->injected = (double)injected_rounds(invocations, sample->work.rounds) /
				   (double)sample->work.rounds -
			   1;
	if (invocations->injection == INJECT_CPU)
		sample->injected = invocations->injection_amount;
	return 0;
}

/*
 * What more was done counts for the nominal work: that is the slow-down. The count of operations is
 * the proof that it was really done.
 */
static void charge(const struct record_work *nominal, uint64_t rounds, struct sample *sample)
{
	uint64_t expected = nominal->operations / nominal->rounds * rounds;
	double more = (double)rounds / (double)nominal->rounds;

	if (sample->status != STATUS_OK)
		return;
	if (sample->work.operations != expected) {
		sample->status = STATUS_FAILED;
		snprintf(sample->reason, sizeof(sample->reason),
			"%llu operations were to be done with the injected ones, %llu were",
			(unsigned long long)expected, (unsigned long long)sample->work.operations);
		return;
	}
	sample->values[METRIC_WALL] *= more;
	sample->values[METRIC_CPU] *= more;
	sample->values[METRIC_SWITCHES] *= more;
	sample->window_wall *= more;
	sample->work = *nominal;
}

static int measure(struct compare_world *world, int benchmark, enum arm arm, int padding,
	struct sample *sample)
{
	struct invocations *invocations = world->state;
	const struct record_work *nominal = &invocations->work[benchmark];
	uint64_t rounds = nominal->rounds;

	if (arm == ARM_HEAD)
		rounds = injected_rounds(invocations, rounds);
	int rc = invoke(invocations, benchmark, arm, rounds, padding, sample);
	if (rc == 0 && rounds != nominal->rounds)
		charge(nominal, rounds, sample);
	return rc;
}

static double spin(struct compare_world *world, int benchmark, double *waited)
{
	struct invocations *invocations = world->state;
	const struct cell *cell = &invocations->plan->cells[benchmark];
	struct executor *executor = &invocations->sides[ARM_BASE].executor;
	cpu_set_t cpus = cell->sut;

	if (cell->workload->load != NULL)
		CPU_OR(&cpus, &cpus, &cell->load);
	return executor->spin(executor, &cpus, waited);
}

double world_canary(struct compare_world *world, int which)
{
	(void)world;
	return which == CANARY_PIPE ? canary_pipe() : canary_arithmetic();
}

uint64_t world_now_ns(struct compare_world *world)
{
	(void)world;
	return clock_now_ns();
}

void invocations_init(struct invocations *invocations, struct run_plan *plan,
	const char *const programs[ARMS], uint64_t seed, uint64_t window_ns)
{
	memset(invocations, 0, sizeof(*invocations));
	invocations->plan = plan;
	invocations->seed = seed;
	invocations->window_ns = window_ns;
	for (int arm = 0; arm < ARMS; arm++) {
		process_executor_init(&invocations->sides[arm]);
		invocations->sides[arm].program = programs[arm];
	}
	invocations->world = (struct compare_world){.probe = probe,
		.measure = measure,
		.spin = spin,
		.canary = world_canary,
		.now_ns = world_now_ns,
		.state = invocations};
}
