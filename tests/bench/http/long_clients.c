/*
 * http's server asked by programs that are not ours: curl, ab, h2load and wrk find nothing wrong
 * with it, with kept connections and without. Where one is not installed its test says so; in CI
 * that is a failure.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/program.h"
#include "tests/suite.h"

static const char *const some_models[] = {"async", "async-uring", "threads", "process-pool"};
enum { MODELS = sizeof(some_models) / sizeof(some_models[0]) };
enum { TRIES = 5, LOOKS = 2000, LOOK_NS = 10000000 };

static pid_t server;
static char url[64];

static int socket_at(int port, struct sockaddr_in *address)
{
	*address = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* One that nobody has just now. */
static int free_port(void)
{
	struct sockaddr_in address;
	socklen_t bytes = sizeof(address);
	int fd = socket_at(0, &address);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* Until it listens; false: it has ended, because somebody else took the port. */
static bool is_there(int port)
{
	struct timespec look = {.tv_nsec = LOOK_NS};
	struct sockaddr_in address;

	for (int i = 0; i < LOOKS; i++) {
		int fd = socket_at(port, &address);
		bool heard = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
		close(fd);
		if (waitpid(server, NULL, WNOHANG) == server)
			return false;
		if (heard)
			return true;
		nanosleep(&look, NULL);
	}
	ck_abort_msg("no server after 20 s");
}

static void start(const char *model)
{
	char cell[40], port_is[24];
	char *words[] = {"concbench", "exec", cell, "--size", "usual", "-c", "24", "--window", "5m",
		"--stall", "10m", "--seed", "1", "-p", port_is, NULL};

	for (int i = 0; i < TRIES; i++) {
		int port = free_port();
		snprintf(cell, sizeof(cell), "http/%s", model);
		snprintf(port_is, sizeof(port_is), "port=%d", port);
		snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
		server = program_start(words);
		ck_assert_int_gt(server, 0);
		if (is_there(port))
			return;
	}
	ck_abort_msg("no port for it");
}

static void stop(void)
{
	kill(server, SIGINT);
	ck_assert_int_eq(waitpid(server, NULL, 0), server);
}

/* Every one of the words must be in what it prints, and none of those after "!". */
struct client {
	const char *program, *arguments; /* %s: the URL */
	const char *words[6];
};

static const struct client clients[] = {
	{"curl", "-sS -i %s", {"HTTP/1.1 200 OK", "Content-Length: 64", "id=", NULL}},
	/* three on one connection, the last of which waits and computes */
	{"curl", "-sS -w ':%%{http_code}:%%{num_connects}:' %1$s %1$s '%1$swork?wait=1&compute=20'",
		{":200:1:", ":200:0:", NULL}},
	{"curl", "-sS --http1.0 -i %s", {"200 OK", "Connection: close", "id=", NULL}},
	{"curl", "-sS -I %s", {"HTTP/1.1 200 OK", "Content-Length: 64", "!id=", NULL}},
	{"curl", "-sS -o /dev/null -w '%%{http_code}' %snowhere", {"404", NULL}},
	{"ab", "-q -n 200 -c 4 %s",
		{"Complete requests:      200\n", "Failed requests:        0\n", "!Non-2xx", NULL}},
	{"ab", "-q -k -n 200 -c 4 %s",
		{"Complete requests:      200\n", "Failed requests:        0\n",
			"Keep-Alive requests:    200\n", "!Non-2xx", NULL}},
	{"h2load", "--h1 -n 200 -c 4 -m 1 %s",
		{"200 done, 200 succeeded, 0 failed, 0 errored, 0 timeout", NULL}},
	{"h2load", "--h1 -n 200 -c 4 -m 8 %s",
		{"200 done, 200 succeeded, 0 failed, 0 errored, 0 timeout", NULL}},
	{"wrk", "-t 1 -c 8 -d 1s %s", {" requests in ", "!Non-2xx", "!Socket errors", NULL}},
};
enum { CLIENTS = sizeof(clients) / sizeof(clients[0]) };

static bool is_installed(const char *program)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	if (system(command) == 0)
		return true;
	ck_assert_msg(getenv("CI") == NULL, "%s is not installed (packages-ci.txt)", program);
	printf("skipped: %s is not installed\n", program);
	return false;
}

/* Its arguments are a format for the URL. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void ask(const struct client *client)
{
	static char output[1 << 16];
	char arguments[300], command[400];

	snprintf(arguments, sizeof(arguments), client->arguments, url);
	snprintf(command, sizeof(command), "timeout 60 %s %s", client->program, arguments);
	int status = program_run(command, output, sizeof(output));
	ck_assert_msg(status == 0, "%s: status %d: %s", command, status, output);
	for (int i = 0; client->words[i] != NULL; i++) {
		const char *word = client->words[i];
		bool absent = word[0] == '!';
		ck_assert_msg((strstr(output, word + absent) == NULL) == absent, "%s: %s: %s",
			command, word, output);
	}
}

START_TEST(programs_that_are_not_ours_find_nothing_wrong_with_the_server)
{
	start(some_models[_i]);
	for (int i = 0; i < CLIENTS; i++)
		if (is_installed(clients[i].program))
			ask(&clients[i]);
	stop();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("http, other clients");
	TCase *c = tcase_create("clients");

#ifdef HAVE_HTTP_PARSER
	tcase_add_loop_test(
		c, programs_that_are_not_ours_find_nothing_wrong_with_the_server, 0, MODELS);
#else
	puts("skipped: built without http-parser");
#endif
	tcase_set_timeout(c, 300);
	suite_add_tcase(s, c);
	return s;
}
