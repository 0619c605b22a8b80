#include "harness/run/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "harness/measure/clock.h"

static const int stoppers[] = {SIGINT, SIGTERM, SIGHUP};

enum { STOPPERS = sizeof(stoppers) / sizeof(stoppers[0]) };

/* One Ctrl-C can come twice, from the terminal and from a script that passes it on. */
static const uint64_t same_ns = 1000000000u;

/* Global because a signal handler has no argument. */
static volatile sig_atomic_t stopped_by;
static _Atomic uint64_t stopped_ns;

static void on_signal(int number)
{
	int saved = errno;
	uint64_t now_ns = clock_now_ns();

	if (stopped_by == 0) {
		stopped_by = number;
		stopped_ns = now_ns;
	} else if (now_ns - stopped_ns > same_ns) {
		signal(number, SIG_DFL);
		raise(number);
	}
	errno = saved;
}

void stop_install(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	for (int i = 0; i < STOPPERS; i++)
		sigaction(stoppers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* a limit of file sizes (ulimit -f) is to be an error of write, like a full disk */
	signal(SIGXFSZ, SIG_IGN);
}

int stop_signal(void)
{
	return stopped_by;
}

void stop_reset(void)
{
	sigset_t none;

	for (int i = 0; i < STOPPERS; i++)
		signal(stoppers[i], SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
