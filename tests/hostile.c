/*
 * See hostile.h.
 */
#include "tests/hostile.h"

#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/load/draw.h"
#include "harness/measure/clock.h"
#include "harness/record.h"

enum { CONNECTIONS = 12, SLOW_MAX = 4, ANY = 0, NOTHING = 1, TEXT_MAX = 90000, TIMEOUT_MS = 150 };

static unsigned port;
static uint64_t draws;
static unsigned draw_seed;

static unsigned draw_below(unsigned n)
{
	return (unsigned)(draw_bits(draw_seed, draws++) % n);
}

/* One way to behave: what is sent, how it ends, which status must come (or ANY, NOTHING). */
struct hostile {
	const char *name, *text;
	int status;
	enum { WAITS, HALF_CLOSES, CLOSES, RESETS } end;
};

#define HOST "Host: a\r\n"
static const struct hostile fixed[] = {
	{"valid", "GET / HTTP/1.1\r\n" HOST "\r\n", 200, WAITS},
	{"half-closed", "GET / HTTP/1.1\r\n" HOST "\r\n", 200, HALF_CLOSES},
	{"work", "GET /work?compute=10&wait=100 HTTP/1.1\r\n" HOST "\r\n", 200, WAITS},
	{"unknown path", "GET /none HTTP/1.1\r\n" HOST "\r\n", 404, WAITS},
	{"method", "DELETE / HTTP/1.1\r\n" HOST "\r\n", 405, WAITS},
	{"tunnel", "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 405, WAITS},
	{"no host", "GET / HTTP/1.1\r\n\r\n", 400, WAITS},
	{"two hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400, WAITS},
	{"version", "GET / HTTP/9.9\r\n" HOST "\r\n", 505, WAITS},
	{"no version", "GET / SMTP/1.1\r\n" HOST "\r\n", 400, WAITS},
	{"binary", "\x16\x03\x01\x02\x03\x04", 400, WAITS},
	{"header", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, HALF_CLOSES},
	{"length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1x\r\n\r\n", 400, WAITS},
	{"two lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
		400, WAITS},
	{"chunk", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
		WAITS},
	{"large body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999\r\n\r\nabc", 413, WAITS},
	{"truncated line", "GET / HT", 400, HALF_CLOSES},
	{"truncated headers", "GET / HTTP/1.1\r\nHos", 400, HALF_CLOSES},
	{"truncated body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nab", 400,
		HALF_CLOSES},
	{"left early", "GET / HTTP/1.1\r\n", NOTHING, CLOSES},
	{"left before the answer", "GET /work?wait=500 HTTP/1.1\r\n" HOST "\r\n", NOTHING, CLOSES},
	{"reset early", "GET / HTTP/1.1\r\n", NOTHING, RESETS},
	{"reset before the answer", "GET /work?wait=500 HTTP/1.1\r\n" HOST "\r\n", NOTHING, RESETS},
	{"said nothing", "", NOTHING, CLOSES},
};
enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };

static int dial(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval limit = {.tv_sec = 20};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The status of the reply that comes; 0: the connection ended without one. */
static int hear(int fd)
{
	char reply[2000] = "";
	size_t got = 0;

	while (got < 12) {
		ssize_t part = recv(fd, reply + got, sizeof(reply) - 1 - got, 0);
		if (part <= 0)
			return 0;
		got += (size_t)part;
	}
	ck_assert_msg(strncmp(reply, "HTTP/1.1 ", 9) == 0, "%.40s", reply);
	return atoi(reply + 9);
}

/* Sends all of it, in one piece or in several. */
static void send_text(int fd, const char *text, size_t bytes)
{
	size_t piece = draw_below(3) == 0 ? 1 + draw_below(200) : bytes;

	for (size_t done = 0; done < bytes;) {
		size_t part = bytes - done < piece ? bytes - done : piece;
		ssize_t sent = send(fd, text + done, part, MSG_NOSIGNAL);
		if (sent < 0)
			return; /* it has been refused meanwhile */
		done += (size_t)sent;
	}
}

static void behave(const struct hostile *hostile, size_t bytes)
{
	struct linger reset = {.l_onoff = 1};
	uint64_t start_ns = clock_now_ns();
	int fd = dial(), status = NOTHING;

	ck_assert_int_ge(fd, 0);
	send_text(fd, hostile->text, bytes);
	if (hostile->end == HALF_CLOSES)
		shutdown(fd, SHUT_WR);
	if (hostile->end == RESETS)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (hostile->end == WAITS || hostile->end == HALF_CLOSES)
		status = hear(fd);
	/* one that a busy machine made slow is told so, and rightly */
	bool late = clock_now_ns() - start_ns > TIMEOUT_MS * 1000000u;
	if (hostile->status != ANY && !(late && status == 408))
		ck_assert_msg(status == hostile->status, "%s: status %d, not %d", hostile->name,
			status, hostile->status);
	close(fd);
}

/* A valid request with a few bytes changed, added or taken out; ends whatever it has become. */
static void behave_mutated(void)
{
	char text[400];
	struct hostile hostile = {"mutated", text, ANY, HALF_CLOSES};
	size_t bytes = (size_t)snprintf(text, sizeof(text),
		"POST /work?wait=1&compute=1&seed=1f HTTP/1.1\r\n" HOST
		"Content-Length: 3\r\nConnection: keep-alive\r\n\r\nabcGET / HTTP/1.1\r\n" HOST
		"\r\n");

	for (unsigned i = 1 + draw_below(4); i > 0; i--) {
		size_t at = draw_below((unsigned)bytes);
		switch (draw_below(3)) {
		case 0:
			text[at] = (char)draw_below(256);
			break;
		case 1:
			memmove(text + at, text + at + 1, --bytes - at);
			break;
		default:
			memmove(text + at + 1, text + at, bytes++ - at);
			text[at] = "\r\n\t :/0\x7f"[draw_below(8)];
		}
	}
	behave(&hostile, bytes);
}

/* Targets, headers and bodies beyond every bound. */
static void behave_oversized(void)
{
	static char text[TEXT_MAX];
	static const struct {
		const char *format;
		int bytes, status;
	} rows[] = {
		{"GET /%0*d HTTP/1.1\r\n" HOST "\r\n", 5000, 414},
		{"GET / HTTP/1.1\r\n" HOST "X: %0*d\r\n\r\n", 80000, 431},
		{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n13880\r\n%0*d",
			80000, 413},
	};
	unsigned row = draw_below(3);
	struct hostile hostile = {"oversized", text, rows[row].status, WAITS};

	behave(&hostile,
		(size_t)snprintf(text, sizeof(text), rows[row].format, rows[row].bytes, 0));
}

/* The honest one: a kept connection over all cases. */
static void ask_honestly(int fd)
{
	static const char request[] = "GET / HTTP/1.1\r\n" HOST "\r\n";
	char reply[1000] = "";
	size_t got = 0;

	ck_assert_int_eq(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	while (strstr(reply, "XYZ+") == NULL) {
		ssize_t part = recv(fd, reply + got, sizeof(reply) - 1 - got, 0);
		ck_assert_msg(part > 0, "the honest client was harmed after: %s", reply);
		got += (size_t)part;
	}
	ck_assert_int_eq(strncmp(reply, "HTTP/1.1 200", 12), 0);
}

/* A byte now and then, which is never a request: in the end it is told so. */
struct slow {
	int fd;
	size_t sent;
};

static void trickle(struct slow *slow)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: slow\r\nX: 0123456789\r\nY: 0123456789";

	if (slow->fd < 0)
		slow->fd = dial();
	else if (slow->sent < sizeof(text) - 1)
		slow->sent += send(slow->fd, text + slow->sent, 1, MSG_NOSIGNAL) == 1;
}

static void run_cases(int cases)
{
	struct slow slow[SLOW_MAX];
	int honest = dial();

	memset(slow, -1, sizeof(slow));
	for (int i = 0; i < SLOW_MAX; i++)
		slow[i].sent = 0;
	ck_assert_int_ge(honest, 0);
	for (int i = 0; i < cases; i++) {
		unsigned kind = draw_below(FIXED + 12);
		if (kind < FIXED)
			behave(&fixed[kind], strlen(fixed[kind].text));
		else if (kind < FIXED + 10)
			behave_mutated();
		else
			behave_oversized();
		trickle(&slow[i % SLOW_MAX]);
		if (i % 8 == 0)
			ask_honestly(honest);
	}
	for (int i = 0; i < SLOW_MAX && i < cases; i++) {
		int status = hear(slow[i].fd);
		ck_assert_msg(status == 408 || (status == 0 && slow[i].sent == 0),
			"slow client: status %d after %zu bytes", status, slow[i].sent);
		close(slow[i].fd);
	}
	ask_honestly(honest);
	close(honest);
}

/* Descriptors of all processes below one. */
static int descriptors_below(pid_t parent)
{
	char path[64], line[512];
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)parent);
	DIR *folder = opendir(path);
	while (folder != NULL && readdir(folder) != NULL)
		count++;
	if (folder != NULL)
		closedir(folder);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	FILE *children = fopen(path, "re");
	if (children == NULL)
		return count;
	char *word = fgets(line, sizeof(line), children);
	fclose(children);
	for (char *rest; word != NULL && *word != '\0'; word = rest) {
		long child = strtol(word, &rest, 10);
		if (rest == word)
			break;
		count += descriptors_below((pid_t)child);
	}
	return count;
}

