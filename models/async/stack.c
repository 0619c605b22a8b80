/*
 * The slots of a pool: mapped in growing chunks, carved at first use, guarded as the kernel allows.
 */
#include "models/async/stack.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/async/overflow.h"
#include "models/async/switch.h"
#include "models/async/thread.h"

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(low, high) ((unsigned)0)
#endif
#ifdef ASYNC_ASAN
#include <sanitizer/lsan_interface.h>
#endif

enum {
	PAGE = 4096,             /* a guard's size; larger pages round it up */
	CHUNK_SLOTS_FIRST = 16,  /* a program with few coroutines maps one MiB */
	CHUNK_SLOTS_MOST = 8192, /* half a GiB of addresses at a time */
	COLOURS = 16,
	LINE = 64,
	SMALLEST = 1024,
	PAINT = 0xa5,
	POPULATE_READ = 22, /* MADV_POPULATE_READ, since 5.14 */
	GUARD_INSTALL =
		102 /* MADV_GUARD_INSTALL of linux/mman.h since 6.13; older headers lack it */
};
static const uint64_t canary = 0x5afec0de5afec0deu;

struct async_stack_chunk {
	struct async_stack_chunk *next;
	char *base;
	size_t bytes;
};

_Thread_local struct async_thread async_thread __attribute__((tls_model("initial-exec")));

bool async_without(const char *feature)
{
	const char *list = getenv("CONCBENCH_WITHOUT");
	size_t length = strlen(feature);

	for (const char *at = list; at != NULL && (at = strstr(at, feature)) != NULL; at += length)
		if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
			return true;
	return false;
}

/* Tried on a page of its own: the kernel's version number says little about what is allowed. */
static bool has_guard_regions(void)
{
	bool has = false;
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page != MAP_FAILED) {
		/* emulators say yes to advice they do not know; a guard cannot be populated */
		has = madvise(page, PAGE, GUARD_INSTALL) == 0 &&
		      madvise(page, PAGE, POPULATE_READ) != 0;
		munmap(page, PAGE);
	}
	return has && !async_without("guard");
}

static void tell_unguarded(void)
{
	static atomic_flag told = ATOMIC_FLAG_INIT;
	static const char text[] = "async: no more guard pages can be had (vm.max_map_count); "
				   "further stacks have none\n";

	if (!atomic_flag_test_and_set(&told)) {
		ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
		(void)ignored;
	}
}

static void guard_slot(struct async_stack_pool *pool, char *slot)
{
	if (pool->guard == ASYNC_GUARD_REGION &&
		madvise(slot, pool->guard_bytes, GUARD_INSTALL) != 0)
		pool->guard = ASYNC_GUARD_PAGE; /* locked memory takes no guard regions */
	if (pool->guard == ASYNC_GUARD_PAGE && mprotect(slot, pool->guard_bytes, PROT_NONE) != 0)
		pool->guard = ASYNC_GUARD_NONE;
	if (pool->guard == ASYNC_GUARD_NONE)
		tell_unguarded();
}

void async_stack_pool_shape(struct async_stack_pool *pool, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	memset(pool, 0, sizeof *pool);
	if (bytes == 0)
		bytes = ASYNC_STACK_DEFAULT;
#if !defined(ASYNC_ASAN) && !defined(ASYNC_TSAN) && !defined(ASYNC_SWITCH_TRANSFERS)
	/* sanitized frames do not fit into small stacks */
	if (bytes < ASYNC_STACK_SMALL) {
		pool->guard = ASYNC_GUARD_CANARY;
		pool->guard_bytes = ASYNC_CANARY_WORDS * sizeof canary;
		pool->slot_bytes = (bytes + SMALLEST - 1) / SMALLEST * SMALLEST;
		return;
	}
#else
	bytes *= 2; /* sanitized frames are about twice as large */
#endif
	pool->guard = ASYNC_GUARD_REGION;
	pool->guard_bytes = page;
	pool->slot_bytes = ((bytes + page - 1) / page + 1) * page;
	if (pool->slot_bytes / page % 2 == 0)
		pool->slot_bytes += page;
}

