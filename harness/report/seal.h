/*
 * Seals: every line of a run's file ends with a digest of itself and of the line before, so that an
 * edited, lost, doubled or moved line is noticed. Against accidents, not against forgers.
 *
 *	{"event":"end",…,"check":"00c0ffee00c0ffee"}
 */
#ifndef CONCBENCH_HARNESS_REPORT_SEAL_H
#define CONCBENCH_HARNESS_REPORT_SEAL_H

#include <stddef.h>
#include <stdint.h>

/* The digest before the first line. */
#define SEAL_START 0xcbf29ce484222325u

/*
 * The line with its seal.
 *   line     a JSON object and a newline
 *   chain    the digest of the line before; set to this one's
 *   Returns  a malloc'd string, the caller frees it; NULL without memory.
 *   Source   FNV-1a, 64 bits
 */
char *seal_line(const char *line, uint64_t *chain);

/*
 * Checks a sealed line and takes the seal off in place.
 *   bytes    without the newline; set to those of the JSON object that is left
 *   Returns  0; -EINVAL: no seal; -EBADMSG: the seal is not this line's. chain as above.
 */
int seal_take(char *line, size_t *bytes, uint64_t *chain) __attribute__((warn_unused_result));

#endif
