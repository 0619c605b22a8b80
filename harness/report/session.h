/*
 * A run in memory: its header, its records and what happened. Built line by line, by the run while
 * it measures and by the report from the file, so both print the same.
 */
#ifndef CONCBENCH_HARNESS_REPORT_SESSION_H
#define CONCBENCH_HARNESS_REPORT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/record.h"
#include "harness/report/header.h"

struct session {
	struct run_header header;
	struct record *records; /* in order; record i has place.order i */
	int records_count, records_room;
	struct run_event *events;
	int events_count, events_room;
	int lines;                   /* read so far */
	uint64_t chain;              /* seal of the last one */
	char cut[RECORD_REASON_MAX]; /* what of the file is missing, "" = nothing */
};

/* An empty session, for its first line.   Owner: session_free. */
void session_init(struct session *session);
void session_free(struct session *session);

/*
 * Takes the next sealed line; it is changed. The first must be a header.
 *   bytes    without the newline
 *   error    "line 12: …", one line
 *   Returns  0, -EINVAL with the message, -ENOMEM.
 */
int session_add(struct session *session, char *line, size_t bytes, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

/*
 * Reads a run's file. One that is cut, in a line or between two, is read up to there, and
 * session->cut says where. Returns  0; -errno of opening or reading; -EINVAL for a damaged, foreign
 * or edited file. With the message in any case. Owner    session_free, also after an error.
 */
int session_read(struct session *session, const char *path, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

/* The event of its end; NULL for a run that was killed. */
const struct run_event *session_end(const struct session *session);

#endif
