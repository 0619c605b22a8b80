/*
 * A bare thread per connection: what the threads model's echo server is compared with. No pool, no
 * library, a buffer on each stack; each thread blocks in recv and sends what it got.
 *
 * usage: echo_threads FD     FD: a listening socket, inherited
 *
 * Ends when the last of its connections has ended.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "peers/echo.h"

enum { STACK_BYTES = 64 << 10 };

static _Atomic int connections;

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buffer[ECHO_BUFFER_BYTES];
	ssize_t got;

	while ((got = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		echo_need(send(fd, buffer, (size_t)got, MSG_NOSIGNAL) == got, "send");
	close(fd);
	if (atomic_fetch_sub(&connections, 1) == 1)
		exit(EXIT_SUCCESS);
	return NULL;
}

int main(int argc, char **argv)
{
	int listener = echo_listener(argc, argv);
	pthread_attr_t attributes;
	pthread_t thread;

	echo_need(fcntl(listener, F_SETFL, 0) == 0, "fcntl");
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		echo_need(fd >= 0, "accept4");
		echo_no_delay(fd);
		atomic_fetch_add(&connections, 1);
		errno = pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd);
		echo_need(errno == 0, "pthread_create");
	}
}
