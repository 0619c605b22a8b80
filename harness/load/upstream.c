/*
 * The slow service. See load.h.
 */
#include "harness/load/load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness/load/due.h"
#include "harness/measure/clock.h"

enum {
	EVENTS = 512,
	BACKLOG = 4096,
	BUFFER_BYTES = 64 << 10,
	SPIN_NS = 150000,      /* a sleeper is late by 41-110 us in the median */
	CANCEL_NS = 100000000, /* how often a service nobody asks asks whether it shall go on */
	ACCEPT_EVENT = -1,
	BUSY_PERCENT_MAX = 70,
	LATE_PERCENT_MAX = 25
};

/* One connection and the request in hand. */
struct asker {
	int fd;
	bool in_hand, replying; /* a request is waited for / its reply is due */
	size_t request_offset, reply_left;
	uint64_t due_ns;
	struct message_header request;
};

struct upstream {
	const struct upstream_settings *settings;
	struct orders *orders;
	struct messages messages;
	struct asker *askers;
	struct due due;
	struct histogram *late;
	unsigned char *buffer;
	int epoll, listener;
	int opened, closed;  /* askers: index below opened */
	int in_hand;         /* requests */
	uint64_t in_hand_ns; /* since when there is at least one */
	uint64_t seed;
	bool spins;
};

