/*
 * What the stack switch keeps per thread: nothing with the machine files, unless a sanitizer is
 * told.
 */
#include "models/async/switch.h"

#ifdef ASYNC_ASAN
_Thread_local struct async_context *async_switched_from;
#endif

#ifdef ASYNC_SWITCH_TRANSFERS
_Thread_local struct async_transfer async_transfer;

void async_registers_land(unsigned high, unsigned low)
{
	uint64_t address = (uint64_t)high << 32 | low;
	async_landing_fn *landing = (async_landing_fn *)(uintptr_t)address;

	landing(async_transfer.from, async_transfer.to);
	__builtin_unreachable();
}
#endif

/* ISO C forbids an empty translation unit. */
extern const char *const async_switch_name;
const char *const async_switch_name = ASYNC_SWITCH_NAME;
