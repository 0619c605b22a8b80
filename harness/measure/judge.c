/*
 * The verdict on an invocation.
 *
 * A death is told as such even when somebody noticed its consequences first; then comes what a
 * process of the invocation said; then what the numbers themselves say against them.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/measure/distribution.h"
#include "harness/measure/supervisor.h"
#include "harness/skew.h"

enum { SATURATED_PERCENT = 70, FULL_PERCENT = 90, DIRTY_MIB = 16 };
/* The witness of the CPU account: below that time its own reading is too much of it. */
enum { WITNESSED_NS = 100 * 1000 * 1000, WITNESS_PARTS = 100, TICK_NS = 10 * 1000 * 1000 };

static void refuse(struct record *record, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The first reason stands. */
static void refuse(struct record *record, enum status status, const char *format, ...)
{
	va_list arguments;

	if (record->status != STATUS_OK)
		return;
	va_start(arguments, format);
	vsnprintf(record->reason, sizeof(record->reason), format, arguments);
	va_end(arguments);
	record->status = status;
}

static void warn(struct record *record, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void warn(struct record *record, const char *format, ...)
{
	size_t used = strlen(record->warning);
	va_list arguments;

	if (used != 0 && used + 2 < sizeof(record->warning))
		used += (size_t)snprintf(
			record->warning + used, sizeof(record->warning) - used, "; ");
	va_start(arguments, format);
	vsnprintf(record->warning + used, sizeof(record->warning) - used, format, arguments);
	va_end(arguments);
}

bool invocation_impossible(const struct orders *orders, char *reason, size_t bytes)
{
	const struct workload *workload = orders->workload;
	const struct model *model = orders->model;
	int workers = (int)orders->common[COMMON_POOL];
	int capacity = model_capacity(model, workers, orders->tasks);

	if (orders->guest != NULL) {
		/* what else it cannot do it says itself */
		if (orders->kind == KIND_COUNTS)
			snprintf(reason, bytes, "a guest's system calls are not counted");
		return orders->kind == KIND_COUNTS;
	}
	if (workload->run[model->family] == NULL) {
		const char *why = workload->why_not[model->family];

		snprintf(reason, bytes, "%s", why != NULL ? why : "not made for this family");
		return true;
	}
	if ((workload->flags & WORKLOAD_SHARE) != 0 && model_apart(model) != NULL) {
		snprintf(reason, bytes, "%s", model_apart(model));
		return true;
	}
	if ((workload->flags & WORKLOAD_MEET) == 0 || capacity >= orders->tasks)
		return false;
	if (model->kind == MODEL_INLINE)
		snprintf(reason, bytes, "runs one task at a time, %d must meet", orders->tasks);
	else
		snprintf(reason, bytes, "pool of %d workers, %d %s", capacity, orders->tasks,
			(workload->flags & WORKLOAD_SERVER) != 0 ? "kept connections"
								 : "tasks must meet");
	return true;
}

static void judge_death(struct record *record, const struct child *child, const char *who)
{
	if (child->pid == 0 || child->killed || !WIFSIGNALED(child->status))
		return;
	refuse(record, STATUS_FAILED, "%s was killed by signal %d (%s)", who,
		WTERMSIG(child->status), strsignal(WTERMSIG(child->status)));
}

/* Whatever ended it: the load knows which requests of a server never had a reply. */
static void judge_losses(struct record *record, const struct supervisor *supervisor)
{
	const struct load_report *load = supervisor->orders->load;

	if ((supervisor->orders->workload->flags & WORKLOAD_SERVER) != 0 &&
		load->requests > load->replies && !supervisor_met(supervisor))
		warn(record, "%" PRIu64 " of %" PRIu64 " requests had no reply",
			load->requests - load->replies, load->requests);
}

void judge_end(struct record *record, const struct supervisor *supervisor)
{
	const struct invocation *invocation = supervisor->invocation;

	judge_losses(record, supervisor);
	judge_death(record, &supervisor->root, "the first process of the SUT");
	judge_death(record, &supervisor->load, "the load process");
	if (invocation->verdict_taken)
		refuse(record, invocation->status, "%s", invocation->reason);
	if (supervisor_met(supervisor))
		return; /* ended by force, as was wanted */
	if (!invocation->ended || (WIFEXITED(supervisor->root.status) && supervisor->root.status))
		refuse(record, STATUS_FAILED, "the SUT ended with status %d",
			WEXITSTATUS(supervisor->root.status));
	if (supervisor->load.pid != 0 && !supervisor->load.killed && supervisor->load.status != 0)
		refuse(record, STATUS_FAILED, "the load process ended with status %d",
			WEXITSTATUS(supervisor->load.status));
}

/* Tasks that took part in the window. */
static int tasks_seen(const struct orders *orders)
{
	const struct invocation *invocation = orders->invocation;
	uint64_t since_ns = invocation->mode == ROUNDS_ONCE ? 1 : invocation->go_ns;
	int seen = 0;

	for (uint32_t i = 0; i < invocation->gate.participants; i++)
		seen += orders->slots[i].start_ns >= since_ns;
	return seen;
}

/*
 * A busy load process makes an open loop, or an upstream, late and the invocation invalid. A closed
 * loop is never late: its figures are true of the pair of server and generator. Only when it is the
 * busier side the rate is its own and not the server's, and replies have waited for it, which the
 * table must say: differences between models are then smaller there than they are.
 */
static void judge_saturation(struct record *record, const struct orders *orders, const char *who)
{
	const struct load_report *load = orders->load;
	double cpus = CPU_COUNT(&orders->sut_cpus) > 0 ? CPU_COUNT(&orders->sut_cpus) : 1;
	bool closed = (orders->workload->flags & WORKLOAD_SERVER) != 0 &&
		      histogram_count(&orders->load_lanes[LOAD_CORRECTED].histogram) == 0;

	if (load->wall_ns == 0 || record->window.ns == 0)
		return;
	double busy = 100.0 * (double)load->busy_ns / (double)load->wall_ns;
	double sut = 100.0 * (double)record->window.cpu_ns / ((double)record->window.ns * cpus);
	if (!closed && busy > SATURATED_PERCENT)
		refuse(record, STATUS_INVALID, "%s saturated: busy %.0f %% of the window", who,
			busy);
	if (closed && busy > FULL_PERCENT && sut < FULL_PERCENT)
		warn(record,
			"rate is a lower bound, latencies an upper one: the generator was busy "
			"%.0f %% of the window, the SUT %.0f %%",
			busy, sut);
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* What the schedule's lag hides is n/a wherever it is printed; here is why. */
static void judge_lag(struct record *record, const struct orders *orders)
{
	const struct lane *lanes = orders->load_lanes;
	struct distribution latencies = {.latencies = &lanes[LOAD_CORRECTED].histogram,
		.max_ns = lanes[LOAD_CORRECTED].max_ns,
		.lag = &lanes[LOAD_LAG].histogram,
		.lag_max_ns = lanes[LOAD_LAG].max_ns};
	char text[RECORD_REASON_MAX];

	if (distribution_hidden(&latencies, text, sizeof(text)))
		warn(record, "%s", text);
}

static void judge_load(struct record *record, const struct orders *orders)
{
	const struct load_report *load = orders->load;
	bool server = (orders->workload->flags & WORKLOAD_SERVER) != 0;
	char text[RECORD_REASON_MAX];

	if (load->wrong != 0)
		refuse(record, STATUS_INVALID, "%" PRIu64 " wrong replies", load->wrong);
	if (server && apart(orders_served(orders), load->replies) > load->unproven)
		refuse(record, STATUS_INVALID,
			"served %" PRIu64 ", the generator counted %" PRIu64 " replies",
			orders_served(orders), load->replies);
	if ((load->socket_sent != 0 && load->socket_sent != load->sent) ||
		(load->socket_received != 0 && load->socket_received != load->received))
		refuse(record, STATUS_INVALID,
			"the sockets carried %" PRIu64 " + %" PRIu64 " bytes, counted were %" PRIu64
			" + %" PRIu64,
			load->socket_sent, load->socket_received, load->sent, load->received);
	if (load->course.phases_count > 0 && course_fault(&load->course, text, sizeof(text)))
		refuse(record, STATUS_INVALID, "%s", text);
	judge_saturation(record, orders, server ? "generator" : "upstream");
	judge_lag(record, orders);
	if (record->environment.listen_overflows != 0)
		refuse(record, STATUS_INVALID, "the listen backlog overflowed %" PRIu64 " times",
			record->environment.listen_overflows);
}

void judge_begin(struct record *record, const struct environment *begin)
{
	uint64_t dirty_mib = begin->dirty_bytes >> 20;

	if (dirty_mib > DIRTY_MIB)
		warn(record, "%" PRIu64 " MiB of dirty pages at the start", dirty_mib);
}

void judge_numbers(struct record *record, const struct orders *orders)
{
	uint64_t faults = record->window.minor_faults;
	/* tasks that are spawned for one round each begin in the window, again and again */
	uint64_t begun = record->work.tasks *
			 (orders->invocation->mode == ROUNDS_EACH ? record->work.rounds : 1);
	int expected = (int)orders->invocation->gate.participants;
	int seen = tasks_seen(orders);

	if (orders->workload->load != NULL)
		judge_load(record, orders);
	if (seen != expected)
		refuse(record, STATUS_FAILED, "%d of %d tasks ran in the window", seen, expected);
	if (record->work.operations == 0)
		refuse(record, STATUS_FAILED, "no operation was done in the window");
	if (record->environment.throttled_ns != 0)
		refuse(record, STATUS_INVALID, "a CPU quota stopped the SUT for %.1f ms",
			(double)record->environment.throttled_ns / 1e6);
	if (orders->invocation->workers_died != 0)
		warn(record, "%d of the pool's workers died (signal %d) and had to be replaced",
			orders->invocation->workers_died, orders->invocation->workers_signal);
	if (faults > begun && (orders->workload->flags & WORKLOAD_FAULTS) == 0)
		warn(record, "%.1f page faults per task in the window",
			(double)faults / (double)begun);
	if ((orders->workload->flags & WORKLOAD_NO_RATE) == 0 &&
		!skew_harmless(&record->window, CPU_COUNT(&orders->sut_cpus)))
		warn(record, "rates n/a: the window is %.1f times the skew of the start",
			(double)record->window.ns / (double)record->window.skew_ns);
	/* with a control group of its own the SUT is not mixed with what others give back */
	if (record->memory.measured && !record->memory.settled && record->memory.a.cgroup < 0)
		warn(record, "the machine's memory did not stand still before the baseline");
}

void judge_account(struct record *record, const struct supervisor *supervisor)
{
	int64_t ours_ns = (int64_t)record->window.cpu_ns;
	int64_t group_ns = account_witness_ns(supervisor);
	int64_t most_ns = ours_ns / WITNESS_PARTS;

	if (group_ns < 0 && account_misses_ends(supervisor->orders))
		warn(record, "CPU time without what ending threads took at the last: no control "
			     "group to count it");
	if (group_ns < 0 || (ours_ns < WITNESSED_NS && group_ns < WITNESSED_NS))
		return;
	/* servers run on while they are read: the group knows of them up to their last tick */
	if (supervisor->invocation->mode == ROUNDS_ONCE)
		most_ns += (int64_t)TICK_NS * CPU_COUNT(&supervisor->orders->sut_cpus);
	if (llabs(group_ns - ours_ns) > most_ns)
		warn(record, "CPU time: the control group counted %.1f ms, the account has %.1f",
			(double)group_ns / 1e6, (double)ours_ns / 1e6);
}
