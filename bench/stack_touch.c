/*
 * Stack use on request.
 */
#include "bench/stack_touch.h"

#include <alloca.h>
#include <errno.h>

/* From the top down, as a call chain grows, so that a guard page is met before anything beyond it.
 */
__attribute__((noinline)) void stack_touch(size_t bytes)
{
	const size_t page = 4096;

	if (bytes == 0)
		return;
	volatile char *frame = alloca(bytes);
	for (size_t left = bytes; left > 0; left -= left < page ? left : page)
		frame[left - 1] = 1;
}

int stack_touch_fits(struct orders *orders, int64_t bytes)
{
	int64_t stack = orders->common[COMMON_STACK];

	if (stack == 0)
		stack = STACK_DEFAULT_LEAST;
	if (bytes + STACK_RESERVE <= stack)
		return 0;
	orders_verdict(orders, STATUS_IMPOSSIBLE,
		"touch %lld bytes needs a stack of at least %lld (set it with -p stack=)",
		(long long)bytes, (long long)bytes + STACK_RESERVE);
	return -EINVAL;
}
