/*
 * Connections that are made while the load runs: to a target, where they may be refused, break and
 * be closed (client_reach in client.h), and fresh ones for every request.
 */
#include "harness/load/client.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "harness/load/connection.h"
#include "harness/measure/clock.h"

enum { REDIAL_NS = 10000000 /* a server that is down is not asked in a loop */ };

static void client_refused(struct client *client)
{
	client->losses.refused++;
	if (client->pace.tally != NULL)
		tally_refused(client->pace.tally);
}

/* A connection that is not there: dialled again in a moment. */
static void client_down(struct client *client)
{
	if (client->losses.down++ == 0)
		client->losses.redial_ns = clock_now_ns() + REDIAL_NS;
}

/* Begins the connection; it sends as soon as it is established. */
static int client_dial(struct client *client, struct connection *connection)
{
	const struct target *target = client->settings.target;
	uint32_t index = (uint32_t)(connection - client->connections);
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u32 = index};
	int fd = target_dial(target);

	connection->wire = (struct wire){.fd = -1};
	connection->full = true;
	connection->established = connection->leaving = false;
	exchange_reset(&client->exchange, index);
	if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
		return client_problem(client, connection, fd, "%s", strerror(-fd));
	if (fd < 0) {
		client_refused(client);
		client_problem(client, connection, fd, "not established: %s", strerror(-fd));
		client_down(client);
		return 0;
	}
	int rc = wire_open(&connection->wire, fd, target->tls_context, target->host);
	if (rc == 0 && epoll_ctl(client->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		rc = -errno;
	return rc == 0 ? 0
		       : client_problem(client, connection, rc, "cannot watch: %s", strerror(-rc));
}

int client_redial(struct client *client)
{
	int rc = 0;

	if (clock_now_ns() < client->losses.redial_ns)
		return 0;
	client->losses.down = 0;
	for (int i = 0; i < client->opened && rc == 0; i++)
		if (client->connections[i].wire.fd < 0)
			rc = client_dial(client, &client->connections[i]);
	return rc;
}

/* Requests that were sent and get no reply any more; their turn is over. */
static void client_forget(struct client *client, struct connection *connection)
{
	bool pending = connection->replied < connection->until;
	struct tally *tally = client->pace.tally;

	client->losses.unanswered += connection->started - connection->replied;
	for (uint64_t i = connection->replied; tally != NULL && i < connection->started; i++)
		tally_lost(tally, connection_request(client, connection, i));
	connection->replied = connection->started;
	connection->start_left = connection->reply_offset = 0;
	client->pending -= pending && connection->replied == connection->until;
}

int client_lose(struct client *client, struct connection *connection, int rc)
{
	bool idle = connection->started == connection->replied;

	if (rc == -ECANCELED || rc == -ENOMEM)
		return rc;
	if (rc != 0 && !connection->established)
		client_refused(client);
	else if (rc == 0 || (rc == -ECONNRESET && idle))
		client->losses.renewed++;
	else
		client->losses.broken++;
	/* a dying server's listener can take it once more, and let go of it without a reply */
	if (rc != 0 && connection->established && !connection->broken) {
		client->losses.severed++;
		client->losses.mending++;
		connection->broken = true;
	}
	client_forget(client, connection);
	wire_close(&connection->wire);
	if (!connection->established) { /* not at once again */
		client_down(client);
		return 0;
	}
	return client_dial(client, connection);
}

int client_begin(struct client *client, struct connection *connection)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.u32 = (uint32_t)(connection - client->connections)};
	const struct client_settings *settings = &client->settings;

	connection->dialled_ns = clock_now_ns();
	int fd = endpoint_dial(settings->family, client->number, settings->nodelay,
		client->dialled++, &connection->full);
	if (fd < 0)
		return client_problem(client, connection, fd, "not established: %s", strerror(-fd));
	connection->wire.fd = fd;
	if (epoll_ctl(client->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	int rc = -errno;
	return client_problem(client, connection, rc, "cannot watch: %s", strerror(-rc));
}

int client_end_one(struct client *client, struct connection *connection)
{
	int rc = client_compare(client, connection, client->exchange.request_bytes,
		client->settings.http != NULL ? connection->received
					      : client->settings.message_bytes);

	wire_close(&connection->wire);
	connection->received = 0;
	connection->full = false;
	return rc;
}

int client_reach(struct client *client)
{
	int rc = 0;

	while (rc == 0 && client->opened < client->settings.connections && !client_over(client)) {
		struct connection *connection = &client->connections[client->opened++];
		rc = client_dial(client, connection);
		if (rc == 0)
			rc = client_extend(client, connection, 1);
		if (rc == 0)
			rc = client_poll_until(client, CLIENT_AHEAD - 1);
	}
	if (rc == 0)
		rc = client_poll_until(client, 0);
	return rc;
}

int client_run_until(struct client *client, uint64_t end_ns, uint64_t *on_time)
{
	const uint64_t for_ever = UINT64_MAX / 2;
	uint64_t replies = client->replies, now_ns;
	int rc = 0;

	for (int i = 0; i < client->settings.active && rc == 0; i++)
		rc = client_extend(client, &client->connections[i], for_ever);
	while (rc >= 0 && (now_ns = clock_now_ns()) < end_ns) {
		uint64_t wait_ns = end_ns - now_ns;
		rc = client_poll(client, wait_ns < CLIENT_SILENCE_NS ? wait_ns : CLIENT_SILENCE_NS);
	}
	*on_time = client->replies - replies;
	client->pending = 0;
	for (int i = 0; i < client->opened;
		i++) { /* a request of which a part is sent goes whole */
		client->connections[i].until = client->connections[i].started;
		client->pending += client->connections[i].replied < client->connections[i].until;
	}
	return rc < 0 ? rc : client_poll_until(client, 0);
}
