/*
 * A throw-away PostgreSQL: its own folder, a UNIX socket in it, no port, no durability; run by an
 * unprivileged user also when called by root, as PostgreSQL demands.
 */
#ifndef CONCBENCH_BENCH_DB_CLUSTER_H
#define CONCBENCH_BENCH_DB_CLUSTER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cluster {
	pid_t pid; /* 0: none */
	char folder[64];
};

/* Where a process's cluster lies: libpq's host. */
void cluster_folder(char *folder, size_t bytes, pid_t owner);

/*
 * Makes and starts one that allows so many connections; it ends with the caller.
 *   error    on failure: one line without newline
 *   Returns  0, -ENOENT (PostgreSQL is not installed), -errno.
 *   Owner    cluster_stop, also after an error.
 */
int cluster_start(struct cluster *cluster, int connections, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));
void cluster_stop(struct cluster *cluster);

/* Removes the folder of a process that has ended without, and what its server shared; it may be
   gone already. */
void cluster_sweep(pid_t owner);

/* CPU time of all its processes, ns; to a tick of the kernel's. */
uint64_t cluster_cpu_ns(const struct cluster *cluster);

#endif
