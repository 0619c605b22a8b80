/*
 * The machine's part of a stack switch, aarch64: four words in memory, everything else is
 * clobbered.
 *
 * As for x86-64: the compiler saves what is live, by hand we keep stack pointer, frame pointer and
 * x19 (the compiler's base register in functions that move their stack). The control register fpcr
 * is not touched: coroutines share it, see async_float_save.
 */
#ifndef CONCBENCH_MODELS_ASYNC_CONTEXT_H
#define CONCBENCH_MODELS_ASYNC_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#define ASYNC_SWITCH_NAME "aarch64"

struct async_registers {
	void *resume, *stack, *frame, *base;
};

typedef void async_landing_fn(struct async_registers *from, struct async_registers *self);

static inline void async_registers_make(
	struct async_registers *registers, void *low, size_t bytes, async_landing_fn *landing)
{
	registers->resume = (void *)(uintptr_t)landing;
	registers->stack = (void *)(((uintptr_t)low + bytes) & ~(uintptr_t)15);
	registers->frame = NULL;
	registers->base = NULL;
}

static inline __attribute__((always_inline)) void async_registers_switch(
	struct async_registers *from, struct async_registers *to)
{
	register struct async_registers *x0 __asm__("x0") = from;
	register struct async_registers *x1 __asm__("x1") = to;

	/* x30 is zeroed on the way so that a landing function's backtrace ends; `hint #36` is `bti
	 * j`. */
	__asm__ volatile("adr x9, 1f\n\t"
			 "mov x10, sp\n\t"
			 "stp x9, x10, [%0]\n\t"
			 "stp x29, x19, [%0, #16]\n\t"
			 "ldp x9, x10, [%1]\n\t"
			 "ldp x29, x19, [%1, #16]\n\t"
			 "mov sp, x10\n\t"
			 "mov x30, xzr\n\t"
			 "br x9\n"
			 "1:\n\t"
			 "hint #36"
			 : "+r"(x0), "+r"(x1)
			 :
			 : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
			 "x13", "x14", "x15", "x16", "x17", "x18", "x20", "x21", "x22", "x23",
			 "x24", "x25", "x26", "x27", "x28", "x30", "memory", "cc", "v0", "v1", "v2",
			 "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13",
			 "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23",
			 "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
}

struct async_float {
	uint64_t fpcr;
};

static inline void async_float_save(struct async_float *control)
{
	__asm__ volatile("mrs %0, fpcr" : "=r"(control->fpcr));
}

static inline void async_float_restore(const struct async_float *control)
{
	__asm__ volatile("msr fpcr, %0" : : "r"(control->fpcr));
}

#endif
