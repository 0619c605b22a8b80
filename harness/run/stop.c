#include "harness/run/stop.h"

#include <signal.h>
#include <stddef.h>

static const int stoppers[] = {SIGINT, SIGTERM, SIGHUP};

enum { STOPPERS = sizeof(stoppers) / sizeof(stoppers[0]) };

/* Global because a signal handler has no argument. */
static volatile sig_atomic_t stopped_by;

static void on_signal(int number)
{
	if (stopped_by == 0)
		stopped_by = number;
}

void stop_install(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

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
