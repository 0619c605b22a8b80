/*
 * What the echo servers of the comparison share. Each is started as `PROGRAM FD`, FD being a
 * listening socket, non-blocking and inherited, and ends when the last of its connections has
 * ended.
 */
#ifndef CONCBENCH_PEERS_ECHO_H
#define CONCBENCH_PEERS_ECHO_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ECHO_BUFFER_BYTES = 4096 };

/* Leaves the program with a reason unless ok. */
static inline void echo_need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static inline void echo_no_delay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* The listening socket of the command line. */
static inline int echo_listener(int argc, char **argv)
{
	errno = EINVAL;
	echo_need(argc >= 2, "usage: PROGRAM FD");
	return atoi(argv[1]);
}

#endif
