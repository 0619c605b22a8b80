/*
 * Which limit was met: EAGAIN and ENOMEM do not say, so every limit that can be behind them is read
 * at the moment of failure, and the one that is exhausted is named.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_LIMITS_H
#define CONCBENCH_HARNESS_MEASURE_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Names the limit behind an error, "RLIMIT_NPROC 4096 reached at 4093 tasks".
 *   rc       -EAGAIN, -ENOMEM, -EMFILE, -ENFILE, -ENOSPC, -EADDRNOTAVAIL: may be a limit; others
 * are not tasks    how far it got Returns  0, or -ENOENT when the error is no limit or none is
 * exhausted. Threads  one at a time, before what was started is taken down again.
 */
int limit_name(int rc, int tasks, char *text, size_t bytes);

/*
 * The same for many tasks that were to be started at once, and are gone again: the limit that has
 * not room for so many, and how many it has room for.
 *   wanted      tasks
 *   each_bytes  of addresses that a task takes in the process that starts them, 0: none
 */
int limit_name_of_many(int rc, int wanted, int64_t each_bytes, char *text, size_t bytes);

/* A limit that other programs need room in too: pid_max, threads-max, the machine's memory. */
struct limit_room {
	const char *name;
	int64_t used, most; /* now */
	bool is_memory;     /* in bytes, else in tasks */
};
enum { LIMIT_ROOMS_MAX = 4 };

/*
 * The shared limits that hold here, as they are used now.
 *   Returns  how many were written to rooms.
 */
int limit_rooms(struct limit_room rooms[LIMIT_ROOMS_MAX]);

/*
 * The limits of a process or its user alone that many tasks come to: numbers of processes,
 * mappings, descriptors. As they are used now, by this process where it is one process's.
 *   Returns  how many were written to rooms.
 */
int limit_own_rooms(struct limit_room rooms[LIMIT_ROOMS_MAX]);

/*
 * How a limit is raised to twice its value, by its name as limit_name writes it: "ulimit -n 40000".
 *   value    what it is now, as limit_name writes it
 *   Returns  0, or -ENOENT for a name that is none.
 */
int limit_raise(const char *name, int64_t value, char *text, size_t bytes);

#endif
