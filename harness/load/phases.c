/*
 * The window of a load with phases. See phases.h.
 */
#include "harness/load/phases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/load/connection.h"
#include "harness/load/load.h"
#include "harness/load/tally.h"
#include "harness/measure/clock.h"

void phase_make(struct course_phase *phase, const char *name, uint64_t rate_per_s, uint64_t span_ns,
	int connections)
{
	double requests = (double)rate_per_s * (double)span_ns / 1e9;
	uint64_t each = (uint64_t)(requests / (double)connections + 0.5);

	*phase = (struct course_phase){.rate_per_s = rate_per_s, .span_ns = span_ns};
	snprintf(phase->name, sizeof(phase->name), "%s", name);
	phase->intended = (each > 0 ? each : 1) * (uint64_t)connections;
}

void phases_report(struct load_report *load, const struct client *client)
{
	load->connections = (uint64_t)client->opened;
	load->requests = client->requests;
	load->replies = client->replies;
	load->wrong = client->wrong;
	load->sent = client->sent;
	load->received = client->received;
	load->socket_sent = client->socket_sent;
	load->socket_received = client->socket_received;
}

void phases_verdict(struct orders *orders, const struct client *client, int rc)
{
	enum status status = rc == -EPROTO || rc == -EBADMSG  ? STATUS_INVALID
			     : rc == -EMFILE || rc == -ENFILE ? STATUS_LIMIT
							      : STATUS_FAILED;

	if (rc != 0 && rc != -ECANCELED)
		orders_verdict(orders, status, "%s", client->problem);
}

/* Requests in flight when nobody waits any longer get no reply; returns how many there are. */
static uint64_t phases_abandon(const struct client *client, struct tally *tally)
{
	uint64_t count = 0;

	for (int i = 0; i < client->opened; i++) {
		const struct connection *connection = &client->connections[i];
		for (uint64_t j = connection->replied; j < connection->started; j++, count++)
			tally_lost(tally, connection_request(client, connection, j));
	}
	return count;
}

/* One round, as long as the course. */
static int phases_open(
	struct orders *orders, const struct course *course, struct schedule *schedule)
{
	struct schedule_stretch stretches[COURSE_PHASES_MAX];

	for (int i = 0; i < course->phases_count; i++)
		stretches[i] = (struct schedule_stretch){
			course->phases[i].intended, course->phases[i].span_ns};
	int rc = schedule_open_stretches(schedule, stretches, (int)course->phases_count);
	if (rc != 0)
		return rc;
	return coordinate_warm(orders, schedule->span_ns + orders->window_ns) == 0 ? -ECANCELED : 0;
}

/* Where the counts stood when the window opened. */
struct before {
	uint64_t cpu_ns, start_ns, idle_ns;
	uint64_t requests, replies, received, checksum, unanswered;
};

static void phases_close(struct orders *orders, struct client *client, struct tally *tally,
	const struct before *before)
{
	struct load_report *load = orders->load;
	struct course *course = tally->course;
	uint64_t end_ns = clock_now_ns(), idle_ns = client->idle_ns - before->idle_ns;

	course->sent = client->requests - before->requests;
	course->answered = client->replies - before->replies;
	course->lost =
		client->losses.unanswered - before->unanswered + phases_abandon(client, tally);
	load->wall_ns = end_ns - before->start_ns;
	load->cpu_ns = load_cpu_ns() - before->cpu_ns;
	load->busy_ns = load->wall_ns > idle_ns ? load->wall_ns - idle_ns : 0;
	load->operations = course->answered;
	load->bytes = client->received - before->received;
	load->checksum = client->checksum - before->checksum;
	phases_report(load, client);
	coordinate_close(orders, end_ns);
}

static int phases_drive(struct orders *orders, struct client *client, struct tally *tally,
	const struct phases_subject *subject)
{
	const struct course *course = tally->course;
	uint64_t per_connection = 0;
	struct before before = {.cpu_ns = load_cpu_ns(),
		.start_ns = clock_now_ns(),
		.idle_ns = client->idle_ns,
		.requests = client->requests,
		.replies = client->replies,
		.received = client->received,
		.checksum = client->checksum,
		.unanswered = client->losses.unanswered};

	for (int i = 0; i < course->phases_count; i++)
		per_connection += course->phases[i].intended / (uint64_t)client->settings.active;
	if (subject->begun_ns != NULL)
		atomic_store(subject->begun_ns, before.start_ns);
	tally->losses = &client->losses;
	tally->begun = subject->begun;
	tally->ends = subject->killed_ns != NULL;
	client->pace.tally = tally;
	client->pace.corrected = &orders->load_lanes[LOAD_CORRECTED];
	client->pace.lag = &orders->load_lanes[LOAD_LAG];
	int rc = client_pace(client, per_connection);
	client->pace.corrected = NULL;
	client->pace.lag = NULL;
	client->pace.tally = NULL;
	if (rc == 0)
		phases_close(orders, client, tally, &before);
	return rc;
}

/* How the connections fared until the last phase, in which the server may end. */
static void phases_losses(struct course *course, const struct tally *tally, uint64_t severed,
	uint64_t unanswered, const struct phases_subject *subject)
{
	const struct client_losses *last = &tally->phases[course->phases_count - 1].losses;

	course->broken = last->severed - severed;
	course->last_lost = course->lost + unanswered - last->unanswered;
	if (subject->killed_ns == NULL)
		return;
	course->recovery_ns = last->mending > 0 ? COURSE_NEVER : COURSE_NA;
	if (last->mending == 0 && course->broken > 0)
		course->recovery_ns = (int64_t)(last->mended_ns - atomic_load(subject->killed_ns));
}

int phases_run(struct orders *orders, struct client *client, struct course *course,
	const struct phases_subject *subject)
{
	struct tally *tally = calloc(1, sizeof(*tally));
	struct schedule schedule = {0};
	uint64_t severed = client->losses.severed;
	uint64_t unanswered = client->losses.unanswered;
	char problem[CLIENT_PROBLEM_MAX] = "";
	int rc = tally == NULL ? -ENOMEM : tally_open(tally, course);

	if (rc == -E2BIG) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "more than %d slices", COURSE_SLICES_MAX);
		rc = -ECANCELED;
	}
	if (rc == 0)
		rc = phases_open(orders, course, &schedule);
	client->pace.schedule = &schedule;
	client->pace.spins = load_spins(orders);
	if (rc == 0)
		rc = phases_drive(orders, client, tally, subject);
	client->pace.schedule = NULL;
	if (rc == 0) {
		tally_finish(tally, clock_now_ns(), client->idle_ns, problem, sizeof(problem));
		course->recovery_ns = COURSE_NA;
		if (subject->overload)
			tally_recovery(tally, subject->before, subject->over);
		phases_losses(course, tally, severed, unanswered, subject);
		orders->load->course = *course;
	}
	if (problem[0] != '\0')
		orders_verdict(orders, STATUS_INVALID, "%s", problem);
	if (tally != NULL)
		tally_close(tally);
	free(tally);
	schedule_close(&schedule);
	return rc;
}
