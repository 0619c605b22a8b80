/*
 * A bare epoll echo server: what the async model's is compared with. No library, no coroutine, no
 * memory per connection: one loop that calls recv and send (cheaper on sockets than read and
 * write). Edge-triggered and registered once, so that it makes three system calls per request at
 * most and no one can say it was made slow.
 *
 * usage: echo_epoll FD     FD: a listening socket, non-blocking, inherited
 *
 * Ends when the last of its connections has ended.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER_BYTES = 4096 };

static int poller, connections;

static int fatal(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void watch(int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0)
		fatal("epoll_ctl");
}

static void accept_all(int listener)
{
	int on = 1;

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (fd < 0)
			fatal("accept4");
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		watch(fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
		connections++;
	}
}

/* Until a read is short, which on an edge means empty; the end needs one more. */
static void serve(int fd, bool ended)
{
	char buffer[BUFFER_BYTES];
	ssize_t got;

	do {
		got = recv(fd, buffer, sizeof(buffer), 0);
		if (got > 0 && send(fd, buffer, (size_t)got, MSG_NOSIGNAL) != got)
			fatal("send");
	} while (got == sizeof(buffer) || (ended && got > 0));
	if (got == 0 || (got < 0 && errno != EAGAIN)) {
		close(fd);
		connections--;
	}
}

int main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	int listener = argc == 2 ? atoi(argv[1]) : -1;
	bool accepted = false;

	poller = epoll_create1(EPOLL_CLOEXEC);
	if (poller < 0)
		fatal("epoll_create1");
	watch(listener, EPOLLIN);
	while (!accepted || connections > 0) {
		int ready = epoll_wait(poller, events, EVENTS, -1);

		for (int i = 0; i < ready; i++)
			if (events[i].data.fd == listener)
				accept_all(listener);
			else
				serve(events[i].data.fd, (events[i].events & EPOLLRDHUP) != 0);
		accepted |= connections > 0;
	}
	return EXIT_SUCCESS;
}
