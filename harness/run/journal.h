/*
 * The file of a run: every line is appended by one write the moment it is known, so a crash loses
 *at most the invocation in flight. Each line also goes into the session in memory, by the same code
 * that reads the file later.
 *
 *	results/20261122T134147Z-host-88d4e84.jsonl   the lines
 *	results/20261122T134147Z-host-88d4e84/        tables and other outputs
 *	results/latest -> 20261122T134147Z-host-88d4e84
 */
#ifndef CONCBENCH_HARNESS_RUN_JOURNAL_H
#define CONCBENCH_HARNESS_RUN_JOURNAL_H

#include <limits.h>
#include <sys/types.h>

#include "harness/report/session.h"

struct journal {
	struct session session;
	int fd;      /* -1: nothing is written, lines go to the session only */
	off_t bytes; /* whole lines in the file */
	char path[PATH_MAX], folder[PATH_MAX];
};

/*
 * Begins a run: makes the file, its folder and results/latest, and writes the header.
 *   results  the folder, made if need be; NULL = no files (tests)
 *   header   its session is set here and its workloads are copied
 *   Returns  0 or -errno (-ENOSPC: full disk) with nothing left behind.
 *   Owner    journal_close, also after an error.
 */
int journal_open(struct journal *journal, const char *results, struct run_header *header)
	__attribute__((warn_unused_result));

/*
 * Appends. A line that did not fit on the disk is taken back, the file stays readable; the session
 * has it all the same.
 *   Returns  0 or -errno; -EINVAL is a record that does not read back (a programmer's error).
 */
int journal_record(struct journal *journal, const struct record *record)
	__attribute__((warn_unused_result));
int journal_event(struct journal *journal, const struct run_event *event)
	__attribute__((warn_unused_result));

/* Closes the file and frees the session. */
void journal_close(struct journal *journal);

#endif
