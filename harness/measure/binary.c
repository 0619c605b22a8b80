/*
 * SHA-256 of the running executable: see binary.h.
 */
#include "harness/measure/binary.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int binary_sha256(char text[SHA256_TEXT])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct stat status;
	int rc = 0;

	text[0] = '\0';
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) != 0)
		rc = -errno;
	void *bytes = MAP_FAILED;
	if (rc == 0) {
		bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes == MAP_FAILED)
			rc = -errno;
	}
	close(fd);
	if (rc != 0)
		return rc;
	SHA256(bytes, (size_t)status.st_size, digest);
	munmap(bytes, (size_t)status.st_size);
	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return 0;
}
