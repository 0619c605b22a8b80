/*
 * Our own echo server as a peer, for comparing our pollers with each other: a task per connection.
 *
 * usage: echo_async FD [uring]
 */
#include "models/async/async.h"

#include "peers/echo.h"

static int connections;

static int serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	void *buffer;
	ssize_t got;

	while ((got = async_recv_lend(fd, &buffer)) > 0) {
		ssize_t sent = async_write(fd, buffer, (size_t)got);
		async_release(buffer);
		if (sent < 0)
			break;
	}
	connections--;
	return async_close(fd);
}

/* Accepts until all who came have left. */
static int accept_all(void *arg)
{
	int listener = *(int *)arg, fd;
	bool accepted = false;

	do {
		struct async_timeout limit;

		/* looks up now and then: the end is when nobody is left */
		if (async_timeout_begin(&limit, 100000000) != 0)
			return -ENOMEM;
		fd = async_accept(listener, NULL, NULL);
		(void)async_timeout_end(&limit);
		if (fd < 0)
			continue;
		echo_no_delay(fd);
		accepted = true;
		connections++;
		async_task_detach(async_spawn(serve, (void *)(intptr_t)fd));
	} while ((fd >= 0 || fd == -ETIMEDOUT) && (!accepted || connections > 0));
	return fd < 0 && fd != -ETIMEDOUT ? fd : 0;
}

int main(int argc, char **argv)
{
	int listener = echo_listener(argc, argv);
	struct async_options options = {.poller = argc > 2 ? ASYNC_URING : ASYNC_EPOLL};
	int rc = async_run_with(accept_all, &listener, &options);

	errno = -rc;
	echo_need(rc == 0, "echo_async");
	return EXIT_SUCCESS;
}
