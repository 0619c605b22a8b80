/*
 * The closed loop and its window. See load.h.
 */
#include "harness/load/load.h"

#include <errno.h>

#include "harness/measure/clock.h"

/* What is known so far: the harness waits until the server has counted as many replies. */
static void closed_report(struct load_report *load, const struct client *client)
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

static bool closed_cancelled(void *arg)
{
	return coordinate_cancelled(arg);
}

/* Discarded rounds until the harness says how many rounds the window has; 0 only with an error. */
static int closed_warm(struct orders *orders, struct client *client, uint64_t *rounds)
{
	int rc = 0;

	for (*rounds = 0; rc == 0 && *rounds == 0;) {
		uint64_t start_ns = clock_now_ns();

		rc = client_run(client, client->settings.per_round);
		if (rc == 0 && coordinate_cancelled(orders))
			rc = -ECANCELED;
		closed_report(orders->load, client);
		if (rc == 0)
			*rounds = coordinate_warm(orders, client->last_ns - start_ns);
	}
	return rc;
}

/* Time outside of waits misses what the calls that wait cost themselves; CPU time misses when the
   generator was ready and not running. A closed loop never spins, so the greater one is true. */
static uint64_t closed_busy_ns(const struct load_report *load, uint64_t idle_ns)
{
	uint64_t busy_ns = load->wall_ns - idle_ns;

	if (load->cpu_ns > busy_ns)
		busy_ns = load->cpu_ns;
	return busy_ns < load->wall_ns ? busy_ns : load->wall_ns;
}

/* The window: everything counted in it goes to the report. */
static int closed_window(struct orders *orders, struct client *client, uint64_t rounds)
{
	struct load_report *load = orders->load;
	uint64_t cpu_ns = load_cpu_ns(), start_ns = clock_now_ns();
	uint64_t replies = client->replies, received = client->received;
	uint64_t checksum = client->checksum, idle_ns = client->idle_ns;

	client->lane = &orders->load_lanes[0];
	client->chunks = orders->load_chunks;
	int rc = client_run(client, rounds * client->settings.per_round);
	if (rc != 0)
		return rc;
	load->wall_ns = client->last_ns - start_ns;
	load->cpu_ns = load_cpu_ns() - cpu_ns;
	load->busy_ns = closed_busy_ns(load, client->idle_ns - idle_ns);
	load->operations = client->replies - replies;
	load->bytes = client->received - received;
	load->checksum = client->checksum - checksum;
	client->lane = NULL;
	client->chunks = NULL;
	closed_report(load, client);
	coordinate_close(orders, client->last_ns);
	return 0;
}

static enum status closed_status(int rc, bool connected)
{
	switch (rc) {
	case -EMFILE:
	case -ENFILE:
		return STATUS_LIMIT;
	case -EPROTO:
	case -EBADMSG:
		return STATUS_INVALID;
	default:
		return connected ? STATUS_FAILED : STATUS_INVALID;
	}
}

int load_closed(struct orders *orders, const struct client_settings *settings)
{
	struct client client = {0};
	struct client_settings own = *settings;
	uint32_t number;
	uint64_t rounds;
	bool connected = false;

	own.cancelled = closed_cancelled;
	own.cancelled_arg = orders;
	int rc = client_open(&client, &own);
	if (rc == 0)
		rc = orders_await(orders, &number);
	if (rc == 0)
		rc = client_connect(&client, number);
	closed_report(orders->load, &client);
	if (rc == 0) {
		connected = true;
		coordinate_ready(orders);
		rc = closed_warm(orders, &client, &rounds);
	}
	if (rc == 0)
		rc = closed_window(orders, &client, rounds);
	if (rc == 0)
		rc = client_finish(&client);
	closed_report(orders->load, &client);
	if (rc != 0 && rc != -ECANCELED)
		orders_verdict(orders, closed_status(rc, connected), "%s", client.problem);
	client_close(&client);
	return rc;
}
