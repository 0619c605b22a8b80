/*
 * Parameters, units and lists as words: the one language of the command line, the tables and the
 * records. Parsing takes the whole string or refuses it.
 */
#ifndef CONCBENCH_HARNESS_PARAMS_H
#define CONCBENCH_HARNESS_PARAMS_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/workload.h"

enum { PARAM_TEXT_MAX = 40, PARAM_ERROR_MAX = 200 };

/*
 * Reads one value of a parameter: "5ms", "4KiB", "10k", "cached"; checks its bounds.
 *   error    on failure: "depth: 0 is out of range 1 .. 1000", one line, no newline
 *   Returns  0 or -EINVAL / -ERANGE.   Threads: any.
 */
int param_parse(const struct param *param, const char *text, int64_t *value, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

/* The shortest exact text that param_parse reads back to the same value. */
void param_format(const struct param *param, int64_t value, char *text, size_t bytes);

/* "250ms", "1.5s", "3m" (minutes), "100us", "5ns"; "4KiB", "2M" (= MiB); "10k" (= 1000). 0 or
 * -EINVAL. */
int duration_parse(const char *text, uint64_t *ns) __attribute__((warn_unused_result));
int bytes_parse(const char *text, uint64_t *bytes) __attribute__((warn_unused_result));
int count_parse(const char *text, int64_t *count) __attribute__((warn_unused_result));
void duration_format(uint64_t ns, char *text, size_t bytes);
void bytes_format(uint64_t value, char *text, size_t bytes);

/* "0,2-5"; 0 or -EINVAL. An empty list is refused. */
int cpu_list_parse(const char *text, cpu_set_t *cpus) __attribute__((warn_unused_result));
void cpu_list_format(const cpu_set_t *cpus, char *text, size_t bytes);

/*
 * The name nearest to a mistyped word (Damerau-Levenshtein distance <= 1 + length / 4).
 *   names    ended by NULL
 *   Returns  one of names, or NULL when none is near.
 */
const char *nearest_name(const char *word, const char *const *names);

#endif
