/*
 * URLs, names and addresses. See target.h.
 */
#include "harness/load/target.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/load/tls.h"

static const struct scheme {
	const char *name, *service;
	bool http, tls;
} schemes[] = {
	{"http://", "80", true, false},
	{"https://", "443", true, true},
	{"tcp://", NULL, false, false},
	{"tls://", NULL, false, true},
	{NULL, NULL, false, false},
};

static int refuse(char *error, size_t bytes, const char *what, const char *url)
{
	snprintf(error, bytes,
		"%s: %.200s (tcp://HOST:PORT, tls://HOST:PORT, unix:///PATH, "
		"http://HOST[:PORT][/PATH], https://…)",
		what, url);
	return -EINVAL;
}

/* "host:port", "[::1]:port" or "host", of so many bytes. */
static int parse_authority(
	struct target *target, const char *text, size_t bytes, const char *service)
{
	size_t name = 0;

	if (bytes == 0 || bytes >= TARGET_HOST_MAX)
		return -EINVAL;
	snprintf(target->authority, sizeof(target->authority), "%.*s", (int)bytes, text);
	const char *host = target->authority, *end = strchr(host, ']');
	const char *colon = strchr(end != NULL ? end : host, ':');
	if (host[0] == '[' && end == NULL)
		return -EINVAL;
	name = colon != NULL ? (size_t)(colon - host) : bytes;
	if (host[0] == '[')
		snprintf(target->host, sizeof(target->host), "%.*s", (int)(end - host - 1),
			host + 1);
	else
		snprintf(target->host, sizeof(target->host), "%.*s", (int)name, host);
	if (colon != NULL)
		service = colon + 1;
	if (service == NULL || target->host[0] == '\0')
		return -EINVAL;
	char *rest;
	long port = strtol(service, &rest, 10);
	if (*rest != '\0' || rest == service || port < 1 || port > 65535)
		return -EINVAL;
	snprintf(target->service, sizeof(target->service), "%ld", port);
	return 0;
}

static int parse_unix(struct target *target, const char *path)
{
	struct sockaddr_un *local = (struct sockaddr_un *)&target->address;

	if (path[0] != '/' || strlen(path) >= sizeof(local->sun_path))
		return -EINVAL;
	local->sun_family = AF_UNIX;
	strcpy(local->sun_path, path);
	target->address_bytes = sizeof(*local);
	strcpy(target->path, path);
	return 0;
}

int target_parse(struct target *target, const char *url, char *error, size_t error_bytes)
{
	*target = (struct target){.nodelay = true};
	if (strncmp(url, "unix://", 7) == 0)
		return parse_unix(target, url + 7) == 0
			       ? 0
			       : refuse(error, error_bytes, "no path of a UNIX socket", url);
	for (const struct scheme *scheme = schemes; scheme->name != NULL; scheme++) {
		size_t prefix = strlen(scheme->name);
		if (strncmp(url, scheme->name, prefix) != 0)
			continue;
		const char *text = url + prefix;
		size_t bytes = strcspn(text, "/?#");
		const char *path = text + bytes;
		target->http = scheme->http;
		target->tls = scheme->tls;
		if (parse_authority(target, text, bytes, scheme->service) != 0)
			return refuse(error, error_bytes, "no host and port", url);
		if (strlen(path) + 2 > TARGET_PATH_MAX || strpbrk(path, " \t\r\n") != NULL)
			return refuse(error, error_bytes, "no such path", url);
		if (!scheme->http && path[0] != '\0')
			return refuse(error, error_bytes, "a path has no meaning here", url);
		snprintf(target->path, sizeof(target->path), "%s%.*s", path[0] == '/' ? "" : "/",
			(int)strcspn(path, "#"), path);
		return 0;
	}
	return refuse(error, error_bytes, "no URL that is known here", url);
}

int target_resolve(struct target *target, char *error, size_t error_bytes)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;

	if (target->address_bytes == 0) {
		int rc = getaddrinfo(target->host, target->service, &hints, &found);
		if (rc != 0) {
			snprintf(error, error_bytes, "%s: %s", target->host, gai_strerror(rc));
			return -EHOSTUNREACH;
		}
		memcpy(&target->address, found->ai_addr, found->ai_addrlen);
		target->address_bytes = found->ai_addrlen;
		freeaddrinfo(found);
	}
	if (!target->tls)
		return 0;
	if (tls_load(error, error_bytes) != 0)
		return -ENOTSUP;
	target->tls_context = tls.SSL_CTX_new(tls.TLS_client_method());
	if (target->tls_context == NULL) {
		snprintf(error, error_bytes, "TLS cannot be readied");
		return -ENOMEM;
	}
	tls.SSL_CTX_set_verify(target->tls_context, SSL_VERIFY_NONE, NULL);
	tls.SSL_CTX_ctrl(target->tls_context, SSL_CTRL_MODE,
		SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
			SSL_MODE_RELEASE_BUFFERS,
		NULL);
	return 0;
}

void target_close(struct target *target)
{
	if (target->tls_context != NULL)
		tls.SSL_CTX_free(target->tls_context);
	target->tls_context = NULL;
}

int target_dial(const struct target *target)
{
	int family = target->address.ss_family, on = target->nodelay, rc = 0;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (family != AF_UNIX && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		rc = -errno;
	if (rc == 0 &&
		connect(fd, (const struct sockaddr *)&target->address, target->address_bytes) !=
			0 &&
		errno != EINPROGRESS)
		rc = -errno;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}
