/*
 * Sending and receiving on one connection. See connection.h.
 */
#include "harness/load/connection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/measure/clock.h"

int client_problem(
	struct client *client, const struct connection *connection, int rc, const char *format, ...)
{
	va_list arguments;
	int used = 0;

	if (client->problem[0] != '\0')
		return rc;
	if (connection != NULL)
		used = snprintf(client->problem, sizeof(client->problem),
			"connection %td: ", connection - client->connections);
	va_start(arguments, format);
	vsnprintf(
		client->problem + used, sizeof(client->problem) - (size_t)used, format, arguments);
	va_end(arguments);
	return rc;
}

static uint32_t connection_index(const struct client *client, const struct connection *connection)
{
	return (uint32_t)(connection - client->connections);
}

static uint64_t *connection_start(
	const struct client *client, const struct connection *connection, uint64_t number)
{
	uint64_t depth = (uint64_t)client->settings.depth;

	return &client->start_ns[connection_index(client, connection) * depth + number % depth];
}

/* Fills the buffer with what comes next in the stream; nothing is marked as sent. */
static size_t connection_compose(struct client *client, const struct connection *connection)
{
	const struct exchange *exchange = &client->exchange;
	uint64_t limit = connection->replied + (uint64_t)client->settings.depth;
	uint64_t number = connection->started - (connection->start_left > 0);
	size_t offset =
		connection->start_left > 0 ? exchange->request_bytes - connection->start_left : 0;
	size_t bytes = 0;

	if (limit > connection->until)
		limit = connection->until;
	while (number < limit && bytes < CLIENT_BUFFER_BYTES) {
		bytes += exchange_write(exchange, connection_index(client, connection), number,
			offset, client->buffer + bytes, CLIENT_BUFFER_BYTES - bytes);
		number++;
		offset = 0;
	}
	return bytes;
}

uint64_t connection_request(
	const struct client *client, const struct connection *connection, uint64_t number)
{
	return (number - client->pace.first) * (uint64_t)client->settings.active +
	       connection_index(client, connection);
}

uint64_t connection_intended_ns(
	const struct client *client, const struct connection *connection, uint64_t number)
{
	const struct pace *pace = &client->pace;

	return pace->base_ns +
	       schedule_at(pace->schedule, connection_request(client, connection, number));
}

/* A request of an open loop leaves. What it waited for room on its connection is not our lag. */
static void connection_paced(
	struct client *client, const struct connection *connection, uint64_t start_ns)
{
	uint64_t due_ns = connection_intended_ns(client, connection, connection->started);

	uint64_t offset_ns = due_ns - client->pace.base_ns;

	if (connection->room_ns > due_ns)
		due_ns = connection->room_ns;
	uint64_t lag_ns = start_ns > due_ns ? start_ns - due_ns : 0;
	client->pace.last_start_ns = start_ns;
	if (client->pace.lag != NULL)
		lane_record(client->pace.lag, lag_ns);
	if (client->pace.tally != NULL)
		tally_sent(client->pace.tally,
			connection_request(client, connection, connection->started), offset_ns,
			lag_ns);
}

/* An open loop's reply has come. */
static void connection_tell(struct client *client, const struct connection *connection,
	const struct reply_end *end, uint64_t end_ns)
{
	const struct pace *pace = &client->pace;
	uint64_t due_ns = connection_intended_ns(client, connection, connection->replied);
	const struct http_ask *http = client->settings.http;

	if (pace->corrected != NULL)
		lane_record(pace->corrected, end_ns - due_ns);
	if (pace->tally != NULL)
		tally_answered(pace->tally,
			connection_request(client, connection, connection->replied),
			due_ns - pace->base_ns, end_ns - due_ns,
			http != NULL && http->refusal != 0 && end->status == http->refusal);
}

/* A connection that broke answers again. */
static void connection_mended(struct client *client, struct connection *connection, uint64_t end_ns)
{
	connection->broken = false;
	client->losses.mending--;
	client->losses.mended_ns = end_ns;
}

/* Marks bytes of the stream as sent; the requests that begin in them started at start_ns. */
static void connection_sent(
	struct client *client, struct connection *connection, size_t bytes, uint64_t start_ns)
{
	client->sent += bytes;
	while (bytes > 0) {
		if (connection->start_left == 0) {
			*connection_start(client, connection, connection->started) = start_ns;
			if (client->pace.schedule != NULL)
				connection_paced(client, connection, start_ns);
			connection->started++;
			connection->start_left = client->exchange.request_bytes;
			client->requests++;
		}
		size_t part = bytes < connection->start_left ? bytes : connection->start_left;
		connection->start_left -= part;
		bytes -= part;
	}
}

