/*
 * Listening and connecting on this machine. See endpoint.h.
 */
#include "harness/load/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/measure/accepted.h"

/* <netinet/tcp.h> has a shorter struct tcp_info than the kernel; <linux/tcp.h> clashes with it. The
   two counts' place is part of the kernel's interface (include/uapi/linux/tcp.h, since 4.2). */
enum { TCP_INFO_BYTES_ACKED = 120, TCP_INFO_BYTES_RECEIVED = 128, TCP_INFO_BYTES = 136 };

enum {
	CONNECT_TIMEOUT_S = 5,
	ADDRESSES = 250,        /* 127.0.0.1 .. 127.0.0.250 */
	ABSTRACT_NAME = 5,      /* digits of a name the kernel chooses, unix(7) "autobind" */
	DESCRIPTORS_BESIDE = 64 /* what a process has open beside its connections */
};

const char *const endpoint_families[] = {"tcp", "unix", NULL};

struct endpoint {
	union {
		struct sockaddr any;
		struct sockaddr_in tcp;
		struct sockaddr_un local;
	} address;
	socklen_t length;
};

static struct endpoint tcp_endpoint(uint32_t host, uint32_t port)
{
	struct endpoint endpoint = {.length = sizeof(endpoint.address.tcp)};

	endpoint.address.tcp = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host),
	};
	return endpoint;
}

static struct endpoint unix_endpoint(uint32_t number)
{
	struct endpoint endpoint = {0};
	char name[ABSTRACT_NAME + 1];

	snprintf(name, sizeof(name), "%05x", number & 0xfffff);
	endpoint.address.local.sun_family = AF_UNIX;
	memcpy(endpoint.address.local.sun_path + 1, name, ABSTRACT_NAME);
	endpoint.length = offsetof(struct sockaddr_un, sun_path) + 1 + ABSTRACT_NAME;
	return endpoint;
}

/* The number of a bound listener. */
static int endpoint_number(int fd, enum endpoint_family family, uint32_t host, uint32_t *number)
{
	struct endpoint endpoint = {.length = sizeof(endpoint.address)};

	if (getsockname(fd, &endpoint.address.any, &endpoint.length) != 0)
		return -errno;
	if (family == ENDPOINT_TCP) {
		*number = host << 16 | ntohs(endpoint.address.tcp.sin_port);
		return 0;
	}
	char name[ABSTRACT_NAME + 1] = "";
	memcpy(name, endpoint.address.local.sun_path + 1, ABSTRACT_NAME);
	*number = (uint32_t)strtoul(name, NULL, 16) | PUBLISHED_LOCAL;
	return 0;
}

