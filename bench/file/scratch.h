/*
 * A scratch file whose page cache is in a known state, and which cannot be left behind.
 *
 * How the cache was filled decides what a cached access costs (a file written in large pieces has
 * large folios, and a small write into one is several times slower), and dirty pages of somebody
 * else are written back while we measure. So: a fresh file, filled in one stated way, everything on
 * its filesystem written back, and residency asked for rather than assumed.
 */
#ifndef CONCBENCH_BENCH_FILE_SCRATCH_H
#define CONCBENCH_BENCH_FILE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum scratch_place { SCRATCH_TMP, SCRATCH_HERE, SCRATCH_MEMORY };

struct scratch_cache {
	uint64_t pages, resident, dirty; /* dirty: or being written back */
};

/*
 * The folder of a place: $TMPDIR or /var/tmp, the working folder, /dev/shm.
 */
const char *scratch_folder(enum scratch_place place);

/*
 * Opens a nameless file: nothing is left when its last descriptor is closed, however that happens.
 *   Returns  a descriptor for reading and writing, or -errno.
 */
int scratch_open(const char *folder) __attribute__((warn_unused_result));

/* What a block of a file holds; writes `bytes` of it to buffer. */
typedef void scratch_content_fn(void *arg, char *buffer, size_t bytes, off_t offset);

/*
 * Fills a file from its start in pieces, then has everything on its filesystem written back.
 *   bytes    a multiple of piece
 *   Returns  0 or -errno.
 */
int scratch_fill(int fd, size_t bytes, size_t piece, scratch_content_fn *content, void *arg)
	__attribute__((warn_unused_result));

/*
 * Makes further access bypass the page cache, and drops what it holds.
 *   Returns  0 or -errno; -EINVAL where the filesystem cannot.
 */
int scratch_make_direct(int fd) __attribute__((warn_unused_result));

/*
 * Brings the cache of a file to where it should be: all of it read in, or, with `dropped`, nothing
 * of it kept; and everything written back. A kernel short of memory, or one that reclaims ahead of
 * need, may undo it at any time, so ask scratch_cache afterwards.
 *   Returns  0 or -errno.
 */
int scratch_settle(int fd, bool dropped) __attribute__((warn_unused_result));

/*
 * What the page cache holds of a file, by cachestat(2).
 *   Returns  0 or -errno; -ENOSYS before Linux 6.5.
 */
int scratch_cache(int fd, struct scratch_cache *cache) __attribute__((warn_unused_result));

#endif