static unsigned free_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, bytes), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* concbench exec in a child; it serves until it is told to stop. */
static pid_t serve(const char *model)
{
	char cell[64], at[32], limit[32];

	port = free_port();
	fflush(NULL);
	pid_t server = fork();
	ck_assert_int_ge(server, 0);
	if (server == 0) {
		snprintf(cell, sizeof(cell), "http/%s", model);
		snprintf(at, sizeof(at), "port=%u", port);
		snprintf(limit, sizeof(limit), "timeout=%dms", TIMEOUT_MS);
		char *words[] = {"exec", cell, "--size", "smoke", "-c", "12", "-p", at, "-p", limit,
			"--window", "10m", "--seed", "1", "--record-fd", "2", NULL};
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		_exit(exec_main((int)(sizeof(words) / sizeof(words[0])) - 1, words));
	}
	struct timespec pause = {.tv_nsec = 5000000};
	int fd = -1;
	for (int i = 0; i < 2000 && (fd = dial()) < 0; i++)
		nanosleep(&pause, NULL);
	ck_assert_msg(fd >= 0, "%s does not serve", model);
	ask_honestly(fd);
	close(fd);
	return server;
}

void hostile_clients(const char *model, int cases, unsigned seed)
{
	struct timespec pause = {.tv_nsec = 20000000};
	pid_t server = serve(model);
	int status, after = 0;

	draw_seed = seed;
	draws = 0;
	nanosleep(&pause, NULL);
	int before = descriptors_below(server);
	run_cases(cases);
	for (int i = 0; i < 200; i++) { /* the last connections end in their own time */
		nanosleep(&pause, NULL);
		if ((after = descriptors_below(server)) <= before)
			break;
	}
	ck_assert_msg(after <= before, "%s: %d descriptors, before %d", model, after, before);
	ck_assert_int_eq(waitpid(server, &status, WNOHANG), 0); /* it is alive */
	kill(server, SIGTERM);
	ck_assert_int_eq(waitpid(server, &status, 0), server);
}
