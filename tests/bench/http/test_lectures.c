/*
 * Row A15 of the lecture notes: an HTTP client with a shared session. Three requests by gather and
 * one after the other have the same bodies; five, serial and gathered, give records. What is asked
 * is http's own server, on the same loop. (A16, the database, is in bench/db; the rows of the
 * runtime alone are in models/async/test_lectures.c.)
 */
#include "bench/http/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "models/async/async.h"
#include "models/async/combine.h"
#include "tests/suite.h"

#ifdef HAVE_HTTP_PARSER

enum { SERVERS = 5, FETCHES_MAX = 5, PAGE = PAGE_BYTES_MIN, MS = 1000000 };

/* The connections that all fetches share: whoever needs one takes it, or opens another. */
struct session {
	uint32_t number;
	int idle[FETCHES_MAX], idle_count;
	int opened;
};

/* One request and the record of its reply. */
struct fetch {
	struct session *session;
	int wait_ms;
	char name;
	int status;
	char body[PAGE + 1];
};

static struct http http = {.page_bytes = PAGE, .iterations_per_ms = 1, .nodelay = true};
static struct orders orders = {.shared = &http};
static struct slot slots[SERVERS];
static char events[400]; /* "a?" asked, "a!" answered */

static void happened(char name, char what)
{
	size_t used = strlen(events);

	snprintf(events + used, sizeof(events) - used, "%c%c ", name, what);
}

static int session_take(struct session *session)
{
	bool begun;

	if (session->idle_count > 0)
		return session->idle[--session->idle_count];
	int fd = endpoint_dial(ENDPOINT_TCP, session->number, true, 0, &begun);
	int rc = fd < 0 ? fd : async_wait_writable(fd);
	session->opened++;
	return rc != 0 ? rc : fd;
}

static void session_give(struct session *session, int fd)
{
	session->idle[session->idle_count++] = fd;
}

static void session_close(struct session *session)
{
	while (session->idle_count > 0)
		async_close(session->idle[--session->idle_count]);
}

/* Reads the reply: a head, and a page behind it. */
static int receive(struct fetch *fetch, int fd)
{
	char text[1024] = "";
	size_t used = 0, whole = sizeof(text);

	while (used < whole) {
		ssize_t got = async_read(fd, text + used, sizeof(text) - 1 - used);
		if (got <= 0)
			return got < 0 ? (int)got : -EPIPE;
		used += (size_t)got;
		const char *end = strstr(text, "\r\n\r\n");
		if (end != NULL)
			whole = (size_t)(end + 4 - text) + PAGE;
	}
	if (used != whole || sscanf(text, "HTTP/1.1 %d", &fetch->status) != 1)
		return -EPROTO;
	memcpy(fetch->body, text + whole - PAGE, PAGE);
	return 0;
}

static int fetch_one(void *arg)
{
	struct fetch *fetch = arg;
	char request[128];
	int fd = session_take(fetch->session);
	if (fd < 0)
		return fd;
	int bytes = snprintf(request, sizeof(request),
		"GET /work?wait=%d&seed=%02x HTTP/1.1\r\nHost: lectures\r\n\r\n",
		fetch->wait_ms * 1000, fetch->wait_ms);

	happened(fetch->name, '?');
	ssize_t sent = async_write(fd, request, (size_t)bytes);
	int rc = sent < 0 ? (int)sent : receive(fetch, fd);
	happened(fetch->name, '!');
	if (rc == 0)
		session_give(fetch->session, fd);
	else
		async_close(fd);
	return rc;
}

static int serial(struct fetch *fetches, int n)
{
	int rc = 0;

	for (int i = 0; i < n && rc == 0; i++)
		rc = fetch_one(&fetches[i]);
	return rc;
}

static int gathered(struct fetch *fetches, int n)
{
	struct async_future *futures[FETCHES_MAX];
	struct async_task *tasks[FETCHES_MAX];

	for (int i = 0; i < n; i++) {
		tasks[i] = async_spawn(fetch_one, &fetches[i]);
		if (tasks[i] == NULL)
			return -ENOMEM;
		futures[i] = &tasks[i]->future;
	}
	int rc = async_gather(futures, (size_t)n, NULL, ASYNC_FIRST_ERROR);
	for (int i = 0; i < n; i++)
		async_task_detach(tasks[i]);
	return rc;
}

/* What a body does with a session while the servers serve; the same for both tests. */
struct scene {
	int (*play)(struct session *session, struct scene *scene);
	struct fetch serial[FETCHES_MAX], gathered[FETCHES_MAX];
	uint64_t serial_ns, gathered_ns;
	char serial_events[200], gathered_events[200];
	int serial_opened, gathered_opened;
};

