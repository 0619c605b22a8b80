/*
 * Lies of sockets: timers of the kernel that a benchmark takes for its server's time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/demo/lies.h"
#include "harness/measure/clock.h"
#include "harness/stats/order.h"

enum { MS = 1000 * 1000, HALF = 32, BURST_MAX = 256, PATIENCE_MS = 10 * 1000 };

/* A listener on a free port of the loopback, and where it is. */
static int listen_on(int backlog, struct sockaddr_in *address)
{
	socklen_t bytes = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)address, bytes) != 0 || listen(fd, backlog) != 0 ||
		getsockname(fd, (struct sockaddr *)address, &bytes) != 0) {
		int rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

/* Both ends of a connection; the caller closes what is there, also after an error. */
static int connect_pair(int pair[2])
{
	struct sockaddr_in address;
	int rc = 0;
	int listener = listen_on(1, &address);

	if (listener < 0)
		return listener;
	pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (pair[0] < 0 || connect(pair[0], (struct sockaddr *)&address, sizeof(address)) != 0 ||
		(pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
		rc = -errno;
	close(listener);
	return rc;
}

/* A request in two writes, as one of a head and a body; the server answers when it has both. */
static int exchange(const int pair[2])
{
	char request[2 * HALF] = {0};

	if (send(pair[0], request, HALF, MSG_NOSIGNAL) != HALF ||
		send(pair[0], request + HALF, HALF, MSG_NOSIGNAL) != HALF ||
		recv(pair[1], request, sizeof(request), MSG_WAITALL) != sizeof(request) ||
		send(pair[1], request, HALF, MSG_NOSIGNAL) != HALF ||
		recv(pair[0], request, HALF, MSG_WAITALL) != HALF)
		return errno != 0 ? -errno : -EIO;
	return 0;
}

/* The median time of a request. */
static int median_exchange(bool nodelay, int requests, double *median_ns)
{
	double *took_ns = calloc((size_t)requests, sizeof(*took_ns));
	int on = nodelay;
	int pair[2] = {-1, -1};
	int rc = took_ns != NULL ? connect_pair(pair) : -ENOMEM;

	if (rc == 0 && setsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		rc = -errno;
	for (int i = 0; i < requests && rc == 0; i++) {
		uint64_t start_ns = clock_now_ns();

		rc = exchange(pair);
		took_ns[i] = (double)(clock_now_ns() - start_ns);
	}
	if (rc == 0)
		*median_ns = order_median_of(took_ns, requests);
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	free(took_ns);
	return rc;
}

int lie_nagle(struct demo_result *result, const struct demo_setting *setting)
{
	int requests = setting->smoke ? 9 : 41;
	double wrong_ns, right_ns;
	int rc = median_exchange(false, requests, &wrong_ns);

	if (rc == 0)
		rc = median_exchange(true, requests, &right_ns);
	if (rc != 0)
		return rc;
	demo_add(result, DEMO_WRONG, wrong_ns, UNIT_DURATION,
		"median of %d requests, each sent as two writes on a socket as it comes", requests);
	demo_add(result, DEMO_RIGHT, right_ns, UNIT_DURATION, "the same with TCP_NODELAY");
	demo_expect(result, "wrong - right in ms", (wrong_ns - right_ns) / MS, 30, 80,
		"the second write waits for the first one's acknowledgement, which is delayed by "
		"40 ms");
	return 0;
}

struct burst {
	struct pollfd *clients;
	uint64_t *start_ns;
	double *took_ns;
	int *accepted;
	int count, accepted_count;
};

/* All at once, as a load generator starts. */
static int connect_all(struct burst *burst, const struct sockaddr_in *address)
{
	for (int i = 0; i < burst->count; i++) {
		struct pollfd *client = &burst->clients[i];

		client->events = POLLOUT;
		client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (client->fd < 0)
			return -errno;
		burst->start_ns[i] = clock_now_ns();
		if (connect(client->fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
			errno != EINPROGRESS)
			return -errno;
	}
	return 0;
}

/* Accepts, and notes when each client is connected; the listener stands behind the clients. */
static int accept_all(struct burst *burst, int listener)
{
	uint64_t start_ns = clock_now_ns();
	int left = burst->count;

	burst->clients[burst->count] = (struct pollfd){.fd = listener, .events = POLLIN};
	while (left > 0) {
		if (clock_now_ns() - start_ns > (uint64_t)PATIENCE_MS * MS)
			return -ETIMEDOUT;
		if (poll(burst->clients, (nfds_t)burst->count + 1, 100) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < burst->count; i++)
			if (burst->took_ns[i] == 0 && burst->clients[i].revents != 0) {
				burst->took_ns[i] = (double)(clock_now_ns() - burst->start_ns[i]);
				burst->clients[i].events = 0;
				left--;
			}
		if (burst->clients[burst->count].revents != 0 &&
			burst->accepted_count < burst->count) {
			int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			if (fd < 0)
				return -errno;
			burst->accepted[burst->accepted_count++] = fd;
		}
	}
	return 0;
}

/* The 90th percentile of the time to connect, of so many clients at once. */
static int connect_p90(int backlog, int count, double *p90_ns)
{
	struct pollfd clients[BURST_MAX + 1];
	uint64_t start_ns[BURST_MAX];
	double took_ns[BURST_MAX] = {0};
	int accepted[BURST_MAX];
	struct burst burst = {clients, start_ns, took_ns, accepted, count, 0};
	struct sockaddr_in address;
	int listener = listen_on(backlog, &address);
	int rc = listener < 0 ? listener : 0;

	for (int i = 0; i < count; i++)
		clients[i].fd = -1;
	if (rc == 0)
		rc = connect_all(&burst, &address);
	if (rc == 0)
		rc = accept_all(&burst, listener);
	for (int i = 0; i < burst.accepted_count; i++)
		close(accepted[i]);
	for (int i = 0; i < count; i++)
		if (clients[i].fd >= 0)
			close(clients[i].fd);
	if (listener >= 0)
		close(listener);
	if (rc != 0)
		return rc;
	order_sort(took_ns, count);
	*p90_ns = took_ns[count * 9 / 10];
	return 0;
}

int lie_small_backlog(struct demo_result *result, const struct demo_setting *setting)
{
	int backlog = setting->smoke ? 8 : 128;
	int count = setting->smoke ? 16 : BURST_MAX;
	double wrong_ns, right_ns;
	int rc = connect_p90(backlog, count, &wrong_ns);

	if (rc == 0)
		rc = connect_p90(count, count, &right_ns);
	if (rc != 0)
		return rc;
	demo_add(result, DEMO_WRONG, wrong_ns, UNIT_DURATION,
		"p90 of the time to connect of %d clients at once, backlog %d", count, backlog);
	demo_add(result, DEMO_RIGHT, right_ns, UNIT_DURATION, "the same with a backlog of %d",
		count);
	demo_expect(result, "wrong - right in ms", (wrong_ns - right_ns) / MS, 950, 1900,
		"a full queue drops the request to connect, and the client asks again after 1 s");
	return 0;
}
