/*
 * file: one operation is one read or write of 4 KiB at a random offset of a file made afresh for
 * the invocation (scratch.h). Cached, it costs a system call and a copy; direct, the device.
 *
 * A block's content follows from its number and from whether it has been written since the file was
 * filled. Reads prove themselves by what they bring; what was written is read back after the run.
 */
#include "bench/file/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/draw.h"
#include "bench/file/scratch.h"

enum {
	FILE_TASKS,
	FILE_OPERATIONS,
	FILE_OPERATION,
	FILE_MODE,
	FILE_ASYNC,
	FILE_SIZE,
	FILE_FILL,
	FILE_DIRECTORY,
	FILE_BEAT
};
enum operation { READ, WRITE };
enum mode { CACHED, DIRECT };
enum file { EXECUTOR, INLINE };
enum { WORDS = FILE_BLOCK / 8, SECTOR_WORDS = 512 / 8 };
enum state { FILLED, WRITTEN };

static const char *const operations[] = {[READ] = "read", [WRITE] = "write", NULL};
static const char *const modes[] = {[CACHED] = "cached", [DIRECT] = "direct", NULL};
static const char *const files[] = {[EXECUTOR] = "executor", [INLINE] = "inline", NULL};
static const char *const directories[] = {
	[SCRATCH_TMP] = "tmp", [SCRATCH_HERE] = "here", [SCRATCH_MEMORY] = "shm", NULL};

static const struct param file_params[] = {
	[FILE_TASKS] = {"tasks", "tasks that read or write", PARAM_COUNT, 1, 10000, 4, 4, NULL},
	[FILE_OPERATIONS] = {"operations", "blocks of each task per round", PARAM_COUNT, 1, 1000000,
		8, 256, NULL},
	[FILE_OPERATION] = {"operation", "what is done with a block", PARAM_CHOICE, READ, WRITE,
		READ, READ, operations},
	[FILE_MODE] = {"mode", "through the page cache or past it", PARAM_CHOICE, CACHED, DIRECT,
		CACHED, CACHED, modes},
	[FILE_ASYNC] = {"file", "async: keep the loop free, or block it to see the stall",
		PARAM_CHOICE, EXECUTOR, INLINE, EXECUTOR, EXECUTOR, files},
	[FILE_SIZE] = {"size", "size of the file, a multiple of fill", PARAM_BYTES, FILE_BLOCK,
		1ll << 40, 256 << 10, 16 << 20, NULL},
	[FILE_FILL] = {"fill", "size of the writes that fill it, which shapes its page cache",
		PARAM_BYTES, FILE_BLOCK, 1 << 20, FILE_BLOCK, FILE_BLOCK, NULL},
	[FILE_DIRECTORY] = {"directory", "$TMPDIR or /var/tmp, the working folder, or /dev/shm",
		PARAM_CHOICE, SCRATCH_TMP, SCRATCH_MEMORY, SCRATCH_TMP, SCRATCH_TMP, directories},
	[FILE_BEAT] = {"beat",
		"async: how often a coroutine looks whether the loop is free (0: never)",
		PARAM_DURATION, 0, 1000000000, 1000000, 1000000, NULL},
	{0},
};

/* In the arena. */
struct file_shared {
	int fd;
	char *buffers; /* [tasks][FILE_BLOCK] */
};

static void file_block(uint64_t *words, uint64_t seed, uint64_t block, enum state state)
{
	const uint64_t first = draw(seed, block, state);

	for (uint64_t i = 0; i < WORDS; i++)
		words[i] = first + i * 0x9e3779b97f4a7c15u;
}

static uint64_t file_choose(const struct file_job *job, int operation)
{
	return draw(job->seed, job->task, (uint64_t)operation) % job->blocks;
}

static struct file_job file_job_of(const struct orders *orders, int task)
{
	const struct file_shared *shared = orders->shared;
	const int64_t *values = orders->values;

	return (struct file_job){.fd = shared->fd,
		.operations = (int)values[FILE_OPERATIONS],
		.writes = values[FILE_OPERATION] == WRITE,
		.is_inline = values[FILE_ASYNC] == INLINE,
		.buffer = shared->buffers + (size_t)task * FILE_BLOCK,
		.seed = orders->seed,
		.task = (uint64_t)task,
		.blocks = (uint64_t)values[FILE_SIZE] / FILE_BLOCK};
}

uint64_t file_beat_ns(const struct orders *orders)
{
	return (uint64_t)orders->values[FILE_BEAT];
}

struct file_job file_job(const struct slot *slot)
{
	struct file_job job = file_job_of(slot->orders, slot->index);

	memset(job.buffer, 0, FILE_BLOCK);
	return job;
}

off_t file_aim(struct file_job *job, int operation)
{
	job->block = file_choose(job, operation);
	if (job->writes)
		file_block((uint64_t *)job->buffer, job->seed, job->block, WRITTEN);
	return (off_t)job->block * FILE_BLOCK;
}

ssize_t file_transfer(const struct file_job *job, off_t offset)
{
	ssize_t bytes = job->writes ? pwrite(job->fd, job->buffer, FILE_BLOCK, offset)
				    : pread(job->fd, job->buffer, FILE_BLOCK, offset);

	return bytes < 0 ? -errno : bytes;
}