int connection_send(struct client *client, struct connection *connection)
{
	while (!connection->full) {
		size_t bytes = connection_compose(client, connection);

		if (bytes == 0)
			return 0;
		if (connection->wire.fd < 0) {
			int rc = client_begin(client, connection);
			if (rc != 0 || connection->full)
				return rc;
		}
		uint64_t start_ns =
			client->settings.fresh ? connection->dialled_ns : clock_now_ns();
		ssize_t sent = wire_send(&connection->wire, client->buffer, bytes);
		if (sent == -EINTR)
			continue;
		if (sent < 0 && sent != -EAGAIN)
			return client_problem(client, connection, (int)sent, "cannot send: %s",
				strerror((int)-sent));
		/* TLS sends a record at a time */
		connection->full =
			sent < 0 || (connection->wire.tls == NULL && (size_t)sent < bytes);
		if (sent > 0)
			connection_sent(client, connection, (size_t)sent, start_ns);
	}
	return 0;
}

static void connection_replied(struct client *client, struct connection *connection,
	const struct reply_end *end, uint64_t end_ns)
{
	if (client->lane != NULL)
		lane_record(client->lane,
			end_ns - *connection_start(client, connection, connection->replied));
	if (client->pace.corrected != NULL || client->pace.tally != NULL)
		connection_tell(client, connection, end, end_ns);
	if (connection->broken)
		connection_mended(client, connection, end_ns);
	if (connection->started - connection->replied == (uint64_t)client->settings.depth)
		connection->room_ns = end_ns;
	client->checksum += exchange_checksum(
		&client->exchange, connection_index(client, connection), connection->replied);
	client->replies++;
	if (client->chunks != NULL)
		chunk_add(client->chunks, 1, end_ns);
	connection->leaving = end->closes;
	client->losses.errors += end->status >= 400;
	connection->replied++;
	connection->reply_offset = 0;
	if (connection->replied == connection->until)
		client->pending--;
}

/* The first of the bytes, as one can read them. */
static void show_bytes(char *text, size_t room, const unsigned char *bytes, size_t count)
{
	enum { SHOWN = 12 };
	size_t used = 0;

	for (size_t i = 0; i < count && i < SHOWN && used + 5 < room; i++)
		used += (size_t)snprintf(text + used, room - used,
			bytes[i] > ' ' && bytes[i] < 0x7f && bytes[i] != '\\' ? "%c" : "\\x%02x",
			bytes[i]);
}

/* What is wrong with bytes that came in. */
static int connection_wrong(struct client *client, const struct connection *connection,
	const unsigned char *buffer, size_t bytes, bool asked)
{
	char shown[64] = "";

	client->wrong++;
	show_bytes(shown, sizeof(shown), buffer, bytes);
	return client_problem(client, connection, -EPROTO,
		asked ? "wrong bytes among the %zu next ones, in reply %" PRIu64 " (\"%s\")"
		      : "%zu bytes nobody asked for, after reply %" PRIu64 " (\"%s\")",
		bytes, connection->replied, shown);
}

/* Compares bytes that came in at end_ns with what they must be. */
static int connection_check(struct client *client, struct connection *connection,
	const unsigned char *buffer, size_t bytes, uint64_t end_ns)
{
	while (bytes > 0) {
		struct reply_end end;
		bool done = false, asked = connection->replied < connection->started;
		ssize_t read = -EPROTO;

		if (asked)
			read = exchange_read(&client->exchange,
				connection_index(client, connection), connection->replied,
				&connection->reply_offset, buffer, bytes, &end, &done);
		if (read < 0)
			return connection_wrong(client, connection, buffer, bytes, asked);
		buffer += read;
		bytes -= (size_t)read;
		if (done)
			connection_replied(client, connection, &end, end_ns);
	}
	return 0;
}

/* The server has closed; of an HTTP reply that may be the end. */
static int connection_ended(struct client *client, struct connection *connection)
{
	struct reply_end end;
	bool done = false;

	if (client->settings.target != NULL && connection->replied < connection->started &&
		exchange_read(&client->exchange, connection_index(client, connection),
			connection->replied, &connection->reply_offset, NULL, 0, &end,
			&done) >= 0 &&
		done) {
		connection_replied(client, connection, &end, clock_now_ns());
		connection->leaving = true;
		return 0;
	}
	if (client->settings.target != NULL && connection->replied == connection->started)
		return -ECONNRESET; /* nothing was lost by it */
	return client_problem(client, connection, -ECONNRESET,
		"closed by the server after %" PRIu64 " replies to %" PRIu64 " requests",
		connection->replied, connection->started);
}

int connection_receive(struct client *client, struct connection *connection, bool ended)
{
	for (;;) {
		ssize_t got = wire_receive(&connection->wire, client->buffer, CLIENT_BUFFER_BYTES);

		if (got == -EAGAIN)
			return 0;
		if (got == -EINTR)
			continue;
		if (got < 0)
			return client_problem(client, connection, (int)got, "cannot receive: %s",
				strerror((int)-got));
		if (got == 0)
			return connection_ended(client, connection);
		client->last_ns = clock_now_ns();
		client->received += (uint64_t)got;
		connection->received += (uint64_t)got;
		connection->established = true;
		int rc = connection_check(
			client, connection, client->buffer, (size_t)got, client->last_ns);
		/* a short read has emptied the socket, epoll(7) on edges; an end needs one more */
		if (rc != 0 ||
			(got < CLIENT_BUFFER_BYTES && !ended && connection->wire.tls == NULL))
			return rc;
	}
}