static int upstream_watch(struct upstream *up, int fd, uint32_t events, int id)
{
	struct epoll_event event = {.events = events, .data.u64 = (uint64_t)(int64_t)id};

	return epoll_ctl(up->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

static int upstream_open(struct upstream *up)
{
	const struct upstream_settings *settings = up->settings;
	size_t connections = (size_t)settings->connections;
	uint32_t number;

	up->epoll = up->listener = -1;
	up->askers = calloc(connections, sizeof(*up->askers));
	up->due.entries = calloc(connections, sizeof(*up->due.entries));
	up->late = calloc(1, sizeof(*up->late));
	up->buffer = malloc(BUFFER_BYTES);
	int rc = messages_open(&up->messages, settings->reply_bytes, settings->per_round);
	if (!up->askers || !up->due.entries || !up->late || !up->buffer)
		rc = -ENOMEM;
	if (rc != 0)
		return rc;
	endpoint_reserve(settings->connections);
	up->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (up->epoll < 0)
		return -errno;
	up->listener = endpoint_listen(settings->family, BACKLOG, &number);
	if (up->listener < 0)
		return up->listener;
	if (fcntl(up->listener, F_SETFL, O_NONBLOCK) != 0)
		return -errno;
	rc = upstream_watch(up, up->listener, EPOLLIN, ACCEPT_EVENT);
	if (rc == 0)
		orders_publish(up->orders, number);
	return rc;
}

static void upstream_close(struct upstream *up)
{
	for (int i = 0; i < up->opened; i++)
		if (up->askers[i].fd >= 0)
			close(up->askers[i].fd);
	if (up->listener >= 0)
		close(up->listener);
	if (up->epoll >= 0)
		close(up->epoll);
	messages_close(&up->messages);
	free(up->askers);
	free(up->due.entries);
	free(up->late);
	free(up->buffer);
}

static int upstream_accept(struct upstream *up)
{
	while (up->opened < up->settings->connections) {
		int fd = accept4(up->listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? 0
											  : -errno;
		up->askers[up->opened] = (struct asker){.fd = fd};
		int rc = endpoint_configure(fd, up->settings->family, up->settings->nodelay);
		if (rc == 0)
			rc = upstream_watch(
				up, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, up->opened);
		up->opened++;
		if (rc != 0)
			return rc;
	}
	return 0;
}

static void upstream_hang_up(struct upstream *up, struct asker *asker)
{
	close(asker->fd);
	asker->fd = -1;
	up->closed++;
}

static void upstream_done(struct upstream *up, struct asker *asker)
{
	uint64_t now_ns = clock_now_ns();

	asker->in_hand = asker->replying = false;
	up->orders->load->replies++;
	if (--up->in_hand == 0)
		up->orders->load->wall_ns += now_ns - up->in_hand_ns;
}

/* Takes a complete request in hand. */
static int upstream_begin(struct upstream *up, struct asker *asker, uint64_t now_ns)
{
	const struct message_header *request = &asker->request;
	struct message_header expected =
		message_header(&up->messages, request->connection, request->number);
	uint64_t id = draw_request_id(request->connection, request->number);

	asker->request_offset = 0;
	up->orders->load->requests++;
	if (memcmp(request, &expected, sizeof(expected)) != 0 || asker->in_hand)
		return -EPROTO;
	asker->in_hand = true;
	asker->reply_left = up->settings->reply_bytes;
	asker->due_ns = now_ns + draw_duration(up->settings->distribution, up->settings->delay_ns,
					 up->seed, id);
	due_push(&up->due, (struct due_entry){asker->due_ns, (uint32_t)(asker - up->askers)});
	if (up->in_hand++ == 0)
		up->in_hand_ns = now_ns;
	return 0;
}

/* Reads requests until there is no more. */
static int upstream_receive(struct upstream *up, struct asker *asker)
{
	while (asker->fd >= 0) {
		unsigned char *into = (unsigned char *)&asker->request + asker->request_offset;
		ssize_t got = recv(asker->fd, into, sizeof(asker->request) - asker->request_offset,
			MSG_DONTWAIT);

		if (got < 0 && errno == EAGAIN)
			return 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) { /* its end, orderly or not: the asker's own story */
			upstream_hang_up(up, asker);
			if (asker->replying)
				upstream_done(up, asker);
			return 0; /* a request that is not due yet finds the descriptor gone */
		}
		asker->request_offset += (size_t)got;
		if (asker->request_offset < sizeof(asker->request))
			continue;
		int rc = upstream_begin(up, asker, clock_now_ns());
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* Sends what the socket takes of a reply that is due. */
static void upstream_reply(struct upstream *up, struct asker *asker)
{
	asker->replying = true;
	while (asker->fd >= 0 && asker->reply_left > 0) {
		size_t bytes = message_write(&up->messages, asker->request.connection,
			asker->request.number, up->settings->reply_bytes - asker->reply_left,
			up->buffer, BUFFER_BYTES);
		ssize_t sent = send(asker->fd, up->buffer, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN)
			return; /* goes on when the poller says so */
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			upstream_hang_up(up, asker);
			break;
		}
		asker->reply_left -= (size_t)sent;
	}
	upstream_done(up, asker);
}

static int upstream_event(struct upstream *up, const struct epoll_event *event)
{
	int id = (int)(int64_t)event->data.u64;

	if (id == ACCEPT_EVENT)
		return upstream_accept(up);
	struct asker *asker = &up->askers[id];
	if (asker->fd < 0)
		return 0;
	if ((event->events & EPOLLOUT) && asker->replying)
		upstream_reply(up, asker);
	return upstream_receive(up, asker);
}

/* Sends everything that is due; true if there was anything. */
static bool upstream_fire(struct upstream *up)
{
	uint64_t now_ns = clock_now_ns();
	bool fired = false;

	while (up->due.count > 0 && due_first(&up->due)->due_ns <= now_ns) {
		struct due_entry entry = due_pop(&up->due);
		struct asker *asker = &up->askers[entry.id];

		now_ns = clock_now_ns();
		up->late->counts[histogram_bucket(now_ns - entry.due_ns)]++;
		upstream_reply(up, asker);
		fired = true;
	}
	return fired;
}

/* How long to sleep: up to SPIN_NS before the next reply, and not past 99 % of a long wait, because
   the kernel may add 0.1 % of it. */
static uint64_t upstream_wait_ns(const struct upstream *up)
{
	uint64_t now_ns = clock_now_ns(), wait_ns, early_ns;

	if (up->due.count == 0)
		return CANCEL_NS;
	if (due_first(&up->due)->due_ns <= now_ns)
		return 0;
	wait_ns = due_first(&up->due)->due_ns - now_ns;
	early_ns = up->spins ? SPIN_NS : 0;
	if (early_ns < wait_ns / 100)
		early_ns = wait_ns / 100;
	if (wait_ns <= early_ns)
		return up->spins ? 0 : wait_ns;
	return wait_ns - early_ns < CANCEL_NS ? wait_ns - early_ns : CANCEL_NS;
}

static int upstream_turn(struct upstream *up)
{
	struct epoll_event events[EVENTS];
	uint64_t wait_ns = upstream_wait_ns(up);
	struct timespec wait = {.tv_sec = (time_t)(wait_ns / 1000000000u),
		.tv_nsec = (long)(wait_ns % 1000000000u)};
	int ready = epoll_pwait2(up->epoll, events, EVENTS, &wait, NULL);
	int rc = ready < 0 && errno != EINTR ? -errno : 0;
	uint64_t start_ns = clock_now_ns();
	bool asked = up->in_hand > 0;

	for (int i = 0; i < ready && rc == 0; i++)
		rc = upstream_event(up, &events[i]);
	asked |= up->in_hand > 0;
	if (upstream_fire(up) || (ready > 0 && asked))
		up->orders->load->busy_ns += clock_now_ns() - start_ns;
	else if (ready == 0 && wait_ns > 0 && coordinate_cancelled(up->orders))
		rc = -ECANCELED;
	return rc;
}

/* Says so if the delays of this invocation were not those that were asked for. */
static void upstream_judge(struct upstream *up)
{
	const struct load_report *load = up->orders->load;
	uint64_t late_ns = histogram_quantile_ns(up->late, 0.5);
	uint64_t delay_ns = up->settings->delay_ns;

	if (load->wall_ns > 0 && load->busy_ns * 100 > load->wall_ns * BUSY_PERCENT_MAX)
		orders_verdict(up->orders, STATUS_INVALID,
			"the upstream was saturated: busy %" PRIu64
			" %% of the time (at most %d %%)",
			load->busy_ns * 100 / load->wall_ns, BUSY_PERCENT_MAX);
	else if (delay_ns > 0 && late_ns * 100 > delay_ns * LATE_PERCENT_MAX)
		orders_verdict(up->orders, STATUS_INVALID,
			"the upstream was late: by %" PRIu64 " us in the median, %" PRIu64
			" %% of the delay (at most %d %%)",
			late_ns / 1000, late_ns * 100 / delay_ns, LATE_PERCENT_MAX);
}

int load_upstream(struct orders *orders, const struct upstream_settings *settings)
{
	struct upstream up = {.settings = settings, .orders = orders, .seed = orders->seed};

	up.spins = load_spins(orders);
	int rc = upstream_open(&up);
	while (rc == 0 && (up.opened == 0 || up.closed < up.opened))
		rc = upstream_turn(&up);
	orders->load->connections = (uint64_t)up.opened;
	orders->load->cpu_ns = load_cpu_ns();
	if (rc == 0)
		upstream_judge(&up);
	else if (rc == -EPROTO)
		orders_verdict(orders, STATUS_INVALID, "the upstream got a request that is none");
	else if (rc != -ECANCELED)
		orders_verdict(orders, STATUS_FAILED, "the upstream: %s", strerror(-rc));
	upstream_close(&up);
	return rc;
}
