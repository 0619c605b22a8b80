/*
 * Ctrl-C and its like: the first signal asks the run to stop and report, a second one, a second
 * later at the earliest, ends it.
 */
#ifndef CONCBENCH_HARNESS_RUN_STOP_H
#define CONCBENCH_HARNESS_RUN_STOP_H

/* Installs the handlers of SIGINT, SIGTERM and SIGHUP, and ignores SIGPIPE (writers see EPIPE). */
void stop_install(void);

/* The signal that asked to stop, 0 if none did. */
int stop_signal(void);

/* In a child before exec: default actions and an empty mask (SIG_IGN would be inherited). */
void stop_reset(void);

#endif
