/*
 * The generator and its window. See load.h.
 */
#include "harness/load/load.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "harness/load/lag.h"
#include "harness/measure/clock.h"
#include "harness/measure/limits.h"
#include "harness/record.h"

/* What is known so far: the harness waits until the server has counted as many replies. */
static void generator_report(struct load_report *load, const struct client *client)
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

/* Who is asked whether to go on, in a silence. */
struct asked {
	struct orders *orders;
	const struct client *client;
};

/* Silence may be all that comes, and then somebody's end: what is unanswered is told now. */
static bool generator_cancelled(void *arg)
{
	const struct asked *asked = arg;

	generator_report(asked->orders->load, asked->client);
	return coordinate_cancelled(asked->orders);
}

/* So many requests per active connection, in the loop that was asked for. */
static int generator_run(struct client *client, uint64_t requests)
{
	return client->pace.schedule != NULL ? client_pace(client, requests)
					     : client_run(client, requests);
}

/* Discarded rounds until the harness says how many rounds the window has; 0 only with an error. */
static int generator_warm(struct orders *orders, struct client *client, uint64_t *rounds)
{
	int rc = 0;

	for (*rounds = 0; rc == 0 && *rounds == 0;) {
		uint64_t start_ns = clock_now_ns();

		rc = generator_run(client, client->settings.per_round);
		if (rc == 0 && coordinate_cancelled(orders))
			rc = -ECANCELED;
		generator_report(orders->load, client);
		if (rc == 0)
			*rounds = coordinate_warm(orders, client->last_ns - start_ns);
	}
	return rc;
}

/* Time outside of waits misses what the calls that wait cost themselves; CPU time misses when the
   generator was ready and not running. A closed loop never spins, so the greater one is true. */
static uint64_t generator_busy_ns(
	const struct client *client, const struct load_report *load, uint64_t idle_ns)
{
	uint64_t busy_ns = load->wall_ns > idle_ns ? load->wall_ns - idle_ns : 0;

	if (client->pace.schedule == NULL && load->cpu_ns > busy_ns)
		busy_ns = load->cpu_ns;
	return busy_ns < load->wall_ns ? busy_ns : load->wall_ns;
}

/* Where the window's latencies go; with on false, nowhere. */
static void generator_record(struct orders *orders, struct client *client, bool on)
{
	bool open = client->pace.schedule != NULL;

	client->lane = on ? &orders->load_lanes[LOAD_UNCORRECTED] : NULL;
	client->chunks = on && !open ? orders->load_chunks : NULL;
	client->pace.corrected = on && open ? &orders->load_lanes[LOAD_CORRECTED] : NULL;
	client->pace.lag = on && open ? &orders->load_lanes[LOAD_LAG] : NULL;
}

/* Says so if an open loop did not offer the load it was asked for. */
static void generator_judge(struct orders *orders, const struct client *client, uint64_t rounds)
{
	const struct pace *pace = &client->pace;
	char text[CLIENT_PROBLEM_MAX];

	if (lag_fault(pace, pace->schedule->requests * rounds, &orders->load_lanes[LOAD_LAG],
		    &orders->load_lanes[LOAD_CORRECTED], text, sizeof(text)))
		orders_verdict(orders, STATUS_INVALID, "%s", text);
}

/* The window: everything counted in it goes to the report. */
static int generator_window(struct orders *orders, struct client *client, uint64_t rounds)
{
	struct load_report *load = orders->load;
	uint64_t cpu_ns = load_cpu_ns(), start_ns = clock_now_ns();
	uint64_t replies = client->replies, received = client->received;
	uint64_t checksum = client->checksum, idle_ns = client->idle_ns;

	generator_record(orders, client, true);
	int rc = generator_run(client, rounds * client->settings.per_round);
	if (rc != 0)
		return rc;
	load->wall_ns = client->last_ns - start_ns;
	load->cpu_ns = load_cpu_ns() - cpu_ns;
	load->busy_ns = generator_busy_ns(client, load, client->idle_ns - idle_ns);
	load->operations = client->replies - replies;
	load->bytes = client->received - received;
	load->checksum = client->checksum - checksum;
	generator_record(orders, client, false);
	generator_report(load, client);
	coordinate_close(orders, client->last_ns);
	return 0;
}

static enum status generator_status(int rc, bool connected)
{
	switch (rc) {
	case -EMFILE:
	case -ENFILE:
	case -EADDRNOTAVAIL:
		return STATUS_LIMIT;
	case -EPROTO:
	case -EBADMSG:
		return STATUS_INVALID;
	default:
		return connected ? STATUS_FAILED : STATUS_INVALID;
	}
}

/* What became of the client; it names the limit of descriptors itself. */
static void generator_verdict(
	struct orders *orders, const struct client *client, int rc, bool connected)
{
	char text[RECORD_REASON_MAX];

	if (rc == -EADDRNOTAVAIL && limit_name(rc, client->opened, text, sizeof(text)) == 0)
		orders_verdict(orders, STATUS_LIMIT, "%s", text);
	else
		orders_verdict(orders, generator_status(rc, connected), "%s", client->problem);
}

/* From the first connection to the last; connected tells how far it came. */
static int generator_drive(struct orders *orders, struct client *client, bool *connected)
{
	uint64_t rounds;
	uint32_t number;
	int rc = orders_await(orders, &number);

	if (rc == 0)
		rc = client_connect(client, number);
	generator_report(orders->load, client);
	if (rc != 0)
		return rc;
	*connected = true;
	coordinate_ready(orders);
	rc = generator_warm(orders, client, &rounds);
	if (rc == 0)
		rc = generator_window(orders, client, rounds);
	if (rc == 0)
		rc = client_finish(client);
	if (rc == 0 && client->pace.schedule != NULL)
		generator_judge(orders, client, rounds);
	return rc;
}

int load_generate(struct orders *orders, const struct generator_settings *settings)
{
	struct client client = {0};
	struct client_settings own = settings->client;
	struct schedule schedule = {0};
	struct asked asked = {orders, &client};
	bool connected = false;

	own.cancelled = generator_cancelled;
	own.cancelled_arg = &asked;
	int rc = client_open(&client, &own);
	if (rc == 0 && settings->rate_per_s > 0) {
		rc = schedule_open(&schedule, settings->arrivals, settings->rate_per_s,
			(uint64_t)own.active * own.per_round, orders->seed);
		client.pace.schedule = &schedule;
		client.pace.spins = load_spins(orders);
	}
	if (rc == 0)
		rc = generator_drive(orders, &client, &connected);
	generator_report(orders->load, &client);
	if (rc != 0 && rc != -ECANCELED)
		generator_verdict(orders, &client, rc, connected);
	schedule_close(&schedule);
	client_close(&client);
	return rc;
}