int async_stack_pool_open(struct async_stack_pool *pool, size_t bytes)
{
	memset(pool, 0, sizeof *pool);
	if (bytes > (size_t)1 << 40)
		return -EINVAL;
	int rc = async_overflow_watch();
	if (rc != 0)
		return rc;
	async_stack_pool_shape(pool, bytes);
	if (pool->guard == ASYNC_GUARD_REGION && !has_guard_regions())
		pool->guard = ASYNC_GUARD_PAGE;
	pool->next = async_thread.pools;
	async_thread.pools = pool;
	return 0;
}

static void chunk_forget(const struct async_stack_pool *pool, const struct async_stack_chunk *chunk)
{
#ifdef ASYNC_ASAN
	char *end = chunk == pool->chunks ? pool->fresh : chunk->base + chunk->bytes;

	for (char *slot = chunk->base; slot + pool->slot_bytes <= end; slot += pool->slot_bytes)
		__lsan_unregister_root_region(
			slot + pool->guard_bytes, pool->slot_bytes - pool->guard_bytes);
	__asan_unpoison_memory_region(chunk->base, chunk->bytes);
#else
	(void)pool;
	(void)chunk;
#endif
}

void async_stack_pool_close(struct async_stack_pool *pool)
{
	struct async_stack_pool **at = &async_thread.pools;

	while (*at != NULL && *at != pool)
		at = &(*at)->next;
	if (*at == NULL)
		return; /* never opened, or closed already */
	*at = pool->next;
	for (struct async_stack_chunk *chunk = pool->chunks, *next; chunk != NULL; chunk = next) {
		next = chunk->next;
		chunk_forget(pool, chunk);
		munmap(chunk->base, chunk->bytes);
		free(chunk);
	}
	memset(pool, 0, sizeof *pool);
	async_overflow_unwatch();
}

static pthread_key_t shared_key;
static pthread_once_t shared_once = PTHREAD_ONCE_INIT;

static void shared_close(void *pool)
{
	async_thread.shared = NULL;
	async_stack_pool_close(pool);
	free(pool);
}

static void shared_make_key(void)
{
	pthread_key_create(&shared_key, shared_close);
}

struct async_stack_pool *async_stack_pool_shared(void)
{
	if (async_thread.shared != NULL)
		return async_thread.shared;
	struct async_stack_pool *pool = malloc(sizeof *pool);
	if (pool == NULL || async_stack_pool_open(pool, 0) != 0) {
		free(pool);
		return NULL;
	}
	pthread_once(&shared_once, shared_make_key);
	pthread_setspecific(shared_key, pool);
	async_thread.shared = pool;
	return pool;
}

void async_stack_pool_trim(struct async_stack_pool *pool)
{
	for (struct async_stack *stack = pool->free; stack != NULL; stack = stack->next) {
		char *page = (char *)((uintptr_t)stack & ~(uintptr_t)(PAGE - 1));

		/* the page of the list itself stays */
		if (page > stack->low && pool->guard != ASYNC_GUARD_CANARY)
			madvise(stack->low, (size_t)(page - stack->low), MADV_DONTNEED);
	}
}

