/*
 * Programs that a comparison needs beside what it measures: git, make, valgrind.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_COMMAND_H
#define CONCBENCH_HARNESS_COMPARE_COMMAND_H

#include <stddef.h>

/*
 * Runs a program to its end, with its output in a file.
 *   log      stdout and stderr go there; it is written anew
 *   argv     ended by NULL; found through PATH
 *   line     its last line that is not empty, as far as it fits; NULL = not wanted
 *   Returns  its exit status, 128 + signal, or -errno.
 */
int command_run(const char *log, char *const *argv, char *line, size_t bytes);

#endif
