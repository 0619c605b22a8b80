/*
 * See proxy.h. One thread, poll; every piece of bytes waits in a queue until it is due.
 */
#include "tests/proxy.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/load/endpoint.h"
#include "harness/measure/clock.h"

enum { PAIRS_MAX = 64, PIECE_BYTES = 16 << 10, LOOK_MS = 2, MS = 1000000 };
enum side { CLIENT, SERVER, SIDES };

/* Bytes under way; none: the end of the stream. */
struct piece {
	struct piece *next;
	uint64_t due_ns;
	size_t bytes, done;
	char data[];
};

struct way {
	struct piece *first, **last;
	size_t came; /* bytes */
	bool ended;  /* no more will come */
};

struct pair {
	int fds[SIDES];
	struct way ways[SIDES]; /* by where they come from */
	size_t after;           /* where it meets the fault */
	bool spared, swallows, struck, over;
};

static struct pair pairs[PAIRS_MAX];

/*
 * The proxy may run in a process that has closed what it inherited, check's file of messages too:
 * an assertion of check's, also one that holds, would write into the socket that has its number
 * now.
 */
static void must(bool so)
{
	if (!so)
		abort();
}

static void pair_end(struct pair *pair)
{
	for (int side = 0; side < SIDES; side++) {
		close(pair->fds[side]);
		for (struct piece *piece = pair->ways[side].first; piece != NULL;) {
			struct piece *next = piece->next;
			free(piece);
			piece = next;
		}
	}
	pair->over = true;
}

static bool pair_begin(struct pair *pair, struct proxy *proxy)
{
	*pair = (struct pair){.fds = {accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC), -1}};
	pair->after = proxy->lucky == 0 || proxy->begun < proxy->lucky ? proxy->after : 0;
	pair->spared = proxy->begun++ < proxy->spared;
	pair->fds[SERVER] = endpoint_connect(ENDPOINT_TCP, proxy->server, true);
	for (int side = 0; side < SIDES; side++)
		pair->ways[side].last = &pair->ways[side].first;
	if (pair->fds[CLIENT] < 0 || pair->fds[SERVER] < 0 ||
		endpoint_configure(pair->fds[CLIENT], ENDPOINT_TCP, true) != 0) {
		pair_end(pair);
		return false;
	}
	return true;
}

static void way_add(struct way *way, const struct proxy *proxy, const char *buffer, size_t bytes)
{
	struct piece *piece = malloc(sizeof(*piece) + bytes);

	must(piece != NULL);
	*piece = (struct piece){
		.bytes = bytes, .due_ns = clock_now_ns() + (uint64_t)proxy->delay_ms * MS};
	memcpy(piece->data, buffer, bytes);
	*way->last = piece;
	way->last = &piece->next;
}

/* What has come from a side; the fault strikes in what the server sends. */
static void pair_receive(struct pair *pair, const struct proxy *proxy, enum side from)
{
	char buffer[PIECE_BYTES];
	struct way *way = &pair->ways[from];
	struct linger linger = {.l_onoff = 1};
	ssize_t got = recv(pair->fds[from], buffer, sizeof(buffer), MSG_DONTWAIT);
	size_t bytes = got > 0 ? (size_t)got : 0;
	bool here = from == SERVER && proxy->fault != PROXY_PASS && !pair->swallows &&
		    !pair->spared && pair->after < way->came + bytes;

	way->ended = got <= 0;
	if (here)
		bytes = pair->after > way->came ? pair->after - way->came : 0;
	way->came += bytes;
	if (!pair->swallows && (bytes > 0 || way->ended))
		way_add(way, proxy, buffer, bytes);
	if (here && proxy->fault == PROXY_CUT)
		way_add(way, proxy, buffer, 0);
	pair->swallows |= here;
	if (here && proxy->fault == PROXY_RESET) {
		setsockopt(pair->fds[CLIENT], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		pair_end(pair);
	}
}

/* Sends what is due to the other side. */
static void pair_send(struct pair *pair, struct proxy *proxy, enum side from)
{
	struct way *way = &pair->ways[from];
	int to = pair->fds[from == CLIENT ? SERVER : CLIENT];

	while (way->first != NULL && way->first->due_ns <= clock_now_ns()) {
		struct piece *piece = way->first;
		ssize_t sent = piece->bytes == 0 ? 0
						 : send(to, piece->data + piece->done,
							   piece->bytes - piece->done,
							   MSG_NOSIGNAL | MSG_DONTWAIT);
		if (piece->bytes == 0)
			shutdown(to, SHUT_WR);
		if (sent > 0)
			piece->done += (size_t)sent;
		if (sent > 0 && from == SERVER)
			atomic_fetch_add(&proxy->passed_bytes, (uint64_t)sent);
		if (piece->done < piece->bytes)
			return;
		way->first = piece->next;
		if (way->first == NULL)
			way->last = &way->first;
		free(piece);
	}
}

static void pair_turn(struct pair *pair, struct proxy *proxy, const struct pollfd *polls)
{
	for (int side = 0; side < SIDES && !pair->over; side++)
		if (polls[side].revents != 0)
			pair_receive(pair, proxy, (enum side)side);
	for (int side = 0; side < SIDES && !pair->over; side++)
		pair_send(pair, proxy, (enum side)side);
	if (pair->swallows && !pair->struck && (pair->over || pair->ways[SERVER].first == NULL)) {
		pair->struck = true;
		atomic_fetch_add(&proxy->struck, 1);
	}
	if (!pair->over && pair->ways[CLIENT].ended && pair->ways[SERVER].ended &&
		pair->ways[CLIENT].first == NULL && pair->ways[SERVER].first == NULL)
		pair_end(pair);
}

static void *carry(void *arg)
{
	static struct pollfd polls[1 + SIDES * PAIRS_MAX];
	struct proxy *proxy = arg;
	int count = 0;

	polls[0] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
	while (!proxy->stopped) {
		for (int i = 0; i < count; i++)
			for (int side = 0; side < SIDES; side++)
				polls[1 + SIDES * i + side] = (struct pollfd){
					.fd = pairs[i].over || pairs[i].ways[side].ended
						      ? -1
						      : pairs[i].fds[side],
					.events = POLLIN};
		if (poll(polls, (nfds_t)(1 + SIDES * count), LOOK_MS) < 0)
			continue;
		for (int i = 0; i < count; i++)
			if (!pairs[i].over)
				pair_turn(&pairs[i], proxy, &polls[1 + SIDES * i]);
		int free_one = 0;
		while (free_one < count && !pairs[free_one].over)
			free_one++;
		if (polls[0].revents != 0 && free_one < PAIRS_MAX &&
			pair_begin(&pairs[free_one], proxy) && free_one == count)
			count++;
	}
	for (int i = 0; i < count; i++)
		if (!pairs[i].over)
			pair_end(&pairs[i]);
	return NULL;
}

void proxy_start(struct proxy *proxy)
{
	proxy->stopped = 0;
	proxy->passed_bytes = 0;
	proxy->struck = 0;
	proxy->begun = 0;
	proxy->listener = endpoint_listen(ENDPOINT_TCP, PAIRS_MAX, &proxy->number);
	must(proxy->listener >= 0);
	must(pthread_create(&proxy->thread, NULL, carry, proxy) == 0);
}

void proxy_stop(struct proxy *proxy)
{
	proxy->stopped = 1;
	pthread_join(proxy->thread, NULL);
	close(proxy->listener);
}
