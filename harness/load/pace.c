/*
 * The open loop of a client. See client_pace in client.h.
 */
#include "harness/load/client.h"

#include "harness/load/connection.h"
#include "harness/measure/clock.h"

enum { SPIN_NS = 150000 /* a sleeper is late by 41-110 us in the median */ };

/* How long to wait for replies before the next request is due. */
static uint64_t pace_wait_ns(const struct client *client, uint64_t due_ns)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t early_ns = client->pace.spins ? SPIN_NS : 0;

	if (due_ns <= now_ns + early_ns)
		return 0;
	due_ns -= now_ns + early_ns;
	return due_ns < CLIENT_SILENCE_NS ? due_ns : CLIENT_SILENCE_NS;
}

/* Sends all that is due; returns how many, or as client_run. */
static int pace_fire(struct client *client, uint64_t *next, uint64_t total)
{
	const struct pace *pace = &client->pace;
	int rc = 0, fired = 0;

	while (rc == 0 && *next < total &&
		pace->base_ns + schedule_at(pace->schedule, *next) <= clock_now_ns()) {
		uint64_t active = (uint64_t)client->settings.active;

		if (pace->tally != NULL)
			tally_due(pace->tally, *next, clock_now_ns(), client->idle_ns);
		rc = client_extend(client, &client->connections[*next % active], 1);
		(*next)++;
		fired++;
	}
	return rc != 0 ? rc : fired;
}

int client_pace(struct client *client, uint64_t requests)
{
	struct pace *pace = &client->pace;
	uint64_t total = requests * (uint64_t)client->settings.active;
	uint64_t next = 0;
	int rc = 0;

	pace->first = client->connections[0].started; /* every active one has made as many */
	pace->base_ns = clock_now_ns();
	while (rc >= 0 && (next < total || client->pending > 0) && !client_over(client)) {
		uint64_t turn_ns = clock_now_ns(), idle_ns = client->idle_ns;
		uint64_t wait_ns = CLIENT_SILENCE_NS;

		if (next < total)
			wait_ns = pace_wait_ns(
				client, pace->base_ns + schedule_at(pace->schedule, next));
		int ready = client_poll(client, wait_ns);
		rc = ready < 0 ? ready : pace_fire(client, &next, total);
		if (ready == 0 && rc == 0) /* a turn of the spin: all of it was waiting */
			client->idle_ns = idle_ns + (clock_now_ns() - turn_ns);
	}
	return rc < 0 ? rc : 0;
}
