/*
 * Whether a database answers at all, and in one line why not, without the password.
 */
#ifndef CONCBENCH_BENCH_DB_REACH_H
#define CONCBENCH_BENCH_DB_REACH_H

#include <stddef.h>

/*
 * Connects and disconnects; gives up after 5 s, or PGCONNECT_TIMEOUT.
 *   conninfo  as libpq takes it: "postgresql://…", "host=… user=…", or "" for the environment's
 *   error     on failure: one line without newline
 *   Returns   0, -EINVAL (libpq does not take it), -ENOTCONN.
 *   Threads   one at a time, after pq_load.
 */
int db_reach(const char *conninfo, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

#endif
