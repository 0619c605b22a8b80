/*
 * file: random reads or writes of one file.
 */
#ifndef CONCBENCH_BENCH_FILE_FILE_H
#define CONCBENCH_BENCH_FILE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/workload.h"

extern const struct workload file_workload;

int file_async(struct orders *orders);
int file_threads(struct orders *orders);
int file_processes(struct orders *orders);

enum { FILE_BLOCK = 4096 };

/* One task's reads or writes: all it needs while the clock runs. */
struct file_job {
	int fd;
	int operations;
	bool writes;
	bool is_inline; /* async: block the loop, to show what that does */
	char *buffer;   /* FILE_BLOCK bytes, aligned to as much, this task's own */
	uint64_t seed, task, blocks;
	uint64_t block; /* of the operation in progress */
};

/* async: how often a coroutine looks whether the loop is free; 0: never. */
uint64_t file_beat_ns(const struct orders *orders);

/*
 * Readies a task in the process it runs in; writes to its buffer.
 */
struct file_job file_job(const struct slot *slot);

/*
 * Chooses the block of an operation; for a write also fills the buffer with what is to be written.
 *   Returns  the offset in the file.
 */
off_t file_aim(struct file_job *job, int operation);

/*
 * The blocking read or write of one block.
 *   Returns  bytes or -errno.
 */
ssize_t file_transfer(const struct file_job *job, off_t offset);

/*
 * What an operation adds to the checksum: read from the buffer, one word of each 512-byte sector,
 * so that a block which was not read, or is another's, or is cut short does not go unnoticed.
 */
uint64_t file_proof(const struct file_job *job);

/*
 * After the crew has joined: looks whether the planned blocks hold what was to be written.
 *   rc       of crew_run
 *   Returns  rc if not 0, else 0 or -EIO.
 */
int file_verified(struct orders *orders, int rc) __attribute__((warn_unused_result));

#endif
