/*
 * Scratch files.
 */
#include "bench/file/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From include/uapi/linux/mman.h and the system call table of Linux 6.5; the headers of older
   distributions lack both. The number is the same on every architecture we build for. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif
struct cachestat_range {
	uint64_t off, len;
};
struct cachestat_counts {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

const char *scratch_folder(enum scratch_place place)
{
	if (place == SCRATCH_MEMORY)
		return "/dev/shm";
	if (place == SCRATCH_HERE)
		return ".";
	const char *folder = getenv("TMPDIR");
	return folder != NULL && folder[0] == '/' ? folder : "/var/tmp";
}

int scratch_open(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
		return -errno;
	/* A filesystem without nameless files: the name lives for two system calls. */
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/concbench-XXXXXX", folder);
	if (length < 0 || (size_t)length >= sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

static int scratch_write(int fd, const char *buffer, size_t bytes, off_t offset)
{
	while (bytes > 0) {
		ssize_t written = pwrite(fd, buffer, bytes, offset);
		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			buffer += written;
			bytes -= (size_t)written;
			offset += written;
		}
	}
	return 0;
}

int scratch_fill(int fd, size_t bytes, size_t piece, scratch_content_fn *content, void *arg)
{
	char *buffer = malloc(piece);
	int rc = buffer == NULL ? -ENOMEM : 0;

	for (size_t done = 0; done < bytes && rc == 0; done += piece) {
		content(arg, buffer, piece, (off_t)done);
		rc = scratch_write(fd, buffer, piece, (off_t)done);
	}
	free(buffer);
	if (rc == 0 && syncfs(fd) != 0)
		rc = -errno;
	return rc;
}

/* tmpfs takes the flag since Linux 6.6, and reads its page cache all the same: it is one. */
static bool is_memory(int fd)
{
	struct statfs filesystem;

	return fstatfs(fd, &filesystem) == 0 && filesystem.f_type == TMPFS_MAGIC;
}

int scratch_make_direct(int fd)
{
	int rc = is_memory(fd) ? -EINVAL : -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	int flags = fcntl(fd, F_GETFL);

	if (rc == 0 && flags < 0)
		rc = -errno;
	if (rc == 0 && fcntl(fd, F_SETFL, flags | O_DIRECT) != 0)
		rc = -errno;
	return rc;
}

int scratch_settle(int fd, bool dropped)
{
	enum { PIECE = 1 << 16 };
	ssize_t got = 1;

	if (fdatasync(fd) != 0)
		return -errno;
	if (dropped)
		return -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	char *buffer = malloc(PIECE);
	if (buffer == NULL)
		return -ENOMEM;
	for (off_t offset = 0; got > 0; offset += got)
		got = pread(fd, buffer, PIECE, offset);
	int rc = got < 0 ? -errno : 0;
	free(buffer);
	return rc;
}

int scratch_cache(int fd, struct scratch_cache *cache)
{
	struct cachestat_range all = {0};
	struct cachestat_counts counts = {0};
	struct stat file;

	if (fstat(fd, &file) != 0)
		return -errno;
	if (syscall(SYS_cachestat, fd, &all, &counts, 0) != 0)
		return -errno;
	cache->pages = ((uint64_t)file.st_size + (uint64_t)sysconf(_SC_PAGESIZE) - 1) /
		       (uint64_t)sysconf(_SC_PAGESIZE);
	cache->resident = counts.cached;
	cache->dirty = counts.dirty + counts.writeback;
	return 0;
}
