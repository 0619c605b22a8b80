/*
 * A bare process per connection: what the processes model's echo server is compared with. Forked on
 * accept, as in the books; each child blocks in recv and sends what it got.
 *
 * usage: echo_processes FD     FD: a listening socket, inherited
 *
 * Ends when the last of its connections has ended.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "peers/echo.h"

static volatile sig_atomic_t children;

static void reap(int number)
{
	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		if (--children == 0)
			_exit(EXIT_SUCCESS);
}

static void serve(int fd)
{
	char buffer[ECHO_BUFFER_BYTES];
	ssize_t got;

	while ((got = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		echo_need(send(fd, buffer, (size_t)got, MSG_NOSIGNAL) == got, "send");
	_exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};
	int listener = echo_listener(argc, argv);
	sigset_t ends;

	echo_need(fcntl(listener, F_SETFL, 0) == 0, "fcntl");
	echo_need(sigaction(SIGCHLD, &action, NULL) == 0, "sigaction");
	sigemptyset(&ends);
	sigaddset(&ends, SIGCHLD);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		echo_need(fd >= 0, "accept4");
		echo_no_delay(fd);
		/* counted before it can end */
		sigprocmask(SIG_BLOCK, &ends, NULL);
		children++;
		pid_t pid = fork();
		echo_need(pid >= 0, "fork");
		if (pid == 0)
			serve(fd);
		close(fd);
		sigprocmask(SIG_UNBLOCK, &ends, NULL);
	}
}