uint64_t file_proof(const struct file_job *job)
{
	const uint64_t *words = (const uint64_t *)job->buffer;
	uint64_t proof = 0;

	for (int i = SECTOR_WORDS - 1; i < WORDS; i += SECTOR_WORDS)
		proof += words[i];
	return proof;
}

int file_verified(struct orders *orders, int rc)
{
	uint64_t expected[WORDS];

	for (int task = 0; task < orders->tasks && rc == 0; task++) {
		struct file_job job = file_job_of(orders, task);
		for (int i = 0; i < job.operations && job.writes && rc == 0; i++) {
			off_t offset = (off_t)(file_choose(&job, i) * FILE_BLOCK);
			file_block(expected, job.seed, file_choose(&job, i), WRITTEN);
			if (pread(job.fd, job.buffer, FILE_BLOCK, offset) != FILE_BLOCK ||
				memcmp(job.buffer, expected, FILE_BLOCK) != 0)
				rc = -EIO;
		}
	}
	if (rc == -EIO)
		orders_verdict(
			orders, STATUS_INVALID, "the file does not hold what was to be written");
	return rc;
}

static size_t file_arena_bytes(const struct orders *orders)
{
	/* One more for the alignment that direct access needs, and one for the struct. */
	return ((size_t)orders->tasks + 2) * FILE_BLOCK;
}

static void file_content(void *arg, char *buffer, size_t bytes, off_t offset)
{
	const struct orders *orders = arg;

	for (size_t done = 0; done < bytes; done += FILE_BLOCK)
		file_block((uint64_t *)(buffer + done), orders->seed,
			((uint64_t)offset + done) / FILE_BLOCK, FILLED);
}

/*
 * The page cache holds all of the file or nothing of it, and nothing waits to be written back. What
 * the kernel has reclaimed since the file was filled is read again a few times.
 */
static int file_cache_is_right(struct orders *orders, int fd)
{
	enum { TRIES = 4 };
	const bool direct = orders->values[FILE_MODE] == DIRECT;
	struct scratch_cache cache = {0};

	for (int i = 0; i < TRIES; i++) {
		int rc = scratch_cache(fd, &cache);
		if (rc == -ENOSYS)
			return 0; /* nothing to ask */
		if (rc == 0 && cache.resident == (direct ? 0 : cache.pages) && cache.dirty == 0)
			return 0;
		if (rc == 0 && i + 1 < TRIES)
			rc = scratch_settle(fd, direct);
		if (rc != 0)
			return rc;
	}
	orders_verdict(orders, STATUS_INVALID,
		"of %llu pages of the file %llu are cached and %llu not written back",
		(unsigned long long)cache.pages, (unsigned long long)cache.resident,
		(unsigned long long)cache.dirty);
	return -EIO;
}

static int file_open(struct orders *orders, struct file_shared *shared)
{
	const int64_t *values = orders->values;
	const char *folder = scratch_folder((enum scratch_place)values[FILE_DIRECTORY]);

	shared->fd = scratch_open(folder);
	if (shared->fd < 0) {
		orders_verdict(orders, STATUS_FAILED, "no file can be made in %s: %s", folder,
			strerror(-shared->fd));
		return shared->fd;
	}
	int rc = scratch_fill(shared->fd, (size_t)values[FILE_SIZE], (size_t)values[FILE_FILL],
		file_content, orders);
	if (rc == 0 && values[FILE_MODE] == DIRECT) {
		rc = scratch_make_direct(shared->fd);
		if (rc == -EINVAL)
			orders_verdict(orders, STATUS_IMPOSSIBLE,
				"the filesystem of %s has no direct access", folder);
	}
	return rc == 0 ? file_cache_is_right(orders, shared->fd) : rc;
}

static int file_prepare(struct orders *orders)
{
	const int64_t size = orders->values[FILE_SIZE], fill = orders->values[FILE_FILL];
	struct file_shared *shared = arena_take(orders->arena, FILE_BLOCK);
	char *buffers = arena_take(orders->arena, ((size_t)orders->tasks + 1) * FILE_BLOCK);

	if (shared == NULL || buffers == NULL)
		return -ENOMEM;
	shared->fd = -1;
	shared->buffers = buffers + (FILE_BLOCK - (uintptr_t)buffers % FILE_BLOCK) % FILE_BLOCK;
	orders->shared = shared;
	if (fill % FILE_BLOCK != 0 || size % fill != 0) {
		orders_verdict(orders, STATUS_IMPOSSIBLE,
			"size %lld is not a multiple of fill %lld, or that not of %d",
			(long long)size, (long long)fill, FILE_BLOCK);
		return -EINVAL;
	}
	return file_open(orders, shared);
}

static void file_finish(struct orders *orders)
{
	struct file_shared *shared = orders->shared;

	if (shared != NULL && shared->fd >= 0)
		close(shared->fd);
	orders->shared = NULL;
}

const struct workload file_workload = {
	.name = "file",
	.summary = "random reads or writes of one file",
	.kind = "I/O",
	.operation = "one random 4 KiB read or write",
	.params = file_params,
	.concurrency = FILE_TASKS,
	.pool = POOL_TASKS,
	.arena_bytes = file_arena_bytes,
	.prepare = file_prepare,
	.finish = file_finish,
	.run = {[FAMILY_ASYNC] = file_async,
		[FAMILY_THREADS] = file_threads,
		[FAMILY_PROCESSES] = file_processes},
	.why_not = {[FAMILY_STACKLESS] = "reads of files cannot be awaited by a frame"},
};
