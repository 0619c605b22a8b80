/*
 * The limits that can stop a model: what they are called, which errors they are behind, how much of
 * each is used now, and how it is raised.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_LIMIT_TABLE_H
#define CONCBENCH_HARNESS_MEASURE_LIMIT_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum { LIMIT_KIB = 1 << 10, LIMIT_MIB = 1 << 20 };

/* Errors a limit can be behind, as bits. */
enum {
	BY_TASKS = 1,
	BY_MEMORY = 2,
	BY_FILES = 4,
	BY_ALL_FILES = 8,
	BY_WATCHES = 16,
	BY_ADDRESSES = 32,
	BY_PORTS = 64
};

/* What one task of many takes of a limit. */
enum limit_share {
	SHARE_UNKNOWN,
	SHARE_TASK,  /* one, where the kernel knows of the task */
	SHARE_MAPS,  /* a stack and its guard */
	SHARE_BYTES, /* the addresses of its stack */
};

struct limit {
	const char *name;
	unsigned causes;
	enum limit_share share;
	int64_t slack; /* the request that failed may have been this large */
	int (*read)(int64_t *used, int64_t *most); /* 0, or an error when there is no such limit */
	const char *raise; /* the command; %lld is twice the value now, in its own unit */
	int64_t unit;      /* of that value; 0: the command has none */
};

/* The narrower limit first: what is exhausted below another is the cause. Ended by a NULL name. */
extern const struct limit limit_table[];

/*
 * A limit of the control group this process is in, or of one above it: the one with the least room.
 *   path     the file that holds it
 *   Returns  0, or -ENOENT where none of that name holds.
 */
int limit_of_group(const char *name, int64_t *used, int64_t *most, char *path, size_t bytes);

#endif
