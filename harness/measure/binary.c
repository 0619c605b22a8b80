/*
 * SHA-256 of the running executable: see binary.h.
 */
#include "harness/measure/binary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/crypto.h"

int binary_sha256(char text[SHA256_TEXT])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_bytes = 0;
	char error[200];
	struct stat status;
	int rc = 0;

	text[0] = '\0';
	if (crypto_load(error, sizeof(error)) != 0)
		return -ENOTSUP;
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
	if (crypto.EVP_Digest(bytes, (size_t)status.st_size, digest, &digest_bytes,
		    crypto.EVP_sha256(), NULL) != 1)
		rc = -EIO;
	munmap(bytes, (size_t)status.st_size);
	for (unsigned i = 0; rc == 0 && i < digest_bytes; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return rc;
}
