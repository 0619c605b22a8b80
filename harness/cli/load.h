/*
 * concbench load: what was asked for, and its report.
 */
#ifndef CONCBENCH_HARNESS_CLI_LOAD_H
#define CONCBENCH_HARNESS_CLI_LOAD_H

#include <stdio.h>

#include "harness/load/drive.h"

enum load_format { LOAD_TERMINAL, LOAD_MARKDOWN, LOAD_JSON, LOAD_HGRM };
extern const char *const load_formats[]; /* ended by NULL */

/* Prints what was found, in the format. */
void load_report(FILE *out, enum load_format format, const char *url,
	const struct drive_settings *settings, const struct drive *drive);

/* What would be done, in words; nothing is sent. */
void load_plan(FILE *out, const char *url, const struct drive_settings *settings);

#endif