/* Maps more slots: twice as many as are there, within bounds. */
static int grow(struct async_stack_pool *pool)
{
	size_t slots = pool->slots < CHUNK_SLOTS_FIRST  ? CHUNK_SLOTS_FIRST
		       : pool->slots > CHUNK_SLOTS_MOST ? CHUNK_SLOTS_MOST
							: pool->slots;
	struct async_stack_chunk *chunk = malloc(sizeof *chunk);

	if (chunk == NULL)
		return -ENOMEM;
	chunk->bytes = slots * pool->slot_bytes;
	chunk->base = mmap(NULL, chunk->bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (chunk->base == MAP_FAILED) {
		free(chunk);
		return -ENOMEM;
	}
	if (pool->guard !=
		ASYNC_GUARD_CANARY) /* a huge page would make every slot resident at once */
		madvise(chunk->base, chunk->bytes, MADV_NOHUGEPAGE);
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	pool->slots += slots;
	pool->fresh = chunk->base;
	pool->fresh_end = chunk->base + chunk->bytes;
	return 0;
}

static struct async_stack *carve_fresh(struct async_stack_pool *pool)
{
	if (pool->fresh == pool->fresh_end) {
		int rc = grow(pool);
		if (rc != 0) {
			errno = -rc;
			return NULL;
		}
	}
	char *slot = pool->fresh;
	size_t number = (size_t)(pool->fresh_end - slot) / pool->slot_bytes;
	size_t colour = pool->guard == ASYNC_GUARD_CANARY ? 0 : number % COLOURS * LINE;

	pool->fresh += pool->slot_bytes;
	struct async_stack *stack =
		(void *)(slot + pool->slot_bytes - colour - sizeof(struct async_stack));
	if (pool->guard != ASYNC_GUARD_CANARY)
		guard_slot(pool, slot);
	else
		for (int i = 0; i < ASYNC_CANARY_WORDS; i++)
			((uint64_t *)(void *)slot)[i] = canary;
	stack->pool = pool;
	stack->low = slot + pool->guard_bytes;
	stack->name = NULL;
	(void)VALGRIND_STACK_REGISTER(stack->low, stack);
#ifdef ASYNC_ASAN
	__lsan_register_root_region(stack->low, pool->slot_bytes - pool->guard_bytes);
#endif
	return stack;
}

struct async_stack *async_stack_carve(struct async_stack_pool *pool)
{
	struct async_stack *stack = pool->free;

	if (stack != NULL)
		pool->free = stack->next;
	else
		stack = carve_fresh(pool);
	if (stack == NULL)
		return NULL;
	if (pool->paint)
		memset(stack->low, PAINT, (size_t)((char *)stack - stack->low));
	if (++pool->taken > pool->taken_most)
		pool->taken_most = pool->taken;
	return stack;
}

void async_stack_unpoison(struct async_stack *stack)
{
#ifdef ASYNC_ASAN
	__asan_unpoison_memory_region(stack->low, (size_t)((char *)stack - stack->low));
#else
	(void)stack;
#endif
}

__attribute__((no_sanitize("address"))) size_t async_stack_depth(const struct async_stack *stack)
{
	const char *top = (const char *)stack, *at = stack->low;

	if (stack->pool->paint) {
		while (at < top && *(const unsigned char *)at == PAINT)
			at++;
		return (size_t)(top - at);
	}
	for (unsigned char resident; at < top; at += PAGE) {
		void *page = (void *)((uintptr_t)at & ~(uintptr_t)(PAGE - 1));
		if (mincore(page, 1, &resident) == 0 && (resident & 1) != 0)
			break;
	}
	return at < top ? (size_t)(top - at) : 0;
}

const struct async_stack *async_stack_guarding(
	const struct async_stack_pool *pool, const void *address)
{
	uintptr_t at = (uintptr_t)address;

	for (const struct async_stack_chunk *chunk = pool->chunks; chunk != NULL;
		chunk = chunk->next) {
		uintptr_t base = (uintptr_t)chunk->base, offset = at - base;

		if (at < base || offset >= chunk->bytes)
			continue;
		if (offset % pool->slot_bytes >= pool->guard_bytes)
			return NULL;
		size_t index = offset / pool->slot_bytes;
		size_t number = chunk->bytes / pool->slot_bytes - index;
		size_t colour = pool->guard == ASYNC_GUARD_CANARY ? 0 : number % COLOURS * LINE;

		return (const void *)(base + (index + 1) * pool->slot_bytes - colour -
				      sizeof(struct async_stack));
	}
	return NULL;
}
