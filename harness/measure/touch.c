/*
 * First touches: see touch.h.
 */
#include "harness/measure/touch.h"

#include <alloca.h>
#include <stdint.h>

enum { PAGE = 4096 }; /* the smallest there is: a larger one is written more often than needed */

__attribute__((noinline)) void touch_stack(size_t bytes)
{
	if (bytes == 0)
		return;
	volatile char *frame = alloca(bytes);
	for (size_t left = bytes; left > 0; left -= left < PAGE ? left : PAGE)
		frame[left - 1] = 0;
	frame[0] = 0;
}

void touch_pages(void *from, size_t bytes)
{
	char *at = from;
	char *end = at + bytes;

	while (at < end) {
		__atomic_fetch_add(at, 0, __ATOMIC_RELAXED); /* writes, and changes nothing */
		at = (char *)(((uintptr_t)at / PAGE + 1) * PAGE);
	}
}
