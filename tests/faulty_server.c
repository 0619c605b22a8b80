/*
 * See faulty_server.h. One thread, poll, blocking sends: what it serves is small.
 */
#include "tests/faulty_server.h"

#include <check.h>
#include <dirent.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, BUFFER_BYTES = 1 << 16, PIECE_BYTES = 7, LOOK_MS = 5 };

struct client_state {
	size_t seen; /* bytes of its stream */
};

/* Sends bytes back as the fault wants; false: the connection ends. */
static bool send_back(struct faulty_server *server, int fd, struct client_state *state,
	char *buffer, size_t bytes)
{
	size_t start = state->seen, fault_at = server->after - start;
	bool here = server->fault > SERVER_SHORT && server->after >= start &&
		    server->after < start + bytes;
	size_t piece = server->fault == SERVER_SHORT ? PIECE_BYTES : bytes;
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	state->seen += bytes;
	if (here && server->fault == SERVER_PAUSE)
		usleep((useconds_t)server->pause_ms * 1000);
	if (here && server->fault == SERVER_CORRUPT)
		buffer[fault_at] ^= 1;
	if (server->fault == SERVER_SILENT && server->after < start + bytes)
		bytes = server->after > start ? fault_at : 0;
	if (here && (server->fault == SERVER_CLOSE || server->fault == SERVER_RESET))
		bytes = fault_at;
	for (size_t done = 0; done < bytes;) {
		ssize_t sent = send(fd, buffer + done, bytes - done < piece ? bytes - done : piece,
			MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		done += (size_t)sent;
		server->served_bytes += (uint64_t)sent;
	}
	if (here && server->fault == SERVER_EXTRA)
		return send(fd, "x", 1, MSG_NOSIGNAL) == 1;
	if (here && server->fault == SERVER_RESET)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return !(here && (server->fault == SERVER_CLOSE || server->fault == SERVER_RESET));
}

static void *serve(void *arg)
{
	static struct pollfd polls[CONNECTIONS_MAX + 1];
	static struct client_state states[CONNECTIONS_MAX + 1];
	static char buffer[BUFFER_BYTES];
	struct faulty_server *server = arg;
	int count = 1;

	polls[0] = (struct pollfd){.fd = server->listener, .events = POLLIN};
	while (!server->stopped) {
		if (poll(polls, (nfds_t)count, LOOK_MS) <= 0)
			continue;
		for (int i = 1; i < count; i++) {
			if (polls[i].revents == 0)
				continue;
			ssize_t got = recv(polls[i].fd, buffer, sizeof(buffer), MSG_DONTWAIT);
			if (got > 0 &&
				send_back(server, polls[i].fd, &states[i], buffer, (size_t)got))
				continue;
			close(polls[i].fd);
			polls[i].fd = -1; /* poll passes over it */
		}
		if (polls[0].revents != 0 && count <= CONNECTIONS_MAX) {
			states[count].seen = 0;
			polls[count] = (struct pollfd){
				.fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC),
				.events = POLLIN};
			if (polls[count].fd >= 0)
				ck_assert_int_eq(
					endpoint_configure(polls[count].fd, server->family, true),
					0);
			count += polls[count].fd >= 0;
		}
	}
	for (int i = 1; i < count; i++)
		if (polls[i].fd >= 0)
			close(polls[i].fd);
	return NULL;
}

void faulty_server_start(struct faulty_server *server, enum endpoint_family family, int backlog)
{
	server->family = family;
	server->stopped = 0;
	server->served_bytes = 0;
	server->listener = endpoint_listen(family, backlog, &server->number);
	ck_assert_int_ge(server->listener, 0);
	ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

void faulty_server_stop(struct faulty_server *server)
{
	server->stopped = 1;
	pthread_join(server->thread, NULL);
	close(server->listener);
}

int open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}