int endpoint_listen(enum endpoint_family family, int backlog, uint32_t *number)
{
	uint32_t host = 1 + (uint32_t)getpid() % ADDRESSES;
	struct endpoint endpoint = tcp_endpoint(host, 0);
	int fd = socket(family == ENDPOINT_TCP ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (family == ENDPOINT_UNIX) { /* the family alone: the kernel chooses a name */
		endpoint.address.local.sun_family = AF_UNIX;
		endpoint.length = sizeof(sa_family_t);
	}
	int rc = bind(fd, &endpoint.address.any, endpoint.length) == 0 ? 0 : -errno;
	if (rc == 0 && listen(fd, backlog) != 0)
		rc = -errno;
	if (rc == 0)
		rc = endpoint_number(fd, family, host, number);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int endpoint_listen_at(int port, int backlog, uint32_t *number)
{
	struct endpoint endpoint = tcp_endpoint(1, (uint32_t)port);
	int on = 1, rc = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(fd, &endpoint.address.any, endpoint.length) != 0 || listen(fd, backlog) != 0)
		rc = -errno;
	if (rc == 0)
		rc = endpoint_number(fd, ENDPOINT_TCP, 1, number);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

void endpoint_url(uint32_t number, char *text, size_t bytes)
{
	snprintf(text, bytes, "http://127.0.0.%u:%u/", number >> 16, number & 0xffff);
}

int endpoint_listen_among(int backlog, uint32_t *number)
{
	uint32_t host = *number != 0 ? *number >> 16 : 1 + (uint32_t)getpid() % ADDRESSES;
	struct endpoint endpoint = tcp_endpoint(host, *number & 0xffff);
	int on = 1, rc = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0 ||
		bind(fd, &endpoint.address.any, endpoint.length) != 0 || listen(fd, backlog) != 0)
		rc = -errno;
	if (rc == 0 && *number == 0)
		rc = endpoint_number(fd, ENDPOINT_TCP, host, number);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

/* 127.64 .. 127.191 by process, then on by count: no two runs and no 8000 connections share one. */
static int leave_from(int fd, uint64_t serial)
{
	enum { PER_ADDRESS = 8000, NETWORKS = 128, FIRST_NETWORK = 64 };
	uint32_t network = FIRST_NETWORK + (uint32_t)getpid() % NETWORKS;
	uint32_t turn = (uint32_t)(serial / PER_ADDRESS % (ADDRESSES * ADDRESSES));
	uint32_t address =
		127u << 24 | network << 16 | turn / ADDRESSES << 8 | (1 + turn % ADDRESSES);
	struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
	int on = 1;

	/* the port is found by connect, which knows the other end */
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) != 0 ||
		bind(fd, (struct sockaddr *)&source, sizeof(source)) != 0)
		return -errno;
	return 0;
}

int endpoint_dial(
	enum endpoint_family family, uint32_t number, bool nodelay, uint64_t serial, bool *begun)
{
	struct endpoint endpoint = family == ENDPOINT_TCP
					   ? tcp_endpoint(number >> 16, number & 0xffff)
					   : unix_endpoint(number);
	int fd = socket(
		endpoint.address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	int rc = endpoint_configure(fd, family, nodelay);
	if (rc == 0 && family == ENDPOINT_TCP)
		rc = leave_from(fd, serial);
	*begun = false;
	if (rc == 0 && connect(fd, &endpoint.address.any, endpoint.length) != 0) {
		rc = errno == EINPROGRESS ? 0 : -errno;
		*begun = rc == 0;
	}
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int endpoint_configure(int fd, enum endpoint_family family, bool nodelay)
{
	int on = nodelay;

	if (family == ENDPOINT_TCP &&
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		return -errno;
	return 0;
}

int endpoint_connect(enum endpoint_family family, uint32_t number, bool nodelay)
{
	struct timeval timeout = {.tv_sec = CONNECT_TIMEOUT_S};
	struct endpoint endpoint = family == ENDPOINT_TCP
					   ? tcp_endpoint(number >> 16, number & 0xffff)
					   : unix_endpoint(number);
	int fd = socket(endpoint.address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	int rc = endpoint_configure(fd, family, nodelay);
	/* the timeout of sending is the timeout of connecting, socket(7) */
	if (rc == 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) != 0)
		rc = -errno;
	if (rc == 0 && connect(fd, &endpoint.address.any, endpoint.length) != 0)
		rc = errno == EINPROGRESS || errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int endpoint_counts(int fd, uint64_t *acknowledged, uint64_t *received)
{
	char info[TCP_INFO_BYTES];
	socklen_t bytes = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &bytes) != 0)
		return -errno;
	if (bytes < sizeof(info))
		return -EOPNOTSUPP;
	memcpy(acknowledged, info + TCP_INFO_BYTES_ACKED, sizeof(*acknowledged));
	memcpy(received, info + TCP_INFO_BYTES_RECEIVED, sizeof(*received));
	*acknowledged -= 1; /* the SYN of the side that connected takes a sequence number */
	return 0;
}

uint64_t endpoint_reserve(int descriptors)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)descriptors + DESCRIPTORS_BESIDE;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	if (limit.rlim_cur >= wanted)
		return limit.rlim_cur;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	return limit.rlim_cur;
}
