/*
 * The table of descriptors.
 */
#include "models/async/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "models/async/loop.h"
#include "models/async/poller.h"

int async_descriptors_open(struct async_descriptors *descriptors)
{
	enum { MOST = 1 << 20 }; /* fs.nr_open's default; 64 MiB of addresses, touched where used */
	struct rlimit limit;

	descriptors->room = MOST;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < MOST)
		descriptors->room = limit.rlim_max;
	descriptors->table = mmap(NULL, descriptors->room * sizeof *descriptors->table,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (descriptors->table == MAP_FAILED) {
		descriptors->table = NULL;
		return -errno;
	}
	return 0;
}

void async_descriptors_close(struct async_descriptors *descriptors)
{
	if (descriptors->table != NULL)
		munmap(descriptors->table, descriptors->room * sizeof *descriptors->table);
	descriptors->table = NULL;
}

int async_descriptor_know(struct async_descriptor *descriptor, int fd)
{
	struct stat status;
	int type = 0;

	*descriptor = (struct async_descriptor){.readable = 1, .writable = 1};
	if (fstat(fd, &status) != 0)
		return -errno;
	if (S_ISSOCK(status.st_mode)) {
		/* sockets are used with MSG_DONTWAIT, their flags stay as they are */
		descriptor->is_socket = 1;
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &(socklen_t){sizeof type}) == 0)
			descriptor->drains = type == SOCK_STREAM;
	} else if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode)) {
		int flags = fcntl(fd, F_GETFL);

		descriptor->is_file = 1;
		descriptor->is_direct = flags >= 0 && (flags & O_DIRECT) != 0;
	} else {
		int flags = fcntl(fd, F_GETFL);

		if (flags < 0 ||
			((flags & O_NONBLOCK) == 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0))
			return -errno;
		/* a pipe drains neither: in packet mode, which the writer alone knows of, a read
		   gives one packet however many wait */
	}
	descriptor->known = 1;
	return 0;
}

int async_descriptor_register(struct async_loop *loop, int fd, struct async_descriptor **descriptor)
{
	int rc = async_descriptor_find(&loop->descriptors, fd, descriptor);

	if (rc == 0 && !(*descriptor)->registered) {
		rc = loop->poller->add(loop->poller, fd);
		(*descriptor)->registered = rc == 0;
	}
	return rc;
}

void async_descriptor_edge(struct async_descriptor *descriptor, uint32_t events)
{
	if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
		descriptor->hung_up = 1;
	if ((events & EPOLLPRI) != 0)
		descriptor->drains = descriptor->quick = 0; /* urgent data: a read stops there */
	if ((events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
		descriptor->readable = 1;
		async_waiters_serve_first(&descriptor->readers);
	}
	if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
		descriptor->writable = 1;
		async_waiters_serve_first(&descriptor->writers);
	}
}
