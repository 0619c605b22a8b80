/*
 * The machine's part of a stack switch, x86-64: four words in memory, everything else is clobbered.
 *
 * The compiler is told that the switch destroys every register it can be told of, so it saves just
 * those that are live at that place, mostly none. What it cannot be told of (stack and frame
 * pointer, rbx as base register) is saved by hand. The landing is by `jmp`: a `ret` to a place that
 * nobody called mispredicts each time. Rounding modes and exception masks (mxcsr, x87) are not
 * touched: coroutines share them, see async_float_save.
 */
#ifndef CONCBENCH_MODELS_ASYNC_CONTEXT_H
#define CONCBENCH_MODELS_ASYNC_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#define ASYNC_SWITCH_NAME "x86_64"

#if defined(__CET__) && (__CET__ & 2)
#error "shadow stacks do not know this switch: compile with -fcf-protection=none or make SWITCH=ucontext"
#endif

struct async_registers {
	void *resume, *stack, *frame, *base;
};

typedef void async_landing_fn(struct async_registers *from, struct async_registers *self);

static inline void async_registers_make(
	struct async_registers *registers, void *low, size_t bytes, async_landing_fn *landing)
{
	uintptr_t top = ((uintptr_t)low + bytes) & ~(uintptr_t)15;
	void **sp = (void **)(top - 16);

	sp[1] = NULL; /* where a call would have put the return address: ends every backtrace */
	registers->resume = (void *)(uintptr_t)landing;
	registers->stack = &sp[1];
	registers->frame = NULL;
	registers->base = NULL;
}

static inline __attribute__((always_inline)) void async_registers_switch(
	struct async_registers *from, struct async_registers *to)
{
	__asm__ volatile(
		"leaq 1f(%%rip), %%rax\n\t"
		"movq %%rax, 0(%0)\n\t"
		"movq %%rsp, 8(%0)\n\t"
		"movq %%rbp, 16(%0)\n\t"
		"movq %%rbx, 24(%0)\n\t"
		"movq 8(%1), %%rsp\n\t"
		"movq 16(%1), %%rbp\n\t"
		"movq 24(%1), %%rbx\n\t"
		"jmp *0(%1)\n"
		"1:"
		: "+D"(from), "+S"(to)
		:
		: "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
		"memory", "cc", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)",
		"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
		"xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
#ifdef __AVX512F__
		,
		"xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24",
		"xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2",
		"k3", "k4", "k5", "k6", "k7"
#endif
	);
}

struct async_float {
	uint32_t mxcsr;
	uint16_t x87;
};

static inline void async_float_save(struct async_float *control)
{
	__asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(control->mxcsr), "=m"(control->x87));
}

static inline void async_float_restore(const struct async_float *control)
{
	__asm__ volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(control->mxcsr), "m"(control->x87));
}

#endif
