/*
 * concbench load: wrk's habits, wrong use, and an HTTP server of this test.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 16], asked[4096];
static int listener;
static unsigned port;
static const char *reply;

/* Serves one connection at a time until the listener is shut down; keeps the last request. */
static void *serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		ssize_t got;
		while ((got = read(fd, asked, sizeof(asked) - 1)) > 0) {
			asked[got] = '\0';
			if (write(fd, reply, strlen(reply)) < 0)
				break;
		}
		close(fd);
	}
	return NULL;
}

static int load(const char *arguments, const char *answer)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof(address);
	char command[512];
	pthread_t thread;

	reply = answer;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, bytes), 0);
	ck_assert_int_eq(listen(listener, 5), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &bytes), 0);
	port = ntohs(address.sin_port);
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
	snprintf(command, sizeof(command),
		"concbench load http://127.0.0.1:%u/path -c 1 -d 30ms --timeout 2s %s", port,
		arguments);
	int status = program_run(command, output, sizeof(output));
	shutdown(listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(listener);
	return status;
}

static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

START_TEST(a_dry_run_says_what_would_be_sent_and_sends_nothing)
{
	int status = program_run("concbench load http://127.0.0.1:1/ -c 8 -R 2k -d 3s --dry-run",
		output, sizeof(output));

	ck_assert_int_eq(status, 0);
	ck_assert_ptr_nonnull(strstr(output, "8 connections, 1 request in flight on each, for 3s"));
	ck_assert_ptr_nonnull(strstr(output, "2000 requests per second over all connections, "
					     "constant arrivals, 6000 requests"));
	ck_assert_ptr_nonnull(strstr(output, "nothing was sent\n"));
}
END_TEST

START_TEST(the_request_is_what_was_asked_for)
{
	ck_assert_int_eq(load("-H 'X-One: 1' -H 'Host: other' --body abc", page), 0);
	ck_assert_str_eq(asked, "POST /path HTTP/1.1\r\nX-One: 1\r\nHost: other\r\n"
				"Content-Length: 3\r\n\r\nabc");
	ck_assert_int_eq(load("--method PUT", page), 0);
	ck_assert_int_eq(strncmp(asked, "PUT /path HTTP/1.1\r\nHost: 127.0.0.1:", 36), 0);
}
END_TEST

START_TEST(the_table_has_the_same_columns_as_those_of_runs)
{
	ck_assert_int_eq(load("", page), 0);
	ck_assert_ptr_nonnull(strstr(output, "op/s"));
	ck_assert_ptr_nonnull(strstr(output, "p99.9"));
	ck_assert_ptr_nonnull(strstr(output, "load CPU/op"));
	ck_assert_ptr_nonnull(strstr(output, "closed loop"));
}
END_TEST

START_TEST(other_formats_are_for_other_programs)
{
	ck_assert_int_eq(load("--format json", page), 0);
	ck_assert_ptr_nonnull(strstr(output, "\"status\": \"ok\""));
	ck_assert_int_eq(load("--format hgrm", page), 0);
	ck_assert_ptr_nonnull(strstr(output, "1/(1-Percentile)"));
	ck_assert_int_eq(load("--format md", page), 0);
	ck_assert_ptr_nonnull(strstr(output, "| closed loop |"));
}
END_TEST

START_TEST(errors_and_closed_connections_are_counted)
{
	load("", "HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	ck_assert_ptr_nonnull(strstr(output, "replies with status 400 or more"));
	ck_assert_ptr_nonnull(strstr(output, "closed by the server and made anew"));
}
END_TEST

START_TEST(what_is_no_http_is_invalid)
{
	ck_assert_int_eq(load("", "SMTP ready\r\n"), 4);
}
END_TEST

static const struct {
	const char *arguments, *says;
} wrong[] = {
	{"", "expected one URL"},
	{"localhost", "no URL"},
	{"http://localhost:1 -c 0", "-c: 0"},
	{"http://localhost:1 -R x", "-R: x"},
	{"http://localhost:1 -d 0", "-d: 0"},
	{"http://localhost:1 -H nonsense", "no header"},
	{"http://localhost:1 --arrivals posson", "did you mean poisson"},
	{"http://localhost:1 --format xml", "there is no format"},
	{"http://localhost:1 --nope", "no option --nope"},
	{"tcp://localhost:1 --method GET", "for http"},
	{"tcp://localhost:1 --reply 5", "--reply needs --body"},
	{"http://localhost:1 --body @/no/such", "No such file"},
};

START_TEST(wrong_use_is_told_in_one_line)
{
	char command[256];

	snprintf(command, sizeof(command), "concbench load %s 2>&1", wrong[_i].arguments);
	ck_assert_int_eq(program_run(command, output, sizeof(output)), 2);
	ck_assert_msg(strstr(output, wrong[_i].says) != NULL, "%s", output);
	ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cli/load");
	TCase *c = tcase_create("load");

#ifdef HAVE_HTTP_PARSER
	tcase_add_test(c, a_dry_run_says_what_would_be_sent_and_sends_nothing);
	tcase_add_test(c, the_request_is_what_was_asked_for);
	tcase_add_test(c, the_table_has_the_same_columns_as_those_of_runs);
	tcase_add_test(c, other_formats_are_for_other_programs);
	tcase_add_test(c, errors_and_closed_connections_are_counted);
	tcase_add_test(c, what_is_no_http_is_invalid);
#else
	puts("skipped: built without http-parser");
#endif
	tcase_add_loop_test(c, wrong_use_is_told_in_one_line, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_set_timeout(c, 30);
	suite_add_tcase(s, c);
	return s;
}
