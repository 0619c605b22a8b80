#ifndef CONCBENCH_TESTS_PROGRAM_H
#define CONCBENCH_TESTS_PROGRAM_H

#include <stddef.h>

/*
 * Runs a shell command in which the word "concbench" at the start of a command is the program of
 * the same build as the test, from the top of the source tree. output   what it printed, stdout and
 * stderr together, cut to bytes - 1 Returns  the exit status, 128 + signal, or -errno when it could
 * not be started.
 */
int program_run(const char *command, char *output, size_t bytes);

#endif