static int play(struct session *session, struct scene *scene, int n, const int *waits_ms)
{
	for (int i = 0; i < n; i++)
		scene->serial[i] = scene->gathered[i] = (struct fetch){
			.session = session, .wait_ms = waits_ms[i], .name = (char)('a' + i)};
	uint64_t start_ns = clock_now_ns();
	int rc = serial(scene->serial, n);
	scene->serial_ns = clock_now_ns() - start_ns;
	scene->serial_opened = session->opened;
	strcpy(scene->serial_events, events);
	events[0] = '\0';
	start_ns = clock_now_ns();
	if (rc == 0)
		rc = gathered(scene->gathered, n);
	scene->gathered_ns = clock_now_ns() - start_ns;
	scene->gathered_opened = session->opened;
	strcpy(scene->gathered_events, events);
	return rc;
}

static int play_three(struct session *session, struct scene *scene)
{
	return play(session, scene, 3, (const int[]){60, 30, 45});
}

static int play_five(struct session *session, struct scene *scene)
{
	return play(session, scene, 5, (const int[]){20, 20, 20, 20, 20});
}

static int body(void *arg)
{
	struct scene *scene = arg;
	struct session session = {0};
	struct async_task *servers[SERVERS];
	int rc = 0;

	http.listener = endpoint_listen(ENDPOINT_TCP, SERVERS, &session.number);
	if (http.listener < 0)
		return http.listener;
	for (int i = 0; i < SERVERS; i++) {
		slots[i] = (struct slot){.orders = &orders, .index = i};
		servers[i] = async_spawn(http_async_task, &slots[i]);
		if (servers[i] == NULL)
			return -ENOMEM;
	}
	rc = scene->play(&session, scene);
	session_close(&session);
	atomic_store(&http.closed, true);
	shutdown(http.listener, SHUT_RDWR);
	for (int i = 0; i < SERVERS; i++) {
		int ended = async_task_join(servers[i]);
		rc = rc != 0 ? rc : ended;
	}
	async_close(http.listener);
	return rc;
}

static void run(struct scene *scene)
{
	events[0] = '\0';
	ck_assert_int_eq(async_run(body, scene), 0);
}

/* Every letter is asked before any is answered. */
static bool all_at_once(const char *text, int n)
{
	return (int)(strchr(text, '!') - text) > 3 * (n - 1);
}

START_TEST(A15_requests_of_a_shared_session_gathered_and_one_after_the_other)
{
	struct scene scene = {.play = play_three};

	run(&scene);
	ck_assert_str_eq(scene.serial_events, "a? a! b? b! c? c! ");
	ck_assert_msg(all_at_once(scene.gathered_events, 3), "%s", scene.gathered_events);
	for (int i = 0; i < 3; i++) {
		char head[PAGE_HEAD_BYTES], id[PAGE_ID_BYTES], page[PAGE];
		page_id(id, 0, 0);
		page_head(head, id, (uint64_t)scene.serial[i].wait_ms);
		ck_assert_uint_eq(page_write(head, PAGE, 0, page, PAGE), PAGE);
		ck_assert_mem_eq(scene.serial[i].body, page, PAGE);
		ck_assert_mem_eq(scene.gathered[i].body, page, PAGE);
	}
	/* the sum of all waits, and the slowest */
	ck_assert_uint_ge(scene.serial_ns, (60 + 30 + 45) * (uint64_t)MS);
	ck_assert_uint_ge(scene.gathered_ns, 60 * (uint64_t)MS);
	/* the session is shared: one connection serves them in turn, and is used again */
	ck_assert_int_eq(scene.serial_opened, 1);
	ck_assert_int_eq(scene.gathered_opened, 3);
}
END_TEST

START_TEST(A15b_five_fetches_give_records_serial_and_gathered)
{
	struct scene scene = {.play = play_five};

	run(&scene);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(scene.serial[i].status, 200);
		ck_assert_int_eq(scene.gathered[i].status, 200);
		ck_assert_str_eq(scene.serial[i].body, scene.gathered[i].body);
		ck_assert_int_eq(scene.gathered[i].name, 'a' + i);
	}
	ck_assert_msg(all_at_once(scene.gathered_events, 5), "%s", scene.gathered_events);
	ck_assert_uint_ge(scene.serial_ns, 5 * 20 * (uint64_t)MS);
	ck_assert_int_eq(scene.gathered_opened, 5);
}
END_TEST

#endif

Suite *suite(void)
{
	Suite *s = suite_create("http lectures");
	TCase *c = tcase_create("A15");

#ifdef HAVE_HTTP_PARSER
	tcase_add_test(c, A15_requests_of_a_shared_session_gathered_and_one_after_the_other);
	tcase_add_test(c, A15b_five_fetches_give_records_serial_and_gathered);
#else
	puts("skipped: built without http-parser");
#endif
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
