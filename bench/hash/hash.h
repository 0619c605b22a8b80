/*
 * hash: SHA-256 over blocks.
 */
#ifndef CONCBENCH_BENCH_HASH_HASH_H
#define CONCBENCH_BENCH_HASH_HASH_H

#include <stddef.h>

#include "harness/workload.h"

extern const struct workload hash_workload;

int hash_async(struct orders *orders);
int hash_threads(struct orders *orders);
int hash_processes(struct orders *orders);

enum {
	HASH_HEADER = 64
}; /* one SHA-256 block, so that the body stays aligned to the algorithm's */

/* One task's digests: all it needs while the clock runs. */
struct hash_job {
	int operations;
	size_t block_bytes;
	struct evp_md_ctx_st *context;
	const unsigned char *body; /* block_bytes - HASH_HEADER, alike for all tasks, only read */
	uint64_t seed, task;
	int operation;   /* set before hash_block, which counts it up */
	uint64_t folded; /* its digest, after hash_block */
};

/*
 * Readies a task in the process it runs in: after a fork this is where it gets its own pages.
 *   Returns  0 or -EIO.  Threads: the slot's task only.
 */
int hash_job(struct hash_job *job, const struct slot *slot) __attribute__((warn_unused_result));

/*
 * Digests the block of job->operation: a header of seed, task and operation in little-endian order,
 * padded with zeros to HASH_HEADER bytes, then the body.
 *   arg      struct hash_job
 *   Returns  0 or -EIO; job->folded is the exclusive or of the digest's four little-endian words.
 *   Threads  any, one at a time per job.
 */
int hash_block(void *arg) __attribute__((warn_unused_result));

#endif
