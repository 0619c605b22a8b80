/*
 * Stacks of a crew's threads; see the header.
 */
#include "models/threads/stacks.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t stride(const struct stacks *stacks)
{
	return stacks->bytes + page_bytes();
}

static int block_stacks(const struct stacks *stacks, int block)
{
	int left = stacks->count - block * STACKS_BLOCK;

	return left < STACKS_BLOCK ? left : STACKS_BLOCK;
}

static int add_tls(struct dl_phdr_info *object, size_t bytes, void *sum)
{
	(void)bytes;
	for (int i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_TLS)
			*(size_t *)sum += object->dlpi_phdr[i].p_memsz;
	return 0;
}

/*
 * The C library puts thread-local variables onto the stack. Their few hundred bytes do not matter,
 * but those of a sanitizer's runtime would leave nothing.
 */
static size_t large_tls_bytes(void)
{
	size_t bytes = 0;

	dl_iterate_phdr(add_tls, &bytes);
	return bytes > page_bytes() ? bytes : 0;
}

int stacks_make(struct stacks *stacks, int count, size_t bytes)
{
	size_t page = page_bytes();
	size_t least = (size_t)sysconf(_SC_THREAD_STACK_MIN);

	if (bytes < least)
		bytes = least;
	bytes += large_tls_bytes();
	stacks->bytes = (bytes + page - 1) & ~(page - 1);
	stacks->count = count;
	stacks->guarded = 0;
	stacks->blocks = calloc((size_t)(count - 1) / STACKS_BLOCK + 1, sizeof(*stacks->blocks));
	return stacks->blocks == NULL ? -ENOMEM : 0;
}

void stacks_free(struct stacks *stacks)
{
	if (stacks->blocks == NULL)
		return;
	for (int block = 0; block * STACKS_BLOCK < stacks->count; block++)
		if (stacks->blocks[block] != NULL)
			munmap(stacks->blocks[block],
				(size_t)block_stacks(stacks, block) * stride(stacks));
	free(stacks->blocks);
	stacks->blocks = NULL;
}

/* Maps the block if it is new, and puts the guard below the stack. */
static int prepare(struct stacks *stacks, int index)
{
	int block = index / STACKS_BLOCK;

	if (stacks->blocks[block] == NULL) {
		void *memory = mmap(NULL, (size_t)block_stacks(stacks, block) * stride(stacks),
			PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
		if (memory == MAP_FAILED)
			return -errno;
		stacks->blocks[block] = memory;
	}
	char *guard = stacks->blocks[block] + (size_t)(index % STACKS_BLOCK) * stride(stacks);
	if (mprotect(guard + page_bytes(), stacks->bytes, PROT_READ | PROT_WRITE) != 0)
		return -errno;
	stacks->guarded = index + 1;
	return 0;
}

int stacks_start(
	struct stacks *stacks, int index, pthread_t *thread, void *(*fn)(void *), void *arg)
{
	assert(index >= 0 && index < stacks->count && index <= stacks->guarded);
	if (index == stacks->guarded) {
		int rc = prepare(stacks, index);
		if (rc != 0)
			return rc;
	}
	char *guard = stacks->blocks[index / STACKS_BLOCK] +
		      (size_t)(index % STACKS_BLOCK) * stride(stacks);
	pthread_attr_t attr;
	int rc = pthread_attr_init(&attr);
	if (rc != 0)
		return -rc;
	pthread_attr_setstack(&attr, guard + page_bytes(), stacks->bytes);
	rc = pthread_create(thread, &attr, fn, arg);
	pthread_attr_destroy(&attr);
	return -rc;
}
