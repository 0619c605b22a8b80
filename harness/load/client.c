/*
 * The client and its closed loop. See client.h.
 */
#include "harness/load/client.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/load/connection.h"
#include "harness/measure/clock.h"

enum {
	EVENTS = 512 /* per wait */
};

int client_open(struct client *client, const struct client_settings *settings)
{
	size_t connections = (size_t)settings->connections;

	*client = (struct client){.settings = *settings, .epoll = -1};
	client->connections = calloc(connections, sizeof(*client->connections));
	client->start_ns = calloc(connections * (size_t)settings->depth, sizeof(*client->start_ns));
	client->buffer = malloc(CLIENT_BUFFER_BYTES);
	int rc = exchange_open(&client->exchange, settings->connections, settings->http,
		settings->message_bytes, settings->per_round);
	if (client->connections == NULL || client->start_ns == NULL || client->buffer == NULL)
		rc = -ENOMEM;
	if (rc != 0)
		return client_problem(client, NULL, rc, "cannot ask on %zu connections: %s",
			connections, strerror(-rc));
	endpoint_reserve(settings->connections);
	client->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (client->epoll < 0) {
		rc = -errno;
		return client_problem(client, NULL, rc, "cannot make an epoll: %s", strerror(-rc));
	}
	return 0;
}

static bool client_cancelled(const struct client *client)
{
	return client->settings.cancelled != NULL &&
	       client->settings.cancelled(client->settings.cancelled_arg);
}

