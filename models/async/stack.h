/*
 * Stacks: slots of one size in NORESERVE mappings, each above a guard page, the last given is the
 * next taken.
 *
 *	| guard page | low … stack grows down …      | the owner's struct | struct async_stack |
 *
 * A slot is an odd number of pages, so that the hot pages of many stacks spread over the sets
 * of the translation buffers; the top is moved by a colour (0 … 15 cache lines) for the same
 * reason in the first-level cache. The owner puts its own struct at the top, so that a parked
 * coroutine occupies one page and a line or two. Memory is not given back before the pool
 * closes or is trimmed.
 *
 * Guards are guard regions where the kernel has them (Linux 6.13: no mapping per stack), else
 * protected pages while the process may have more mappings, else none, which is said once on
 * stderr. Touching a guard is reported with the coroutine's name on the signal stack, then the
 * process dies of the SIGSEGV. Small slots (below 8 KiB) have no guard but a canary, see
 * async_stack_intact.
 */
#ifndef CONCBENCH_MODELS_ASYNC_STACK_H
#define CONCBENCH_MODELS_ASYNC_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum async_guard { ASYNC_GUARD_REGION, ASYNC_GUARD_PAGE, ASYNC_GUARD_NONE, ASYNC_GUARD_CANARY };

enum {
	ASYNC_STACK_DEFAULT =
		64 * 1024, /* deep enough for printf of floating point, shallow in page tables */
	ASYNC_STACK_SMALL = 8 * 1024 /* below: the small class */
};

struct async_stack_pool;

/* The top of a slot. */
struct async_stack {
	struct async_stack *next; /* in the list of free slots */
	struct async_stack_pool *pool;
	char *low;        /* the lowest usable byte */
	const char *name; /* of the coroutine, for reports; the owner of the slot sets it */
};

struct async_stack_chunk;

struct async_stack_pool {
	struct async_stack *free; /* last given first */
	char *fresh, *fresh_end;  /* slots never used of the newest chunk */
	size_t slot_bytes, guard_bytes;
	struct async_stack_chunk *chunks;
	struct async_stack_pool *next; /* of this thread */
	size_t slots, taken, taken_most;
	enum async_guard guard;
	bool paint; /* fill stacks with a pattern, for async_stack_depth */
};

/*
 * Opens a pool of stacks.
 *   bytes    of each stack, 0 = ASYNC_STACK_DEFAULT; rounded up to whole pages, or below
 *            ASYNC_STACK_SMALL (at least 1024) to whole kilobytes
 *   Returns  0 or -errno.
 *   Owner    async_stack_pool_close frees everything; stacks still taken are gone then.
 *   Threads  pool and stacks belong to the opening thread.
 */
int async_stack_pool_open(struct async_stack_pool *pool, size_t bytes)
	__attribute__((warn_unused_result));
void async_stack_pool_close(struct async_stack_pool *pool);

/* Fills in slot_bytes, guard_bytes and guard only, as opening would. */
void async_stack_pool_shape(struct async_stack_pool *pool, size_t bytes);

/*
 * The pool of this thread for whoever has none of its own (generators); ASYNC_STACK_DEFAULT each.
 *   Returns  NULL without memory.  Owner: the thread; it goes with the thread or the process.
 */
struct async_stack_pool *async_stack_pool_shared(void);

/* Gives the memory of free stacks back to the kernel; the slots stay. */
void async_stack_pool_trim(struct async_stack_pool *pool);

/* Whether the environment's CONCBENCH_WITHOUT names that feature: tests force the fall-backs by it.
 */
bool async_without(const char *feature);

/* A slot that was never used, or NULL (errno says why): the slow half of async_stack_take. */
struct async_stack *async_stack_carve(struct async_stack_pool *pool);

/*
 * Takes a stack.
 *   Returns  NULL when no memory or address space is left; errno says which.
 */
static inline struct async_stack *async_stack_take(struct async_stack_pool *pool)
{
	struct async_stack *stack = pool->free;

	if (__builtin_expect(stack == NULL || pool->paint, 0))
		return async_stack_carve(pool);
	pool->free = stack->next;
	if (++pool->taken > pool->taken_most)
		pool->taken_most = pool->taken;
	return stack;
}

/* Marks a stack as clean for the address sanitizer: frames left for good leave poison behind. */
void async_stack_unpoison(struct async_stack *stack);

/* Gives a stack back; never the one that is running, unless nothing of it is used any more. */
static inline void async_stack_give(struct async_stack *stack)
{
#if defined(__SANITIZE_ADDRESS__)
	async_stack_unpoison(stack);
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
	async_stack_unpoison(stack);
#endif
#endif
	stack->next = stack->pool->free;
	stack->pool->free = stack;
	stack->pool->taken--;
}

/*
 * Room for the owner's struct at the top of the stack; what is below it, down to stack->low, is
 * what runs: async_context_make(&mine->context, stack->low, (char *)mine - stack->low, landing).
 *   bytes    of the struct; aligned to 64
 */
static inline void *async_stack_top(struct async_stack *stack, size_t bytes)
{
	return (void *)(((uintptr_t)stack - bytes) & ~(uintptr_t)63);
}

/*
 * False: the canary at the low end of a small stack is overwritten.
 */
enum { ASYNC_CANARY_WORDS = 2 };
static inline bool async_stack_intact(const struct async_stack *stack)
{
	const uint64_t *low = (const uint64_t *)(const void *)stack->low;

	return low[-1] == 0x5afec0de5afec0deu && low[-2] == 0x5afec0de5afec0deu;
}

/*
 * The most bytes ever used of this stack.
 *   Returns  exact to 8 bytes in a pool with paint set before the stack was taken, else by resident
 *            pages.
 */
size_t async_stack_depth(const struct async_stack *stack);

#endif
