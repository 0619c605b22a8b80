/*
 * The shared arena: see arena.h. One mapping, one offset; the struct itself is its first bytes.
 */
#include "harness/measure/arena.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ARENA_ALIGN = 128 };

static size_t round_up(size_t value, size_t step)
{
	return (value + step - 1) / step * step;
}

int arena_map(struct arena **arena, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t mapped;
	struct arena *made;

	*arena = NULL;
	if (__builtin_add_overflow(bytes, ARENA_ALIGN + page, &mapped))
		return -ENOMEM;
	mapped = mapped / page * page;
	made = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (made == MAP_FAILED)
		return -errno;
	made->base = (char *)made;
	made->bytes = mapped;
	made->taken = round_up(sizeof(*made), ARENA_ALIGN);
	*arena = made;
	return 0;
}

void arena_unmap(struct arena *arena)
{
	if (arena != NULL)
		munmap(arena->base, arena->bytes);
}

void *arena_take(struct arena *arena, size_t bytes)
{
	size_t size = round_up(bytes, ARENA_ALIGN);
	void *taken = arena->base + arena->taken;

	if (size < bytes || size > arena->bytes - arena->taken)
		return NULL;
	arena->taken += size;
	return taken;
}

void arena_touch(struct arena *arena)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	/* Adding 0 atomically writes the page without disturbing whoever writes it meanwhile. */
	for (size_t at = 0; at < arena->taken; at += page)
		__atomic_fetch_add(&arena->base[at], 0, __ATOMIC_RELAXED);
}