static int client_event(struct client *client, const struct epoll_event *event)
{
	struct connection *connection = &client->connections[event->data.u32];
	bool ended = (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	int rc = 0;

	if ((event->events & EPOLLOUT) || connection->wire.tls != NULL)
		connection->full = false;
	if (!connection->established && !ended && (event->events & EPOLLOUT)) {
		connection->established = true;
		connection->room_ns = clock_now_ns(); /* what waited for it is not our lag */
	}
	if (ended || (event->events & EPOLLIN))
		rc = connection_receive(client, connection, ended);
	if (rc == 0 && client->settings.fresh && connection->replied == connection->started &&
		connection->received > 0)
		rc = client_end_one(client, connection);
	if (rc == 0 && !connection->leaving)
		rc = connection_send(client, connection);
	if (client->settings.target != NULL && (rc != 0 || connection->leaving))
		rc = client_lose(client, connection, rc);
	return rc;
}

int client_poll(struct client *client, uint64_t wait_ns)
{
	struct epoll_event events[EVENTS];
	struct timespec wait = {.tv_nsec = (long)wait_ns};
	uint64_t start_ns = clock_now_ns();
	int ready = epoll_pwait2(client->epoll, events, EVENTS, &wait, NULL);
	int rc = ready < 0 && errno != EINTR ? -errno : 0;

	client->idle_ns += clock_now_ns() - start_ns;
	if (rc != 0)
		return client_problem(client, NULL, rc, "cannot wait: %s", strerror(-rc));
	if (ready <= 0 && wait_ns > 0 && client_cancelled(client))
		return client_problem(client, NULL, -ECANCELED, "told to stop");
	for (int i = 0; i < ready && rc == 0; i++)
		rc = client_event(client, &events[i]);
	if (rc == 0 && client->losses.down > 0)
		rc = client_redial(client);
	return rc == 0 && ready > 0 ? ready : rc;
}

bool client_over(const struct client *client)
{
	return client->give_up_ns != 0 && clock_now_ns() >= client->give_up_ns;
}

int client_poll_until(struct client *client, int pending)
{
	int rc = 0;

	while (rc >= 0 && client->pending > pending && !client_over(client))
		rc = client_poll(client, CLIENT_SILENCE_NS);
	return rc < 0 ? rc : 0;
}

int client_extend(struct client *client, struct connection *connection, uint64_t requests)
{
	client->pending += connection->replied == connection->until;
	connection->until += requests;
	int rc = connection_send(client, connection);
	return rc != 0 && client->settings.target != NULL ? client_lose(client, connection, rc)
							  : rc;
}

static int client_add(struct client *client, uint32_t number)
{
	struct connection *connection = &client->connections[client->opened];

	client->number = number;
	if (client->settings.fresh) {
		connection->wire.fd = -1;
		client->opened++;
		return client_extend(client, connection, 1);
	}
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.u32 = (uint32_t)client->opened,
	};
	int fd = endpoint_connect(client->settings.family, number, client->settings.nodelay);

	if (fd == -EMFILE)
		return client_problem(client, NULL, fd,
			"RLIMIT_NOFILE %" PRIu64 " reached at %d connections of the generator",
			endpoint_reserve(client->settings.connections), client->opened);
	if (fd < 0)
		return client_problem(client, connection, fd, "not established: %s", strerror(-fd));
	connection->wire.fd = fd;
	client->opened++;
	if (epoll_ctl(client->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		int rc = -errno;
		return client_problem(client, connection, rc, "cannot watch: %s", strerror(-rc));
	}
	return client_extend(client, connection, 1);
}

int client_connect(struct client *client, uint32_t number)
{
	int rc = 0;

	while (rc == 0 && client->opened < client->settings.connections) {
		rc = client_add(client, number);
		if (rc == 0)
			rc = client_poll_until(client, CLIENT_AHEAD - 1);
	}
	if (rc == 0)
		rc = client_poll_until(client, 0);
	return rc;
}

int client_run(struct client *client, uint64_t requests)
{
	int rc = 0;

	for (int i = 0; i < client->settings.active && rc == 0; i++)
		rc = client_extend(client, &client->connections[i], requests);
	if (rc == 0)
		rc = client_poll_until(client, 0);
	return rc;
}

int client_compare(
	struct client *client, struct connection *connection, uint64_t sent, uint64_t received)
{
	uint64_t socket_sent, socket_received;
	int rc = endpoint_counts(connection->wire.fd, &socket_sent, &socket_received);

	if (rc == -EOPNOTSUPP)
		return 0;
	if (rc != 0)
		return client_problem(client, connection, rc, "no TCP_INFO: %s", strerror(-rc));
	client->socket_sent += socket_sent;
	client->socket_received += socket_received;
	if (sent == socket_sent && received == socket_received)
		return 0;
	return client_problem(client, connection, -EBADMSG,
		"we count %" PRIu64 " bytes sent and %" PRIu64 " received, the socket %" PRIu64
		" and %" PRIu64,
		sent, received, socket_sent, socket_received);
}

static int client_compare_all(struct client *client, struct connection *connection)
{
	uint64_t received = client->settings.http != NULL
				    ? connection->received
				    : connection->replied * client->settings.message_bytes;

	return client_compare(
		client, connection, connection->started * client->exchange.request_bytes, received);
}

/* Waits for the server's end-of-file, with nothing before it. */
static int client_end(struct client *client, struct connection *connection)
{
	struct pollfd wait = {.fd = connection->wire.fd, .events = POLLIN};

	while (poll(&wait, 1, CLIENT_SILENCE_NS / 1000000) <= 0)
		if (client_cancelled(client))
			return client_problem(client, connection, -ECANCELED, "told to stop");
	ssize_t got = recv(connection->wire.fd, client->buffer, CLIENT_BUFFER_BYTES, MSG_DONTWAIT);
	if (got == 0)
		return 0;
	int rc = got > 0 ? -EBADMSG : -errno;
	return client_problem(client, connection, rc, "instead of its end: %s",
		got > 0 ? "bytes nobody asked for" : strerror(-rc));
}

int client_finish(struct client *client)
{
	int rc = 0;

	if (client->settings.fresh) /* each had its own end */
		return 0;
	for (int i = 0; i < client->opened && rc == 0; i++)
		rc = client_compare_all(client, &client->connections[i]);
	for (int i = 0; i < client->opened && rc == 0; i++)
		if (shutdown(client->connections[i].wire.fd, SHUT_WR) != 0)
			rc = client_problem(client, &client->connections[i], -errno,
				"cannot shut down: %s", strerror(errno));
	for (int i = 0; i < client->opened && rc == 0; i++)
		rc = client_end(client, &client->connections[i]);
	return rc;
}

void client_close(struct client *client)
{
	for (int i = 0; i < client->opened; i++)
		wire_close(&client->connections[i].wire);
	if (client->epoll > 0)
		close(client->epoll);
	exchange_close(&client->exchange);
	free(client->connections);
	free(client->start_ns);
	free(client->buffer);
	*client = (struct client){.epoll = -1};
}
