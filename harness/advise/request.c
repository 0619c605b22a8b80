#include "harness/advise/request.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "harness/params.h"
#include "harness/report/number.h"

enum { CONNECTIONS_MIN = 8 };

/* A server whose CPUs are busier than that has a tail that a small burst makes long. */
static const double busy_at_most = 0.7;

static void refuse_slow(const struct request *request, struct request_facts *facts)
{
	char p99[PARAM_TEXT_MAX], least[PARAM_TEXT_MAX];

	duration_format(request->p99_ns, p99, sizeof(p99));
	duration_format(request->wait_ns + request->compute_ns, least, sizeof(least));
	facts->feasible = false;
	snprintf(facts->reason, sizeof(facts->reason),
		"p99 %s cannot be met: a request alone takes %s (wait and compute)", p99, least);
	snprintf(facts->way_out, sizeof(facts->way_out),
		"a p99 above %s, or a shorter wait or computation", least);
}

static void refuse_crowded(const struct request *request, struct request_facts *facts)
{
	double busy_s = (double)(request->wait_ns + request->compute_ns) / 1e9;

	facts->feasible = false;
	snprintf(facts->reason, sizeof(facts->reason),
		"%" PRId64 " requests/s of %.3g ms each are %.3g in progress on average (Little's "
		"law); %" PRId64 " connections hold no more than %" PRId64,
		request->rate, busy_s * 1e3, facts->in_progress, request->concurrency,
		request->concurrency);
	snprintf(facts->way_out, sizeof(facts->way_out),
		"at least %.0f connections, or at most %.0f requests/s",
		floor(facts->in_progress) + 1, floor((double)request->concurrency / busy_s));
}

static void refuse_busy(const struct request *request, struct request_facts *facts)
{
	char less[NUMBER_MAX];
	double compute_s = (double)request->compute_ns / 1e9;

	facts->feasible = false;
	snprintf(facts->reason, sizeof(facts->reason),
		"computation alone needs %.3g CPUs, there %s %d", facts->cpus,
		request->cpus == 1 ? "is" : "are", request->cpus);
	number_format(less, sizeof(less),
		busy_at_most * request->cpus / (double)request->rate * 1e9, UNIT_DURATION, 2);
	snprintf(facts->way_out, sizeof(facts->way_out),
		"%.0f CPUs, or at most %.0f requests/s, or at most %s of computation each (all "
		"%.0f %% busy)",
		ceil(facts->cpus / busy_at_most),
		floor(busy_at_most * request->cpus / compute_s + 1e-6), less, 100 * busy_at_most);
}

/* One replica's part: so small that this machine's CPUs are at most 70 % busy with it. */
static void divide(const struct request *request, int cpus_here, struct request_facts *facts)
{
	int replicas = (int)ceil(facts->cpus / (busy_at_most * cpus_here));

	facts->replicas = replicas < 1 ? 1 : replicas;
	facts->share = *request;
	facts->share.rate = (request->rate + facts->replicas - 1) / facts->replicas;
	if (request->concurrency > 0)
		facts->share.concurrency =
			(request->concurrency + facts->replicas - 1) / facts->replicas;
	else
		facts->share.concurrency = (int64_t)ceil(2 * facts->in_progress / facts->replicas);
	if (request->concurrency == 0 && facts->share.concurrency < CONNECTIONS_MIN)
		facts->share.concurrency = CONNECTIONS_MIN;
	facts->share.memory_bytes = request->memory_bytes / (uint64_t)facts->replicas;
}

void request_examine(const struct request *request, int cpus_here, struct request_facts *facts)
{
	double seconds = (double)(request->wait_ns + request->compute_ns) / 1e9;

	*facts = (struct request_facts){.feasible = true};
	facts->in_progress = (double)request->rate * seconds;
	facts->cpus = (double)request->rate * (double)request->compute_ns / 1e9;
	divide(request, cpus_here, facts);
	if (request->p99_ns > 0 && request->p99_ns < request->wait_ns + request->compute_ns)
		refuse_slow(request, facts);
	else if (request->concurrency > 0 && (double)request->concurrency < facts->in_progress)
		refuse_crowded(request, facts);
	else if (request->cpus > 0 && facts->cpus > busy_at_most * request->cpus)
		refuse_busy(request, facts);
}

void request_params(const struct request *request, struct sweep sweeps[REQUEST_SWEEPS],
	char *concurrency, size_t bytes)
{
	static const char *const names[REQUEST_SWEEPS] = {"rate", "wait", "compute", "requests"};
	/* warm-up is discarded by whole rounds: long ones would take longer than the window */
	int64_t requests = request->rate / 40 / request->concurrency;

	for (int i = 0; i < REQUEST_SWEEPS; i++)
		snprintf(sweeps[i].name, sizeof(sweeps[i].name), "%s", names[i]);
	snprintf(sweeps[0].values, sizeof(sweeps[0].values), "%" PRId64, request->rate);
	duration_format(request->wait_ns, sweeps[1].values, sizeof(sweeps[1].values));
	duration_format(request->compute_ns, sweeps[2].values, sizeof(sweeps[2].values));
	snprintf(sweeps[3].values, sizeof(sweeps[3].values), "%" PRId64,
		requests < 1 ? 1 : requests);
	snprintf(concurrency, bytes, "%" PRId64, request->concurrency);
}
