/*
 * Driving a target. See drive.h.
 */
#include "harness/load/drive.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/load/lag.h"
#include "harness/load/load.h"
#include "harness/measure/clock.h"

enum { BUSY_PERCENT_MAX = 70, ROUND_MAX = 1 << 20 };

/* Requests of each active connection, of an open loop. */
static uint64_t share_of(const struct drive_settings *settings)
{
	double total = (double)settings->rate_per_s * (double)settings->duration_ns / 1e9;
	uint64_t active = (uint64_t)settings->client.active;
	uint64_t share = (uint64_t)(total / (double)active + 0.5);

	return share > 0 ? share : 1;
}

/* A long schedule repeats itself. */
static int drive_schedule(struct schedule *schedule, const struct drive_settings *settings)
{
	uint64_t requests = share_of(settings) * (uint64_t)settings->client.active;

	return schedule_open(schedule, settings->arrivals, settings->rate_per_s,
		requests < ROUND_MAX ? requests : ROUND_MAX, settings->seed);
}

/* The measured part. */
static int drive_window(
	struct drive *drive, struct client *client, const struct drive_settings *settings)
{
	uint64_t start_ns = clock_now_ns(), cpu_ns = load_cpu_ns(), idle_ns = client->idle_ns;
	uint64_t end_ns = start_ns + settings->duration_ns;
	uint64_t replies = client->replies, requests = client->requests;
	int rc;

	client->lane = &drive->uncorrected;
	client->give_up_ns = end_ns + settings->timeout_ns;
	if (drive->open) {
		client->pace.corrected = &drive->corrected;
		client->pace.lag = &drive->lag;
		rc = client_pace(client, share_of(settings));
		drive->on_time = client->replies - replies;
		drive->wall_ns = client->last_ns - start_ns;
	} else {
		rc = client_run_until(client, end_ns, &drive->on_time);
		drive->wall_ns = settings->duration_ns;
	}
	drive->cpu_ns = load_cpu_ns() - cpu_ns;
	uint64_t took_ns = clock_now_ns() - start_ns, idled_ns = client->idle_ns - idle_ns;
	drive->busy_ns = took_ns > idled_ns ? took_ns - idled_ns : 0;
	if (drive->busy_ns > drive->wall_ns)
		drive->busy_ns = drive->wall_ns;
	drive->requests = client->requests - requests;
	drive->replies = client->replies - replies;
	drive->unanswered = client->requests - client->replies - client->losses.unanswered;
	return rc;
}

static void drive_judge(struct drive *drive, const struct client *client)
{
	const struct client_settings *settings = &client->settings;
	uint64_t busy = drive->wall_ns > 0 ? drive->busy_ns * 100 / drive->wall_ns : 0;

	if (drive->wrong > 0)
		snprintf(drive->fault, sizeof(drive->fault), "%" PRIu64 " wrong replies: %.120s",
			drive->wrong, client->problem);
	else if (drive->connections < (uint64_t)settings->connections)
		snprintf(drive->fault, sizeof(drive->fault),
			"%" PRIu64 " of %d connections established: %.120s", drive->connections,
			settings->connections, client->problem);
	else if (drive->replies == 0)
		snprintf(drive->fault, sizeof(drive->fault), "no reply in the time");
	else if (drive->open && lag_fault(&client->pace, drive->requests, &drive->lag,
					&drive->corrected, drive->fault, sizeof(drive->fault)))
		return;
	else if (drive->open && busy > BUSY_PERCENT_MAX)
		snprintf(drive->fault, sizeof(drive->fault),
			"generator saturated: busy %" PRIu64 " %% of the time (at most %d %%)",
			busy, BUSY_PERCENT_MAX);
}

static int drive_client(
	struct drive *drive, struct client *client, const struct drive_settings *settings)
{
	client->give_up_ns = clock_now_ns() + settings->timeout_ns;
	int rc = client_reach(client);
	drive->connections = client->replies;
	if (rc == 0 && client->replies == 0)
		rc = -EHOSTDOWN;
	if (rc == 0)
		rc = drive_window(drive, client, settings);
	drive->losses = client->losses;
	drive->wrong = client->wrong;
	drive->sent = client->sent;
	drive->received = client->received;
	if (rc == 0)
		drive_judge(drive, client);
	memcpy(drive->problem, client->problem, sizeof(drive->problem));
	if (rc == -EHOSTDOWN && drive->problem[0] == '\0')
		snprintf(drive->problem, sizeof(drive->problem), "no reply in the time");
	return rc;
}

int drive_run(struct drive *drive, const struct drive_settings *settings)
{
	struct client client = {0};
	struct schedule schedule = {0};

	memset(drive, 0, sizeof(*drive));
	drive->open = settings->rate_per_s > 0;
	int rc = client_open(&client, &settings->client);
	if (rc == 0 && drive->open)
		rc = drive_schedule(&schedule, settings);
	if (rc == 0) {
		client.pace.schedule = drive->open ? &schedule : NULL;
		client.pace.spins = true;
		rc = drive_client(drive, &client, settings);
	} else {
		memcpy(drive->problem, client.problem, sizeof(drive->problem));
	}
	schedule_close(&schedule);
	client_close(&client);
	return rc;
}
