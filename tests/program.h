#ifndef CONCBENCH_TESTS_PROGRAM_H
#define CONCBENCH_TESTS_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Runs a shell command in which the word "concbench" at the start of a command is the program of
 * the same build as the test, from the top of the source tree. output   what it printed, stdout and
 * stderr together, cut to bytes - 1 Returns  the exit status, 128 + signal, or -errno when it could
 * not be started.
 */
int program_run(const char *command, char *output, size_t bytes);

/*
 * Starts the same program, silent, with these arguments (words[0] is its name, NULL ends them).
 *   Returns  its pid, which the caller ends and waits for, or -errno.
 */
pid_t program_start(char *const *words);

#endif
