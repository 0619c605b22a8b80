/*
 * Ports shared by workers; see the header.
 */
#include "models/processes/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int bind_to(const struct process_listen *listen)
{
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	int option = listen->design == PROCESS_LISTEN_REUSEPORT ? SO_REUSEPORT : SO_REUSEADDR;
	if (setsockopt(fd, SOL_SOCKET, option, &one, sizeof(one)) != 0 ||
		bind(fd, (const struct sockaddr *)&listen->address, sizeof(listen->address)) != 0) {
		int rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

int process_listen_open(struct process_listen *opened, enum process_listen_design design,
	const struct sockaddr_in *address, int backlog)
{
	socklen_t length = sizeof(opened->address);
	int rc = 0;

	*opened = (struct process_listen){
		.design = design, .address = *address, .backlog = backlog, .socket = -1};
	int fd = bind_to(opened);
	if (fd < 0)
		return fd;
	if (getsockname(fd, (struct sockaddr *)&opened->address, &length) != 0)
		rc = -errno;
	if (rc == 0 && design == PROCESS_LISTEN_SHARED && listen(fd, backlog) != 0)
		rc = -errno;
	if (rc != 0)
		close(fd);
	else
		opened->socket = fd;
	return rc;
}

int process_listen_worker(const struct process_listen *opened)
{
	if (opened->design == PROCESS_LISTEN_SHARED) {
		int fd = fcntl(opened->socket, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? -errno : fd;
	}
	int fd = bind_to(opened);
	if (fd >= 0 && listen(fd, opened->backlog) != 0) {
		int rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

void process_listen_close(struct process_listen *opened)
{
	if (opened->socket >= 0)
		close(opened->socket);
	opened->socket = -1;
}
