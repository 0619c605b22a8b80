/*
 * What a guest answers after rounds: words "name=number", and a histogram.
 */
#ifndef CONCBENCH_HARNESS_GUEST_ANSWER_H
#define CONCBENCH_HARNESS_GUEST_ANSWER_H

#include "harness/measure/histogram.h"

#include <stddef.h>
#include <stdint.h>

struct guest_answer {
	uint64_t tasks, operations, bytes, checksum;
};

/*
 * Reads "tasks=8 operations=80 bytes=0 checksum=123"; bytes and checksum may be left out.
 *   error    what is wrong, without a newline
 *   Returns  0 or -EPROTO.
 */
int answer_read(struct guest_answer *answer, const char *words, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

/*
 * Reads "BUCKET:COUNT …" and adds it to a lane; the maximum is the upper edge of the last bucket,
 * or "max=NS" where it is among the words. Returns  0 or -EPROTO.
 */
int answer_read_latency(struct lane *lane, const char *words, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

#endif
